#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/connection/connection.h"
#include "tests/reference/frames.h"
#include "tests/transcript/event_text.h"
#include "tests/transcript/item.h"

// A peer that may say anything to a server whose application does a little of everything. Both
// allocation modes, whole and cut, must give the same events and the same output, and keep what
// every application relies on: one StreamClosed a stream, one BodyReleased a view, nothing behind
// ConnectionClosed, memory within the budget.
//
// Input: one octet (the application's choices and the cut), then what follows the client's preface
// and its empty SETTINGS.

namespace {

using headrace::Allocation;
using headrace::Body;
using headrace::Connection;
using headrace::EventPtr;
using headrace::EventRange;
using headrace::StreamId;
using headrace::TimePoint;

constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
constexpr size_t kEventsLooked = 4096;  // enough; a text of every event would be slow

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

// 20,000 octets in pieces of at most 3,000.
class Pieces : public headrace::BodySource {
 public:
  Filled fill(gsl::span<uint8_t> room) override {
    const size_t size = std::min({room.size(), size_t{3000}, left_});
    std::fill_n(room.begin(), size, 'p');
    left_ -= size;
    return {.size = size, .end = left_ == 0};
  }

 private:
  size_t left_ = 20'000;
};

struct Play {
  Play(Allocation allocation, uint8_t choice)
      : choice(choice),
        connection(headrace::Role::kServer, options(allocation, choice), TimePoint()) {}

  static headrace::Options options(Allocation allocation, uint8_t choice) {
    headrace::Options options;
    options.allocation = allocation;
    options.send_buffer_size = 2000;
    options.automatic_credit = (choice & 1) != 0;
    options.limits.concurrent_streams = 10;
    options.limits.connection_memory = 200'000;
    return options;
  }

  void run(gsl::span<const uint8_t> input, size_t part);
  void take(EventRange&& events);
  void look_at(const headrace::Event& event);
  void act_on(const headrace::Event& event);
  void answer(StreamId id);
  void drain();

  uint8_t choice;
  std::string view = std::string(30'000, 'v');
  std::map<StreamId, Pieces> sources;
  std::map<StreamId, int> views_lent;
  std::set<StreamId> open;
  bool closed = false;
  std::vector<std::pair<EventPtr, std::string>> kept;

  std::vector<headrace::transcript::Item> events;
  std::string output;
  Connection connection;  // dies first: it points into the others
};

void Play::run(gsl::span<const uint8_t> input, size_t part) {
  for (size_t at = 0; at < input.size(); at += part) {
    // A copy that dies before the next part comes: what is kept must not point into it.
    const auto given = input.subspan(at, std::min(part, input.size() - at));
    const std::vector<uint8_t> copy(given.begin(), given.end());
    take(connection.receive(copy, TimePoint()));
    while (!closed && !connection.wants_input()) {
      drain();
      take(connection.receive({}, TimePoint()));
    }
  }
  for (int turn = 0; turn < 20 && (connection.wants_output() || connection.has_events()); ++turn) {
    drain();
    take(connection.advance(TimePoint()));
  }
  take(connection.end_of_input(TimePoint()));
  drain();
  take(connection.advance(TimePoint()));

  require(closed, "no ConnectionClosed after the end of the input");
  require(open.empty(), "a stream without StreamClosed");
  for (const auto& [id, lent] : views_lent) require(lent == 0, "a view without BodyReleased");
  for (const auto& [event, text] : kept) {
    require(format_item(headrace::transcript::describe_event(*event)) == text,
            "an event that was kept has changed");
  }
}

void Play::take(EventRange&& range) {
  for (EventPtr event : range) {
    look_at(*event);
    act_on(*event);
    require(connection.ledger().live() <= connection.ledger().budget(), "over the budget");
    if (kept.size() < 20 && events.size() % 3 == 0) {
      std::string text = format_item(headrace::transcript::describe_event(*event));
      kept.emplace_back(headrace::keep(std::move(event)), std::move(text));
    }
  }
}

void Play::look_at(const headrace::Event& event) {
  const bool released = std::holds_alternative<headrace::BodyReleased>(event);
  require(!closed || released, "an event behind ConnectionClosed");
  if (events.size() < kEventsLooked) {
    headrace::transcript::append_event(event, &events);
  }
  std::visit(headrace::Overloaded{
                 [&](const headrace::RequestReceived& request) {
                   require(open.insert(request.stream_id).second, "the same stream twice");
                 },
                 [&](const headrace::DataReceived& data) {
                   require(open.count(data.stream_id) == 1, "data of a stream that is not open");
                 },
                 [&](const headrace::TrailersReceived& trailers) {
                   require(open.count(trailers.stream_id) == 1, "trailers of no open stream");
                 },
                 [&](const headrace::StreamClosed& stream) {
                   require(open.erase(stream.stream_id) == 1, "StreamClosed of no open stream");
                 },
                 [&](const headrace::BodyReleased& body) {
                   require(--views_lent[body.stream_id] == 0, "a view released twice");
                 },
                 [&](const headrace::ConnectionClosed&) { closed = true; },
                 [](const auto&) {},
             },
             event);
}

void Play::act_on(const headrace::Event& event) {
  std::visit(headrace::Overloaded{
                 [&](const headrace::RequestReceived& request) {
                   if ((choice & 2) != 0) {
                     (void)connection.submit_informational(request.stream_id, {{":status", "103"}});
                   }
                   answer(request.stream_id);
                 },
                 [&](const headrace::DataReceived& data) {
                   (void)connection.send_data(data.stream_id, data.bytes, data.end_stream);
                   if ((choice & 4) != 0) {
                     (void)connection.credit(data.stream_id,
                                             static_cast<uint32_t>(data.bytes.size()));
                   }
                 },
                 [&](const headrace::TrailersReceived& trailers) {
                   (void)connection.send_trailers(trailers.stream_id, trailers.fields);
                 },
                 [&](const headrace::PingReceived& ping) {
                   if (ping.opaque == 0) (void)connection.shutdown();
                 },
                 [](const auto&) {},
             },
             event);
}

void Play::answer(StreamId id) {
  switch ((id / 2 + choice) % 7) {
    case 0:
      (void)connection.submit_response(id, {{":status", "204"}});
      break;
    case 1:
      (void)connection.submit_response(id, {{":status", "200"}}, Body::owned(view.substr(0, 900)));
      break;
    case 2:
      if (connection.submit_response(id, {{":status", "200"}}, Body::view(view)).ok()) {
        ++views_lent[id];
      }
      break;
    case 3:
      (void)connection.submit_response(id, {{":status", "200"}}, Body::source(&sources[id]));
      break;
    case 4:
    case 5:  // an echo: see DataReceived
      (void)connection.submit_response(id, {{":status", "200"}, {"x-echo", "yes"}}, Body::stream());
      break;
    default:
      (void)connection.reset_stream(id, headrace::ErrorCode::kCancel);
  }
}

void Play::drain() {
  while (connection.wants_output()) {
    const auto buffers = connection.pending_output(5'000);
    size_t size = 0;
    for (const headrace::ConstBuffer& buffer : buffers) {
      output.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
      size += buffer.size;
    }
    if (size == 0) return;  // only what becomes possible later
    connection.sent(size);
  }
}

bool same(const std::vector<headrace::transcript::Item>& a,
          const std::vector<headrace::transcript::Item>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return format_item(x) == format_item(y); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  std::vector<uint8_t> input(kPreface.begin(), kPreface.end());
  input.insert(input.end(), data + 1, data + size);

  Play whole(Allocation::kReuse, choice);
  whole.run(input, input.size());
  size_t frames_size = 0;
  for (const reference::Frame& frame : reference::parse_all(whole.output)) {
    frames_size += 9 + frame.payload.size();
  }
  require(frames_size == whole.output.size(), "the output is not a row of whole frames");

  for (const size_t part : {size_t{1}, size_t{1} + choice}) {
    Play cut(part == 1 ? Allocation::kReuse : Allocation::kFresh, choice);
    cut.run(input, part);
    require(same(cut.events, whole.events), "the events depend on the cut or on the mode");
    require(cut.output == whole.output, "the output depends on the cut or on the mode");
  }
  return 0;
}

#include <chrono>
#include <gsl/span>
#include <utility>
#include <variant>

#include "benchmarks/cycle.h"
#include "benchmarks/peer.h"
#include "headrace/headrace.h"
#include "headrace/protocol/frame/frame_reader.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

// Frames as a peer sends them, written by the codecs of tests/reference.

namespace headrace::benchmarks {
namespace {

namespace ref = reference;
using ref::HeaderField;
using ref::LiteralKind;
using ref::StringCoding;

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);
constexpr uint32_t kSmallWindow = 1 << 20;  // credit for it is given within the warm-up

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Twelve fields of a browser, 485 octets.
const std::vector<HeaderField>& browser_fields() {
  static const std::vector<HeaderField> fields = {
      {":method", "GET"},
      {":scheme", "https"},
      {":authority", "www.example.com"},
      {":path", "/assets/img/0001/photo-00001.jpg?v=9e3779b1"},
      {"user-agent",
       "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/124.0.0.0 Safari/537.36"},
      {"accept", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"},
      {"accept-language", "en-US,en;q=0.9"},
      {"accept-encoding", "gzip, deflate, br"},
      {"cookie", "session=8f14e45fceea167a5a36dedd4bea254; theme=dark"},
      {"sec-fetch-mode", "no-cors"},
      {"cache-control", "no-cache"},
      {"referer", "https://www.example.com/gallery/page-00001"},
  };
  return fields;
}

// --- FrameReader, the counterpart of Go's Framer.

class ReadCycle : public Cycle {
 public:
  ReadCycle(Allocation allocation, std::string frame)
      : frame_(std::move(frame)), reader_({.allocation = allocation}) {}

  void run() override {
    int frames = 0;
    for (FramePtr frame : reader_.read(octets(frame_))) frames += frame->index() != 0 ? 1 : 0;
    if (frames != 1) fail("a frame is not read");
  }

 private:
  const std::string frame_;
  FrameReader reader_;
};

CycleRow read(std::string name, std::string frame) {
  return {std::move(name), [frame](Allocation allocation) {
            return std::make_unique<ReadCycle>(allocation, frame);
          }};
}

// --- A server's connection.

Options options(Allocation allocation) {
  Options options;
  options.allocation = allocation;
  options.complete_heads = false;  // they are complete
  options.initial_window_size = kSmallWindow;
  options.connection_window_size = kSmallWindow;
  // What follows would look like an attack: the clock stands still.
  options.limits.reset_burst = 1'000'000'000;
  options.limits.useless_burst = 1'000'000'000;
  return options;
}

class ServerCycle : public Cycle {
 protected:
  explicit ServerCycle(Allocation allocation)
      : connection_(Role::kServer, options(allocation), kNow) {
    receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + ref::encode(ref::SETTINGS, 0, 0) +
            ref::encode(ref::WINDOW_UPDATE, 0, 0, ref::u32(1 << 30)) +
            ref::encode(ref::SETTINGS, ref::ACK, 0));
  }

  // One input, and everything that comes of it.
  void receive(std::string_view bytes) {
    handle(connection_.receive(octets(bytes), kNow));
    drain();
    if (connection_.has_events()) handle(connection_.advance(kNow));
  }

  Connection connection_;
  uint64_t events_ = 0;
  uint64_t requests_ = 0;
  uint64_t closed_ = 0;
  uint64_t data_ = 0;
  bool answers_ = false;

 private:
  void handle(EventRange range) {
    for (EventPtr event : range) {
      ++events_;
      if (auto* request = std::get_if<RequestReceived>(&*event)) {
        ++requests_;
        if (request->fields.size() < 4) fail("fields are missing");
        if (answers_) answer(request->stream_id);
      } else if (auto* data = std::get_if<DataReceived>(&*event)) {
        data_ += data->bytes.size();
      } else if (std::holds_alternative<StreamClosed>(*event)) {
        ++closed_;
      } else if (std::holds_alternative<ConnectionClosed>(*event)) {
        fail("the connection is closed");
      }
    }
  }
  void answer(StreamId id) {
    static const std::string page(1024, 'p');
    static const Field fields[] = {{":status", "200"},
                                   {"content-type", "image/jpeg"},
                                   {"content-length", "1024"},
                                   {"server", "example"},
                                   {"date", "Mon, 01 Jan 2024 00:00:00 GMT"},
                                   {"cache-control", "public, max-age=86400"}};
    const SubmitResult result =
        connection_.submit_response(id, gsl::span<const Field>(fields), Body::view(page));
    if (!result.ok()) fail("a response is refused");
  }
  void drain() {
    while (connection_.wants_output()) {
      size_t size = 0;
      for (const ConstBuffer& buffer : connection_.pending_output()) size += buffer.size;
      connection_.sent(size);
      if (connection_.has_events()) handle(connection_.advance(kNow));
    }
  }
};

// The same frames again and again, on the connection or on its stream 1; every run is to give
// `events` of them.
class ConnectionCycle : public ServerCycle {
 public:
  ConnectionCycle(Allocation allocation, std::string frames, uint64_t events)
      : ServerCycle(allocation), frames_(std::move(frames)), events_a_run_(events) {
    ref::HpackEncoder encoder;
    receive(ref::encode(ref::HEADERS, ref::END_HEADERS, 1,
                        encoder.encode({{":method", "POST"},
                                        {":scheme", "https"},
                                        {":authority", "www.example.com"},
                                        {":path", "/upload"}})));
  }
  void run() override {
    const uint64_t before = events_;
    receive(frames_);
    if (events_ != before + events_a_run_) fail("the events are not those of the frame");
  }

 private:
  const std::string frames_;
  const uint64_t events_a_run_;
};

CycleRow on_connection(std::string name, std::string frames, uint64_t events) {
  return {std::move(name), [frames, events](Allocation allocation) {
            return std::make_unique<ConnectionCycle>(allocation, frames, events);
          }};
}

// A request of twelve fields a run. The first puts its fields into the HPACK table, all that follow
// find them there, but for the path, which is a literal.
class RequestCycle : public ServerCycle {
 public:
  enum class Kind : uint8_t {
    kAnswered,   // HEADERS; a response with 1,024 octets of body
    kContinued,  // HEADERS+CONTINUATION, given up by RST_STREAM
  };
  RequestCycle(Allocation allocation, Kind kind) : ServerCycle(allocation) {
    ref::HpackEncoder encoder;
    answers_ = kind == Kind::kAnswered;
    for (int i = 0; i < 2; ++i) {
      std::string block;
      for (const HeaderField& field : browser_fields()) {
        const bool path = field.name == ":path";
        const uint64_t index = path ? 0 : encoder.table().find(field);
        if (index != 0) {
          encoder.write_indexed(index, &block);
        } else {
          encoder.write_literal(
              path ? LiteralKind::kWithoutIndexing : LiteralKind::kIncrementalIndexing,
              encoder.table().find_name(field.name), field, StringCoding::kShorter,
              StringCoding::kShorter, &block);
        }
      }
      make_frames(kind, block);
      if (i == 0) run();
    }
  }

  void run() override {
    next_ += 2;
    for (size_t at : ids_at_) {
      for (int i = 0; i < 4; ++i) frames_[at + i] = static_cast<char>(next_ >> (24 - 8 * i));
    }
    const uint64_t before = closed_;
    receive(frames_);
    if (requests_ != (next_ + 1) / 2 || closed_ != before + 1) fail("a request is missing");
  }

 private:
  static constexpr size_t kIdAt = 5;  // of a frame's header

  void make_frames(Kind kind, const std::string& block) {
    frames_.clear();
    ids_at_.clear();
    if (kind == Kind::kAnswered) {
      add(ref::encode(ref::HEADERS, ref::END_HEADERS | ref::END_STREAM, 1, block));
    } else {
      add(ref::encode(ref::HEADERS, 0, 1, block.substr(0, block.size() / 2)));
      add(ref::encode(ref::CONTINUATION, ref::END_HEADERS, 1, block.substr(block.size() / 2)));
      add(ref::encode(ref::RST_STREAM, 0, 1, ref::u32(8)));
    }
  }
  void add(const std::string& frame) {
    ids_at_.push_back(frames_.size() + kIdAt);
    frames_ += frame;
  }

  std::string frames_;
  std::vector<size_t> ids_at_;
  uint32_t next_ = UINT32_MAX;  // the first is 1
};

CycleRow request(std::string name, RequestCycle::Kind kind) {
  return {std::move(name), [kind](Allocation allocation) {
            return std::make_unique<RequestCycle>(allocation, kind);
          }};
}

}  // namespace

std::vector<CycleRow> frame_cycles() {
  ref::HpackEncoder encoder;
  const std::string block = encoder.encode(browser_fields());
  const std::string data = ref::encode(ref::DATA, 0, 1, std::string(16384, 'd'));
  const std::string window = ref::encode(ref::WINDOW_UPDATE, 0, 1, ref::u32(1));
  const std::string ping = ref::encode(ref::PING, 0, 0, ref::u64(0x0123456789abcdef));
  const std::string settings = ref::encode(
      ref::SETTINGS, 0, 0,
      ref::settings({{ref::MAX_CONCURRENT_STREAMS, 100}, {ref::INITIAL_WINDOW_SIZE, 70000}}));
  const std::string changes =
      ref::encode(ref::SETTINGS, 0, 0, ref::settings({{ref::INITIAL_WINDOW_SIZE, 70000}})) +
      ref::encode(ref::SETTINGS, 0, 0, ref::settings({{ref::INITIAL_WINDOW_SIZE, 65535}}));
  return {
      read("DATA", data),
      read("WINDOW_UPDATE", window),
      read("HEADERS", ref::encode(ref::HEADERS, ref::END_HEADERS, 1, block)),
      read("PUSH_PROMISE",
           ref::encode(ref::PUSH_PROMISE, ref::END_HEADERS, 1, ref::u32(2) + block)),
      read("PRIORITY", ref::encode(ref::PRIORITY, 0, 1, ref::priority(false, 3, 15))),
      read("PING", ping),
      read("SETTINGS", settings),
      read("RST_STREAM", ref::encode(ref::RST_STREAM, 0, 1, ref::u32(8))),
      read("GOAWAY", ref::encode(ref::GOAWAY, 0, 0, ref::goaway(1, 0, "maintenance"))),
      request("HEADERS+CONTINUATION_decoded", RequestCycle::Kind::kContinued),
      on_connection("DATA_and_credit", data, 1),
      on_connection("WINDOW_UPDATE_applied", window, 0),
      on_connection("PING_and_ack", ping, 1),
      on_connection("SETTINGS_twice_and_acks", changes, 2),
      request("Request_and_response", RequestCycle::Kind::kAnswered),
  };
}

std::vector<CycleRow> all_cycles() {
  std::vector<CycleRow> rows = frame_cycles();
  for (CycleRow& row : exchange_cycles()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace headrace::benchmarks

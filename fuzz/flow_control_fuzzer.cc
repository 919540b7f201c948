#include <algorithm>
#include <array>
#include <cstring>
#include <gsl/span>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/require.h"
#include "headrace/protocol/connection/connection.h"

// Flow control never shuts itself (RFC 9113 §5.2). Our client against our server over two pipes of
// bounded size; both write on all streams, and their applications hold what they get and let go of
// it in any order. Whenever all have let go, everything arrives: no window stays shut, no end waits
// for the other to read, and a loop that reads whenever wants_input() says so, and looks at
// has_events() only afterwards, is never told to calm down.
//
// Input: the options of both ends, the sizes of bodies and pipes, and then what is done (Draws).

namespace headrace::fuzz {
namespace {

constexpr TimePoint kNow{};
constexpr size_t kLargestBody = 200'000;
constexpr int kMostSteps = 2000;

const std::string& pattern() {
  static const std::string octets = [] {
    std::string made(kLargestBody, '\0');
    uint32_t state = 1;
    for (char& octet : made) {
      state = state * 1664525 + 1013904223;
      octet = static_cast<char>(state >> 24);
    }
    return made;
  }();
  return octets;
}

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// One of a few that are at the edges, or between them; or any, of 1 to 31 bits.
uint32_t draw_window(Draws& draws) {
  constexpr std::array<uint32_t, 8> kWindows = {65535, 1,     100,         1000,
                                                20000, 65536, 1024 * 1024, 0x7fffffff};
  const uint32_t kind = draws.octet();
  if (kind < 128) return kWindows[kind % kWindows.size()];
  const uint32_t highest = uint32_t{1} << (kind % 31);
  return highest | (draws.octet() * 0x01010101u & (highest - 1));
}

// 2^14 to 2^24-1 (RFC 9113 §6.5.2).
uint32_t draw_frame_size(Draws& draws) {
  const uint32_t kind = draws.octet();
  if (kind < 128) return kind % 2 == 0 ? 16384 : 100'000;
  return std::min((uint32_t{16384} << (kind % 11)) + draws.octet(), 0xffffffu);
}

Options draw_options(Draws& draws) {
  Options options;
  options.initial_window_size = draw_window(draws);
  options.connection_window_size = draw_window(draws);
  options.window_policy = static_cast<WindowPolicy>(draws.below(3));
  options.max_window_size = draw_window(draws);
  options.automatic_credit = draws.below(2) == 0;
  options.max_frame_size = draw_frame_size(draws);
  options.send_buffer_size = draws.pick(std::array<uint32_t, 3>{64 * 1024, 100, 5000});
  // Enough for what one read of the pipe brings, and not for two.
  options.limits.connection_memory = draws.below(2) == 0 ? 1 << 20 : 110'000;
  return options;
}

// A message each way on one stream, as one end sees it.
struct Flow {
  size_t to_send = 0;
  size_t sent = 0;
  size_t to_receive = 0;
  size_t received = 0;
  size_t held = 0;
  bool automatic = true;
  bool peer_ended = false;
  bool ended = false;
  bool closed = false;
};

struct Play;

class End {
 public:
  End(Role role, const Options& options, Play* play)
      : role_(role),
        automatic_(options.automatic_credit),
        connection_(std::make_unique<Connection>(role, options, kNow)),
        play_(play) {}

  Connection& connection() { return *connection_; }
  void open(StreamId id, size_t to_send, size_t to_receive);
  std::map<StreamId, Flow>& flows() { return flows_; }

  // Each says whether anything has come of it.
  bool write(std::string* pipe, size_t pipe_size, size_t max_bytes);
  bool read(std::string* pipe, size_t most, bool leave_early);
  bool look(bool leave_early);
  void feed(StreamId id);
  void resize_window(StreamId id, uint32_t size);
  // Octets of a stream that the application lets go of.
  void let_go(StreamId id, size_t size);
  void let_go_of_all();
  void set_automatic(StreamId id, bool automatic);
  // Nothing that was let go of is kept back while the peer has none left.
  void require_no_shut_window();
  void require_all_arrived();

 private:
  bool take(EventRange range, bool leave_early);
  void on_event(const Event& event);
  void on_data(const DataReceived& data);

  const Role role_;
  const bool automatic_;
  std::unique_ptr<Connection> connection_;
  Play* play_;
  std::map<StreamId, Flow> flows_;
};

struct Play {
  std::vector<size_t> requests, answers;  // sizes of bodies, by stream
  bool holding = true;
};

void End::open(StreamId id, size_t to_send, size_t to_receive) {
  Flow& flow = flows_[id];
  flow.to_send = to_send;
  flow.to_receive = to_receive;
  flow.automatic = automatic_;
}

bool End::write(std::string* pipe, size_t pipe_size, size_t max_bytes) {
  if (!connection_->wants_output() || pipe->size() >= pipe_size) return false;
  size_t room = pipe_size - pipe->size(), written = 0;
  for (const ConstBuffer& buffer : connection_->pending_output(max_bytes)) {
    const size_t size = std::min(room, buffer.size);
    pipe->append(reinterpret_cast<const char*>(buffer.data), size);
    room -= size;
    written += size;
  }
  connection_->sent(written);
  return written > 0;
}

bool End::read(std::string* pipe, size_t most, bool leave_early) {
  if (!connection_->wants_input() || pipe->empty()) return false;
  const std::string bytes = pipe->substr(0, most);
  pipe->erase(0, bytes.size());
  (void)take(connection_->receive(octets(bytes), kNow), leave_early);
  return true;
}

bool End::look(bool leave_early) {
  if (!connection_->has_events()) return false;
  (void)take(connection_->advance(kNow), leave_early);
  return true;
}

bool End::take(EventRange range, bool leave_early) {
  bool any = false;
  for (EventPtr event : range) {
    any = true;
    on_event(*event);
    if (leave_early) break;
  }
  return any;
}

void End::on_event(const Event& event) {
  if (const auto* request = std::get_if<RequestReceived>(&event)) {
    const size_t index = (request->stream_id - 1) / 2;
    open(request->stream_id, play_->answers[index], play_->requests[index]);
    require(
        connection_->submit_response(request->stream_id, {{":status", "200"}}, Body::stream()).ok(),
        "a response is refused");
    feed(request->stream_id);
  } else if (const auto* response = std::get_if<ResponseReceived>(&event)) {
    flows_[response->stream_id].peer_ended |= response->end_stream;
  } else if (const auto* data = std::get_if<DataReceived>(&event)) {
    on_data(*data);
  } else if (const auto* writable = std::get_if<StreamWritable>(&event)) {
    feed(writable->stream_id);
  } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
    require(closed->error == ErrorCode::kNoError, describe(closed->detail).c_str());
    flows_[closed->stream_id].closed = true;
  } else if (const auto* gone = std::get_if<ConnectionClosed>(&event)) {
    require(false, describe(gone->error).c_str());
  }
}

void End::on_data(const DataReceived& data) {
  Flow& flow = flows_[data.stream_id];
  require(flow.received + data.bytes.size() <= flow.to_receive, "more has come than was sent");
  require(data.bytes.size() == 0 || std::memcmp(data.bytes.data(), pattern().data() + flow.received,
                                                data.bytes.size()) == 0,
          "other octets have come than were sent");
  flow.received += data.bytes.size();
  if (!flow.automatic) flow.held += data.bytes.size();
  flow.peer_ended |= data.end_stream;
  if (!play_->holding) let_go(data.stream_id, flow.held);
  if (data.end_stream) feed(data.stream_id);
}

// As much as the stream takes. A server ends its answer behind the request's end: the rest of a
// request that is answered whole is not wanted (RFC 9113 §8.1).
void End::feed(StreamId id) {
  Flow& flow = flows_[id];
  if (flow.ended || flow.closed) return;
  const bool may_end = role_ == Role::kClient || flow.peer_ended || flow.to_receive == 0;
  const std::string_view rest =
      std::string_view(pattern()).substr(flow.sent, flow.to_send - flow.sent);
  const SendResult result =
      flow.sent % 2 == 0 ? connection_->send_data(id, Body::owned(std::string(rest)), may_end)
                         : connection_->send_data(id, octets(rest), may_end);
  require(result.ok(), "data is refused");
  flow.sent += result.accepted;
  flow.ended = may_end && result.accepted == rest.size();
}

void End::let_go(StreamId id, size_t size) {
  Flow& flow = flows_[id];
  size = std::min(size, flow.held);
  if (size == 0) return;
  flow.held -= size;
  // (An error: the stream is gone, and has given all back.)
  (void)connection_->credit(id, static_cast<uint32_t>(size));
}

void End::set_automatic(StreamId id, bool automatic) {
  if (!connection_->set_automatic_credit(id, automatic).ok()) return;  // not there yet, or no more
  flows_[id].automatic = automatic;
  if (automatic) flows_[id].held = 0;
}

// (An error: the stream is not there, or the window may not be so wide.)
void End::resize_window(StreamId id, uint32_t size) {
  (void)connection_->set_receive_window(id, std::max<uint32_t>(size, 1));
}

void End::let_go_of_all() {
  for (auto& [id, flow] : flows_) let_go(id, flow.held);
}

void End::require_no_shut_window() {
  std::vector<StreamId> ids = {0};
  for (const auto& [id, flow] : flows_) ids.push_back(id);
  for (StreamId id : ids) {
    const ReceiveCredit credit = connection_->receive_credit(id);
    require(credit.waiting == 0 || credit.window > 0, "a window of zero stands");
  }
}

void End::require_all_arrived() {
  for (const auto& [id, flow] : flows_) {
    if (flow.received == flow.to_receive && flow.closed) continue;
    const std::string what = "stream " + std::to_string(id) +
                             " stands still: " + std::to_string(flow.received) + " of " +
                             std::to_string(flow.to_receive) + " octets have come";
    require(false, what.c_str());
  }
}

class Pair {
 public:
  Pair(const Options& client, const Options& server, Draws& draws)
      : draws_(draws),
        client_(Role::kClient, client, &play_),
        server_(Role::kServer, server, &play_),
        pipe_size_(draws.pick(std::array<size_t, 4>{65536, 1, 200, 5000})),
        max_bytes_(draws.pick(std::array<size_t, 4>{65536, 30, 109, 2000})),
        greedy_(draws.below(2) == 0),
        client_pings_(draws.pick(std::array<int, 3>{0, 30, 300})),
        server_pings_(client_pings_),
        // What can be played in a moment.
        largest_body_(500 * std::min({pipe_size_, max_bytes_, size_t{client.initial_window_size},
                                      size_t{server.initial_window_size}})) {
    const uint32_t streams = 1 + draws.below(5);
    for (uint32_t i = 0; i < streams; ++i) open();
  }

  // Whatever has been done by then, and whatever the applications still hold.
  void run() {
    for (int i = 0; i < kMostSteps && !draws_.done(); ++i) {
      draws_.below(2) == 0 ? act(client_, &to_server_, &to_client_)
                           : act(server_, &to_client_, &to_server_);
    }
    drive();
    client_.require_no_shut_window();
    server_.require_no_shut_window();
    play_.holding = false;
    client_.let_go_of_all();
    server_.let_go_of_all();
    drive();
    client_.require_all_arrived();
    server_.require_all_arrived();
    require(server_.flows().size() == play_.requests.size(), "a request has not arrived");
  }

 private:
  size_t draw_size() {
    const size_t size = draws_.pick(std::array<size_t, 5>{kLargestBody, 0, 1, 1000, 70'000});
    return std::min(size, largest_body_);
  }
  // (A body through a window of one octet takes long.)
  uint32_t draw_resize() {
    return std::max(draw_window(draws_), static_cast<uint32_t>(largest_body_ / 500));
  }
  void open();
  void act(End& end, std::string* to, std::string* from);
  bool write(End& end, std::string* to, size_t max_bytes);
  void drive();

  Draws& draws_;
  Play play_;
  End client_, server_;
  const size_t pipe_size_;
  const size_t max_bytes_;
  const bool greedy_;                // who writes fills the pipe
  int client_pings_, server_pings_;  // that they are going to send between their octets
  const size_t largest_body_;
  std::string to_server_, to_client_;
};

void Pair::open() {
  play_.requests.push_back(draw_size());
  play_.answers.push_back(draw_size());
  const RequestResult request = client_.connection().submit_request(
      {{":method", "POST"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "/"}},
      Body::stream());
  require(request.ok(), "a request is refused");
  client_.open(request.stream_id, play_.requests.back(), play_.answers.back());
  client_.feed(request.stream_id);
}

void Pair::act(End& end, std::string* to, std::string* from) {
  const StreamId id = 1 + 2 * draws_.below(static_cast<uint32_t>(play_.requests.size()));
  switch (draws_.below(9)) {
    case 0:
    case 1:
      return (void)write(end, to, 1 + draws_.number() % max_bytes_);
    case 2:
    case 3:
      return (void)end.read(from, 1 + draws_.number() % 65536, draws_.seldom(4));
    case 4:
      return (void)end.look(draws_.seldom(4));
    case 5:
      return end.let_go(id, draws_.number() % kLargestBody);
    case 6:
      return end.resize_window(id, draw_resize());
    case 7:
      return end.resize_window(0, draw_resize());
    default:
      return end.set_automatic(id, draws_.below(2) == 0);
  }
}

bool Pair::write(End& end, std::string* to, size_t max_bytes) {
  bool any = false;
  do {
    int& pings = &end == &client_ ? client_pings_ : server_pings_;
    for (int i = 0; i < 10 && pings > 0; ++i, --pings) {
      (void)end.connection().ping(static_cast<uint64_t>(pings));
    }
    if (!end.write(to, pipe_size_, max_bytes)) return any;
    any = true;
  } while (greedy_);
  return any;
}

// Loops that read when they may and look for events only afterwards, until nothing moves.
void Pair::drive() {
  for (bool moves = true; moves;) {
    moves = write(client_, &to_server_, max_bytes_);
    moves |= write(server_, &to_client_, max_bytes_);
    moves |= server_.read(&to_server_, 65536, false);
    moves |= client_.read(&to_client_, 65536, false);
    moves |= client_.look(false);
    moves |= server_.look(false);
  }
}

void play(std::string_view input) {
  Draws draws(input);
  Options client = draw_options(draws);
  Options server = draw_options(draws);
  // (Where both let fewer than 8 wait, both can be full: limits.h.)
  server.limits.queued_replies = draws.pick(std::array<uint32_t, 4>{64, 1, 2, 8});
  client.limits.queued_replies = draws.pick(std::array<uint32_t, 4>{64, 64, 20, 8});
  Pair(client, server, draws).run();
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}

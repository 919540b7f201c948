// A gRPC client without a gRPC library: makes one call of a service whose messages are those of
// echo.proto, the server's or anybody's. Each line of standard input is a message, sent as soon as
// it is read and the stream takes it; each message of the answer is printed as a line. It ends with
// the call's status.
//   bazel run //examples:grpc_client -- [OPTION...] HOST PORT /echo.Echo/Echo
//
//   --authorities=FILE  over TLS, with a server whose certificate one of these authorities (PEM)
//   has signed
//   --timeout=MS        the call's deadline, of which the server is told, too
//   --answers=N         cancel the call behind so many messages
//   --keepalive=MS      ask by a PING whether the server is there when it has said nothing for so
//   long

#include <headrace/adapters/epoll/epoll_loop.h>
#include <headrace/adapters/socket/connector.h>
#include <headrace/adapters/tls/client.h>
#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using headrace::Field;
using headrace::TimePoint;
using std::chrono::milliseconds;

TimePoint current_time() { return std::chrono::steady_clock::now(); }

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
enum Status : uint8_t {
  kCancelled = 1,
  kUnknown = 2,
  kDeadlineExceeded = 4,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kInternal = 13,
  kUnavailable = 14,
};

// What a stream's end without a status stands for (doc/PROTOCOL-HTTP2.md of gRPC, "Errors").
Status status_of(headrace::ErrorCode error) {
  switch (error) {
    case headrace::ErrorCode::kCancel:
      return kCancelled;
    case headrace::ErrorCode::kRefusedStream:
      return kUnavailable;
    case headrace::ErrorCode::kEnhanceYourCalm:
      return kResourceExhausted;
    case headrace::ErrorCode::kInadequateSecurity:
      return kPermissionDenied;
    default:
      return kInternal;
  }
}

// A message echo.Message, {bytes content = 1}, behind its prefix: not compressed, the length.
std::string framed(std::string_view content) {
  std::string message;
  if (!content.empty()) {
    message.push_back('\x0a');
    size_t size = content.size();
    for (; size >= 0x80; size >>= 7) message.push_back(static_cast<char>(size | 0x80));
    message.push_back(static_cast<char>(size));
    message.append(content);
  }
  std::string frame(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame.push_back(static_cast<char>(message.size() >> shift));
  }
  return frame + message;
}

// The content of a message without its prefix; nothing if it is no echo.Message.
std::optional<std::string_view> content_of(std::string_view message) {
  if (message.empty()) return message;
  size_t size = 0;
  size_t at = 1;
  for (int shift = 0; at < message.size() && shift < 35; shift += 7) {
    const auto octet = static_cast<uint8_t>(message[at++]);
    size |= size_t{octet & 0x7fu} << shift;
    if (octet < 0x80) break;
  }
  if (message[0] != '\x0a' || size != message.size() - at) return std::nullopt;
  return message.substr(at);
}

// Puts the messages of a stream together, however its octets are cut.
class Messages {
 public:
  void add(std::string_view octets) { octets_.append(octets); }
  // The next message that is whole, valid until the next call.
  std::optional<std::string_view> next() {
    octets_.erase(0, taken_);
    taken_ = 0;
    constexpr size_t kPrefix = 5;
    if (octets_.size() < kPrefix) return std::nullopt;
    size_t size = 0;
    for (size_t i = 1; i < kPrefix; ++i) size = size << 8 | static_cast<uint8_t>(octets_[i]);
    if (octets_.size() - kPrefix < size) return std::nullopt;
    taken_ = kPrefix + size;
    return std::string_view(octets_).substr(kPrefix, size);
  }
  bool is_empty() const { return octets_.size() == taken_; }

 private:
  std::string octets_;
  size_t taken_ = 0;
};

struct Wanted {
  std::string host, method, authorities;
  uint16_t port = 0;
  milliseconds timeout{0}, keepalive{0};  // 0: none
  milliseconds patience{20'000};
  uint64_t answers = UINT64_MAX;
};

class Call : public headrace::adapters::Service {
 public:
  explicit Call(const Wanted& wanted)
      : wanted_(wanted),
        deadline_(wanted.timeout.count() > 0 ? current_time() + wanted.timeout : TimePoint::max()) {
  }

  // What the loop calls.
  std::unique_ptr<headrace::adapters::Handler> open(headrace::Connection& connection,
                                                    headrace::adapters::Driver& driver) override {
    connection_ = &connection;
    driver_ = &driver;
    begin();
    return std::make_unique<Events>(this);
  }
  void connect_failed(int error) override { finish(kUnavailable, std::strerror(error)); }
  void handshake_failed(const std::string& reason,
                        const headrace::adapters::SocketAddress&) override {
    finish(kUnavailable, reason);
  }

  TimePoint deadline() const { return is_over() ? TimePoint::max() : deadline_; }
  void look_at_clock() {
    if (current_time() >= deadline()) leave(kDeadlineExceeded, "the deadline has passed");
  }
  // Whether the stream has room for more of the input.
  bool wants_more() const {
    return connection_ != nullptr && !is_over() && !ended_ && sent_ == waiting_.size();
  }
  void read_more() {
    char octets[64 * 1024];
    const ssize_t size = read(STDIN_FILENO, octets, sizeof(octets));
    if (size < 0) return;
    ended_ = size == 0;
    std::string_view rest(octets, static_cast<size_t>(size));
    for (size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
      line_.append(rest.substr(0, end));
      waiting_.append(framed(line_));
      line_.clear();
    }
    line_.append(rest);
    send();
  }

  bool is_over() const { return status_.has_value(); }
  int status() const { return *status_; }

 private:
  // The events of the connection that the call is on.
  class Events : public headrace::adapters::Handler {
   public:
    explicit Events(Call* call) : call_(*call) {}
    void handle(headrace::EventPtr event) override {
      using namespace headrace;
      std::visit(
          Overloaded{[&](const ResponseReceived& response) { call_.begin_answer(response); },
                     [&](const DataReceived& data) { call_.take(data.bytes.text()); },
                     [&](const TrailersReceived& trailers) { call_.end(trailers.fields); },
                     [&](const StreamWritable&) { call_.send(); },
                     [&](const StreamClosed& closed) { call_.close(closed); }, [](const auto&) {}},
          *event);
    }

   private:
    Call& call_;
  };

  void begin() {
    if (is_over()) return;
    const std::string authority = wanted_.host + ":" + std::to_string(wanted_.port);
    const std::string timeout = std::to_string(wanted_.timeout.count()) + "m";
    std::vector<Field> head = {{":method", "POST"},
                               {":scheme", wanted_.authorities.empty() ? "http" : "https"},
                               {":authority", authority},
                               {":path", wanted_.method},
                               {"content-type", "application/grpc"},
                               {"te", "trailers"}};
    if (wanted_.timeout.count() > 0) head.push_back({"grpc-timeout", timeout});
    const auto request = connection_->submit_request(head, headrace::Body::stream());
    if (!request.ok()) return finish(kInternal, describe(request));
    stream_ = request.stream_id;
  }

  // As much as the stream takes; StreamWritable calls it again.
  void send() {
    if (is_over()) return;
    const std::string_view rest = std::string_view(waiting_).substr(sent_);
    if (rest.empty() && !ended_) return;
    const auto result = connection_->send_data(stream_, rest, ended_);
    // An error means that the stream has just ended; its StreamClosed says why.
    sent_ += result.ok() ? result.accepted : rest.size();
    if (sent_ == waiting_.size()) {
      waiting_.clear();
      sent_ = 0;
    }
    driver_->attend();
  }

  void begin_answer(const headrace::ResponseReceived& response) {
    if (response.status != 200) {
      return leave(kUnknown, "HTTP status " + std::to_string(response.status));
    }
    if (response.end_stream) end(response.fields);  // trailers only
  }
  void take(std::string_view octets) {
    messages_.add(octets);
    while (!is_over()) {
      const auto message = messages_.next();
      if (!message) return;
      const auto content = content_of(*message);
      if (!content) return leave(kInternal, "a message that is no echo.Message");
      std::fwrite(content->data(), 1, content->size(), stdout);
      std::putchar('\n');
      std::fflush(stdout);
      if (++answers_ == wanted_.answers) leave(kCancelled, "enough");
    }
  }
  template <typename Fields>
  void end(const Fields& fields) {
    const std::string_view text = fields.get("grpc-status");
    int status = kUnknown;
    std::from_chars(text.data(), text.data() + text.size(), status);
    if (status == 0 && !messages_.is_empty()) return finish(kInternal, "half a message");
    finish(status, fields.get("grpc-message"));
  }
  void close(const headrace::StreamClosed& closed) {
    const bool silent =
        connection_->statistics().limits_hit.of(headrace::Limit::kKeepaliveTimeout) > 0;
    const bool lost =
        closed.closed_by == headrace::ClosedBy::kTransport || closed.retry_safe || silent;
    finish(lost ? kUnavailable : status_of(closed.error), "the call has ended without a status");
  }

  // Resets the stream: the server learns that nobody waits any more.
  void leave(int status, std::string_view message) {
    if (stream_ != 0) {
      (void)connection_->reset_stream(stream_, headrace::ErrorCode::kCancel);
      driver_->attend();
    }
    finish(status, message);
  }
  void finish(int status, std::string_view message) {
    if (is_over()) return;
    status_ = status;
    std::fprintf(stderr, "status %d%s%.*s\n", status, message.empty() ? "" : ": ",
                 static_cast<int>(message.size()), message.data());
  }

  const Wanted& wanted_;
  const TimePoint deadline_;
  headrace::Connection* connection_ = nullptr;  // valid until the call is over
  headrace::adapters::Driver* driver_ = nullptr;
  headrace::StreamId stream_ = 0;
  std::string line_;     // was read, without its end
  std::string waiting_;  // of which the stream has taken sent_ octets
  size_t sent_ = 0;
  bool ended_ = false;  // the input
  Messages messages_;
  uint64_t answers_ = 0;
  std::optional<int> status_;
};

std::optional<Wanted> read_arguments(int argc, char** argv) {
  Wanted wanted;
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    const std::string_view option = argv[at];
    const size_t equals = option.find('=');
    if (equals == option.npos) return std::nullopt;
    const std::string value(option.substr(equals + 1));
    const std::string_view name = option.substr(0, equals);
    if (name == "--authorities") {
      wanted.authorities = value;
    } else if (name == "--timeout") {
      wanted.timeout = milliseconds(std::atoi(value.c_str()));
    } else if (name == "--answers") {
      wanted.answers = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--keepalive") {
      wanted.keepalive = milliseconds(std::atoi(value.c_str()));
    } else if (name == "--patience") {
      wanted.patience = milliseconds(std::atoi(value.c_str()));
    } else {
      return std::nullopt;
    }
  }
  if (argc - at != 3) return std::nullopt;
  wanted.host = argv[at];
  wanted.port = static_cast<uint16_t>(std::atoi(argv[at + 1]));
  wanted.method = argv[at + 2];
  return wanted;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int fail(const headrace::adapters::Status& status) {
  std::fprintf(stderr, "grpc_client: %s\n", status.message().c_str());
  return kUnavailable;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace headrace::adapters;
  const std::optional<Wanted> wanted = read_arguments(argc, argv);
  if (!wanted) {
    return std::fputs("usage: grpc_client [OPTION...] HOST PORT METHOD < MESSAGES\n", stderr), 2;
  }
  std::unique_ptr<headrace::tls::Client> tls;
  if (!wanted->authorities.empty()) {
    headrace::tls::ClientOptions tls_options;
    tls_options.authorities = text_of(wanted->authorities);
    auto made = headrace::tls::Client::create(tls_options);
    if (!made.ok()) return fail(made.status());
    tls = std::move(*made);
  }
  headrace::tls::Destination destination(tls.get(), wanted->host);
  const auto addresses = resolve(wanted->host, wanted->port);
  if (!addresses.ok()) return fail(addresses.status());
  auto socket = start_connecting(addresses->front());
  if (!socket.ok()) return fail(socket.status());

  Call call(*wanted);
  auto made = EpollLoop::create({}, &call);
  if (!made.ok()) return fail(made.status());
  EpollLoop& loop = **made;
  headrace::Options options;
  options.window_policy = headrace::WindowPolicy::kAutoTuned;
  options.limits.keepalive_interval = wanted->keepalive;
  options.limits.keepalive_timeout = wanted->patience;
  loop.connect(std::move(*socket), options, &call, tls != nullptr ? &destination : nullptr);
  while (!call.is_over()) {
    const TimePoint now = current_time();
    pollfd descriptors[] = {{loop.descriptor(), POLLIN, 0},
                            {call.wants_more() ? STDIN_FILENO : -1, POLLIN, 0}};
    const TimePoint until = std::min(loop.next_deadline(now), call.deadline());
    poll(descriptors, 2, headrace::poll_timeout(until, now));
    if (descriptors[1].revents != 0) call.read_more();
    if (!loop.turn(milliseconds(0))) return fail(loop.failure());
    call.look_at_clock();
  }
  loop.stop();
  loop.run();
  return call.status();
}

// A reverse proxy: clients speak HTTP/2 or HTTP/1.1, the server behind HTTP/2 or HTTP/1.1, as the
// last argument says. Bodies stream both ways, no faster than the slower side takes them; trailers
// and interim responses go through; a request that the server has left undone is sent again.
//   bazel run //examples:proxy -- 8081 127.0.0.1 8080 1.1

#include <headrace/adapters/epoll/epoll_loop.h>
#include <headrace/adapters/socket/connector.h>
#include <headrace/adapters/socket/listener.h>
#include <headrace/forwarding.h>
#include <headrace/headrace.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using headrace::Body;
using headrace::Connection;
using headrace::EventPtr;
using headrace::StreamId;
using headrace::adapters::Driver;

constexpr int kAttempts = 3;

// The version of HTTP that a message came in, and our name (RFC 9110 §7.6.3).
std::string_view via(const Connection& from) {
  return from.protocol() == headrace::ProtocolVersion::kHttp1 ? "1.1 headrace-proxy"
                                                              : "2 headrace-proxy";
}

// The date of a response that has none (RFC 9110 §6.6.1).
std::string date_now() {
  char text[32];
  const std::time_t now = std::time(nullptr);
  return {text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&now))};
}

// One end of an exchange: a stream of a connection. Without a connection it has ended.
struct End {
  Connection* connection = nullptr;
  Driver* driver = nullptr;
  StreamId stream_id = 0;
};

// A response of our own.
void answer(const End& front, int status) {
  const std::string date = date_now();
  (void)front.connection->submit_response(front.stream_id, status,
                                          {{"content-length", "0"}, {"date", date}});
}

// A message on its way from one end to the other. Octets that are not taken at once wait here, and
// are not given back to the sender's window until they are.
struct Flow {
  std::string waiting;
  std::unique_ptr<std::vector<headrace::Field>> trailers;
  EventPtr trailers_event;  // that they are views of
  bool ended = false;       // nothing more comes
  bool done = false;        // and all of it is handed on
  bool dropped = false;     // the other end has ended
  size_t handed_on = 0;

  // The rest goes nowhere, and its sender does not wait for that.
  void drop(const End& from) {
    dropped = true;
    give_back(from, waiting.size());
    waiting.clear();
  }
  void flush(const End& from, const End& to) {
    if (dropped) return drop(from);
    if (done || to.connection == nullptr) return;
    const bool bare_end = ended && trailers == nullptr;
    if (!waiting.empty() || bare_end) {
      const auto sent = to.connection->send_data(to.stream_id, waiting, bare_end);
      // (An error means that the stream has just ended; its StreamClosed is on its way.)
      const size_t taken = sent.ok() ? sent.accepted : waiting.size();
      waiting.erase(0, taken);
      handed_on += taken;
      give_back(from, taken);
    }
    done = ended && waiting.empty();
    if (done && trailers != nullptr &&
        !to.connection->send_trailers(to.stream_id, *trailers).ok()) {
      // Nobody is left waiting for the end, should a rule of the other version refuse them.
      (void)to.connection->send_data(to.stream_id, std::string_view(), /*end_stream=*/true);
    }
    to.driver->attend();
  }
  static void give_back(const End& from, size_t size) {
    if (from.connection == nullptr || size == 0) return;
    (void)from.connection->credit(from.stream_id, static_cast<uint32_t>(size));
    from.driver->attend();
  }
};

// A request and its response.
struct Exchange {
  EventPtr request;  // kept, so that it can be sent again
  End front, back;
  Flow up, down;
  bool answered = false;  // the response has begun
  int attempts = 0;

  const headrace::RequestReceived& head() const {
    return std::get<headrace::RequestReceived>(*request);
  }
};

class Back;

// What accepts clients, and owns the exchanges and the connections to the server.
class Proxy : public headrace::adapters::Service {
 public:
  Proxy(headrace::adapters::SocketAddress server, headrace::Options options)
      : server_(std::move(server)), options_(std::move(options)) {}
  void run_on(headrace::adapters::Loop* loop) { loop_ = loop; }

  std::unique_ptr<headrace::adapters::Handler> open(Connection& connection,
                                                    Driver& driver) override;

  void begin(const End& front, EventPtr request) {
    auto exchange = std::make_unique<Exchange>();
    exchange->front = front;
    exchange->request = keep(std::move(request));
    exchange->up.ended = exchange->up.done = exchange->head().end_stream;
    (void)front.connection->set_user_data(front.stream_id, exchange.get());
    waiting_.push_back(exchange.get());
    exchanges_.insert(std::move(exchange));
    send_waiting();
  }
  void send_waiting();
  // A response of our own, where there can still be one.
  void fail(Exchange* exchange, int status) {
    const End front = exchange->front;
    if (front.connection == nullptr) return;
    if (exchange->answered) {
      (void)front.connection->reset_stream(front.stream_id, headrace::ErrorCode::kInternalError);
    } else {
      exchange->answered = true;
      answer(front, status);
    }
    front.driver->attend();
  }
  void on_front_closed(Exchange* exchange) {
    exchange->front = {};
    std::erase(waiting_, exchange);
    if (exchange->back.connection != nullptr) {
      (void)exchange->back.connection->reset_stream(exchange->back.stream_id,
                                                    headrace::ErrorCode::kCancel);
      exchange->back.driver->attend();
    }
    forget_if_over(exchange);
  }
  void on_back_closed(Exchange* exchange, const headrace::StreamClosed& closed) {
    exchange->back = {};
    // Octets of the body that were handed on are not here any more.
    const bool again = (closed.retry_safe || closed.retry_idempotent) && !exchange->answered &&
                       exchange->up.handed_on == 0 && exchange->attempts < kAttempts;
    if (again && exchange->front.connection != nullptr) {
      exchange->up.done = exchange->head().end_stream;  // its end goes with it once more
      waiting_.push_front(exchange);
    } else {
      exchange->up.drop(exchange->front);
      if (!exchange->down.ended) fail(exchange, 502);
    }
    forget_if_over(exchange);
    send_waiting();
  }
  void forget_if_over(Exchange* exchange) {
    if (exchange->front.connection != nullptr || exchange->back.connection != nullptr) return;
    std::erase_if(exchanges_, [exchange](const auto& owned) { return owned.get() == exchange; });
  }
  void on_back_opened(Back* back) { backs_.insert(back); }
  void on_back_destroyed(Back* back) { backs_.erase(back); }

  // Of connections to the server.
  class Backs : public headrace::adapters::Service {
   public:
    explicit Backs(Proxy* proxy) : proxy_(*proxy) {}
    std::unique_ptr<headrace::adapters::Handler> open(Connection& connection,
                                                      Driver& driver) override;
    void connect_failed(int) override {
      --proxy_.connecting_;
      if (proxy_.waiting_.empty()) return;
      Exchange* const exchange = proxy_.waiting_.front();
      proxy_.waiting_.pop_front();
      proxy_.fail(exchange, 502);
      proxy_.send_waiting();
    }

   private:
    Proxy& proxy_;
  };

 private:
  const headrace::adapters::SocketAddress server_;
  const headrace::Options options_;
  headrace::adapters::Loop* loop_ = nullptr;
  Backs backs_service_{this};
  std::set<Back*> backs_;
  size_t connecting_ = 0;
  std::deque<Exchange*> waiting_;  // for a connection
  std::set<std::unique_ptr<Exchange>> exchanges_;
};

// A connection of a client.
class Front : public headrace::adapters::Handler {
 public:
  Front(Proxy* proxy, Connection* connection, Driver* driver)
      : proxy_(*proxy), connection_(*connection), driver_(*driver) {}

  void handle(EventPtr event) override {
    if (const auto* request = std::get_if<headrace::RequestReceived>(event.get())) {
      const End front = {&connection_, &driver_, request->stream_id};
      if (request->method() == "CONNECT" || request->method() == "TRACE") {
        answer(front, 501);
      } else if (request->method() == "OPTIONS" && request->fields.get("max-forwards") == "0") {
        answer(front, 200);  // it is about us
      } else {
        proxy_.begin(front, std::move(event));
      }
    } else if (const auto* data = std::get_if<headrace::DataReceived>(event.get())) {
      auto* const exchange = data->user_data.as<Exchange>();
      if (exchange == nullptr) return;
      exchange->up.waiting.append(data->bytes.text());
      exchange->up.ended = data->end_stream;
      exchange->up.flush(exchange->front, exchange->back);
    } else if (const auto* trailers = std::get_if<headrace::TrailersReceived>(event.get())) {
      auto* const exchange = trailers->user_data.as<Exchange>();
      if (exchange == nullptr) return;
      take_trailers(&exchange->up, std::move(event));
      exchange->up.flush(exchange->front, exchange->back);
    } else if (const auto* writable = std::get_if<headrace::StreamWritable>(event.get())) {
      auto* const exchange = writable->user_data.as<Exchange>();
      if (exchange != nullptr) exchange->down.flush(exchange->back, exchange->front);
    } else if (const auto* closed = std::get_if<headrace::StreamClosed>(event.get())) {
      auto* const exchange = closed->user_data.as<Exchange>();
      if (exchange != nullptr) proxy_.on_front_closed(exchange);
    }
  }
  static void take_trailers(Flow* flow, EventPtr event) {
    flow->trailers_event = keep(std::move(event));
    flow->trailers = std::make_unique<std::vector<headrace::Field>>();
    const auto& trailers = std::get<headrace::TrailersReceived>(*flow->trailers_event);
    headrace::forward_trailers(trailers.fields.view(), flow->trailers.get());
    flow->ended = true;
  }

 private:
  Proxy& proxy_;
  Connection& connection_;
  Driver& driver_;
};

// A connection to the server.
class Back : public headrace::adapters::Handler {
 public:
  Back(Proxy* proxy, Connection* connection, Driver* driver, bool one_at_a_time)
      : proxy_(*proxy), connection_(*connection), driver_(*driver), one_at_a_time_(one_at_a_time) {
    proxy_.on_back_opened(this);
  }
  ~Back() override { proxy_.on_back_destroyed(this); }

  bool is_open() const {
    return connection_.accepts_requests() && (!one_at_a_time_ || connection_.open_streams() == 0);
  }
  void send(Exchange* exchange) {
    std::vector<headrace::Field> fields;
    const headrace::RequestReceived& head = exchange->head();
    if (headrace::forward_request(head.fields.view(), via(*exchange->front.connection), &fields) !=
        nullptr) {
      return proxy_.fail(exchange, 400);
    }
    ++exchange->attempts;
    const auto result = connection_.submit_request(
        fields, head.end_stream ? Body::none() : Body::stream(), exchange);
    if (!result.ok()) {
      // The version behind may be stricter, about octets in :path for one.
      const bool invalid = result.error == headrace::SubmitError::kInvalidFields;
      return proxy_.fail(exchange, invalid ? 400 : 502);
    }
    exchange->back = {&connection_, &driver_, result.stream_id};
    exchange->up.flush(exchange->front, exchange->back);
    driver_.attend();
  }

  void handle(EventPtr event) override {
    if (const auto* response = std::get_if<headrace::ResponseReceived>(event.get())) {
      respond(*response, response->user_data.as<Exchange>());
    } else if (const auto* interim = std::get_if<headrace::InformationalReceived>(event.get())) {
      const End front = interim->user_data.as<Exchange>()->front;
      std::vector<headrace::Field> fields;
      if (front.connection == nullptr || interim->status == 100) return;
      if (headrace::forward_response(interim->fields.view(), "", &fields) != nullptr) return;
      (void)front.connection->submit_informational(front.stream_id, fields);
      front.driver->attend();
    } else if (const auto* data = std::get_if<headrace::DataReceived>(event.get())) {
      auto* const exchange = data->user_data.as<Exchange>();
      exchange->down.waiting.append(data->bytes.text());
      exchange->down.ended = data->end_stream;
      exchange->down.flush(exchange->back, exchange->front);
    } else if (const auto* trailers = std::get_if<headrace::TrailersReceived>(event.get())) {
      auto* const exchange = trailers->user_data.as<Exchange>();
      Front::take_trailers(&exchange->down, std::move(event));
      exchange->down.flush(exchange->back, exchange->front);
    } else if (const auto* writable = std::get_if<headrace::StreamWritable>(event.get())) {
      auto* const exchange = writable->user_data.as<Exchange>();
      exchange->up.flush(exchange->front, exchange->back);
    } else if (const auto* closed = std::get_if<headrace::StreamClosed>(event.get())) {
      proxy_.on_back_closed(closed->user_data.as<Exchange>(), *closed);
    } else if (std::holds_alternative<headrace::ConnectionClosed>(*event)) {
      proxy_.send_waiting();
    }
  }

 private:
  void respond(const headrace::ResponseReceived& response, Exchange* exchange) {
    const End front = exchange->front;
    exchange->down.ended = exchange->down.done = response.end_stream;
    if (front.connection == nullptr) return;
    std::vector<headrace::Field> fields;
    if (headrace::forward_response(response.fields.view(), via(connection_), &fields) != nullptr) {
      return proxy_.fail(exchange, 502);
    }
    const std::string date = date_now();
    if (!response.fields.has("date")) fields.push_back({"date", date});
    exchange->answered = true;
    const auto result = front.connection->submit_response(
        front.stream_id, fields, response.end_stream ? Body::none() : Body::stream());
    if (!result.ok()) {
      exchange->answered = false;
      return proxy_.fail(exchange, 502);
    }
    front.driver->attend();
  }

  Proxy& proxy_;
  Connection& connection_;
  Driver& driver_;
  const bool one_at_a_time_;
};

std::unique_ptr<headrace::adapters::Handler> Proxy::open(Connection& connection, Driver& driver) {
  return std::make_unique<Front>(this, &connection, &driver);
}

std::unique_ptr<headrace::adapters::Handler> Proxy::Backs::open(Connection& connection,
                                                                Driver& driver) {
  --proxy_.connecting_;
  const bool http1 = proxy_.options_.protocol == headrace::ProtocolVersion::kHttp1;
  auto back = std::make_unique<Back>(&proxy_, &connection, &driver, http1);
  proxy_.send_waiting();
  return back;
}

void Proxy::send_waiting() {
  for (Back* back : backs_) {
    while (!waiting_.empty() && back->is_open()) {
      Exchange* const exchange = waiting_.front();
      waiting_.pop_front();
      back->send(exchange);
    }
  }
  const bool http1 = options_.protocol == headrace::ProtocolVersion::kHttp1;
  const size_t wanted = http1 ? waiting_.size() : waiting_.empty() ? 0 : 1;
  while (connecting_ < wanted) {
    auto socket = headrace::adapters::start_connecting(server_);
    if (!socket.ok()) break;
    ++connecting_;
    loop_->connect(std::move(*socket), options_, &backs_service_);
  }
  if (connecting_ > 0) return;
  for (Exchange* exchange : std::exchange(waiting_, {})) fail(exchange, 502);
}

headrace::adapters::Loop* running = nullptr;

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: proxy PORT HOST SERVER-PORT 2|1.1\n"), 2;
  const auto addresses =
      headrace::adapters::resolve(argv[2], static_cast<uint16_t>(std::atoi(argv[3])));
  auto listeners =
      headrace::adapters::listen_on("127.0.0.1", static_cast<uint16_t>(std::atoi(argv[1])), 1);
  if (!addresses.ok() || !listeners.ok()) return std::fprintf(stderr, "no such address\n"), 1;

  headrace::Options back;
  const bool http1 = std::string_view(argv[4]) == "1.1";
  if (http1) back.protocol = headrace::ProtocolVersion::kHttp1;
  back.automatic_credit = false;  // it is given when the client has taken the octets
  Proxy proxy(addresses->front(), back);

  headrace::adapters::LoopOptions options;
  options.connection.protocol = headrace::ProtocolVersion::kDetect;
  options.connection.automatic_credit = false;
  options.connection.complete_heads = false;  // the server's are complete
  options.client_share = 100;
  auto loop = headrace::adapters::EpollLoop::create(options, &proxy);
  if (!loop.ok()) return std::fprintf(stderr, "no loop\n"), 1;
  proxy.run_on(loop->get());
  running = loop->get();
  std::signal(SIGTERM, [](int) { running->stop(); });
  std::signal(SIGPIPE, SIG_IGN);
  std::printf("http://%s/\n", headrace::adapters::local_authority(listeners->front()).c_str());
  std::fflush(stdout);
  running->listen(std::move(listeners->front()));
  running->run();
  return 0;
}

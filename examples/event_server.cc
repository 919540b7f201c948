// An HTTP/2 server on libevent: a connection behind one event, which has its deadline as timeout.
// It answers every request with the number of octets that its body had.
//   c++ event_server.cc $(pkg-config --cflags --libs headrace libevent)

#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <variant>

namespace {

headrace::TimePoint now() { return std::chrono::steady_clock::now(); }

class Client {
 public:
  Client(event_base* base, int socket) : base_(base), socket_(socket) { wait(); }
  ~Client() {
    event_free(event_);
    close(socket_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

 private:
  // The socket is ready, or the deadline has come.
  static void on_event(evutil_socket_t, short what, void* self) {
    auto* client = static_cast<Client*>(self);
    if (client->turn(what)) {
      client->wait();
    } else {
      delete client;
    }
  }

  // False: this client is done, or gone.
  bool turn(short what) {
    if ((what & EV_READ) != 0) {
      char bytes[16 * 1024];
      const ssize_t size = recv(socket_, bytes, sizeof(bytes), 0);
      if (size > 0) answer(connection_.receive({bytes, static_cast<size_t>(size)}, now()));
      if (size == 0 || (size < 0 && errno != EAGAIN)) answer(connection_.end_of_input(now()));
    }
    answer(connection_.advance(now()));
    return headrace::write_output(socket_, connection_, now()) && !connection_.should_close();
  }

  // What the connection wants now, for once.
  void wait() {
    const int wanted =
        (connection_.wants_input() ? EV_READ : 0) | (connection_.wants_output() ? EV_WRITE : 0);
    if (event_ != nullptr) event_free(event_);
    event_ = event_new(base_, socket_, static_cast<short>(wanted), on_event, this);
    const int wait = headrace::poll_timeout(connection_.next_deadline(), now());
    const timeval timeout{wait / 1000, wait % 1000 * 1000};
    event_add(event_, &timeout);
  }

  void answer(headrace::EventRange&& events) {
    for (headrace::EventPtr event : events) {
      std::visit(headrace::Overloaded{
                     [&](const headrace::RequestReceived& request) {
                       if (request.end_stream) respond(request.stream_id);
                     },
                     [&](const headrace::DataReceived& data) {
                       octets_[data.stream_id] += data.bytes.size();
                       if (data.end_stream) respond(data.stream_id);
                     },
                     [&](const headrace::TrailersReceived& end) { respond(end.stream_id); },
                     [&](const headrace::StreamClosed& closed) { octets_.erase(closed.stream_id); },
                     [](const auto&) {}},
                 *event);
    }
  }
  void respond(headrace::StreamId stream) {
    // (Refused if the client has reset it meanwhile.)
    (void)connection_.submit_response(
        stream, 200, {}, headrace::Body::owned(std::to_string(octets_[stream]) + " octets\n"));
  }

  event_base* const base_;
  const int socket_;
  event* event_ = nullptr;
  headrace::Connection connection_{headrace::Role::kServer, headrace::Options(), now()};
  std::map<headrace::StreamId, size_t> octets_;  // of each request's body
};

void on_accept(evconnlistener* listener, evutil_socket_t socket, sockaddr*, int, void*) {
  new Client(evconnlistener_get_base(listener), socket);  // deletes itself
}

}  // namespace

int main(int argc, char** argv) {
  event_base* const base = event_base_new();
  const auto port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081);
  const sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  evconnlistener* const listener =
      evconnlistener_new_bind(base, on_accept, nullptr, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE,
                              -1, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  if (listener == nullptr) return std::perror("event_server"), 1;
  event_base_dispatch(base);
  evconnlistener_free(listener);
  event_base_free(base);
}

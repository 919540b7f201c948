#ifndef HEADRACE_TESTING_H_
#define HEADRACE_TESTING_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/headrace.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A client and a server back to back, in virtual time: for unit tests of an application, without
// sockets, threads and sleeping, that give the same result every time.
//
//   ConnectionPair pair;
//   pair.on_server_event([&](Connection& server, const Event& event) { app.take(server, event); });
//   pair.on_client_event([&](Connection&, const Event& event) { log.push_back(describe(event)); });
//   auto request = pair.client().submit_request(...);
//   pair.run();                             // until neither has anything more to say
//   pair.pass(std::chrono::seconds(30));    // deadlines, each at its time
//   pair.disconnect();                      // both lose their transport
//
// Between the two is a transport as sockets have one: what one sends waits there until the other
// reads it, which it does while wants_input(), and there is no more room than Transport says. When
// one should_close(), the other comes to the end of its input.
class ConnectionPair {
 public:
  using Handler = std::function<void(Connection&, const Event&)>;

  // The sizes of one direction in octets, at least 1. Small ones deliver events in pieces.
  struct Transport {
    size_t room = 64 * 1024;  // for octets that are not read yet
    size_t read = 64 * 1024;  // the most that one receive() is given
  };

  explicit ConnectionPair(const Options& client = Options(), const Options& server = Options())
      : ConnectionPair(client, server, Transport()) {}
  ConnectionPair(const Options& client, const Options& server, const Transport& transport)
      : transport_(transport),
        client_(Role::kClient, client, now_),
        server_(Role::kServer, server, now_) {}

  Connection& client() { return client_.connection; }
  Connection& server() { return server_.connection; }
  TimePoint now() const { return now_; }

  // The handlers for the events of each side. They may call any command. Without one, a side's
  // events are dropped.
  void on_client_event(Handler handler) { client_.handler = std::move(handler); }
  void on_server_event(Handler handler) { server_.handler = std::move(handler); }

  // Carries octets and hands over events until nothing moves any more: all is said, or waits for
  // the application, or for a deadline.
  void run() {
    bool moves = true;
    while (moves) {
      moves = step(client_, server_);
      moves = step(server_, client_) || moves;
    }
  }

  // Lets time pass. Deadlines of both sides come at their time, with all their consequences.
  void pass(std::chrono::nanoseconds time) {
    const TimePoint end = now_ + std::chrono::duration_cast<TimePoint::duration>(time);
    run();
    for (TimePoint next = next_deadline(); next <= end; next = next_deadline()) {
      now_ = std::max(now_, next);
      take(client_, client_.connection.advance(now_));
      take(server_, server_.connection.advance(now_));
      run();
    }
    now_ = end;
  }

  // The transport breaks. The octets in it are lost.
  void disconnect() {
    client_.incoming.clear();
    server_.incoming.clear();
    end_input(client_);
    end_input(server_);
    run();
  }

  // All octets that a side has sent so far.
  const std::string& sent_by_client() const { return client_.sent; }
  const std::string& sent_by_server() const { return server_.sent; }

 private:
  struct Side {
    Side(Role role, const Options& options, TimePoint now) : connection(role, options, now) {}
    Connection connection;
    Handler handler;
    std::string incoming;  // octets in the transport, for this side
    std::string sent;
    bool input_ended = false;
  };

  // One turn of `side`'s loop: it writes, reads, and handles events. False if there was none to do.
  bool step(Side& side, Side& peer) {
    const bool wrote = write(side, peer);
    const bool read = receive(side, peer);
    if (!side.connection.has_events()) return wrote || read;
    take(side, side.connection.advance(now_));
    return true;
  }

  bool write(Side& side, Side& peer) {
    const size_t taken = std::min(peer.incoming.size(), transport_.room);
    size_t room = peer.input_ended ? 0 : transport_.room - taken;
    if (room == 0 || !side.connection.wants_output()) return false;
    std::string octets;
    for (const ConstBuffer& buffer : side.connection.pending_output()) {
      const size_t size = std::min(buffer.size, room);
      octets.append(reinterpret_cast<const char*>(buffer.data), size);
      room -= size;
    }
    if (octets.empty()) return false;  // a BodySource has nothing yet
    side.connection.sent(octets.size(), now_);
    side.sent += octets;
    peer.incoming += octets;
    return true;
  }

  bool receive(Side& side, Side& peer) {
    if (!side.connection.wants_input()) return false;
    if (!side.incoming.empty()) {
      const std::string octets = side.incoming.substr(0, transport_.read);
      side.incoming.erase(0, octets.size());
      take(side, side.connection.receive(octets, now_));
      return true;
    }
    if (side.input_ended || !peer.connection.should_close()) return false;
    end_input(side);
    return true;
  }

  void end_input(Side& side) {
    if (std::exchange(side.input_ended, true)) return;
    take(side, side.connection.end_of_input(now_));
  }

  static void take(Side& side, EventRange&& events) {
    for (EventPtr event : events) {
      if (side.handler) side.handler(side.connection, *event);
    }
  }

  TimePoint next_deadline() const {
    return std::min(client_.connection.next_deadline(), server_.connection.next_deadline());
  }

  const Transport transport_;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  Side client_;
  Side server_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_TESTING_H_

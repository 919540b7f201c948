// An HTTP/2 server whose answers are computed by other threads. A connection belongs to one thread;
// what a worker needs of a request goes to it as the event itself, which keep() makes independent
// of the connection, and the answer comes back by a queue.
//   c++ worker_server.cc $(pkg-config --cflags --libs headrace) -pthread

#include <arpa/inet.h>
#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace {

headrace::TimePoint now() { return std::chrono::steady_clock::now(); }

struct Task {
  uint64_t client;           // a number that is never used again, for the client may be gone
  headrace::EventPtr event;  // a RequestReceived
};
struct Answer {
  uint64_t client;
  headrace::StreamId stream;
  std::string text;
};

// Threads that take tasks, and the answers they have made. The descriptor is readable when there is
// one.
class Workers {
 public:
  explicit Workers(int count) {
    for (int i = 0; i < count; ++i) std::thread([this] { work(); }).detach();
  }
  int descriptor() const { return ready_; }
  void add(Task task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    waiting_.notify_one();
  }
  std::deque<Answer> take_answers() {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(ready_, &count, sizeof(count));
    const std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
  }

 private:
  void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      waiting_.wait(lock, [this] { return !tasks_.empty(); });
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      // The event owns its bytes, so they can be read here, whatever becomes of the connection.
      const auto& request = std::get<headrace::RequestReceived>(*task.event);
      std::string text = "Hello from a worker, who was asked for ";
      text.append(request.path()).append("\n");
      lock.lock();
      answers_.push_back({task.client, request.stream_id, std::move(text)});
      const uint64_t one = 1;
      [[maybe_unused]] const ssize_t size = write(ready_, &one, sizeof(one));
    }
  }

  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<Task> tasks_;
  std::deque<Answer> answers_;
  const int ready_ = eventfd(0, EFD_NONBLOCK);
};

class Client {
 public:
  Client(uint64_t number, int socket, Workers& workers)
      : number_(number), socket_(socket), workers_(workers) {}
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  pollfd wanted() const { return {socket_, headrace::poll_events(connection_), 0}; }
  headrace::TimePoint deadline() const { return connection_.next_deadline(); }

  void answer(const Answer& answer) {
    // (Refused if the client has reset it meanwhile.)
    (void)connection_.submit_response(answer.stream, 200, {}, headrace::Body::owned(answer.text));
  }

  // False: this client is done, or gone.
  bool turn(short ready) {
    if ((ready & ~POLLOUT) != 0) {
      char bytes[16 * 1024];
      const ssize_t size = recv(socket_, bytes, sizeof(bytes), 0);
      if (size > 0) hand_out(connection_.receive({bytes, static_cast<size_t>(size)}, now()));
      if (size == 0 || (size < 0 && errno != EAGAIN)) hand_out(connection_.end_of_input(now()));
    }
    hand_out(connection_.advance(now()));
    return headrace::write_output(socket_, connection_, now()) && !connection_.should_close();
  }

 private:
  void hand_out(headrace::EventRange&& events) {
    for (headrace::EventPtr event : events) {
      if (!std::holds_alternative<headrace::RequestReceived>(*event)) continue;
      workers_.add({number_, headrace::keep(std::move(event))});
    }
  }

  const uint64_t number_;
  const int socket_;
  Workers& workers_;
  headrace::Connection connection_{headrace::Role::kServer, headrace::Options(), now()};
};

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081);
  const sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener, SOMAXCONN) != 0) {
    return std::perror("worker_server"), 1;
  }
  Workers workers(4);
  std::map<uint64_t, Client> clients;
  uint64_t next = 0;
  while (true) {
    std::vector<pollfd> sockets{{listener, POLLIN, 0}, {workers.descriptor(), POLLIN, 0}};
    headrace::TimePoint deadline = headrace::TimePoint::max();
    for (const auto& [number, client] : clients) {
      sockets.push_back(client.wanted());
      deadline = std::min(deadline, client.deadline());
    }
    if (poll(sockets.data(), sockets.size(), headrace::poll_timeout(deadline, now())) < 0) continue;
    for (const Answer& answer : workers.take_answers()) {
      const auto client = clients.find(answer.client);
      if (client != clients.end()) client->second.answer(answer);
    }
    size_t at = 1;
    for (auto entry = clients.begin(); entry != clients.end();) {
      const bool stays = entry->second.turn(sockets[++at].revents);
      entry = stays ? std::next(entry) : clients.erase(entry);
    }
    const int accepted = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (accepted >= 0) clients.try_emplace(next, next, accepted, workers), ++next;
  }
}

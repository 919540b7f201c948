// An HTTP/2 server on io_uring(7), by hand: liburing and a Connection, with no loop between them.
// Each client has at most one receive, one send and one timer under way; a send may take a part of
// the output. It ends on SIGTERM when the last request is answered.
//   c++ -std=c++20 uring_server.cc $(pkg-config --cflags --libs headrace liburing)
// The ready-made loop, adapters/io_uring, does more: buffers that clients share, sends without a
// copy, lingering, limits.

#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <liburing.h>
#include <netinet/in.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace {

using headrace::TimePoint;

TimePoint now() { return std::chrono::steady_clock::now(); }

io_uring ring;

// What has completed: the low bits of its user_data, beside the address of the client.
enum Operation : uint64_t { kAccept, kStop, kReceive, kSend, kTimer, kOther };
constexpr uint64_t kOperationMask = 7;

// Room for one more operation, which begins with the next submission.
io_uring_sqe* next_entry() {
  io_uring_sqe* entry = io_uring_get_sqe(&ring);
  for (; entry == nullptr; entry = io_uring_get_sqe(&ring)) io_uring_submit(&ring);
  return entry;
}

class alignas(kOperationMask + 1) Client {
 public:
  explicit Client(int socket) : socket_(socket) { turn(); }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // False: nothing is under way any more, so that this client may go.
  bool complete(Operation operation, int result) {
    --under_way_;
    const bool again = result == -EINTR || result == -EAGAIN;
    if (operation == kReceive) {
      receiving_ = false;
      if (result > 0) {
        answer(connection_.receive({room_, static_cast<size_t>(result)}, now()));
      } else if (!again && !closing_) {
        ended_ = true;
        answer(connection_.end_of_input(now()));
      }
    } else if (operation == kSend) {
      sending_ = false;
      if (result > 0) connection_.sent(static_cast<size_t>(result), now());
      if (result <= 0 && !again) end();
    } else if (operation == kTimer) {
      timer_ = TimePoint::max();
    }
    turn();
    return under_way_ > 0;
  }

  void stop() {
    (void)connection_.shutdown();
    turn();
  }

 private:
  uint64_t name_of(Operation operation) const {
    return reinterpret_cast<uintptr_t>(this) | operation;
  }
  // Begins what was prepared in `entry`.
  void begin(io_uring_sqe* entry, Operation operation) {
    io_uring_sqe_set_data64(entry, name_of(operation));
    ++under_way_;
  }

  // After everything that may have changed the connection: what is due, output, input, the timer.
  void turn() {
    if (closing_) return;
    answer(connection_.advance(now()));
    if (!sending_ && connection_.wants_output()) send();
    if (!sending_ && connection_.should_close()) return end();
    if (!receiving_ && !ended_ && connection_.wants_input()) {
      receiving_ = true;
      io_uring_sqe* const entry = next_entry();
      io_uring_prep_recv(entry, socket_, room_, sizeof(room_), 0);
      begin(entry, kReceive);
    }
    set_timer();
  }

  // The octets stay where they are until sent(); the list of them is ours.
  void send() {
    const auto output = headrace::to_iovec(connection_.pending_output());
    if (output.empty()) return;  // a body that has nothing yet
    output_.assign(output.begin(), output.end());
    message_.msg_iov = output_.data();
    message_.msg_iovlen = output_.size();
    sending_ = true;
    io_uring_sqe* const entry = next_entry();
    io_uring_prep_sendmsg(entry, socket_, &message_, MSG_NOSIGNAL);
    begin(entry, kSend);
  }

  // A timer that runs is moved when the deadline has come nearer. When the deadline has gone
  // farther away it may fire: turn() looks at the deadline again.
  void set_timer() {
    const TimePoint deadline = connection_.next_deadline();
    if (deadline >= timer_) return;
    const auto since = deadline.time_since_epoch();  // of CLOCK_MONOTONIC, as io_uring's timers
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    deadline_.tv_sec = seconds.count();
    deadline_.tv_nsec = std::chrono::nanoseconds(since - seconds).count();
    io_uring_sqe* const entry = next_entry();
    if (timer_ == TimePoint::max()) {
      io_uring_prep_timeout(entry, &deadline_, 0, IORING_TIMEOUT_ABS);
      begin(entry, kTimer);
    } else {  // (It may have fired meanwhile: then this fails, and its completion sets another.)
      io_uring_prep_timeout_update(entry, &deadline_, name_of(kTimer), IORING_TIMEOUT_ABS);
      begin(entry, kOther);
    }
    timer_ = deadline;
  }

  // A request has come to its end with its head, its body or its trailers.
  void answer(headrace::EventRange&& events) {
    const auto answer_at_end = [&](const auto& got) {
      if constexpr (requires { got.end_stream; }) {
        if (!got.end_stream) return;
        (void)connection_.submit_response(got.stream_id, 200, {},
                                          headrace::Body::view("Hello from io_uring\n"));
      }
    };
    for (headrace::EventPtr event : events) std::visit(answer_at_end, *event);
  }

  // What is under way completes soon, and refers to this client until then.
  void end() {
    if (std::exchange(closing_, true)) return;
    shutdown(socket_, SHUT_RDWR);  // ends the receive and the send
    if (timer_ == TimePoint::max()) return;
    io_uring_sqe* const entry = next_entry();
    io_uring_prep_timeout_remove(entry, name_of(kTimer), 0);
    begin(entry, kOther);
  }

  const int socket_;
  int under_way_ = 0;
  bool receiving_ = false;
  bool sending_ = false;
  bool ended_ = false;  // the peer's input
  bool closing_ = false;
  TimePoint timer_ = TimePoint::max();  // for when it is set; max(): none runs
  __kernel_timespec deadline_{};
  msghdr message_{};
  std::vector<iovec> output_;
  uint8_t room_[16 * 1024];
  headrace::Connection connection_{headrace::Role::kServer, headrace::Options(), now()};
};

int listen_on(uint16_t port) {
  const sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return -1;
  return listen(listener, SOMAXCONN) == 0 ? listener : -1;
}

void accept_next(int listener) {
  io_uring_sqe* const entry = next_entry();
  io_uring_prep_accept(entry, listener, nullptr, nullptr, SOCK_CLOEXEC);
  io_uring_sqe_set_data64(entry, kAccept);
}

// A signal is input of a descriptor, so that one wait is for all.
void wait_for_signal(signalfd_siginfo* received) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  io_uring_sqe* const entry = next_entry();
  io_uring_prep_read(entry, signalfd(-1, &signals, SFD_CLOEXEC), received, sizeof(*received), 0);
  io_uring_sqe_set_data64(entry, kStop);
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081));
  if (listener < 0) return std::perror("uring_server"), 1;
  const int failed = io_uring_queue_init(256, &ring, 0);
  if (failed < 0) return std::fprintf(stderr, "uring_server: io_uring: error %d\n", -failed), 1;
  signalfd_siginfo signal;
  wait_for_signal(&signal);
  accept_next(listener);

  std::map<uint64_t, std::unique_ptr<Client>> clients;  // by address
  bool accepting = true;
  bool stopping = false;
  while (!stopping || !clients.empty()) {
    const int submitted = io_uring_submit_and_wait(&ring, 1);
    if (submitted < 0 && submitted != -EINTR) return 1;
    io_uring_cqe* completion = nullptr;
    while (io_uring_peek_cqe(&ring, &completion) == 0) {
      const uint64_t data = io_uring_cqe_get_data64(completion);
      const int result = completion->res;
      io_uring_cqe_seen(&ring, completion);
      const auto operation = static_cast<Operation>(data & kOperationMask);
      if (operation == kStop) {
        stopping = true;
        shutdown(listener, SHUT_RDWR);  // ends the accept
        for (const auto& [address, client] : clients) client->stop();
      } else if (operation == kAccept) {
        if (stopping) {
          if (result >= 0) close(result);
          continue;
        }
        if (result >= 0) {
          auto client = std::make_unique<Client>(result);
          clients.emplace(reinterpret_cast<uintptr_t>(client.get()), std::move(client));
        }
        // Out of descriptors: the next one is asked for when a client has gone.
        accepting = (result != -EMFILE && result != -ENFILE) || clients.empty();
        if (accepting) accept_next(listener);
      } else {
        const auto found = clients.find(data & ~kOperationMask);
        if (found->second->complete(operation, result)) continue;
        clients.erase(found);
        if (!std::exchange(accepting, true) && !stopping) accept_next(listener);
      }
    }
  }
  io_uring_queue_exit(&ring);
  return 0;
}

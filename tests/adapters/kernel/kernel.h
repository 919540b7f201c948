#ifndef HEADRACE_TESTS_ADAPTERS_KERNEL_KERNEL_H_
#define HEADRACE_TESTS_ADAPTERS_KERNEL_KERNEL_H_

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/adapters/kernel/choices.h"
#include "tests/adapters/kernel/network.h"

namespace headrace::simulation {

class Ring;

// A kernel for one loop, in the test's own process: descriptors, sockets, epoll and a clock; Ring
// adds io_uring. While one exists the system calls that the adapters make end here (see
// system_calls.cc): the code under test is the one that is shipped, and no call reaches the real
// kernel. Whatever the manual pages allow is decided by Choices, the failures among it.
class Kernel {
 public:
  // Descriptors from here on are this kernel's.
  static constexpr int kFirstDescriptor = 100'000;
  static constexpr size_t kMostComplaints = 10;

  explicit Kernel(Choices& choices);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  // Null where there is none.
  static Kernel* current() { return current_; }

  Choices& choices() { return choices_; }
  Network& network() { return network_; }
  // Whether calls fail that need not.
  bool failing = true;
  // Submissions that fit into the queue of an io_uring.
  unsigned ring_entries = 4;

  // --- What a test looks at.

  int open_listener();
  int open_outgoing() { return open({Kind::kSocket, network_.connect_out()}); }
  int open_outgoing(std::deque<Step> peer) {
    return open({Kind::kSocket, network_.connect_out(std::move(peer))});
  }
  size_t open_descriptors() const { return descriptors_.size(); }
  int64_t now() const { return now_; }  // nanoseconds
  // Changes whenever something has moved.
  uint64_t progress() const { return progress_; }
  // What the loop did that it must not do.
  const std::vector<std::string>& complaints() const { return complaints_; }
  void complain(std::string what) {
    if (complaints_.size() < kMostComplaints) complaints_.push_back(std::move(what));
  }

  // --- The system calls: a result, or an errno value below zero.

  int close(int fd);
  ssize_t read(int fd, void* to, size_t size);
  ssize_t write(int fd, const void* from, size_t size);
  int eventfd();
  int epoll_create();
  int epoll_ctl(int operation, int fd, const epoll_event* event);
  int epoll_wait(epoll_event* events, int most, int timeout);
  int accept(int fd, bool blocking);
  ssize_t receive(int fd, void* to, size_t size);
  ssize_t send(int fd, const msghdr& message);
  int set_option(int fd, int level, int name, const void* value);
  int get_option(int fd, int name, void* value, socklen_t* size);
  int control(int fd, unsigned long request, int* value);
  int shutdown(int fd, int how);
  void sleep(int64_t nanoseconds) { now_ += nanoseconds; }

  // --- For Ring.

  enum class Kind : uint8_t { kListener, kSocket, kEvent, kEpoll, kRing };
  struct Descriptor {
    Kind kind;
    std::shared_ptr<Socket> socket = nullptr;  // of the listener: only `blocking` counts
    uint64_t count = 0;                        // kEvent
  };

  int open(Descriptor descriptor);
  // Null where it is not open.
  Descriptor* find(int fd);
  // Whether one of these errno values is the result of a call that need not fail; else 0.
  int fails(std::initializer_list<int> errors);
  bool has_newcomer() const { return network_.somebody_waits(); }
  int accept_newcomer(bool blocking);
  // How many of these octets the socket takes.
  ssize_t transmit(Socket& socket, const std::string& bytes);
  ssize_t take_inbound(Socket& socket, void* to, size_t size);
  // Something happens elsewhere, or time passes up to `until`. False: it is that late.
  bool pass_time(int64_t until);
  void note_progress() { ++progress_; }
  Ring* ring = nullptr;

 private:
  struct Interest {
    uint32_t events;
    epoll_data_t data;
  };

  Descriptor& of(int fd, Kind kind, const char* call);
  uint32_t ready(const Descriptor& descriptor) const;

  static Kernel* current_;
  Choices& choices_;
  Network network_;
  std::map<int, Descriptor> descriptors_;
  std::map<int, Interest> interests_;
  int64_t now_ = int64_t{1'000'000} * 1'000'000'000;
  uint64_t progress_ = 0;
  std::vector<std::string> complaints_;
  Descriptor none_{.kind = Kind::kSocket, .socket = std::make_shared<Socket>()};
};

}  // namespace headrace::simulation

#endif  // HEADRACE_TESTS_ADAPTERS_KERNEL_KERNEL_H_

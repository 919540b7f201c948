#include "adapters/program/io.h"

#include <utility>

#include "adapters/epoll/epoll_loop.h"
#include "adapters/io_uring/io_uring_loop.h"

namespace headrace::program {
namespace {

using adapters::EpollLoop;
using adapters::IoUringLoop;
using adapters::Loop;

template <typename Made>
absl::StatusOr<std::unique_ptr<Loop>> as_loop(absl::StatusOr<std::unique_ptr<Made>> made) {
  if (!made.ok()) return made.status();
  return std::unique_ptr<Loop>(std::move(*made));
}

}  // namespace

const char* io_name(Io io) { return io == Io::kEpoll ? "epoll" : "io_uring"; }

absl::StatusOr<Io> choose_io(const std::string& name, std::string* note) {
  if (name == "epoll") return Io::kEpoll;
  if (name != "io_uring" && name != "auto") {
    return absl::InvalidArgumentError("--io is epoll, io_uring or auto, not " + name);
  }
  const absl::Status possible = IoUringLoop::create({}, nullptr).status();
  if (possible.ok()) return Io::kIoUring;
  const std::string reason(possible.message());
  if (name == "io_uring") return absl::UnavailableError("--io=io_uring: " + reason);
  *note = reason + "; going on with epoll";
  return Io::kEpoll;
}

absl::StatusOr<std::unique_ptr<Loop>> make_loop(Io io, const adapters::LoopOptions& options,
                                                adapters::Service* service) {
  return io == Io::kEpoll ? as_loop(EpollLoop::create(options, service))
                          : as_loop(IoUringLoop::create(options, service));
}

}  // namespace headrace::program

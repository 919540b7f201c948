#include "headrace/adapters/program/io.h"

#include <gsl/span>
#include <utility>

#include "headrace/adapters/epoll/epoll_loop.h"
#include "headrace/adapters/io_uring/io_uring_loop.h"

namespace headrace::program {
namespace {

using adapters::EpollLoop;
using adapters::IoUringLoop;

template <typename Kind>
absl::StatusOr<Loops> make(Io io, const adapters::LoopOptions& options,
                           gsl::span<adapters::Service* const> services) {
  Loops made{.io = io, .note = {}, .loops = {}};
  for (adapters::Service* service : services) {
    adapters::StatusOr<std::unique_ptr<Kind>> loop = Kind::create(options, service);
    if (!loop.ok()) return absl::UnavailableError(loop.status().message());
    made.loops.push_back(std::move(*loop));
  }
  return made;
}

}  // namespace

const char* io_name(Io io) {
  switch (io) {
    case Io::kEpoll:
      return "epoll";
    case Io::kIoUring:
      return "io_uring";
    case Io::kAuto:
      break;
  }
  return "auto";
}

absl::StatusOr<Io> parse_io(const std::string& name) {
  for (const Io io : {Io::kEpoll, Io::kIoUring, Io::kAuto}) {
    if (name == io_name(io)) return io;
  }
  return absl::InvalidArgumentError("--io must be epoll, io_uring or auto, not " + name);
}

absl::StatusOr<Loops> make_loops(Io io, const adapters::LoopOptions& options,
                                 gsl::span<adapters::Service* const> services) {
  if (io == Io::kEpoll) return make<EpollLoop>(Io::kEpoll, options, services);
  absl::StatusOr<Loops> loops = make<IoUringLoop>(Io::kIoUring, options, services);
  if (loops.ok()) return loops;
  // Also if only some of the loops could be made, because the limit of locked memory was reached.
  const std::string reason(loops.status().message());
  if (io == Io::kIoUring) return absl::UnavailableError("--io=io_uring: " + reason);
  loops = make<EpollLoop>(Io::kEpoll, options, services);
  if (loops.ok()) loops->note = reason + "; going on with epoll";
  return loops;
}

}  // namespace headrace::program

#ifndef HEADRACE_ADAPTERS_PROGRAM_IO_H_
#define HEADRACE_ADAPTERS_PROGRAM_IO_H_

#include <absl/status/statusor.h>

#include <gsl/span>
#include <memory>
#include <string>
#include <vector>

#include "headrace/adapters/loop/loop.h"

namespace headrace::program {

// How a program moves bytes. kAuto is a wish: io_uring where the system lets us use it, else epoll.
enum class Io { kEpoll, kIoUring, kAuto };

const char* io_name(Io io);

// What --io says. An error is one line.
absl::StatusOr<Io> parse_io(const std::string& name);

struct Loops {
  Io io = Io::kEpoll;  // of all of them, and not kAuto
  std::string note;    // one line: why kAuto came to epoll, or empty
  std::vector<std::unique_ptr<adapters::Loop>> loops;
};

// A loop for each service, which is as in EpollLoop::create(). An error is one line; it is
// UnavailableError when the system has no io_uring for kIoUring.
absl::StatusOr<Loops> make_loops(Io io, const adapters::LoopOptions& options,
                                 gsl::span<adapters::Service* const> services);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_IO_H_

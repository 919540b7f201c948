#ifndef HEADRACE_ADAPTERS_PROGRAM_IO_H_
#define HEADRACE_ADAPTERS_PROGRAM_IO_H_

#include <absl/status/statusor.h>

#include <gsl/span>
#include <memory>
#include <string>
#include <vector>

#include "headrace/adapters/loop/loop.h"

namespace headrace::program {

// How a program moves bytes. kAuto: io_uring if the system allows it, otherwise epoll.
enum class Io { kEpoll, kIoUring, kAuto };

const char* io_name(Io io);

// Parses the value of --io. An error is one line.
absl::StatusOr<Io> parse_io(const std::string& name);

struct Loops {
  Io io = Io::kEpoll;  // of all loops; not kAuto
  std::string note;    // one line: why kAuto selected epoll, or empty
  std::vector<std::unique_ptr<adapters::Loop>> loops;
};

// Makes a loop for each service (as EpollLoop::create()). An error is one line; UnavailableError if
// kIoUring is not available on this system.
absl::StatusOr<Loops> make_loops(Io io, const adapters::LoopOptions& options,
                                 gsl::span<adapters::Service* const> services);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_IO_H_

#ifndef HEADRACE_ADAPTERS_PROGRAM_IO_H_
#define HEADRACE_ADAPTERS_PROGRAM_IO_H_

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "adapters/loop/loop.h"

namespace headrace::program {

// How a program moves bytes.
enum class Io { kEpoll, kIoUring };

const char* io_name(Io io);

// What --io says: "epoll", "io_uring", or "auto", which is io_uring where the system lets us use
// it. Asks the system. An error is one line, and so is `note`: why "auto" came to epoll, or empty.
absl::StatusOr<Io> choose_io(const std::string& name, std::string* note);

// `service` as in EpollLoop::create().
absl::StatusOr<std::unique_ptr<adapters::Loop>> make_loop(Io io,
                                                          const adapters::LoopOptions& options,
                                                          adapters::Service* service);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_IO_H_

#ifndef HEADRACE_TESTS_ADAPTERS_LOOP_KINDS_H_
#define HEADRACE_TESTS_ADAPTERS_LOOP_KINDS_H_

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "headrace/adapters/epoll/epoll_loop.h"
#include "headrace/adapters/io_uring/io_uring_loop.h"
#include "headrace/adapters/socket/status.h"

namespace headrace::adapters {

// The loops that every test of a loop runs on.
struct LoopKind {
  using Made = StatusOr<std::unique_ptr<Loop>>;

  const char* name;
  Made (*make)(const LoopOptions& options, Service* service);

  template <typename Created>
  static Made as_loop(Created created) {
    if (!created.ok()) return created.status();
    return std::unique_ptr<Loop>(std::move(*created));
  }
};

inline const LoopKind kLoopKinds[] = {
    {"epoll",
     [](const LoopOptions& options, Service* service) {
       return LoopKind::as_loop(EpollLoop::create(options, service));
     }},
    {"io_uring",
     [](const LoopOptions& options, Service* service) {
       return LoopKind::as_loop(IoUringLoop::create(options, service));
     }},
    // Every send without a copy, as far as the kernel can.
    {"io_uring_zero_copy",
     [](const LoopOptions& options, Service* service) {
       return LoopKind::as_loop(IoUringLoop::create(options, service, {.zero_copy_threshold = 1}));
     }},
    // Input is short of buffers all the time, and sends are short.
    {"io_uring_cramped",
     [](const LoopOptions& options, Service* service) {
       return LoopKind::as_loop(IoUringLoop::create(
           options, service, {.input_buffers = 8, .input_buffer_size = 64, .output_size = 2'000}));
     }},
    {"io_uring_kernel_thread",
     [](const LoopOptions& options, Service* service) {
       return LoopKind::as_loop(IoUringLoop::create(options, service, {.kernel_thread = true}));
     }},
};

inline std::ostream& operator<<(std::ostream& out, const LoopKind& kind) {
  return out << kind.name;
}

inline std::string loop_kind_name(const testing::TestParamInfo<LoopKind>& kind) {
  return kind.param.name;
}

}  // namespace headrace::adapters

#endif  // HEADRACE_TESTS_ADAPTERS_LOOP_KINDS_H_

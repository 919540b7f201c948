#ifndef HEADRACE_BENCHMARKS_MEMORY_SESSION_H_
#define HEADRACE_BENCHMARKS_MEMORY_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "benchmarks/workload.h"

namespace headrace::benchmarks {

// A server's side of one connection. Only what the library allocates for it is counted (HeapUse).
class MemorySession {
 public:
  struct Terms {
    uint32_t concurrent_streams = kConcurrentStreams;
    // The answer to each request; null leaves the requests open.
    const Workload* answer = nullptr;
  };

  virtual ~MemorySession() = default;

  // Takes the octets and sends what it has to say about them, which is appended to `output` unless
  // that is null.
  virtual void receive(std::string_view octets, std::string* output = nullptr) = 0;
  // Gives its caches back, if it can do that.
  virtual void trim() = 0;

  size_t open_streams() const { return requests_ - closed_; }
  size_t closed_streams() const { return closed_; }

 protected:
  size_t requests_ = 0;
  size_t closed_ = 0;
};

using MakeMemorySession = std::unique_ptr<MemorySession> (*)(const MemorySession::Terms& terms);

std::unique_ptr<MemorySession> make_headrace_reuse(const MemorySession::Terms& terms);
std::unique_ptr<MemorySession> make_headrace_fresh(const MemorySession::Terms& terms);
// With options that all such sessions share; the terms' concurrent_streams are not heard.
std::unique_ptr<MemorySession> make_headrace_shared(const MemorySession::Terms& terms);
std::unique_ptr<MemorySession> make_nghttp2(const MemorySession::Terms& terms);

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_MEMORY_SESSION_H_

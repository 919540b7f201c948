#include "benchmarks/measure.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>

#include "headrace/memory/abi.h"

namespace {
std::atomic<uint64_t> allocations{0};
std::atomic<uint64_t> octets{0};
}  // namespace

#if !HEADRACE_ASAN && !defined(__SANITIZE_THREAD__)
namespace {
void count(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  octets.fetch_add(size, std::memory_order_relaxed);
}
}  // namespace

// The C library's own allocator, behind a count. `new` ends up here, too.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);

void* malloc(size_t size) {
  count(size);
  return __libc_malloc(size);
}
void* calloc(size_t elements, size_t size) {
  count(elements * size);
  return __libc_calloc(elements, size);
}
void* realloc(void* block, size_t size) {
  count(size);
  return __libc_realloc(block, size);
}
}
#endif

namespace headrace::benchmarks {

uint64_t heap_allocations() { return allocations.load(std::memory_order_relaxed); }
uint64_t heap_octets() { return octets.load(std::memory_order_relaxed); }

InstructionCounter::InstructionCounter() {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  file_ = static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

InstructionCounter::~InstructionCounter() {
  if (works()) close(file_);
}

uint64_t InstructionCounter::read() const {
  uint64_t count = 0;
  if (!works() || ::read(file_, &count, sizeof(count)) != sizeof(count)) return 0;
  return count;
}

void Measure::report(double operations) {
  const uint64_t instructions = counter_.read() - instructions_;
  const uint64_t allocated = heap_allocations() - allocations_;
  const uint64_t allocated_octets = heap_octets() - octets_;
  state_->SetItemsProcessed(static_cast<int64_t>(operations));
  state_->counters["time/op"] =
      benchmark::Counter(operations, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state_->counters["allocs/op"] = static_cast<double>(allocated) / operations;
  state_->counters["B/op"] = static_cast<double>(allocated_octets) / operations;
  if (counter_.works()) {
    state_->counters["instr/op"] = static_cast<double>(instructions) / operations;
  } else {
    state_->SetLabel("no perf_event here: benchmarks/instructions");
  }
}

}  // namespace headrace::benchmarks

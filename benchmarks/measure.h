#ifndef HEADRACE_BENCHMARKS_MEASURE_H_
#define HEADRACE_BENCHMARKS_MEASURE_H_

#include <benchmark/benchmark.h>

#include <cstdint>

namespace headrace::benchmarks {

// How often the process has asked for heap memory so far: every malloc, calloc, realloc and new.
// Zero under a sanitizer, which has an allocator of its own.
uint64_t heap_allocations();
// The octets it asked for.
uint64_t heap_octets();

// Counts user-mode instructions of this thread, if the kernel lets it.
class InstructionCounter {
 public:
  InstructionCounter();
  ~InstructionCounter();
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  bool works() const { return file_ >= 0; }
  uint64_t read() const;

 private:
  int file_;
};

// Around a benchmark's loop: reports instructions, heap allocations and their octets an operation.
// Where the kernel counts no instructions the row says so.
class Measure {
 public:
  explicit Measure(benchmark::State* state)
      : state_(state),
        allocations_(heap_allocations()),
        octets_(heap_octets()),
        instructions_(counter_.read()) {}

  // After the loop. `operations` of the whole loop; also sets the items processed.
  void report(double operations);

 private:
  benchmark::State* state_;
  InstructionCounter counter_;
  uint64_t allocations_;
  uint64_t octets_;
  uint64_t instructions_;
};

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_MEASURE_H_

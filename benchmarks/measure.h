#ifndef HEADRACE_BENCHMARKS_MEASURE_H_
#define HEADRACE_BENCHMARKS_MEASURE_H_

#include <benchmark/benchmark.h>

#include <cstdint>

namespace headrace::benchmarks {

// How often the process has asked for heap memory so far: every malloc, calloc, realloc and new.
uint64_t heap_allocations();

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

// Around a benchmark's loop: reports instructions and heap allocations an operation.
class Measure {
 public:
  explicit Measure(benchmark::State* state)
      : state_(state), allocations_(heap_allocations()), instructions_(counter_.read()) {}

  // After the loop. `operations` of the whole loop; also sets the items processed.
  void report(double operations);

 private:
  benchmark::State* state_;
  InstructionCounter counter_;
  uint64_t allocations_;
  uint64_t instructions_;
};

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_MEASURE_H_

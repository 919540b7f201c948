#ifndef HEADRACE_TESTS_ADAPTERS_KERNEL_CHOICES_H_
#define HEADRACE_TESTS_ADAPTERS_KERNEL_CHOICES_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace headrace::simulation {

// Decides whatever a kernel and a network may decide: what is ready first, how much is taken, what
// fails. A run is a function of its choices, so it can be repeated.
class Choices {
 public:
  virtual ~Choices() = default;
  // A number below n. 0 is what happens on a quiet day.
  virtual size_t pick(size_t n) = 0;
  // The same for what goes wrong.
  virtual size_t seldom(size_t n) { return pick(n); }
};

// By a seed. Some runs are quiet, in others every second call goes wrong.
class RandomChoices : public Choices {
 public:
  explicit RandomChoices(uint64_t seed) : random_(seed) {
    static constexpr size_t kRates[] = {1'000'000, 100, 20, 5};
    rate_ = kRates[random_() % 4];
  }
  size_t pick(size_t n) override { return n <= 1 ? 0 : random_() % n; }
  size_t seldom(size_t n) override { return random_() % rate_ != 0 ? 0 : pick(n); }

 private:
  std::mt19937_64 random_;
  size_t rate_;
};

// 0, but for a few choices. search() tries all ways to deviate `depth` times.
class Deviations : public Choices {
 public:
  struct Deviation {
    size_t choice;  // the how many-th
    size_t value;
  };

  explicit Deviations(std::vector<Deviation> deviations) : deviations_(std::move(deviations)) {}

  size_t pick(size_t n) override {
    const size_t choice = ways_.size();
    ways_.push_back(n == 0 ? 1 : n);
    for (const Deviation& deviation : deviations_) {
      if (deviation.choice == choice && deviation.value < n) return deviation.value;
    }
    return 0;
  }

  // Calls run(Choices&) with no deviation, and with each of them up to `depth` at a time; `stride`
  // leaves out all but one in so many. Returns how often it did.
  template <typename Run>
  static size_t search(int depth, size_t stride, const Run& run) {
    size_t count = 0;
    size_t candidates = 0;
    descend({}, depth, stride, &candidates, run, &count);
    return count;
  }

 private:
  template <typename Run>
  static void descend(std::vector<Deviation> deviations, int depth, size_t stride,
                      size_t* candidates, const Run& run, size_t* count) {
    Deviations choices(deviations);
    run(choices);
    ++*count;
    if (depth == 0) return;
    const size_t first = deviations.empty() ? 0 : deviations.back().choice + 1;
    for (size_t choice = first; choice < choices.ways_.size(); ++choice) {
      for (size_t value = 1; value < choices.ways_[choice]; ++value) {
        if (depth == 1 && (*candidates)++ % stride != 0) continue;
        deviations.push_back({choice, value});
        descend(deviations, depth - 1, stride, candidates, run, count);
        deviations.pop_back();
      }
    }
  }

  std::vector<Deviation> deviations_;
  std::vector<size_t> ways_;  // of each choice so far
};

}  // namespace headrace::simulation

#endif  // HEADRACE_TESTS_ADAPTERS_KERNEL_CHOICES_H_

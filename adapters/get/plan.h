#ifndef HEADRACE_ADAPTERS_GET_PLAN_H_
#define HEADRACE_ADAPTERS_GET_PLAN_H_

#include <cstddef>
#include <optional>

namespace headrace::get {

// The order of requests: `total` requests to `urls` URLs in turn, at most `at_once` at a time.
class Plan {
 public:
  static constexpr size_t kUntilStopped = static_cast<size_t>(-1);  // as a total

  struct Request {
    size_t index;  // 0, 1, 2, ...
    size_t url;    // which URL, from 0
  };

  Plan(size_t urls, size_t total, size_t at_once) : urls_(urls), total_(total), at_once_(at_once) {}

  // Begins the next request. Nothing while `at_once` requests are open, and after the last one.
  std::optional<Request> next();
  // A request that next() returned has ended.
  void finished();
  // No more requests begin.
  void stop() { total_ = begun_; }

  size_t total() const { return total_; }
  size_t begun() const { return begun_; }
  // Whether next() would begin one.
  bool may_begin() const { return begun_ < total_ && open() < at_once_; }
  size_t open() const { return begun_ - done_; }
  size_t done() const { return done_; }
  bool is_done() const { return done_ == total_; }

 private:
  const size_t urls_;
  size_t total_;
  const size_t at_once_;
  size_t begun_ = 0;
  size_t done_ = 0;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_PLAN_H_

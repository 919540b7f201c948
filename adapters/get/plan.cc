#include "headrace/adapters/get/plan.h"

#include <gsl/assert>

namespace headrace::get {

std::optional<Plan::Request> Plan::next() {
  if (!may_begin()) return std::nullopt;
  const size_t index = begun_++;
  return Request{index, index % urls_};
}

void Plan::finished() {
  Expects(open() > 0);
  ++done_;
}

}  // namespace headrace::get

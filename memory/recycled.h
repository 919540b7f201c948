#ifndef HEADRACE_MEMORY_RECYCLED_H_
#define HEADRACE_MEMORY_RECYCLED_H_

#include <memory>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

template <typename T>
struct HandBack {
  void operator()(const T* value) const;
};

// A handle to a recycled T. Dropping it hands the object back, to be lent again (Recycler).
template <typename T>
using Recycled = std::unique_ptr<const T, HandBack<T>>;

// Makes the object of a handle own all its bytes, so that it may outlive its source and move to
// another thread. Free in kFresh. In kReuse the bytes are copied: obtain views anew.
template <typename T>
[[nodiscard]] Recycled<T> keep(Recycled<T> value);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_RECYCLED_H_

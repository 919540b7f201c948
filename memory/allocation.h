#ifndef HEADRACE_MEMORY_ALLOCATION_H_
#define HEADRACE_MEMORY_ALLOCATION_H_

#include <cstdint>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// How frames and events are stored while the application holds them.
enum class Allocation : uint8_t {
  kReuse,  // one object, recycled: views are valid until the handle is dropped or the next step
  kFresh,  // a heap object each, which owns all its bytes and never changes
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_ALLOCATION_H_

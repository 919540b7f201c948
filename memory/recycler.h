#ifndef HEADRACE_MEMORY_RECYCLER_H_
#define HEADRACE_MEMORY_RECYCLER_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/allocation.h"
#include "headrace/memory/recycled.h"

namespace headrace {
HEADRACE_ABI_BEGIN

template <typename T>
class Recycler;

// A T and the recycler that it returns to. `T` is a std::variant whose first alternative owns
// nothing when it is made by default. Two free functions are found by argument-dependent lookup:
// `own(T&)` makes a T own every byte that it refers to; `retire(T&)` marks all of its parts as
// handed back (AliveMark, for hardened builds).
template <typename T>
struct RecycledSlot : T {
  Recycler<T>* home = nullptr;  // null if the handle owns the slot and frees it
  RecycledSlot* next = nullptr;
};

// Lends one T at a time. In kReuse the object that is handed back is the next one lent, without an
// allocation in the steady state. In kFresh each T is a heap object that owns its bytes.
//
// A T that is still held when the next one is lent is *not* overwritten: detach_held() makes it own
// its bytes and detaches it from the recycler (an implicit keep, counted), so a handle never
// dangles.
template <typename T>
class Recycler {
 public:
  explicit Recycler(Allocation allocation) : allocation_(allocation) {}
  ~Recycler() {
    detach_held();
    while (idle_ != nullptr) delete std::exchange(idle_, idle_->next);
  }
  Recycler(const Recycler&) = delete;
  Recycler& operator=(const Recycler&) = delete;

  // Detaches the T that is still held, if there is one. To be called before any memory changes that
  // its views point into.
  void detach_held() {
    if (lent_ == nullptr) return;
    detach();
    ++implicit_keeps_;
  }

  // Lends a T holding `alternative`, for a Recycled<T>. detach_held() comes before.
  template <typename Alternative>
  [[nodiscard]] const T* make(Alternative&& alternative) {
    RecycledSlot<T>* slot = take();
    new (static_cast<T*>(slot)) T(std::forward<Alternative>(alternative));
    if (slot->home == nullptr) own(static_cast<T&>(*slot));
    return slot;
  }
  template <typename Alternative>
  [[nodiscard]] Recycled<T> lend(Alternative&& alternative) {
    detach_held();
    return Recycled<T>(make(std::forward<Alternative>(alternative)));
  }

  // Lends a T that `fill(T&)` has written to. Null if `fill` returned false.
  template <typename Fill>
  [[nodiscard]] Recycled<T> lend_filled(Fill&& fill) {
    detach_held();
    RecycledSlot<T>* slot = take();
    Recycled<T> handle(slot);
    if (!fill(static_cast<T&>(*slot))) return nullptr;
    if (slot->home == nullptr) own(static_cast<T&>(*slot));
    return handle;
  }

  // Makes the object on loan own all its bytes and belong to the holder of its handle alone.
  void detach() {
    own(static_cast<T&>(*lent_));
    lent_->home = nullptr;
    lent_ = nullptr;
  }

  // How many idle slots hardened builds keep back before they reuse one, so that a stale reference
  // meets a dead object and not the next event. Under AddressSanitizer no slot is reused: it is
  // freed, and AddressSanitizer's own quarantine is longer.
  static constexpr int kQuarantine = HEADRACE_HARDENED && !HEADRACE_ASAN ? 64 : 0;

  // How many objects were still held at the next step.
  uint64_t implicit_keeps() const { return implicit_keeps_; }
  // How many objects were allocated.
  uint64_t allocations() const { return allocations_; }

 private:
  friend struct HandBack<T>;

  // A slot whose T is made by default. In kFresh its handle owns it.
  RecycledSlot<T>* take() {
    RecycledSlot<T>* slot = idle_;
    if (slot == nullptr || (kQuarantine > 0 && idle_count_ <= kQuarantine)) [[unlikely]]
      return take_new();
    idle_ = slot->next;
    if constexpr (kQuarantine > 0) {
      --idle_count_;
      std::destroy_at<T>(slot);  // which AliveMark notes
      new (static_cast<T*>(slot)) T;
    }
    return lent_ = slot;
  }
  RecycledSlot<T>* take_new() {
    ++allocations_;
    auto* slot = new RecycledSlot<T>();
    if (allocation_ == Allocation::kFresh) return slot;
    slot->home = this;
    return lent_ = slot;
  }
  // The T is not destroyed, because one that is not detached owns nothing, and its destructor would
  // cost a look-up of the alternative.
  void take_back(RecycledSlot<T>* slot) {
    lent_ = nullptr;
    if constexpr (HEADRACE_ASAN != 0) {
      delete slot;
    } else if constexpr (kQuarantine > 0) {
      retire(static_cast<T&>(*slot));  // a dead object of its type until it is lent again
      slot->next = nullptr;
      (idle_ == nullptr ? idle_ : idle_last_->next) = slot;
      idle_last_ = slot;
      ++idle_count_;
    } else {
      new (static_cast<T*>(slot)) T;
      idle_ = slot;  // the only one, as one is lent at a time
    }
  }

  Allocation allocation_;
  RecycledSlot<T>* lent_ = nullptr;
  RecycledSlot<T>* idle_ = nullptr;
  // Used by hardened builds only.
  RecycledSlot<T>* idle_last_ = nullptr;
  int idle_count_ = 0;
  uint64_t implicit_keeps_ = 0;
  uint64_t allocations_ = 0;
};

template <typename T>
void HandBack<T>::operator()(const T* value) const {
  auto* slot = static_cast<RecycledSlot<T>*>(const_cast<T*>(value));
  if (slot->home == nullptr) {
    if constexpr (HEADRACE_HARDENED != 0) retire(static_cast<T&>(*slot));
    delete slot;
  } else {
    slot->home->take_back(slot);
  }
}

template <typename T>
Recycled<T> keep(Recycled<T> value) {
  if (value == nullptr) return value;
  auto* slot = static_cast<RecycledSlot<T>*>(const_cast<T*>(value.get()));
  if (slot->home != nullptr) slot->home->detach();
  return value;
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_RECYCLER_H_

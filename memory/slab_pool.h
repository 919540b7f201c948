#ifndef HEADRACE_MEMORY_SLAB_POOL_H_
#define HEADRACE_MEMORY_SLAB_POOL_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Records of one type whose addresses never change, in slabs. A record that is destroyed leaves its
// place to the next one, so nothing is allocated in the steady state. Memory is reserved in the
// ledger, which must outlive the pool.
template <typename T>
class SlabPool {
 public:
  // How many are in the first slab, and in the others: a hundred, the usual limit of streams, fill
  // four.
  static constexpr size_t kFirst = 16;
  static constexpr size_t kOther = 28;

  explicit SlabPool(Ledger* ledger) : ledger_(ledger) {}
  // All records have been destroyed.
  ~SlabPool() { free_slabs(); }
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;

  // Null if the ledger refused.
  template <typename... Args>
  [[nodiscard]] T* create(Args&&... args) {
    if (free_ == nullptr && !grow()) return nullptr;
    Place* const place = std::exchange(free_, free_->next_free);
    ++size_;
    if constexpr (sizeof...(args) == 0) {
      return new (&place->record) T;  // (With braces its memory would be cleared before.)
    } else {
      return new (&place->record) T(std::forward<Args>(args)...);
    }
  }
  void destroy(T* record) {
    record->~T();
    auto* const place = reinterpret_cast<Place*>(record);  // the union's only other member
    place->next_free = std::exchange(free_, place);
    --size_;
  }
  // The number of records.
  size_t size() const { return size_; }

  // Frees the memory if there are no records.
  void trim() {
    if (size_ == 0) free_slabs();
  }

 private:
  union Place {
    explicit Place(Place* next) : next_free(next) {}
    ~Place() {}
    Place* next_free;
    T record;
  };
  struct Slab {
    Slab* next;  // the one before it
    size_t count;
    Place* places() { return reinterpret_cast<Place*>(this + 1); }
    static size_t octets_of(size_t count) { return sizeof(Slab) + count * sizeof(Place); }
  };
  static_assert(alignof(Place) <= alignof(Slab));

  bool grow() {
    const size_t count = slabs_ == nullptr ? kFirst : kOther;
    if (!ledger_->reserve(Slab::octets_of(count))) return false;
    slabs_ = new (::operator new(Slab::octets_of(count))) Slab{slabs_, count};
    for (size_t i = count; i > 0; --i) free_ = new (slabs_->places() + i - 1) Place(free_);
    return true;
  }
  void free_slabs() {
    while (slabs_ != nullptr) {
      ledger_->refund(Slab::octets_of(slabs_->count));
      ::operator delete(std::exchange(slabs_, slabs_->next));
    }
    free_ = nullptr;
  }

  Ledger* ledger_;
  Slab* slabs_ = nullptr;  // the newest first
  Place* free_ = nullptr;
  size_t size_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_SLAB_POOL_H_

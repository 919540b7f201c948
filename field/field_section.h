#ifndef HEADRACE_FIELD_FIELD_SECTION_H_
#define HEADRACE_FIELD_FIELD_SECTION_H_

#include <memory>
#include <string_view>
#include <utility>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/alive_mark.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

class FieldStorage;

// The fields of a received message's header or trailer section (RFC 9110 §6.3, §6.5), in the order
// of their arrival. A move-only handle, which borrows a recycled FieldStorage or, after own(), owns
// a copy. Valid as long as the event that it is a member of.
class FieldSection {
 public:
  FieldSection() = default;
  // Borrows the fields of `storage`. Under AddressSanitizer it copies them, so that each use of a
  // stale view is reported.
  explicit FieldSection(const FieldStorage& storage);
  FieldSection(FieldSection&& other) noexcept
      : fields_(std::exchange(other.fields_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        owned_(std::move(other.owned_)) {}
  FieldSection& operator=(FieldSection&& other) noexcept {
    fields_ = std::exchange(other.fields_, nullptr);
    size_ = std::exchange(other.size_, 0);
    owned_ = std::move(other.owned_);
    return *this;
  }

  const Field* begin() const HEADRACE_LIFETIME_BOUND {
    alive_.check("fields");
    return fields_;
  }
  const Field* end() const HEADRACE_LIFETIME_BOUND { return begin() + size_; }
  size_t size() const {
    alive_.check("fields");
    return size_;
  }
  bool empty() const { return size() == 0; }
  const Field& operator[](size_t i) const HEADRACE_LIFETIME_BOUND {
    HEADRACE_EXPECTS(i < size(), "FieldSection::operator[]", "the index is below size()",
                     {"index", i}, {"size", size()});
    return fields_[i];
  }

  // See FieldsView.
  std::string_view get(std::string_view name) const HEADRACE_LIFETIME_BOUND {
    return view().get(name);
  }
  bool has(std::string_view name) const { return view().has(name); }
  FieldValues get_all(std::string_view name) const HEADRACE_LIFETIME_BOUND {
    return view().get_all(name);
  }

  FieldsView view() const HEADRACE_LIFETIME_BOUND { return {begin(), size_}; }
  // Implicit, so that received fields can be submitted as they are.
  operator FieldsView() const HEADRACE_LIFETIME_BOUND { return view(); }

  // Copies all fields into one block, so that they depend on no other object (as Bytes::own()).
  void own();
  // The event that this is a member of was handed back. `owner`: as AliveMark::retire().
  void retire(const char* owner) {
    *this = FieldSection();
    alive_.retire(owner);
  }

 private:
  const Field* fields_ = nullptr;
  size_t size_ = 0;
  std::unique_ptr<uint8_t[]> owned_;
  [[no_unique_address]] AliveMark alive_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_SECTION_H_

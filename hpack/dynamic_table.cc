#include "headrace/hpack/dynamic_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

void DynamicTable::set_max_size(uint32_t max_size) {
  max_size_ = max_size;
  while (size_ > max_size_) {
    size_ -= cost(entry(first()));
    --count_;
  }
  if (count_ == 0 && text_capacity_ > std::max(kMinText, 2 * uint64_t{max_size_})) release();
}

DynamicTable::Plan DynamicTable::plan(uint32_t name_size, uint32_t value_size) const {
  const uint32_t new_size = name_size + value_size + kEntryOverhead;
  HEADRACE_EXPECTS(new_size <= max_size_, "hpack::DynamicTable::plan()",
                   "an entry fits into the table", {"size", new_size}, {"max_size", max_size_});
  Plan plan{first(), size_, 0, text_capacity_, capacity_};
  while (plan.size + new_size > max_size_) plan.size -= cost(entry(plan.first++));
  if (next_ - plan.first == capacity_) plan.capacity = std::max(2 * capacity_, kMinCapacity);
  find_room(std::max(name_size + value_size, 1u), &plan);
  return plan;
}

// The text goes behind the newest entry's or, if it does not fit there, to the beginning of the
// ring. A ring of twice the maximum size always has room, because the unused gap at its end is
// shorter than the live text at its beginning.
void DynamicTable::find_room(uint32_t needed, Plan* plan) const {
  uint64_t live = 0;
  if (plan->first != next_) {
    const Entry& oldest = entry(plan->first);
    const Entry& newest = entry(next_ - 1);
    const uint32_t behind = newest.offset + text_size(newest);
    const bool wrapped = newest.offset < oldest.offset;
    if ((wrapped ? oldest.offset : text_capacity_) - behind >= needed) {
      plan->offset = behind;
      return;
    }
    if (!wrapped && oldest.offset >= needed) return;  // at the beginning
    live = plan->size;
  } else if (text_capacity_ >= needed) {
    return;  // at the beginning: the ring is empty
  }
  // The ring moves and its gaps close. `live` counts 32 octets an entry more than the text takes.
  const uint64_t wanted = std::max({kMinText, 2 * uint64_t{text_capacity_}, live + needed});
  const uint64_t enough = std::max(kMinText, 2 * uint64_t{max_size_});
  plan->text_capacity = static_cast<uint32_t>(std::min({wanted, enough, kMaxText}));
}

bool DynamicTable::insert(const Plan& plan, std::string_view name, std::string_view value,
                          FieldName known_name, FieldSyntax syntax) {
  uint32_t offset = plan.offset;
  std::unique_ptr<char[]> old_text;  // `name` may point into it
  if (plan.text_capacity != text_capacity_ || plan.capacity != capacity_) {
    if (!ledger_->reserve(footprint(plan.text_capacity, plan.capacity) -
                          footprint(text_capacity_, capacity_))) {
      return false;
    }
    count_ = next_ - plan.first;
    if (plan.capacity != capacity_) move_entries(plan.capacity);
    if (plan.text_capacity != text_capacity_) old_text = move_text(plan.text_capacity, &offset);
  }
  count_ = next_ - plan.first + 1;
  size_ = plan.size + static_cast<uint32_t>(entry_size(name.size(), value.size()));
  entries_[place(next_++)] = {offset, static_cast<uint32_t>(name.size()),
                              static_cast<uint32_t>(value.size()), known_name, syntax};
  // `name` may overlap its new place or the value's, so it is moved first.
  char* out = text_.get() + offset;
  if (!name.empty()) std::memmove(out, name.data(), name.size());
  if (!value.empty()) std::memcpy(out + name.size(), value.data(), value.size());
  return true;
}

void DynamicTable::move_entries(uint32_t capacity) {
  std::unique_ptr<Entry[]> moved(new Entry[capacity]);
  for (uint32_t serial = first(); serial != end(); ++serial) {
    moved[serial & (capacity - 1)] = entry(serial);
  }
  entries_ = std::move(moved);
  capacity_ = capacity;
}

std::unique_ptr<char[]> DynamicTable::move_text(uint32_t capacity, uint32_t* behind) {
  std::unique_ptr<char[]> larger(new char[capacity]);
  uint32_t offset = 0;
  for (uint32_t serial = first(); serial != end(); ++serial) {
    Entry& moved = entries_[place(serial)];
    std::memcpy(larger.get() + offset, text_.get() + moved.offset,
                moved.name_size + moved.value_size);
    moved.offset = offset;
    offset += text_size(moved);
  }
  *behind = offset;
  text_capacity_ = capacity;
  return std::exchange(text_, std::move(larger));
}

void DynamicTable::trim() {
  if (count_ == 0) {
    release();
    return;
  }
  uint32_t live = 0;
  for (uint32_t serial = first(); serial != end(); ++serial) live += text_size(entry(serial));
  const size_t before = footprint(text_capacity_, capacity_);
  if (live < text_capacity_) move_text(live, &live);
  const uint32_t needed = std::max(std::bit_ceil(count_), kMinCapacity);
  if (needed < capacity_) move_entries(needed);
  ledger_->refund(before - footprint(text_capacity_, capacity_));
}

void DynamicTable::release() {
  ledger_->refund(footprint(text_capacity_, capacity_));
  text_.reset();
  entries_.reset();
  text_capacity_ = capacity_ = count_ = size_ = 0;
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#include "headrace/hpack/encoder.h"

#include <algorithm>
#include <array>

#include "headrace/field/field_name.h"
#include "headrace/hpack/representation.h"
#include "headrace/hpack/static_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

// The indexing policy. Fields that recur on a connection are indexed: an authority, a user agent,
// accept and server fields, longer cookies, fields with names that are unknown here. Fields that
// differ from message to message are not indexed, because they would only evict the others. Fields
// whose values an attacker could guess by the size of our output are never indexed, neither here
// nor by an intermediary (RFC 7541 §7.1.3): credentials, and cookies short enough to be guessed.
constexpr size_t kShortCookie = 20;

consteval std::array<Literal, kFieldNameCount> make_policy() {
  std::array<Literal, kFieldNameCount> policy{};
  policy.fill(Literal::kIncrementalIndexing);
  using enum FieldName;
  for (FieldName name : {kPath, kAge, kContentLength, kContentRange, kEtag, kIfModifiedSince,
                         kIfNoneMatch, kLocation, kSetCookie}) {
    policy[static_cast<size_t>(name)] = Literal::kWithoutIndexing;
  }
  for (FieldName name : {kAuthorization, kProxyAuthorization}) {
    policy[static_cast<size_t>(name)] = Literal::kNeverIndexed;
  }
  return policy;
}
constexpr std::array<Literal, kFieldNameCount> kPolicy = make_policy();

Literal policy_for(const Field& field, FieldName name) {
  const bool guessable = name == FieldName::kCookie && field.value.size() < kShortCookie;
  return field.never_indexed || guessable ? Literal::kNeverIndexed
                                          : kPolicy[static_cast<size_t>(name)];
}

uint8_t* write_literal_field(const Field& field, Literal literal, uint32_t name_index,
                             uint8_t* out) {
  out = write_literal(out, literal, name_index);
  if (name_index == 0) out = write_string(out, field.name);
  return write_string(out, field.value);
}

}  // namespace

Encoder::Encoder(Ledger* ledger, uint32_t preferred_table_size)
    : table_(ledger),
      index_(ledger),
      preferred_size_(preferred_table_size),
      wanted_size_(std::min(preferred_table_size, DynamicTable::kInitialMaxSize)),
      lowest_size_(wanted_size_) {}

void Encoder::set_peer_max_table_size(uint32_t size) {
  wanted_size_ = std::min(size, preferred_size_);
  lowest_size_ = std::min(lowest_size_, wanted_size_);
}

uint8_t* Encoder::begin_block(uint8_t* out) {
  // RFC 7541 §4.2: first the lowest size since the last block, if the table shrinks for it.
  if (lowest_size_ < table_.max_size()) {
    out = write_size_update(out, lowest_size_);
    table_.set_max_size(lowest_size_);
    ++version_;
  }
  if (wanted_size_ != table_.max_size()) {
    out = write_size_update(out, wanted_size_);
    table_.set_max_size(wanted_size_);
    ++version_;
  }
  lowest_size_ = wanted_size_;
  return out;
}

uint8_t* Encoder::add(const Field& field, FieldName name, uint8_t* out) {
  if (kPolicy[static_cast<size_t>(name)] == Literal::kIncrementalIndexing && !field.never_indexed) {
    const SentField sent = recent_.find(table_, field);
    if (sent.indexed != 0) {
      *out++ = sent.indexed;
      return out;
    }
  }
  return add_new(field, name, out);
}

uint8_t* Encoder::add_new(const Field& field, FieldName name, uint8_t* out) {
  const Literal literal = policy_for(field, name);
  const bool indexable = literal == Literal::kIncrementalIndexing;
  const StaticMatch match = find_static(name, field.value);
  if (match.field != 0 && literal != Literal::kNeverIndexed) {
    recent_.note_static(field, match.field);
    return write_indexed(out, match.field);
  }
  if (indexable) return add_indexable(field, name, match.name, out);
  return write_literal_field(field, literal, match.name, out);
}

uint8_t* Encoder::add_indexable(const Field& field, FieldName name, uint32_t static_name,
                                uint8_t* out) {
  const uint32_t name_hash =
      is_known(name) ? static_cast<uint32_t>(name) : TableIndex::hash_name(field.name);
  const TableIndex::Hashes hashes = TableIndex::hash_field(name_hash, field.value);
  uint32_t serial = 0;
  if (index_.find_field(table_, hashes, field.name, field.value, &serial)) {
    recent_.note_dynamic(table_, field, serial);
    return write_indexed(out, index_of(serial));
  }
  uint32_t name_index = static_name;
  if (name_index == 0 && index_.find_name(table_, name_hash, field.name, &serial)) {
    name_index = index_of(serial);  // before the insertion, which shifts the indexes
  }
  const bool inserted = insert(field, name, hashes);
  return write_literal_field(
      field, inserted ? Literal::kIncrementalIndexing : Literal::kWithoutIndexing, name_index, out);
}

bool Encoder::insert(const Field& field, FieldName name, const TableIndex::Hashes& hashes) {
  // A field that would evict most of the table is not inserted.
  const uint64_t size = DynamicTable::entry_size(field.name.size(), field.value.size());
  if (size > uint64_t{table_.max_size()} * 3 / 4) return false;
  const DynamicTable::Plan plan = table_.plan(static_cast<uint32_t>(field.name.size()),
                                              static_cast<uint32_t>(field.value.size()));
  // If the ledger refuses, the field is written without indexing.
  if (!index_.reserve(table_, plan.capacity)) return false;
  if (!table_.insert(plan, field.name, field.value, name, FieldSyntax::kUnchecked)) return false;
  ++version_;
  index_.add(table_, hashes);
  recent_.note_dynamic(table_, field, table_.end() - 1);
  return true;
}

uint8_t* Encoder::add_stateless(const Field& field, uint8_t* out) {
  const FieldName name = name_of(field);
  const StaticMatch match = find_static(name, field.value);
  Literal literal = policy_for(field, name);
  if (literal != Literal::kNeverIndexed) {
    if (match.field != 0) return write_indexed(out, match.field);
    literal = Literal::kWithoutIndexing;
  }
  return write_literal_field(field, literal, match.name, out);
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

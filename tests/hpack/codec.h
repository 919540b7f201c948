#ifndef HEADRACE_TESTS_HPACK_CODEC_H_
#define HEADRACE_TESTS_HPACK_CODEC_H_

#include <cctype>
#include <cstdint>
#include <gsl/span>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/field/field_storage.h"
#include "headrace/hpack/decoder.h"
#include "headrace/hpack/encoder.h"
#include "headrace/memory/ledger.h"
#include "tests/reference/hpack.h"

// The library's codec in the terms of the tests: strings and reference::HeaderField.
namespace headrace::hpack {

// "8286 8441 0f" as octets.
inline std::string from_hex(std::string_view hex) {
  std::string octets;
  std::string digits;
  for (char c : hex) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) continue;
    digits.push_back(c);
    if (digits.size() < 2) continue;
    octets.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return octets;
}

inline gsl::span<const uint8_t> as_span(std::string_view octets) {
  return {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()};
}

inline std::vector<reference::HeaderField> to_list(gsl::span<const Field> fields) {
  std::vector<reference::HeaderField> list;
  for (const Field& field : fields) {
    list.push_back({std::string(field.name), std::string(field.value), field.never_indexed});
  }
  return list;
}

// Newest first, as reference::HpackTable::dynamic() and the RFC's examples have them.
inline std::vector<reference::HeaderField> to_list(const DynamicTable& table) {
  std::vector<reference::HeaderField> list;
  for (uint32_t serial = table.end(); serial != table.first();) {
    const DynamicTable::Entry& entry = table.entry(--serial);
    list.push_back({std::string(table.name(entry)), std::string(table.value(entry))});
  }
  return list;
}

inline std::vector<reference::HeaderField> to_list(const reference::HpackTable& table) {
  return {table.dynamic().begin(), table.dynamic().end()};
}

// A decoder, the block it decodes (a heap block of exactly its size) and the storage for its
// fields.
struct TestDecoder {
  explicit TestDecoder(size_t budget = 1 << 20) : ledger(budget) {}

  DecodeResult decode(std::string_view octets, const DecodeLimits& limits = {}) {
    fields.clear();
    block = std::vector<uint8_t>(octets.begin(), octets.end());
    return decoder.decode(block, limits, &fields);
  }
  std::vector<reference::HeaderField> list() { return to_list(fields.fields()); }

  std::vector<uint8_t> block;
  Ledger ledger;
  FieldStorage fields{&ledger};
  Decoder decoder{&ledger};
};

struct TestEncoder {
  explicit TestEncoder(uint32_t preferred_table_size = 4096, size_t budget = 1 << 20)
      : ledger(budget), encoder(&ledger, preferred_table_size) {}

  std::string encode(const std::vector<reference::HeaderField>& list) {
    size_t room = Encoder::kMaxBeginSize;
    for (const reference::HeaderField& field : list) {
      room += Encoder::max_field_size({field.name, field.value});
    }
    // Exactly the room that is asked for, so that AddressSanitizer sees what is beyond it.
    std::vector<uint8_t> out(room);
    uint8_t* end = encoder.begin_block(out.data());
    for (const reference::HeaderField& field : list) {
      end = encoder.add({field.name, field.value, field.never_indexed}, end);
    }
    return std::string(out.data(), end);
  }

  Ledger ledger;
  Encoder encoder;
};

}  // namespace headrace::hpack

#endif  // HEADRACE_TESTS_HPACK_CODEC_H_

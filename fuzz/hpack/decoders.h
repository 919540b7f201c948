#ifndef HEADRACE_FUZZ_HPACK_DECODERS_H_
#define HEADRACE_FUZZ_HPACK_DECODERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "headrace/field/field_storage.h"
#include "headrace/hpack/decoder.h"
#include "headrace/memory/allocation.h"
#include "headrace/memory/ledger.h"
#include "tests/reference/hpack.h"

namespace headrace::fuzz {

// What became of a block, in copies.
struct Decoded {
  hpack::DecodeResult result;
  std::vector<reference::HeaderField> fields;
  std::vector<reference::HeaderField> table;  // newest first
  size_t table_max_size = 0;
};

// One of our decoders and the storage that it decodes into: recycled from block to block, or
// (kFresh) new for every one, with fields that own their bytes.
class OneDecoder {
 public:
  OneDecoder(Allocation allocation, size_t budget) : allocation_(allocation), ledger_(budget) {}
  ~OneDecoder();

  Decoded decode(std::string_view block, const hpack::DecodeLimits& limits);
  hpack::Decoder& decoder() { return *decoder_; }

 private:
  const Allocation allocation_;
  Ledger ledger_;
  std::optional<hpack::Decoder> decoder_{std::in_place, &ledger_};
  FieldStorage storage_{&ledger_};
};

// Decoders in both modes, and one that is short of memory: as long as it has enough, all three must
// come to the same.
class Decoders {
 public:
  Decoded decode(std::string_view block, const hpack::DecodeLimits& limits);
  void set_max_table_size(uint32_t limit);
  void trim();

 private:
  OneDecoder reused_{Allocation::kReuse, 1 << 22};  // octets, far above what a case can need
  OneDecoder fresh_{Allocation::kFresh, 1 << 22};
  std::optional<OneDecoder> scarce_{std::in_place, Allocation::kReuse, 6000};
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_HPACK_DECODERS_H_

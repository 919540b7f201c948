#include "headrace/protocol/http2/field_reader.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A block that is too long, or cut into too many pieces, may never end.
BlockRefused FieldReader::add(gsl::span<const uint8_t> fragment, bool last, const Bounds& bounds) {
  static constexpr Rule kFrames = {"limits.h extra_continuations",
                                   "a field block comes in a bounded number of frames"};
  static constexpr Rule kTinyFrames = {"limits.h tiny_continuations",
                                       "a field block is not cut into many tiny frames"};
  static constexpr Rule kMemory = {"limits.h connection_memory",
                                   "a field block fits into the connection's memory budget"};
  constexpr size_t kTiny = 64;
  const bool continuation = frames_ > 0;
  const uint64_t frame_size = bounds.max_frame_size;
  const uint64_t needed = (bounds.max_list_size + frame_size - 1) / frame_size;
  if (++frames_ > needed + limits_.extra_continuations) {
    return {&kFrames, {Limit::kExtraContinuations, limits_.extra_continuations, frames_ - needed}};
  }
  if (continuation && fragment.size() < kTiny && !last &&
      ++tiny_frames_ > limits_.tiny_continuations) {
    return {&kTinyFrames, {Limit::kTinyContinuations, limits_.tiny_continuations, tiny_frames_}};
  }
  if (!block_octets_.append(fragment)) return {&kMemory, memory_refused()};
  return {};
}

SectionRead FieldReader::read(gsl::span<const uint8_t> octets, bool is_request,
                              uint32_t max_list_size) {
  static constexpr Rule kMemory = {"limits.h connection_memory",
                                   "decoded fields fit into the connection's memory budget"};
  is_open_ = false;
  storage_.clear();
  const hpack::DecodeLimits limits{
      max_list_size, is_request ? limits_.fields_per_request : limits_.fields_per_response};
  const hpack::DecodeResult result = decoder_.decode(octets, limits, &storage_);
  using Status = SectionRead::Status;
  switch (result.status) {
    case hpack::DecodeResult::Status::kDone:
      break;
    case hpack::DecodeResult::Status::kMalformed:
      return {Status::kMalformed, result.rule, result.offset, {}};
    case hpack::DecodeResult::Status::kNoMemory:
      return {.status = Status::kNoMemory, .rule = &kMemory, .hit = memory_refused()};
    case hpack::DecodeResult::Status::kTooLarge:
      if (result.list_size > limits.max_list_size) {
        return {.status = Status::kTooLarge,
                .hit = {Limit::kFieldListSize, limits.max_list_size, result.list_size}};
      }
      return {.status = Status::kTooLarge,
              .hit = {is_request ? Limit::kFieldsPerRequest : Limit::kFieldsPerResponse,
                      limits.max_fields, result.field_count}};
  }
  return {};
}

void FieldReader::trim() {
  storage_.clear();
  storage_.release();
  decoder_.trim();
  if (!is_open_) block_octets_.release();
}

HEADRACE_ABI_END
}  // namespace headrace

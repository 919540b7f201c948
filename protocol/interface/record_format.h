#ifndef HEADRACE_PROTOCOL_INTERFACE_RECORD_FORMAT_H_
#define HEADRACE_PROTOCOL_INTERFACE_RECORD_FORMAT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <gsl/span>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The record of a connection (docs/flight-recorder.md): the preamble, lines of text of which the
// first is kRecordMark and the last is empty, and then entries. An entry is the number of the
// octets that follow, a RecordEntry, and the values that the comments below list. Numbers are in
// LEB128; octets and texts are preceded by their number.
inline constexpr std::string_view kRecordMark = "headrace record 1";

enum class RecordEntry : uint8_t {
  // Calls. `time`: nanoseconds since the last time in the record, doubled; less one if negative.
  kReceive,              // time, octets
  kAdvance,              // time
  kEndOfInput,           // time
  kLoseTransport,        // time
  kStep,                 // the index of the event, 0 if there is none
  kEndOfRange,           //
  kSubmitRequest,        // user_data, body, fields
  kSubmitPush,           // stream, user_data, fields
  kSubmitResponse,       // stream, body, fields
  kSubmitInformational,  // stream, fields
  kSendData,             // stream, 1 if it ends and 2 for an owned chunk, piece
  kSendTrailers,         // stream, fields
  kResume,               // stream
  kResetStream,          // stream, code
  kCredit,               // stream, octets
  kSetAutomaticCredit,   // stream, whether
  kSetReceiveWindow,     // stream, octets
  kSetUserData,          // stream, user_data
  kUpdatePriority,       // stream, urgency, whether incremental
  kSubmitSettings,       // how many, and of each its identifier and value
  kPing,                 // opaque
  kSubmitFrame,          // stream, type, flags, octets
  kShutdown,             // debug data
  kTerminate,            // code, debug data
  kSetTimeOfDay,         // seconds since 1970, as `time`
  kSetMemoryPressure,    // whether
  kTrim,                 //
  kPendingOutput,        // the most octets
  kSent,                 // octets, time, checksum of all octets that were sent (8 octets)
  kSentUntimed,          // octets, checksum
  kReleased,             // octets
  // Results of the call before.
  kFilled,  // a BodySource answered: stream, 1 for `end` and 2 for `failed`, piece
  kPadded,  // a PaddingPolicy answered: octets
  kResult,  // a command that did not just succeed: SubmitError, the new stream, octets accepted
  kShown,   // pending_output() gave other octets than before: their number
  // How a record ends, or begins.
  kEnd,   // the connection was destroyed
  kCut,   // the sink took no more
  kLost,  // the first entry: a ring has lost so many before it
};

// A body: its Body::Kind, whether trailers are expected, a piece if it has octets. A piece: the
// number of its octets, and those that are recorded. Fields: how many, and of each its name, its
// value and whether it is never_indexed.

// The checksum of a stream of octets, however it is cut: an FNV-1a of 64-bit words, so that it
// costs little beside copying them.
class RecordChecksum {
 public:
  void add(gsl::span<const uint8_t> octets) {
    const uint8_t* at = octets.data();
    const uint8_t* const end = at + octets.size();
    while (at != end && size_ % 8 != 0) add(*at++);
    for (; end - at >= 8; at += 8) {
      std::memcpy(&word_, at, 8);
      if constexpr (std::endian::native == std::endian::big) word_ = __builtin_bswap64(word_);
      size_ += 8;
      mix();
    }
    while (at != end) add(*at++);
  }
  // The number of octets is part of it.
  uint64_t size() const { return size_; }
  uint64_t value() const { return ((hash_ ^ word_) * kPrime ^ size_) * kPrime; }

 private:
  static constexpr uint64_t kPrime = 0x100000001b3;
  void add(uint8_t octet) {
    word_ |= uint64_t{octet} << (8 * (size_ % 8));
    if (++size_ % 8 == 0) mix();
  }
  void mix() {
    hash_ = (hash_ ^ word_) * kPrime;
    hash_ ^= hash_ >> 32;
    word_ = 0;
  }

  uint64_t hash_ = 0xcbf29ce484222325;
  uint64_t word_ = 0;  // octets that do not make a word yet
  uint64_t size_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_RECORD_FORMAT_H_

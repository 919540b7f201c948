#ifndef HEADRACE_PROTOCOL_INTERFACE_RECORD_WRITER_H_
#define HEADRACE_PROTOCOL_INTERFACE_RECORD_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/record_format.h"
#include "headrace/protocol/stream/body.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The preamble of a connection's record.
std::string record_preamble(Role role, const Options& options);

// Writes the entries of a record, one after the other, into memory that it uses again:
//
//   sink->append(writer.begin(RecordEntry::kAdvance).time(now).entry());
class RecordWriter {
 public:
  // `octets_of_a_body`: as in RecordSink. `begin`: what the first time counts from.
  explicit RecordWriter(size_t octets_of_a_body = SIZE_MAX, TimePoint begin = {})
      : octets_of_a_body_(octets_of_a_body), time_(begin) {}

  RecordWriter& begin(RecordEntry type);
  RecordWriter& number(uint64_t value);
  RecordWriter& signed_number(int64_t value);
  RecordWriter& time(TimePoint now);
  RecordWriter& octets(gsl::span<const uint8_t> octets);
  RecordWriter& text(std::string_view text);
  // A part of a body, up to `octets_of_a_body`.
  RecordWriter& piece(gsl::span<const uint8_t> octets);
  RecordWriter& body(const Body& body);
  RecordWriter& fields(FieldsView fields);
  RecordWriter& checksum(const RecordChecksum& checksum);
  // The entry, until the next begin().
  std::span<const uint8_t> entry();

 private:
  static constexpr size_t kRoom = 10;  // in front, for the number of octets

  const size_t octets_of_a_body_;
  TimePoint time_;  // the last one
  std::vector<uint8_t> entry_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_RECORD_WRITER_H_

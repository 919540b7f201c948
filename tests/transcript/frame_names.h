#ifndef HEADRACE_TESTS_TRANSCRIPT_FRAME_NAMES_H_
#define HEADRACE_TESTS_TRANSCRIPT_FRAME_NAMES_H_

#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>
#include <string_view>

namespace headrace::transcript {

// The names of RFC 9113 and its IANA registries, written down a second time, so that a mistake in
// the library's own tables cannot hide. A value without a name is written as its number.

std::optional<uint8_t> frame_type_of(std::string_view name);
// Its frames have no stream of their own to be on.
bool belongs_to_connection(uint8_t type);
std::string_view frame_type_name(uint8_t type);  // "FRAME" for an unknown one

// A flag and the frame types that define it.
struct Flag {
  std::string_view name;
  uint8_t bit;
  uint16_t types;  // a bit for each type

  bool belongs_to(uint8_t type) const { return type < 16 && (types >> type & 1) != 0; }
};
gsl::span<const Flag> all_flags();

std::optional<uint32_t> error_code_of(std::string_view name_or_number);
std::string error_code_name(uint32_t code);  // its number, if it has no name

std::optional<uint16_t> setting_id_of(std::string_view name_or_number);
std::string setting_name(uint16_t id);

std::string hex_number(uint64_t value);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_FRAME_NAMES_H_

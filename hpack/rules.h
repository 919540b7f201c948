#ifndef HEADRACE_HPACK_RULES_H_
#define HEADRACE_HPACK_RULES_H_

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// The rules of RFC 7541 that a field block can break. Each is a COMPRESSION_ERROR (RFC 9113 §4.3).
inline constexpr Rule kIntegerTruncated{"RFC 7541 §5.1", "an integer ends within its block"};
inline constexpr Rule kIntegerTooLarge{
    "RFC 7541 §5.1", "an integer has 32 bits at most, in at most five octets behind its prefix"};
inline constexpr Rule kStringTruncated{"RFC 7541 §5.2", "a string lies whole within its block"};
inline constexpr Rule kEosInString{"RFC 7541 §5.2", "a Huffman-coded string does not contain EOS"};
inline constexpr Rule kPaddingTooLong{"RFC 7541 §5.2",
                                      "the padding of a Huffman-coded string is less than 8 bits"};
inline constexpr Rule kPaddingNotEos{
    "RFC 7541 §5.2", "the padding of a Huffman-coded string is the beginning of EOS, all ones"};
inline constexpr Rule kIndexZero{"RFC 7541 §6.1", "an indexed field has an index other than 0"};
inline constexpr Rule kIndexPastTables{"RFC 7541 §2.3.3",
                                       "an index names an entry of the static or dynamic table"};
inline constexpr Rule kSizeUpdateLate{"RFC 7541 §4.2",
                                      "table size updates stand at the beginning of a block"};
inline constexpr Rule kSizeUpdateTooLarge{
    "RFC 7541 §6.3", "the table's size keeps within SETTINGS_HEADER_TABLE_SIZE"};
inline constexpr Rule kSizeUpdateMissing{
    "RFC 7541 §4.2",
    "the block after SETTINGS_HEADER_TABLE_SIZE was lowered begins with an update"};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_RULES_H_

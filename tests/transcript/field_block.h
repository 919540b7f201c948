#ifndef HEADRACE_TESTS_TRANSCRIPT_FIELD_BLOCK_H_
#define HEADRACE_TESTS_TRANSCRIPT_FIELD_BLOCK_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/hpack.h"
#include "tests/transcript/item.h"

namespace headrace::transcript {

// The field block (RFC 7541 §3) that the lines describe, representation by representation: a plain
// line is a literal without indexing and without Huffman coding, name and value written out.
// Nothing depends on a table, so the lines say exactly what is on the wire.
std::string encode_field_block(const std::vector<FieldLine>& lines);

// The lines of a block that the connection wrote: its table size updates, then its fields.
// False: `error` says what is wrong with it.
bool decode_field_block(std::string_view block, reference::HpackDecoder* decoder,
                        std::vector<FieldLine>* lines, std::string* error);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_FIELD_BLOCK_H_

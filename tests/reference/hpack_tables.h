#ifndef HEADRACE_TESTS_REFERENCE_HPACK_TABLES_H_
#define HEADRACE_TESTS_REFERENCE_HPACK_TABLES_H_

#include <string>
#include <vector>

#include "tests/reference/hpack.h"

namespace reference {

// RFC 7541 Appendix A: entry 1 comes first.
const std::vector<HeaderField>& static_table();

// RFC 7541 Appendix B: each symbol's code as bits; the last one, 256, is EOS.
const std::vector<std::string>& huffman_codes();

}  // namespace reference

#endif  // HEADRACE_TESTS_REFERENCE_HPACK_TABLES_H_

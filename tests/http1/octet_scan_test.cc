#include "headrace/protocol/http1/octet_scan.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

// Each search is held against a naive one, with every octet in every place of texts of every length
// around a block's; a text lies at the very end of its memory.

namespace headrace::http1 {
namespace {

constexpr size_t kLongest = 50;

bool is_control(unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }
bool is_invisible(unsigned char c) { return c <= 0x20 || c >= 0x7f; }
bool is_no_tchar(unsigned char c) {
  const bool alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return !alphanumeric && (c == 0 || std::strchr("!#$%&'*+-.^_`|~", c) == nullptr);
}

size_t naive(std::string_view text, bool (*stops)(unsigned char)) {
  size_t at = 0;
  while (at < text.size() && !stops(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

using Search = const char* (*)(const char*, const char*);

void expect_same(Search search, bool (*stops)(unsigned char)) {
  for (size_t size = 0; size <= kLongest; ++size) {
    for (size_t place = 0; place < std::max<size_t>(size, 1); ++place) {
      for (int c = 0; c < 256; ++c) {
        const std::unique_ptr<char[]> memory(new char[size]);
        std::memset(memory.get(), 'a', size);
        if (size > 0) memory[place] = static_cast<char>(c);
        const std::string_view text(memory.get(), size);
        const auto found =
            static_cast<size_t>(search(text.data(), text.data() + size) - text.data());
        ASSERT_EQ(found, naive(text, stops))
            << "octet " << c << " in place " << place << " of " << size;
      }
    }
  }
}

TEST(OctetScan, FindsControlCharacters) { expect_same(find_control, is_control); }

TEST(OctetScan, FindsWhatIsNotVisible) { expect_same(find_invisible, is_invisible); }

TEST(OctetScan, FindsWhatIsNotVisibleOrBeginsAFragment) {
  expect_same(find_invisible_or_fragment,
              [](unsigned char c) { return is_invisible(c) || c == '#'; });
}

TEST(OctetScan, FindsTheEndOfATokenOfAnyLength) { expect_same(skip_token, is_no_tchar); }

TEST(OctetScan, CopiesInLowerCase) {
  for (size_t size = 0; size <= kLongest; ++size) {
    for (int c = 0; c < 256; ++c) {
      std::string text(size, 'X');
      if (size > 0) text[size - 1] = static_cast<char>(c);
      std::string copy((size + 15) / 16 * 16, '?');
      copy_lower(text.data(), size, size, copy.data());
      std::string expected = text;
      for (char& letter : expected) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
      }
      ASSERT_EQ(copy.substr(0, size), expected);
      // With more behind it that may be read.
      for (const size_t more : {1, 15, 16, 17}) {
        const std::string longer = text + std::string(more, 'Y');
        std::string again((size + 15) / 16 * 16, '?');
        copy_lower(longer.data(), size, longer.size(), again.data());
        ASSERT_EQ(again.substr(0, size), expected);
      }
    }
  }
}

}  // namespace
}  // namespace headrace::http1

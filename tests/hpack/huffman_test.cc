#include "headrace/hpack/huffman.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "headrace/hpack/huffman_code.h"
#include "headrace/hpack/rules.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"
#include "tests/reference/hpack_tables.h"

// RFC 7541 §5.2 and Appendix B, against the codes as the RFC prints them.
namespace headrace::hpack {
namespace {

struct Decoded {
  std::string text;
  const Rule* rule;
};

// Exactly the room that is asked for, and no octet more than the input.
Decoded decode(const std::string& coded) {
  std::vector<uint8_t> in(coded.begin(), coded.end());
  std::unique_ptr<char[]> out(new char[huffman_decode_room(in.size())]);
  HuffmanDecoded decoded = huffman_decode(in, out.get());
  HuffmanDecoded measured = huffman_measure(in);
  EXPECT_EQ(measured.rule, decoded.rule);
  if (decoded.rule == nullptr) {
    EXPECT_EQ(measured.size, decoded.size);
  }
  return {decoded.rule == nullptr ? std::string(out.get(), decoded.size) : "", decoded.rule};
}

std::string encode(const std::string& text) {
  std::vector<uint8_t> out(huffman_encoded_size(text) + kHuffmanEncodeSlack);
  uint8_t* end = huffman_encode(text, out.data(), out.data() + huffman_encoded_size(text));
  EXPECT_EQ(static_cast<size_t>(end - out.data()), huffman_encoded_size(text));
  return std::string(out.data(), end);
}

// The bits as octets; what is missing of the last one is filled with `padding`.
std::string from_bits(std::string bits, char padding = '1') {
  while (bits.size() % 8 != 0) bits.push_back(padding);
  std::string octets;
  for (size_t i = 0; i < bits.size(); i += 8) {
    octets.push_back(static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2)));
  }
  return octets;
}

const std::string& code_of(int symbol) {
  return reference::huffman_codes()[static_cast<size_t>(symbol)];
}

TEST(Huffman, TheCodesAreThoseOfAppendixB) {
  for (size_t symbol = 0; symbol < kHuffmanSymbols; ++symbol) {
    std::string bits;
    for (uint32_t i = kHuffmanCodes[symbol].length; i > 0; --i) {
      bits.push_back((kHuffmanCodes[symbol].bits >> (i - 1)) & 1 ? '1' : '0');
    }
    EXPECT_EQ(bits, code_of(static_cast<int>(symbol))) << symbol;
  }
}

TEST(Huffman, EveryPairOfSymbolsBothWays) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      std::string text{static_cast<char>(first), static_cast<char>(second)};
      std::string coded = from_bits(code_of(first) + code_of(second));
      ASSERT_EQ(encode(text), coded);
      ASSERT_EQ(decode(coded).text, text);
    }
  }
}

TEST(Huffman, EveryLengthOfTextAndOfOctets) {
  std::mt19937 random(7);
  for (int kind = 0; kind < 3; ++kind) {
    for (size_t size = 0; size < 200; ++size) {
      std::string text;
      while (text.size() < size) {
        // The shortest codes, text, all octets.
        text.push_back(kind == 0   ? "012aceiost"[random() % 10]
                       : kind == 1 ? static_cast<char>(' ' + random() % 95)
                                   : static_cast<char>(random() % 256));
      }
      std::string coded = reference::huffman_encode(text);
      ASSERT_EQ(encode(text), coded);
      ASSERT_EQ(decode(coded).text, text);
      ASSERT_EQ(decode(coded).rule, nullptr);
    }
  }
}

TEST(Huffman, AgreesWithTheReferenceOnRandomOctets) {
  std::mt19937 random(11);
  int valid = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string coded;
    for (size_t size = random() % 24; size > 0; --size) {
      coded.push_back(static_cast<char>(random() % 4 == 0 ? 0xff : random() % 256));
    }
    std::optional<std::string> expected = reference::huffman_decode(coded);
    Decoded decoded = decode(coded);
    ASSERT_EQ(decoded.rule == nullptr, expected.has_value());
    if (expected.has_value()) {
      ++valid;
      ASSERT_EQ(decoded.text, *expected);
    }
  }
  EXPECT_GT(valid, 1000);  // both ways were seen
}

TEST(Huffman, PaddingIsTheBeginningOfEos) {
  const std::string a = code_of('a');  // 5 bits: 3 of padding
  EXPECT_EQ(decode(from_bits(a)).text, "a");
  EXPECT_EQ(decode(from_bits(a, '0')).rule, &kPaddingNotEos);
  EXPECT_EQ(decode(from_bits(a + "110")).rule, &kPaddingNotEos);
  EXPECT_EQ(decode(from_bits(a + "011")).rule, &kPaddingNotEos);
  // Behind texts of any length.
  for (size_t before = 0; before < 20; ++before) {
    std::string bits;
    for (size_t i = 0; i < before; ++i) bits += code_of('x');
    EXPECT_EQ(decode(from_bits(bits, '1')).text, std::string(before, 'x'));
    const size_t padding = (8 - bits.size() % 8) % 8;
    if (padding == 0 || padding >= 5) continue;  // five zeros are a symbol
    EXPECT_EQ(decode(from_bits(bits, '0')).rule, &kPaddingNotEos) << before;
  }
}

TEST(Huffman, PaddingIsLessThanEightBits) {
  EXPECT_EQ(decode("").text, "");
  EXPECT_EQ(decode("\xff").rule, &kPaddingTooLong);
  // "x" has 7 bits. 1 bit of padding is right, 9 are not.
  EXPECT_EQ(decode(from_bits(code_of('x') + "1")).text, "x");
  EXPECT_EQ(decode(from_bits(code_of('x') + "1" + "11111111")).rule, &kPaddingTooLong);
  // "0" and "x" have 12 bits: 4 of padding, then 12, then 28.
  EXPECT_EQ(decode(from_bits(code_of('0') + code_of('x'))).text, "0x");
  for (size_t octets : {1, 2, 3}) {
    EXPECT_EQ(decode(from_bits(code_of('0') + code_of('x')) + std::string(octets, '\xff')).rule,
              &kPaddingTooLong);
  }
}

TEST(Huffman, EosIsNotPartOfAString) {
  const std::string eos = code_of(256);
  for (size_t before = 0; before < 40; ++before) {
    std::string text;
    for (size_t i = 0; i < before; ++i) text += code_of("a0x"[i % 3]);
    EXPECT_EQ(decode(from_bits(text + eos)).rule, &kEosInString) << before;
    EXPECT_EQ(decode(from_bits(text + eos + code_of('a'))).rule, &kEosInString) << before;
    EXPECT_EQ(decode(from_bits(text + eos + std::string(100, '1'))).rule, &kEosInString);
  }
}

TEST(Huffman, ACodeThatIsCutOffIsNotPadding) {
  for (int symbol = 0; symbol < 256; ++symbol) {
    const std::string& code = code_of(symbol);
    for (size_t bits = 1; bits < code.size(); ++bits) {
      std::string cut = code.substr(0, bits);
      bool all_ones = cut.find('0') == std::string::npos;
      // In whole octets, so that nothing is padded.
      std::string filler;
      while ((filler.size() + bits) % 8 != 0) filler += code_of('a');
      Decoded decoded = decode(from_bits(filler + cut));
      ASSERT_EQ(decoded.rule, !all_ones  ? &kPaddingNotEos
                              : bits < 8 ? nullptr
                                         : &kPaddingTooLong)
          << symbol << " cut to " << bits;
    }
  }
}

}  // namespace
}  // namespace headrace::hpack

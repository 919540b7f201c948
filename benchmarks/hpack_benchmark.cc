// HPACK beside libnghttp2's codec, in one run: a fresh codec per set of header lists, a table of
// 4,096 octets (W4); values of 20 octets (W5). An op is a field, or for Huffman coding a string.
//
//   taskset -c 1 bazel run -c opt //benchmarks:hpack
//   benchmarks/instructions --program=hpack
#include <benchmark/benchmark.h>
#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/header_sets.h"
#include "benchmarks/nghttp2_huffman.h"
#include "benchmarks/rows.h"
#include "headrace/field/field_storage.h"
#include "headrace/hpack/decoder.h"
#include "headrace/hpack/encoder.h"
#include "headrace/hpack/huffman.h"
#include "headrace/memory/ledger.h"

namespace headrace::benchmarks {
namespace {

constexpr size_t kTableSize = 4096;
constexpr size_t kBudget = 1 << 20;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "hpack benchmark: %s\n", what);
  std::abort();
}

// The sets in the form that each library takes.
struct Input {
  std::vector<HeaderSet> sets = realistic_header_sets();
  std::vector<std::vector<std::vector<Field>>> fields;
  std::vector<std::vector<std::vector<nghttp2_nv>>> nghttp2_fields;
  std::vector<std::vector<std::vector<uint8_t>>> blocks;  // as libnghttp2 encodes them
  size_t field_count = 0;
  size_t plain_size = 0;

  Input() {
    for (HeaderSet& set : sets) {
      fields.emplace_back();
      nghttp2_fields.emplace_back();
      for (HeaderList& list : set.lists) {
        auto& ours = fields.back().emplace_back();
        auto& theirs = nghttp2_fields.back().emplace_back();
        for (auto& [name, value] : list) {
          ours.push_back({name, value});
          theirs.push_back({reinterpret_cast<uint8_t*>(name.data()),
                            reinterpret_cast<uint8_t*>(value.data()), name.size(), value.size(),
                            NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE});
          ++field_count;
          plain_size += name.size() + value.size();
        }
      }
    }
    for (const auto& set : nghttp2_fields) encode_with_nghttp2(set, &blocks.emplace_back());
  }

  // Returns the octets written.
  static size_t encode_with_nghttp2(const std::vector<std::vector<nghttp2_nv>>& set,
                                    std::vector<std::vector<uint8_t>>* blocks) {
    nghttp2_hd_deflater* deflater = nullptr;
    if (nghttp2_hd_deflate_new(&deflater, kTableSize) != 0) fail("no deflater");
    uint8_t out[16384];
    size_t total = 0;
    for (const auto& list : set) {
      const auto size = nghttp2_hd_deflate_hd(deflater, out, sizeof(out), list.data(), list.size());
      if (size < 0) fail("libnghttp2 does not encode");
      if (blocks != nullptr) blocks->emplace_back(out, out + size);
      total += static_cast<size_t>(size);
    }
    nghttp2_hd_deflate_del(deflater);
    return total;
  }
};

const Input& input() {
  static const Input input;
  return input;
}

// --- W4

class Fields : public Rounds {
 public:
  size_t operations() const override { return in_.field_count; }

 protected:
  const Input& in_ = input();
};

class DecodeHeadrace : public Fields {
 public:
  void run() override {
    for (const auto& set : in_.blocks) {
      Ledger ledger(kBudget);
      hpack::Decoder decoder(&ledger);
      FieldStorage fields(&ledger);
      for (const auto& block : set) {
        fields.clear();
        if (decoder.decode(block, {}, &fields).status != hpack::DecodeResult::Status::kDone) {
          fail("a block is not decoded");
        }
        benchmark::DoNotOptimize(fields.fields().data());
      }
    }
  }
};

class DecodeNghttp2 : public Fields {
 public:
  void run() override {
    for (const auto& set : in_.blocks) {
      nghttp2_hd_inflater* inflater = nullptr;
      if (nghttp2_hd_inflate_new(&inflater) != 0) fail("no inflater");
      for (const auto& block : set) {
        const uint8_t* at = block.data();
        const uint8_t* const end = at + block.size();
        int flags = 0;
        do {
          nghttp2_nv field;
          const auto used = nghttp2_hd_inflate_hd2(inflater, &field, &flags, at,
                                                   static_cast<size_t>(end - at), 1);
          if (used < 0) fail("libnghttp2 does not decode");
          at += used;
          benchmark::DoNotOptimize(field);
        } while ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0);
        nghttp2_hd_inflate_end_headers(inflater);
      }
      nghttp2_hd_inflate_del(inflater);
    }
  }
};

class Encode : public Fields {
 public:
  // What is written, in percent of the names and values.
  void report(benchmark::UserCounters* counters, double) const override {
    (*counters)["size%"] =
        100.0 * static_cast<double>(written_) / static_cast<double>(in_.plain_size);
  }

 protected:
  size_t written_ = 0;
};

class EncodeHeadrace : public Encode {
 public:
  // The output must not be larger than libnghttp2's.
  EncodeHeadrace() {
    EncodeHeadrace::run();
    size_t theirs = 0;
    for (const auto& set : in_.blocks) {
      for (const auto& block : set) theirs += block.size();
    }
    if (written_ > theirs) fail("blocks are larger than libnghttp2's");
  }
  void run() override {
    written_ = 0;
    uint8_t out[16384];
    for (const auto& set : in_.fields) {
      Ledger ledger(kBudget);
      hpack::Encoder encoder(&ledger, kTableSize);
      for (const auto& list : set) {
        uint8_t* end = encoder.begin_block(out);
        for (const Field& field : list) end = encoder.add(field, end);
        written_ += static_cast<size_t>(end - out);
        benchmark::DoNotOptimize(out[0]);
      }
    }
  }
};

class EncodeNghttp2 : public Encode {
 public:
  void run() override {
    written_ = 0;
    for (const auto& set : in_.nghttp2_fields) written_ += Input::encode_with_nghttp2(set, nullptr);
  }
};

// --- W5

// Values of 20 octets, a thousand of them: pieces of the values of the sets.
constexpr size_t kValues = 1000;
constexpr size_t kValueSize = 20;

const std::vector<std::string>& values() {
  static const std::vector<std::string> values = [] {
    std::vector<std::string> made;
    size_t number = 0;
    for (const HeaderSet& set : input().sets) {
      for (const HeaderList& list : set.lists) {
        for (const auto& [name, value] : list) {
          if (value.size() < kValueSize || made.size() == kValues) continue;
          made.push_back(value.substr(number++ % (value.size() - kValueSize + 1), kValueSize));
        }
      }
    }
    return made;
  }();
  return values;
}

constexpr size_t kCodedSize = 4 * kValueSize;  // at most

class Strings : public Rounds {
 public:
  Strings() {
    if (texts_.size() != kValues) fail("there are too few values");
    for (const std::string& text : texts_) {
      uint8_t out[kCodedSize + hpack::kHuffmanEncodeSlack];
      coded_.emplace_back(out, hpack::huffman_encode(text, out, out + kCodedSize));
    }
  }
  size_t operations() const override { return kValues; }

 protected:
  const std::vector<std::string>& texts_ = values();
  std::vector<std::vector<uint8_t>> coded_;
};

class HuffmanDecodeHeadrace : public Strings {
 public:
  void run() override {
    for (const auto& value : coded_) {
      char out[hpack::huffman_decode_room(kCodedSize)];
      const hpack::HuffmanDecoded decoded = hpack::huffman_decode(value, out);
      if (decoded.rule != nullptr || decoded.size != kValueSize) fail("a string is not decoded");
      benchmark::DoNotOptimize(out[0]);
    }
  }
};

class HuffmanDecodeNghttp2 : public Strings {
 public:
  HuffmanDecodeNghttp2() {
    for (size_t i = 0; i < kValues; ++i) {
      char out[kCodedSize];
      decode(coded_[i], out);
      if (texts_[i] != std::string_view(out, kValueSize)) fail("libnghttp2 decodes another string");
    }
  }
  void run() override {
    for (const auto& value : coded_) {
      char out[kCodedSize];
      decode(value, out);
      benchmark::DoNotOptimize(out[0]);
    }
  }

 private:
  static void decode(const std::vector<uint8_t>& value, char* out) {
    auto* begin = reinterpret_cast<uint8_t*>(out);
    nghttp2_buf buf{begin, begin + kCodedSize, begin, begin, begin};
    nghttp2_hd_huff_decode_context context;
    nghttp2_hd_huff_decode_context_init(&context);
    const auto used = nghttp2_hd_huff_decode(&context, &buf, value.data(), value.size(), 1);
    if (used != static_cast<ssize_t>(value.size()) ||
        static_cast<size_t>(buf.last - buf.pos) != kValueSize) {
      fail("libnghttp2 does not decode a string");
    }
  }
};

class HuffmanEncodeHeadrace : public Strings {
 public:
  void run() override {
    for (const std::string& text : texts_) {
      uint8_t out[kCodedSize + hpack::kHuffmanEncodeSlack];
      benchmark::DoNotOptimize(hpack::huffman_encode(text, out, out + kCodedSize));
    }
  }
};

class HuffmanEncodeNghttp2 : public Strings {
 public:
  HuffmanEncodeNghttp2() {
    if (nghttp2_bufs_init(&out_, 4096, 1, nghttp2_mem_default()) != 0) fail("no buffer");
    for (size_t i = 0; i < kValues; ++i) {
      encode(texts_[i]);
      const nghttp2_buf& buf = out_.cur->buf;
      if (coded_[i] != std::vector<uint8_t>(buf.pos, buf.last)) {
        fail("libnghttp2 encodes otherwise");
      }
    }
  }
  ~HuffmanEncodeNghttp2() override { nghttp2_bufs_free(&out_); }
  HuffmanEncodeNghttp2(const HuffmanEncodeNghttp2&) = delete;
  HuffmanEncodeNghttp2& operator=(const HuffmanEncodeNghttp2&) = delete;
  void run() override {
    for (const std::string& text : texts_) encode(text);
  }

 private:
  void encode(const std::string& text) {
    nghttp2_bufs_reset(&out_);
    if (nghttp2_hd_huff_encode(&out_, reinterpret_cast<const uint8_t*>(text.data()), text.size()) !=
        0) {
      fail("libnghttp2 does not encode a string");
    }
    benchmark::DoNotOptimize(out_.cur->buf.pos);
  }
  nghttp2_bufs out_;
};

template <typename R>
Row row(const char* name) {
  return {name, [] { return std::make_unique<R>(); }};
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) {
  using namespace headrace::benchmarks;
  return run_rows(argc, argv,
                  {
                      row<DecodeHeadrace>("W4_decode/headrace"),
                      row<DecodeNghttp2>("W4_decode/nghttp2"),
                      row<EncodeHeadrace>("W4_encode/headrace"),
                      row<EncodeNghttp2>("W4_encode/nghttp2"),
                      row<HuffmanDecodeHeadrace>("W5_huffman_decode/headrace"),
                      row<HuffmanDecodeNghttp2>("W5_huffman_decode/nghttp2"),
                      row<HuffmanEncodeHeadrace>("W5_huffman_encode/headrace"),
                      row<HuffmanEncodeNghttp2>("W5_huffman_encode/nghttp2"),
                  });
}

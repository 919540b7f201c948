// HPACK beside libnghttp2's codec, in one run: a fresh codec per set of header lists, a table of
// 4,096 octets. An op is a field, or for Huffman coding a string.
#include <benchmark/benchmark.h>
#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "benchmarks/header_sets.h"
#include "benchmarks/measure.h"
#include "field/field_storage.h"
#include "hpack/decoder.h"
#include "hpack/encoder.h"
#include "hpack/huffman.h"
#include "memory/ledger.h"

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

void decode_headrace(benchmark::State& state) {
  const Input& in = input();
  Measure measure(&state);
  for (auto _ : state) {
    for (const auto& set : in.blocks) {
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
  measure.report(static_cast<double>(in.field_count * state.iterations()));
}
BENCHMARK(decode_headrace)->Name("HpackDecode/headrace");

void decode_nghttp2(benchmark::State& state) {
  const Input& in = input();
  Measure measure(&state);
  for (auto _ : state) {
    for (const auto& set : in.blocks) {
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
  measure.report(static_cast<double>(in.field_count * state.iterations()));
}
BENCHMARK(decode_nghttp2)->Name("HpackDecode/nghttp2");

void encode_headrace(benchmark::State& state) {
  const Input& in = input();
  size_t written = 0;
  uint8_t out[16384];
  Measure measure(&state);
  for (auto _ : state) {
    written = 0;
    for (const auto& set : in.fields) {
      Ledger ledger(kBudget);
      hpack::Encoder encoder(&ledger, kTableSize);
      for (const auto& list : set) {
        uint8_t* end = encoder.begin_block(out);
        for (const Field& field : list) end = encoder.add(field, end);
        written += static_cast<size_t>(end - out);
        benchmark::DoNotOptimize(out[0]);
      }
    }
  }
  measure.report(static_cast<double>(in.field_count * state.iterations()));
  state.counters["size%"] =
      100.0 * static_cast<double>(written) / static_cast<double>(in.plain_size);
}
BENCHMARK(encode_headrace)->Name("HpackEncode/headrace");

void encode_nghttp2(benchmark::State& state) {
  const Input& in = input();
  size_t written = 0;
  Measure measure(&state);
  for (auto _ : state) {
    written = 0;
    for (const auto& set : in.nghttp2_fields) written += Input::encode_with_nghttp2(set, nullptr);
  }
  measure.report(static_cast<double>(in.field_count * state.iterations()));
  state.counters["size%"] =
      100.0 * static_cast<double>(written) / static_cast<double>(in.plain_size);
}
BENCHMARK(encode_nghttp2)->Name("HpackEncode/nghttp2");

// The octets of each set, for both: the output must not be larger than libnghttp2's.
void compare_sizes(benchmark::State& state) {
  const Input& in = input();
  for (auto _ : state) {
    for (size_t i = 0; i < in.sets.size(); ++i) {
      Ledger ledger(kBudget);
      hpack::Encoder encoder(&ledger, kTableSize);
      size_t ours = 0;
      for (const auto& list : in.fields[i]) {
        uint8_t out[16384];
        uint8_t* end = encoder.begin_block(out);
        for (const Field& field : list) end = encoder.add(field, end);
        ours += static_cast<size_t>(end - out);
      }
      size_t theirs = 0;
      for (const auto& block : in.blocks[i]) theirs += block.size();
      state.counters[in.sets[i].name] = static_cast<double>(ours) / static_cast<double>(theirs);
    }
  }
}
BENCHMARK(compare_sizes)->Name("HpackSize/headrace_to_nghttp2")->Iterations(1);

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

void huffman_decode_headrace(benchmark::State& state) {
  std::vector<std::vector<uint8_t>> coded;
  for (const std::string& value : values()) {
    std::vector<uint8_t> out(kValueSize * 4 + hpack::kHuffmanEncodeSlack);
    out.resize(static_cast<size_t>(
        hpack::huffman_encode(value, out.data(), out.data() + 4 * kValueSize) - out.data()));
    coded.push_back(out);
  }
  Measure measure(&state);
  for (auto _ : state) {
    for (const auto& value : coded) {
      char out[hpack::huffman_decode_room(4 * kValueSize)];
      if (hpack::huffman_decode(value, out).rule != nullptr) fail("a string is not decoded");
      benchmark::DoNotOptimize(out[0]);
    }
  }
  measure.report(static_cast<double>(kValues * state.iterations()));
  state.SetBytesProcessed(static_cast<int64_t>(kValues * kValueSize * state.iterations()));
}
BENCHMARK(huffman_decode_headrace)->Name("HuffmanDecode/headrace");

void huffman_encode_headrace(benchmark::State& state) {
  Measure measure(&state);
  for (auto _ : state) {
    for (const std::string& value : values()) {
      uint8_t out[4 * kValueSize + hpack::kHuffmanEncodeSlack];
      benchmark::DoNotOptimize(hpack::huffman_encode(value, out, out + 4 * kValueSize));
    }
  }
  measure.report(static_cast<double>(kValues * state.iterations()));
  state.SetBytesProcessed(static_cast<int64_t>(kValues * kValueSize * state.iterations()));
}
BENCHMARK(huffman_encode_headrace)->Name("HuffmanEncode/headrace");

}  // namespace
}  // namespace headrace::benchmarks

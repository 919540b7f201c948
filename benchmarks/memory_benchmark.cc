// What a server's connections and streams hold of the heap, beside libnghttp2's, and whether that,
// and their time, grows with their number: W6 of docs/performance.md.
//
//   bazel run -c opt //benchmarks:memory -- --benchmark_filter=W6_streams
//
// Counters: octets of the heap (`live_B/op`, as they were asked for) and blocks (`live_blocks/op`)
// that an op holds while all of them are there. The time is that of its making and its end.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/memory_session.h"
#include "benchmarks/peer.h"
#include "benchmarks/rows.h"
#include "benchmarks/workload.h"
#include "tests/memory/heap_use.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::benchmarks {
namespace {

using testing::HeapUse;

struct MemoryPeer {
  const char* name;
  MakeMemorySession make;
};
constexpr MemoryPeer kMemoryPeers[] = {
    {"headrace_reuse", make_headrace_reuse},
    {"headrace_fresh", make_headrace_fresh},
    {"nghttp2", make_nghttp2},
};

struct HeapCount {
  size_t octets = HeapUse::live();
  size_t blocks = HeapUse::live_blocks();
};

// What is measured: makes all of it, and calls `at_peak` with the count from before the first op,
// while every op is there.
using Situation = std::function<void(const std::function<void(const HeapCount& before)>& at_peak)>;

void measure(benchmark::State& state, double operations, const Situation& situation) {
  HeapCount held = {0, 0};
  for (auto _ : state) {
    const HeapCount before;
    situation([&](const HeapCount& without) {
      const HeapCount now;
      held = {now.octets - without.octets, now.blocks - without.blocks};
    });
    if (HeapCount().octets != before.octets) fail("memory is lost");
  }
  if (HeapUse::counts() && held.octets == 0) fail("nothing is held");
  const double all = operations * static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<int64_t>(all));
  state.counters["time/op"] =
      benchmark::Counter(all, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["live_B/op"] = static_cast<double>(held.octets) / operations;
  state.counters["live_blocks/op"] = static_cast<double>(held.blocks) / operations;
}

const std::string& handshake() {
  static const std::string octets =
      client_preface() + reference::encode(reference::SETTINGS, reference::ACK, 0);
  return octets;
}

// Both sides have acknowledged each other's SETTINGS.
void shake_hands(MemorySession* session) {
  std::string output;
  session->receive(handshake(), &output);
  for (const reference::Frame& frame : reference::parse_all(output)) {
    if (frame.type == reference::SETTINGS && frame.flags == reference::ACK) return;
  }
  fail("SETTINGS are not acknowledged");
}

// --- The situations

Situation idle_connections(MakeMemorySession make, size_t count) {
  return [=](const auto& at_peak) {
    const HeapCount before;
    std::vector<std::unique_ptr<MemorySession>> sessions;
    sessions.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      sessions.push_back(make({}));
      shake_hands(sessions.back().get());
    }
    at_peak(before);
  };
}

// Requests of 60 octets, none of which is answered.
std::string requests(size_t count) {
  reference::HpackEncoder encoder;
  std::string block;
  for (const reference::HeaderField& field :
       {reference::HeaderField{":method", "GET"}, reference::HeaderField{":scheme", "https"},
        reference::HeaderField{":authority", "www.example.com"},
        reference::HeaderField{":path", "/assets/img/photo.jpg"}}) {
    encoder.write_literal(
        reference::LiteralKind::kWithoutIndexing, encoder.table().find_name(field.name), field,
        reference::StringCoding::kShorter, reference::StringCoding::kShorter, &block);
  }
  std::string octets;
  for (size_t i = 0; i < count; ++i) {
    octets += reference::encode(
        reference::HEADERS, static_cast<uint8_t>(reference::END_HEADERS | reference::END_STREAM),
        static_cast<uint32_t>(2 * i + 1), block);
  }
  return octets;
}

Situation open_streams(MakeMemorySession make, size_t count) {
  return [=, input = requests(count)](const auto& at_peak) {
    const auto session =
        make({.concurrent_streams = std::max<uint32_t>(static_cast<uint32_t>(count), 100)});
    shake_hands(session.get());
    const HeapCount before;
    constexpr size_t kChunk = 64 * 1024;
    for (size_t begin = 0; begin < input.size(); begin += kChunk) {
      session->receive(std::string_view(input).substr(begin, kChunk));
    }
    if (session->open_streams() != count) fail("streams are not open");
    at_peak(before);
  };
}

// A connection that has answered the 1,000 requests of W1.
Situation served(MakeMemorySession make, bool trimmed, Size size) {
  static const Workload* const workloads[] = {new Workload(make_workload("W1", Size::kFull)),
                                              new Workload(make_workload("W1", Size::kTiny))};
  const Workload* const work = workloads[size == Size::kTiny ? 1 : 0];
  return [=](const auto& at_peak) {
    const HeapCount before;
    const auto session = make({.answer = work});
    size_t begin = 0;
    for (size_t end : work->chunk_ends) {
      session->receive(std::string_view(work->input).substr(begin, end - begin));
      begin = end;
    }
    if (session->closed_streams() != work->operations) fail("requests are not answered");
    if (trimmed) session->trim();
    at_peak(before);
  };
}

// --- The rows

void register_row(const std::string& name, size_t operations,
                  const std::function<Situation()>& make) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    measure(state, static_cast<double>(operations), make());
  });
}

// Of those that grow, as far as `largest`.
void register_rows(size_t largest) {
  for (size_t count = 1; count <= std::min<size_t>(largest, 100'000); count *= 10) {
    register_row("W6_connections_" + std::to_string(count) + "/headrace_shared", count,
                 [=] { return idle_connections(make_headrace_shared, count); });
    for (const auto& [name, make] : kMemoryPeers) {
      register_row("W6_connections_" + std::to_string(count) + "/" + name, count,
                   [=, make = make] { return idle_connections(make, count); });
    }
  }
  for (size_t count = 1; count <= std::min<size_t>(largest, 100'000); count *= 10) {
    for (const auto& [name, make] : kMemoryPeers) {
      register_row("W6_streams_" + std::to_string(count) + "/" + name, count,
                   [=, make = make] { return open_streams(make, count); });
    }
  }
  const Size size = largest < 1000 ? Size::kTiny : Size::kFull;
  for (const auto& [name, make] : kMemoryPeers) {
    register_row(std::string("W6_served/") + name, 1,
                 [=, make = make] { return served(make, /*trimmed=*/false, size); });
  }
  for (const auto& [name, make] : kMemoryPeers) {
    if (make == make_nghttp2) continue;  // it gives nothing back
    register_row(std::string("W6_trimmed/") + name, 1,
                 [=, make = make] { return served(make, /*trimmed=*/true, size); });
  }
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) {
  using namespace headrace::benchmarks;
  const char* const largest = take_flag("largest", &argc, argv);
  register_rows(largest == nullptr ? 100'000 : std::strtoul(largest, nullptr, 10));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

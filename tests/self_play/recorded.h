#ifndef HEADRACE_TESTS_SELF_PLAY_RECORDED_H_
#define HEADRACE_TESTS_SELF_PLAY_RECORDED_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "headrace/protocol/interface/record_sink.h"
#include "tests/transcript/item.h"

namespace headrace::self_play {

// The record of one end of a pair, and what was seen to come of it.
struct Recorded final : RecordSink {
  void begin(std::span<const uint8_t> preamble) override { append(preamble); }
  void append(std::span<const uint8_t> entry) override {
    record.append(reinterpret_cast<const char*>(entry.data()), entry.size());
  }

  std::string record;
  std::string output;                    // octets that were sent
  std::vector<transcript::Item> events;  // DataReceived that follow each other are one
};
using Records = std::vector<std::unique_ptr<Recorded>>;

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_RECORDED_H_

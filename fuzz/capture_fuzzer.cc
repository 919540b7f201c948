// Captures of packets (adapters/dump): in any pieces they are the same items.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "headrace/adapters/dump/capture_reader.h"

namespace headrace::fuzz {
namespace {

using dump::Item;

class Items final : public dump::ItemSink {
 public:
  void take(const Item& item) override {
    text_ += item.direction + "|" + item.name + "|" + std::to_string(item.offset) + "|" +
             item.octets + "\n";
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string read(std::string_view input, size_t step) {
  Items items;
  dump::FileReader reader(dump::Stream::Version::kUnknown, &items);
  for (; !input.empty(); input.remove_prefix(std::min(step, input.size()))) {
    reader.read(input.substr(0, step));
  }
  reader.end();
  return items.text();
}

void play(std::string_view input) {
  if (!dump::begins_capture(input)) return;  // others are fuzzed as streams
  const std::string whole = read(input, input.size());
  for (const size_t step : {size_t{1}, size_t{7}, size_t{100}}) {
    require(read(input, step) == whole, "another cut, other items");
  }
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}

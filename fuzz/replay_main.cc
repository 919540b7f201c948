#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

// Runs a fuzzer's code over every file of the directories named on the command line: what libFuzzer
// does with a corpus, without libFuzzer. --random=N tries N inputs of random octets besides, the
// same ones each time.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> content{std::istreambuf_iterator<char>(file), {}};
  const std::vector<uint8_t> input(content.begin(), content.end());
  std::printf("%s: %zu octets\n", path.c_str(), input.size());
  std::fflush(stdout);  // so that the last line names the input of a crash
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

void try_random(size_t count) {
  constexpr size_t kLargest = 400;
  for (size_t i = 0; i < count; ++i) {
    std::mt19937 random(static_cast<uint32_t>(i));
    std::vector<uint8_t> input(random() % kLargest);
    for (uint8_t& octet : input) octet = static_cast<uint8_t>(random());
    std::printf("\rrandom input %zu", i);
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  if (count > 0) std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::string_view kRandom = "--random=";
  size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with(kRandom)) {
      try_random(std::strtoul(argv[i] + kRandom.size(), nullptr, 10));
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      replay(entry.path());
      ++inputs;
    }
  }
  std::printf("%zu inputs\n", inputs);
  return inputs == 0 ? 1 : 0;
}

#include "tests/recordings/recording.h"

#include <absl/strings/numbers.h>

#include <iterator>
#include <map>
#include <optional>
#include <sstream>

#include "tests/reference/frames.h"
#include "tests/transcript/words.h"

namespace headrace::recordings {
namespace {

using Words = std::vector<std::string>;

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

std::optional<uint64_t> frame_type(const std::string& name) {
  static const std::map<std::string, uint64_t> kTypes = {
      {"DATA", reference::DATA},
      {"HEADERS", reference::HEADERS},
      {"PRIORITY", reference::PRIORITY},
      {"RST_STREAM", reference::RST_STREAM},
      {"SETTINGS", reference::SETTINGS},
      {"PING", reference::PING},
      {"GOAWAY", reference::GOAWAY},
      {"WINDOW_UPDATE", reference::WINDOW_UPDATE},
      {"CONTINUATION", reference::CONTINUATION},
  };
  const auto found = kTypes.find(name);
  return found != kTypes.end() ? found->second : transcript::parse_number(name);
}

// Hexadecimal digits, and `*N`: N octets more, which are zero.
bool read_payload(std::string_view text, std::string* payload) {
  const size_t star = text.find('*');
  if (!transcript::parse_hex(text.substr(0, star), payload)) return false;
  if (star == std::string_view::npos) return true;
  const auto count = transcript::parse_number(text.substr(star + 1));
  if (count) payload->append(*count, '\0');
  return count.has_value();
}

class Reader {
 public:
  explicit Reader(Recording* recording) : recording_(*recording) {}

  bool read_line(const std::string& line) {
    std::istringstream stream(line);
    const Words words{std::istream_iterator<std::string>(stream), {}};
    if (words.empty() || words[0] == "#") return true;
    if (words.size() < 2) return false;
    if (words[0] == "@") return read_time(words[1]);
    if (words[0] == ">") return read_answer(words);
    if (words[0] != "<") return false;
    if (words[1] == "PREFACE") return input(kPreface);
    if (words[1] == "EOF") return recording_.steps.emplace_back(Recording::EndOfInput()), true;
    if (words[1] == "REQUEST") return read_request(line);
    if (words[1] == "LINE") return input(text_behind(line, words[1]) + "\r\n");
    if (words[1] == "CONTENT") return read_content(words);
    return read_frame(words);
  }

 private:
  bool read_time(const std::string& word) {
    const auto at = transcript::parse_number(word);
    if (!at) return false;
    recording_.steps.emplace_back(Recording::Time{std::chrono::milliseconds(*at)});
    return true;
  }

  // < TYPE FLAGS STREAM [PAYLOAD]
  bool read_frame(const Words& words) {
    if (words.size() < 4 || words.size() > 5) return false;
    const auto type = frame_type(words[1]);
    const auto flags = transcript::parse_number(words[2]);
    const auto stream_id = transcript::parse_number(words[3]);
    std::string payload;
    if (words.size() == 5 && !read_payload(words[4], &payload)) return false;
    if (!type || !flags || !stream_id) return false;
    const auto id = static_cast<uint32_t>(*stream_id);
    if (*type == reference::HEADERS) recording_.requests.insert(id);
    if (*type == reference::RST_STREAM) recording_.reset.insert(id);
    return input(reference::encode(static_cast<uint8_t>(*type), static_cast<uint8_t>(*flags), id,
                                   std::move(payload)));
  }

  // Behind `< WORD ` everything counts.
  static std::string text_behind(const std::string& line, const std::string& word) {
    const size_t at = line.find(word) + word.size() + 1;
    return at < line.size() ? line.substr(at) : "";
  }

  bool read_request(const std::string& line) {
    recording_.http1 = true;
    recording_.requests.insert(static_cast<uint32_t>(2 * recording_.requests.size() + 1));
    return input(text_behind(line, "REQUEST") + "\r\n");
  }

  bool read_content(const Words& words) {
    const auto size = transcript::parse_number(words.back());
    return size && words.size() == 3 && input(std::string(*size, '\0'));
  }

  bool input(std::string octets) {
    if (recording_.steps.empty() ||
        !std::holds_alternative<Recording::Input>(recording_.steps.back())) {
      recording_.steps.emplace_back(Recording::Input());
    }
    recording_.octets += octets.size();
    std::get<Recording::Input>(recording_.steps.back()).octets += octets;
    return true;
  }

  // > STREAM STATUS [LENGTH] [END]    > STREAM DATA SIZE [END]    > STREAM TRAILERS END
  bool read_answer(Words words) {
    Recording::Answer answer;
    answer.end = words.back() == "END";
    if (answer.end) words.pop_back();
    if (words.size() < 3 || !absl::SimpleAtoi(words[1], &answer.stream_id)) return false;
    if (words[2] == "DATA") {
      answer.part = Recording::Answer::Part::kContent;
      if (words.size() != 4 || !absl::SimpleAtoi(words[3], &answer.content)) return false;
    } else if (words[2] == "TRAILERS") {
      answer.part = Recording::Answer::Part::kTrailers;
      recording_.with_trailers.insert(answer.stream_id);
    } else if (!absl::SimpleAtoi(words[2], &answer.status)) {
      return false;
    } else if (words.size() == 4) {
      answer.length = words[3];
    }
    if (answer.end) recording_.answered.insert(answer.stream_id);
    recording_.steps.emplace_back(answer);
    return true;
  }

  Recording& recording_;
};

}  // namespace

bool read_recording(std::string_view text, Recording* recording, std::string* error) {
  Reader reader(recording);
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (reader.read_line(line)) continue;
    *error = "line " + std::to_string(number) + ": " + line;
    return false;
  }
  return true;
}

}  // namespace headrace::recordings

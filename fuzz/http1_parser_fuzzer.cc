#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/pieces.h"
#include "fuzz/require.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/http1/chunk_reader.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/request_reader.h"
#include "headrace/protocol/http1/response_reader.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/http1/section_reader.h"

// The readers of HTTP/1.x by themselves: a head of a request or of a response, or chunks. However
// the input is cut they read the same, and an octet-by-octet reader of the grammar agrees: on what
// is well-formed, and on what it says. (What a head means, Host and where the content ends, is
// llhttp's to compare: http1_server_differential.)
//
// Input: what it is and the limits (an octet), cuts (a length, then so many octets), then the text.

namespace headrace::fuzz {
namespace {

using namespace http1;  // the parts: NOLINT

using FieldList = std::vector<std::pair<std::string, std::string>>;

// What was read of an input.
struct Outcome {
  bool whole = false;
  const Rule* refused = nullptr;
  std::string start;  // "METHOD", or the status
  FieldList fields;   // of the head, but for those that stand for the start line and Host
  std::string content;
  size_t rest = 0;  // octets behind it

  bool operator==(const Outcome&) const = default;
};

// --- Octet by octet (RFC 9112 §2.2, §3, §4, §5, §7.1)

bool is_digit(char c) { return '0' <= c && c <= '9'; }
bool is_tchar(char c) {
  const bool letter = ('a' <= (c | 0x20) && (c | 0x20) <= 'z');
  return letter || is_digit(c) || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) < 15);
}
bool is_control(char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f; }

// Null: the text has no whole line. Malformed ones have an octet that a line has not.
std::optional<std::string> take_line(std::string_view* text) {
  const size_t end = text->find('\n');
  if (end == text->npos) return std::nullopt;
  std::string line(text->substr(0, end));
  text->remove_prefix(end + 1);
  if (line.empty() || line.back() != '\r') return "\n";
  line.pop_back();
  return line;
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.substr(0, 7) == "HTTP/1." && is_digit(text[7]);
}

std::optional<std::string> method_of(const std::string& line) {
  size_t at = 0;
  while (at < line.size() && is_tchar(line[at])) ++at;
  if (at == 0 || at == line.size() || line[at] != ' ') return std::nullopt;
  const size_t target = at + 1;
  size_t end = target;
  while (end < line.size() && line[end] > ' ' && line[end] < 0x7f) ++end;
  if (end == target || end == line.size() || line[end] != ' ') return std::nullopt;
  if (!is_version(std::string_view(line).substr(end + 1))) return std::nullopt;
  return line.substr(0, at);
}

std::optional<std::string> status_of(const std::string& line) {
  if (line.size() < 12 || !is_version(line.substr(0, 8)) || line[8] != ' ') return std::nullopt;
  if (line.size() > 12 && line[12] != ' ') return std::nullopt;
  const std::string digits = line.substr(9, 3);
  const bool number = std::all_of(digits.begin(), digits.end(), is_digit);
  if (!number || digits[0] == '0' || std::any_of(line.begin(), line.end(), is_control)) {
    return std::nullopt;
  }
  return digits;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

// False: it is malformed, or folded.
bool take_field(const std::string& line, FieldList* fields) {
  size_t colon = 0;
  while (colon < line.size() && is_tchar(line[colon])) ++colon;
  if (colon == 0 || colon == line.size() || line[colon] != ':') return false;
  if (std::any_of(line.begin(), line.end(), is_control)) return false;
  std::string name = line.substr(0, colon);
  for (char& c : name) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
  fields->emplace_back(name, trimmed(line.substr(colon + 1)));
  return true;
}

// Whether the head is well-formed; nothing: it is not all there.
std::optional<bool> read_head(std::string_view text, bool is_request, Outcome* out) {
  std::optional<std::string> line = take_line(&text);
  for (int empty = 0; is_request && line == "" && empty < 8; ++empty) line = take_line(&text);
  if (!line) return std::nullopt;
  const std::optional<std::string> start = is_request ? method_of(*line) : status_of(*line);
  if (!start) return false;
  out->start = *start;
  while ((line = take_line(&text))) {
    if (line->empty()) {
      out->rest = text.size();
      return true;
    }
    if (!take_field(*line, &out->fields)) return false;
  }
  return std::nullopt;
}

// --- The parts

constexpr size_t kSection = 4096;

class Readers {
 public:
  explicit Readers(uint8_t plan)
      : is_request_(plan % 2 == 0), is_chunked_(plan / 2 % 2 == 1), chunks_(4096, !is_request_) {
    requests_.begin();
    responses_.begin();
    chunks_.begin();
  }

  Outcome read(const std::vector<std::string_view>& parts) {
    Outcome out;
    for (const std::string_view part : parts) {
      if (out.whole || out.refused != nullptr) {
        out.rest += part.size();
        continue;
      }
      input_.give(octets(part));
      is_chunked_ ? read_chunks(&out) : is_request_ ? read_request(&out) : read_response(&out);
      if (out.whole) out.rest = input_.size();
      const bool kept = requests_.keep() && responses_.keep() && input_.keep_rest();
      require(kept, "a small input is not kept");
    }
    if (out.refused != nullptr) out.rest = 0;
    return out;
  }

 private:
  void read_request(Outcome* out) {
    switch (requests_.read(&input_, &lines_)) {
      case RequestReader::Status::kNothing:
        return require(input_.empty(), "input is left");
      case RequestReader::Status::kRefused:
        out->refused = requests_.refusal().rule;
        return;
      case RequestReader::Status::kHead:
        return take_head(":method", out);
    }
  }
  void read_response(Outcome* out) {
    switch (responses_.read({}, &input_, &lines_)) {
      case ResponseReader::Status::kNothing:
        return require(input_.empty(), "input is left");
      case ResponseReader::Status::kRefused:
        out->refused = responses_.refusal().rule;
        return;
      case ResponseReader::Status::kHead:
        return take_head(":status", out);
    }
  }
  void take_head(std::string_view first, Outcome* out) {
    out->whole = true;
    for (const Field& field : section_.storage().fields()) {
      if (field.name == first) out->start = field.value;
      if (!field.name.starts_with(':')) out->fields.emplace_back(field.name, field.value);
    }
  }
  void read_chunks(Outcome* out) {
    for (;;) {
      switch (chunks_.next(&input_, &lines_, UINT64_MAX)) {
        case ChunkReader::Item::kNothing:
          return require(input_.empty(), "input is left");
        case ChunkReader::Item::kPiece:
          for (const uint8_t octet : chunks_.piece()) out->content += static_cast<char>(octet);
          continue;
        case ChunkReader::Item::kTrailers:
          out->whole = true;
          return;
        case ChunkReader::Item::kRefused:
          out->refused = chunks_.refusal().rule;
          return;
      }
    }
  }

  const bool is_request_;
  const bool is_chunked_;
  Ledger ledger_{1 << 20};
  InputQueue input_{&ledger_};
  LineReader lines_{&ledger_};
  SectionReader section_{
      &ledger_, {1 << 20, 10'000, Limit::kFieldsPerRequest, !is_request_}, 16, kSection};
  RequestReader requests_{&section_, {"http", 1 << 16, 0, false, true}};
  ResponseReader responses_{&section_, {1 << 16, false}};
  ChunkReader chunks_;
};

// Rules about the grammar of a head, but for those that a list of names or a fold explains.
bool is_grammar(const Rule* rule) {
  for (const Rule* one :
       {&kBareLf, &kBareCr, &kEmptyLines, &kRequestLine, &kMethod, &kTarget, &kRawTarget, &kVersion,
        &kVersionUnsupported, &kStatusLine, &kResponseVersion, &kFieldName, &kSpaceBeforeColon,
        &kFold, &kSpaceBeforeFields, &kFieldValue}) {
    if (rule == one) return true;
  }
  return false;
}

// Fields that RequestReader and ResponseReader take out or put together.
FieldList without_framing(const FieldList& fields) {
  FieldList rest;
  for (const auto& field : fields) {
    if (field.first != "host" && field.first != "transfer-encoding" &&
        field.first != "content-length") {
      rest.push_back(field);
    }
  }
  return rest;
}

void check_head(std::string_view text, bool is_request, const Outcome& read) {
  const bool folds = text.find("\n ") != text.npos || text.find("\n\t") != text.npos;
  if (!is_request && folds) return;  // are joined
  Outcome naive;
  const std::optional<bool> good = read_head(text, is_request, &naive);
  if (read.refused != nullptr) {
    require(!is_grammar(read.refused) || good == false, "a refusal without a reason");
  } else if (read.whole) {
    require(good == true, "a malformed head is read");
    require(read.start == naive.start && read.rest == naive.rest, "a head is read differently");
    require(without_framing(read.fields) == without_framing(naive.fields), "other fields");
  } else {
    // The octets of a start line are judged when it is complete.
    require(!good.has_value(), "a head that is all there is not read");
  }
}

// RFC 9112 §7.1. Extensions and leading zeros are not looked into.
void check_chunks(std::string_view text, bool lenient, const Outcome& read) {
  std::string content;
  uint64_t total = 0;
  while (std::optional<std::string> line = take_line(&text)) {
    if (lenient) line = trimmed(*line);
    size_t digits = 0;
    uint64_t size = 0;
    for (; digits < line->size() && digits < 16; ++digits) {
      const size_t digit = std::string_view("0123456789abcdefABCDEF").find((*line)[digits]);
      if (digit == std::string_view::npos) break;
      size = size * 16 + (digit < 16 ? digit : digit - 6);
    }
    const bool bare = digits == line->size();
    total += size;
    if (digits == 0 || size >> 63 != 0 || total >> 63 != 0) break;
    if (!bare && read.refused != nullptr) return;
    if (size == 0) {
      require(!bare || read.whole, "a last chunk is not read");
      if (read.whole) require(read.rest == text.size(), "the end of chunks is elsewhere");
      break;
    }
    content += text.substr(0, size);
    const std::string_view end = size < text.size() ? text.substr(size, 2) : "";
    text.remove_prefix(std::min<uint64_t>(size + 2, text.size()));
    if (end != "\r\n") {
      const bool cut = std::string_view("\r\n").substr(0, end.size()) == end;
      require(cut == (read.refused == nullptr), "the end of a chunk is judged differently");
      break;
    }
  }
  require(read.content == content.substr(0, read.content.size()), "other content");
  require(!read.whole || read.content == content, "content is missing");
}

void play_all(std::string_view input) {
  if (input.size() < 2) return;
  const auto plan = static_cast<uint8_t>(input[0]);
  const size_t size = static_cast<uint8_t>(input[1]) % 16;
  const std::string_view cuts = input.substr(2, size);
  const std::string_view text = input.substr(std::min(2 + size, input.size()));
  const Outcome whole = Readers(plan).read({text});
  require(Readers(plan).read(pieces(text, cuts)) == whole, "a cut makes a difference");
  require(Readers(plan).read(pieces(text, "\1")) == whole, "octets make a difference");
  plan / 2 % 2 == 1 ? check_chunks(text, plan % 2 == 1, whole)
                    : check_head(text, plan % 2 == 0, whole);
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(
      data, size, [](std::string_view input) { headrace::fuzz::play_all(input); });
}

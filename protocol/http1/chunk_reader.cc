#include "headrace/protocol/http1/chunk_reader.h"

#include <algorithm>
#include <limits>

#include "headrace/field/field_syntax.h"
#include "headrace/protocol/http1/octet_scan.h"
#include "headrace/protocol/http1/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr size_t kMostDigits = 16;
constexpr uint64_t kMostContent = std::numeric_limits<int64_t>::max();

int hex_digit(char c) {
  if ('0' <= c && c <= '9') return c - '0';
  if ('a' <= c && c <= 'f') return c - 'a' + 10;
  if ('A' <= c && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_white_space(char c) { return c == ' ' || c == '\t'; }

// Walks over a line's text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool at_end() const { return at_ == end_; }
  void skip_white_space() {
    while (!at_end() && is_white_space(*at_)) ++at_;
  }
  bool skip(char c) {
    if (at_end() || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool skip_token() {
    const char* const begin = at_;
    at_ = http1::skip_token(at_, end_);
    return at_ > begin;
  }
  // RFC 9110 §5.6.4, behind its first quotation mark. (A line has no control characters.)
  bool skip_quoted() {
    while (!at_end()) {
      const char c = *at_++;
      if (c == '"') return true;
      if (c == '\\' && at_++ == end_) return false;
    }
    return false;
  }

 private:
  const char* at_;
  const char* end_;
};

// RFC 9112 §7.1.1: *( BWS ";" BWS name [ BWS "=" BWS value ] )
bool are_extensions(std::string_view text) {
  Cursor cursor(text);
  while (!cursor.at_end()) {
    cursor.skip_white_space();
    if (!cursor.skip(';')) return false;
    cursor.skip_white_space();
    if (!cursor.skip_token()) return false;
    Cursor behind = cursor;
    behind.skip_white_space();
    if (!behind.skip('=')) continue;
    cursor = behind;
    cursor.skip_white_space();
    if (!(cursor.skip('"') ? cursor.skip_quoted() : cursor.skip_token())) return false;
  }
  return true;
}

}  // namespace

const Rule* parse_chunk_line(std::string_view text, bool lenient, ChunkLine* line) {
  if (lenient) text = trim_field_value(text);
  uint64_t size = 0;
  size_t digits = 0;
  for (; digits < text.size(); ++digits) {
    const int digit = hex_digit(text[digits]);
    if (digit < 0) break;
    if (digits == kMostDigits) return &kChunkSize;
    size = size << 4 | static_cast<uint64_t>(digit);
  }
  if (digits == 0) return &kChunkSize;
  if (size > kMostContent) return &kChunkSizeTooLarge;
  const std::string_view extensions = text.substr(digits);
  if (!extensions.empty() && extensions.front() != ';' && !is_white_space(extensions.front())) {
    return &kChunkSize;
  }
  if (!are_extensions(extensions)) return &kChunkExtension;
  *line = {size, extensions.size()};
  return nullptr;
}

ChunkReader::Item ChunkReader::next(InputQueue* input, LineReader* lines, uint64_t most) {
  for (;;) {
    if (step_ == Step::kData) {
      if (input->empty() || most == 0) return Item::kNothing;
      const auto size = static_cast<size_t>(std::min({uint64_t{input->size()}, left_, most}));
      piece_ = {input->data(), size};
      input->consume(size);
      left_ -= size;
      if (left_ == 0) step_ = Step::kCr;
      return Item::kPiece;
    }
    if (step_ == Step::kSize) {
      Line line;
      switch (lines->next(input, kMostDigits + extension_limit_ + 2, &line)) {
        case LineReader::Status::kNothing:
          return Item::kNothing;
        case LineReader::Status::kLine:
          break;
        case LineReader::Status::kTooLong:
          refusal_.hit = LimitHit{Limit::kChunkExtensionSize, extension_limit_,
                                  uint64_t{extension_limit_} + 1};
          return refuse(kChunkExtensionSize);
        case LineReader::Status::kNoMemory:
          return refuse(kSectionMemory);
      }
      const Item item = on_line(line);
      if (item != Item::kPiece) return item;
    } else if (const Item item = take_end(input); item != Item::kPiece) {
      return item;
    }
  }
}

// kPiece: go on.
ChunkReader::Item ChunkReader::on_line(const Line& line) {
  if (line.broken != nullptr) return refuse(*line.broken);
  ChunkLine chunk;
  if (const Rule* broken = parse_chunk_line(line.text, lenient_, &chunk)) return refuse(*broken);
  extensions_ += chunk.extensions;
  const uint64_t allowed = extension_limit_ + content_ / 16;
  if (extensions_ > allowed) {
    refusal_.hit = LimitHit{Limit::kChunkExtensionSize, allowed, extensions_};
    return refuse(kChunkExtensionSize);
  }
  if (chunk.size == 0) return Item::kTrailers;
  if (chunk.size > kMostContent - content_) return refuse(kChunkSizeTooLarge);
  content_ += chunk.size;
  left_ = chunk.size;
  step_ = Step::kData;
  return Item::kPiece;
}

// CR LF behind the data, octet by octet. kPiece: go on.
ChunkReader::Item ChunkReader::take_end(InputQueue* input) {
  if (input->empty()) return Item::kNothing;
  if (accept_bare_lf_ && *input->data() == '\n') step_ = Step::kLf;
  const uint8_t expected = step_ == Step::kCr ? '\r' : '\n';
  if (*input->data() != expected) return refuse(kChunkEnd);
  input->consume(1);
  step_ = step_ == Step::kCr ? Step::kLf : Step::kSize;
  return Item::kPiece;
}

ChunkReader::Item ChunkReader::refuse(const Rule& rule) {
  refusal_.status = &rule == &kSectionMemory ? kFieldsTooLarge : kBadRequest;
  refusal_.rule = &rule;
  return Item::kRefused;
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

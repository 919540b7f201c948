#include "headrace/protocol/http1/framing.h"

#include <algorithm>

#include "headrace/field/field_syntax.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/message_rules.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr std::string_view kLengthName = "content-length";
constexpr std::string_view kCodingName = "transfer-encoding";

Refusal bad(const Rule& rule, std::string_view field) { return {kBadRequest, &rule, field, {}}; }

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return '0' <= c && c <= '9'; });
}

}  // namespace

void FramingFields::take_length(std::string_view value) {
  const int64_t length = parse_content_length(value);
  lengths_differ_ |= lengths_ > 0 && length != length_;
  ++lengths_;
  length_ = length;
  if (length_ != kNoContentLength) return;
  (is_number(value) ? large_length_ : bad_length_) = true;
}

void FramingFields::take_lengths(std::string_view value) {
  for (;;) {
    const size_t comma = value.find(',');
    take_length(trim_field_value(value.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

// RFC 9110 §5.6.1 lets a recipient skip empty elements of a list. Here they are refused, as are
// parameters, because no honest client sends them and software behind us may read them differently.
void FramingFields::take_codings(std::string_view value) {
  has_codings_ = true;
  for (;;) {
    const size_t comma = value.find(',');
    const std::string_view name = trim_field_value(value.substr(0, comma));
    bad_coding_ |= !is_token(name);
    last_ = equals_ignoring_case(name, "chunked") ? Coding::kChunked : Coding::kUnknown;
    chunked_ += last_ == Coding::kChunked ? 1 : 0;
    ++codings_;
    if (comma == std::string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

Refusal FramingFields::judge_codings(bool is_http10) const {
  if (is_http10) return bad(kCodingInHttp10, kCodingName);
  if (bad_coding_) return bad(kCodingSyntax, kCodingName);
  if (last_ != Coding::kChunked) return bad(kChunkedLast, kCodingName);
  if (chunked_ > 1) return bad(kChunkedOnce, kCodingName);
  if (codings_ > 1) return {kNotImplemented, &kCodingUnknown, kCodingName, {}};
  return {};
}

Refusal FramingFields::of_request(bool is_http10, bool is_connect, uint64_t most,
                                  ContentEnd* end) const {
  *end = {};
  if (lengths_ == 0 && !has_codings_) return {};
  if (lengths_ > 0 && has_codings_) return bad(kBothLengths, kCodingName);
  if (has_codings_) {
    if (Refusal refused = judge_codings(is_http10)) return refused;
    if (is_connect) return bad(kConnectContent, kCodingName);
    end->kind = ContentEnd::Kind::kChunked;
    return {};
  }
  if (bad_length_) return bad(kLength, kLengthName);
  if (lengths_ > 1) return bad(kLengthTwice, kLengthName);
  const auto length = static_cast<uint64_t>(length_);
  if (large_length_) return {kContentTooLarge, &kContentSize, kLengthName, {}};
  if (length == 0) return {};
  if (is_connect) return bad(kConnectContent, kLengthName);
  if (most > 0 && length > most) {
    return {kContentTooLarge, &kContentSize, kLengthName,
            LimitHit{Limit::kContentSize, most, length}};
  }
  *end = {ContentEnd::Kind::kLength, length};
  return {};
}

// RFC 9112 §6.3. Without both fields the content ends with the connection.
Refusal FramingFields::of_response(bool is_http10, bool accept_both, ContentEnd* end) const {
  *end = {ContentEnd::Kind::kUntilClose, 0};
  if (bad_length_ || large_length_) return bad(kLength, kLengthName);
  if (lengths_differ_) return bad(kLengthsDiffer, kLengthName);
  if (has_codings_) {
    if (lengths_ > 0 && !accept_both) return bad(kBothLengths, kCodingName);
    if (Refusal refused = judge_codings(is_http10)) return refused;
    end->kind = ContentEnd::Kind::kChunked;
  } else if (lengths_ > 0) {
    *end = {length_ == 0 ? ContentEnd::Kind::kNone : ContentEnd::Kind::kLength,
            static_cast<uint64_t>(length_)};
  }
  return {};
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#include "headrace/protocol/http1/response_reader.h"

#include <algorithm>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/protocol/http1/connection_options.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/exchange.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

ResponseReader::Status ResponseReader::read(const RequestHead& request, InputQueue* input,
                                            LineReader* lines) {
  if (!has_line_) {
    const Status status = read_line(input, lines);
    if (status != Status::kHead) return status;
  }
  return read_fields(
      input, lines, [](FieldName) { return false; }, [](const Field&) {},
      [&] { return finish(request); });
}

bool ResponseReader::skip_line_ends(InputQueue* input) {
  while (!input->empty()) {
    const uint8_t expected = is_in_line_end_ ? '\n' : '\r';
    if (*input->data() != expected || line_ends_ == kMostLineEnds) return true;
    input->consume(1);
    if (is_in_line_end_) ++line_ends_;
    is_in_line_end_ = !is_in_line_end_;
  }
  return false;
}

// kHead: the line was read.
ResponseReader::Status ResponseReader::read_line(InputQueue* input, LineReader* lines) {
  Line text;
  switch (lines->next(input, bounds_.line_size, &text)) {
    case LineReader::Status::kNothing:
      return Status::kNothing;
    case LineReader::Status::kTooLong:
      return refuse(
          {kBadRequest,
           &kSectionSize,
           {},
           LimitHit{Limit::kFieldListSize, bounds_.line_size, uint64_t{bounds_.line_size} + 1}});
    case LineReader::Status::kNoMemory:
      return refuse(section_->no_memory());
    case LineReader::Status::kLine:
      break;
  }
  if (text.broken != nullptr) return refuse({kBadRequest, text.broken, {}, {}});
  StatusLine line;
  if (const Rule* broken = parse_status_line(text.text, &line)) {
    return refuse({kBadRequest, broken, {}, {}});
  }
  std::string_view digits;
  if (!section_->begin(1) || !section_->storage().copy(line.digits, &digits)) {
    return refuse(section_->no_memory());
  }
  section_->storage().fields()[0] = {":status", digits, /*never_indexed=*/false, FieldName::kStatus,
                                     FieldSyntax::kValid};
  has_line_ = true;
  line_ends_ = 0;
  received_ = {};
  received_.status = line.status;
  received_.is_http10 = line.is_http10;
  framing_.clear();
  says_close_ = says_keep_alive_ = false;
  return Status::kHead;
}

// Not before the end, because a value may be folded.
void ResponseReader::take_fields() {
  FieldStorage& storage = section_->storage();
  Field* const fields = storage.fields().data();
  size_t kept = 0;
  bool has_length = false;
  for (size_t i = 0; i < storage.size(); ++i) {
    Field& field = fields[i];
    bool stays = true;
    switch (field.known_name) {
      case FieldName::kContentLength:
        framing_.take_lengths(field.value);
        field.value = trim_field_value(field.value.substr(0, field.value.find(',')));
        stays = !has_length;
        has_length = true;
        break;
      case FieldName::kTransferEncoding:
        framing_.take_codings(field.value);
        stays = false;
        break;
      case FieldName::kConnection:
        each_connection_option(field.value, [this](std::string_view option) {
          says_close_ |= is_connection_option(option, "close");
          says_keep_alive_ |= is_connection_option(option, "keep-alive");
        });
        break;
      default:
        break;
    }
    if (!stays) continue;
    if (kept != i) fields[kept] = field;
    ++kept;
  }
  storage.truncate(kept);
  // RFC 9112 §6.3: transfer-encoding overrides it.
  if (has_length && framing_.has_codings() && bounds_.accept_both) drop_length();
}

void ResponseReader::drop_length() {
  FieldStorage& storage = section_->storage();
  Field* const end = storage.fields().data() + storage.size();
  Field* const rest = std::remove_if(storage.fields().data(), end, [](const Field& field) {
    return field.known_name == FieldName::kContentLength;
  });
  storage.truncate(storage.size() - static_cast<size_t>(end - rest));
}

// RFC 9112 §6.3, in its order.
Refusal ResponseReader::finish(const RequestHead& request) {
  take_fields();
  const uint16_t status = received_.status;
  received_.is_interim = status < 200 && status != kSwitchingProtocols;
  received_.opens_tunnel = status == kSwitchingProtocols || headrace::opens_tunnel(request, status);
  const bool http10 = received_.is_http10;
  // A length beside transfer-encoding may be somebody's attempt to smuggle (§6.1).
  const bool both = framing_.has_codings() && framing_.has_length();
  received_.may_persist = !says_close_ && (!http10 || says_keep_alive_) && !both;
  if (received_.is_interim || received_.opens_tunnel || !may_have_content(request, status)) {
    return {};
  }
  if (Refusal refused = framing_.of_response(http10, bounds_.accept_both, &received_.content)) {
    return refused;
  }
  received_.may_persist &= received_.content.kind != ContentEnd::Kind::kUntilClose;
  return {};
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

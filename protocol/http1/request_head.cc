#include "headrace/protocol/http1/request_head.h"

#include <algorithm>
#include <iterator>

#include "headrace/protocol/http1/connection_options.h"
#include "headrace/protocol/message/field_text.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr std::string_view kVersion = " HTTP/1.1\r\n";
constexpr std::string_view kConnectionName = "connection";
constexpr std::string_view kOptions[] = {"te", "upgrade", "close"};

// RFC 9110 §8.6: of these a server expects content, and they say that there is none.
bool usually_has_content(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

bool is_idempotent(std::string_view method) {
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

OutgoingRequest::OutgoingRequest(const NamedFields& fields,
                                 const RequestCircumstances& circumstances)
    : fields_(fields), is_last_(circumstances.is_last) {
  for (size_t i = 0; i < fields_.size(); ++i) take(fields_.name(i), fields_[i].value);
  decide_framing(circumstances);
}

void OutgoingRequest::take(FieldName name, std::string_view value) {
  switch (name) {
    case FieldName::kMethod:
      method_ = value;
      break;
    case FieldName::kAuthority:
      host_ = value;
      has_authority_ = true;
      break;
    case FieldName::kHost:
      if (!has_authority_) host_ = value;
      break;
    case FieldName::kContentLength:
      has_length_ = true;
      break;
    case FieldName::kTe:
      has_te_ = true;
      break;
    case FieldName::kUpgrade:
      has_upgrade_ = true;
      break;
    case FieldName::kConnection:
      each_connection_option(value, [this](std::string_view option) {
        says_close_ |= is_connection_option(option, "close");
        says_te_ |= is_connection_option(option, "te");
        says_upgrade_ |= is_connection_option(option, "upgrade");
      });
      break;
    default:
      break;
  }
}

void OutgoingRequest::decide_framing(const RequestCircumstances& circumstances) {
  if (circumstances.may_tunnel) {
    framing_ = Framing::kTunnel;
  } else if (has_length_ && !circumstances.trailers_follow) {
    framing_ = Framing::kLength;
  } else if (!circumstances.body_size || circumstances.trailers_follow) {
    framing_ = Framing::kChunked;
    extra_.transfer_encoding = "chunked";
  } else if (*circumstances.body_size > 0 || usually_has_content(method_)) {
    framing_ = Framing::kLength;
    extra_.set_content_length(*circumstances.body_size);
  }
}

size_t OutgoingRequest::max_size() const {
  constexpr size_t kAdded = 160;  // the version, and the names and values that are added
  size_t size = kAdded + host_.size();
  for (size_t i = 0; i < fields_.size(); ++i) size += field_line_size(fields_[i]);
  return size;
}

char* OutgoingRequest::write(char* out) const {
  out = write_line(out);
  bool wrote_cookies = false;
  for (size_t i = 0; i < fields_.size(); ++i) {
    switch (fields_.name(i)) {
      case FieldName::kHost:
      case FieldName::kTransferEncoding:
        break;
      case FieldName::kContentLength:
        if (framing_ == Framing::kLength) out = put_field_line(fields_[i], out);
        break;
      case FieldName::kCookie:
        if (!wrote_cookies) out = write_cookies(out);
        wrote_cookies = true;
        break;
      default:
        out = put_field_line(fields_[i], out);
        break;
    }
  }
  if (extra_.content_length_size > 0) {
    out = put_field_line({"content-length", extra_.content_length()}, out);
  }
  if (!extra_.transfer_encoding.empty()) {
    out = put_field_line({"transfer-encoding", extra_.transfer_encoding}, out);
  }
  out = write_connection(out);
  return put_text(kEndOfLine, out);
}

char* OutgoingRequest::write_line(char* out) const {
  out = put_text(method_, out);
  *out++ = ' ';
  const FieldsView fields = fields_.fields();
  out = put_text(method_ == "CONNECT" ? fields.authority() : fields.path(), out);
  out = put_text(kVersion, out);
  return put_field_line({"host", host_}, out);
}

char* OutgoingRequest::write_cookies(char* out) const {
  bool first = true;
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_.name(i) != FieldName::kCookie) continue;
    char* const line = out;
    out = put_field_line(fields_[i], out);
    if (first) {
      first = false;
      continue;
    }
    // In place of the end of the line before, and of the name and colon: "; ".
    const size_t name = fields_[i].name.size() + kFieldColon.size();
    const auto rest = static_cast<size_t>(out - line) - name;
    char* const joint = put_text("; ", line - kEndOfLine.size());
    std::memmove(joint, line + name, rest);
    out = joint + rest;
  }
  return out;
}

char* OutgoingRequest::write_connection(char* out) const {
  const bool wanted[] = {has_te_ && !says_te_, has_upgrade_ && !says_upgrade_,
                         is_last_ && !says_close_};
  if (std::none_of(std::begin(wanted), std::end(wanted), [](bool w) { return w; })) return out;
  out = put_text(kConnectionName, out);
  std::string_view between = kFieldColon;
  for (size_t i = 0; i < std::size(wanted); ++i) {
    if (!wanted[i]) continue;
    out = put_text(kOptions[i], put_text(between, out));
    between = ", ";
  }
  return put_text(kEndOfLine, out);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

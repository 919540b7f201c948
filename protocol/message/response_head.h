#ifndef HEADRACE_PROTOCOL_MESSAGE_RESPONSE_HEAD_H_
#define HEADRACE_PROTOCOL_MESSAGE_RESPONSE_HEAD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"
#include "headrace/field/named_fields.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/message/prepared_head.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The head of a message to send. The application's fields are neither copied nor changed: fields to
// be added are stored apart, and fields that must not be sent are skipped in each_field(), which
// the writers of HTTP/2 and HTTP/1.x use. The decisions are made in one place for both.

enum class HttpVersion : uint8_t { kHttp10, kHttp11, kHttp2 };

// The circumstances that a response's head depends on, in addition to its fields.
struct ResponseFacts {
  HttpVersion version = HttpVersion::kHttp2;  // of the request
  bool is_head = false;                       // the request's method
  bool is_connect = false;
  // HTTP/1.x: the connection may persist, because the request allows it (HTTP/1.1: no `Connection:
  // close`; HTTP/1.0: keep-alive) and has been read, and we are not shutting down.
  bool may_persist = true;
  bool trailers_follow = false;

  // Size of the whole body in octets, if it is known; with HEAD, of the body that GET would get.
  std::optional<uint64_t> body_size = {};
  // The first octets of the body, up to kSniffedOctets. If empty, no content-type is added.
  gsl::span<const uint8_t> body = {};
  // The value of the date field (DateField), which must outlive the head. If empty, none is added.
  std::string_view date = {};
};

// Whether a response with this status may have content (RFC 9110 §6.4.1, §15.3.6): all but 1xx,
// 204, 205 and 304.
constexpr bool may_have_content(uint16_t status) {
  return status >= 200 && status != 204 && status != 205 && status != 304;
}

// How the recipient finds the end of the body (RFC 9112 §6.3).
enum class Framing : uint8_t {
  kNoBody,      // there is no body
  kFrames,      // HTTP/2: END_STREAM
  kLength,      // content-length
  kChunked,     // transfer-encoding
  kUntilClose,  // the end of the connection
  kTunnel,      // there is no end, because other protocols follow (101, and 2xx to CONNECT)
};

// The values of fields to be added; empty if a field is not. All but date are of static storage or
// stored here.
struct ExtraFields {
  static constexpr size_t kMost = 5;

  std::string_view date;
  std::string_view content_type;
  std::string_view connection;
  std::string_view transfer_encoding;
  uint8_t content_length_size = 0;
  std::array<char, 20> content_length_digits{};

  std::string_view content_length() const HEADRACE_LIFETIME_BOUND {
    return {content_length_digits.data(), content_length_size};
  }
  void set_content_length(uint64_t length);
  // An upper bound of the octets of their names and values.
  size_t max_octets() const {
    constexpr std::string_view kNames = "datecontent-typecontent-lengthconnectiontransfer-encoding";
    return kNames.size() + date.size() + content_type.size() + content_length_size +
           connection.size() + transfer_encoding.size();
  }
};

// A view: the fields and the date that it was made of must outlive it.
class OutgoingHead {
 public:
  // Implicit. Sends all fields unchanged.
  OutgoingHead(const NamedFields& fields, const PreparedPart& prepared = {})
      : fields_(fields), prepared_(prepared) {}
  OutgoingHead(FieldsView fields) : fields_(fields) {}

  // A response's head (`:status` first; names in lower case, for HTTP/1.x in any), completed:
  //
  // - Connection-specific fields are left out in HTTP/2 (RFC 9113 §8.2.2).
  // - `date` is added to final responses (RFC 9110 §6.6.1).
  // - `content-length` is added if the size is known (RFC 9110 §8.6) and there is no
  //   transfer-encoding. That of 205 is 0 (§15.3.6).
  // - `content-type` is added if there is a body and it is not encoded, from its first octets
  //   (RFC 9110 §8.3).
  // - In 1xx, 204, 304 and 2xx to CONNECT, content-length and transfer-encoding are left out; in
  //   304, content-type, too (RFC 9110 §8.6, §15.4.5, RFC 9112 §6.1). The response to HEAD has the
  //   fields of that to GET with the same body, without transfer-encoding.
  // - HTTP/1.1 without a length: `transfer-encoding: chunked` is added. A content-length together
  //   with a transfer-encoding is left out (RFC 9112 §6.2).
  // - HTTP/1.x: `connection: close` or `keep-alive` is added if it is not the version's default
  //   (RFC 9112 §9.3, §9.6). The application's connection field is kept, unless it says the
  //   opposite.
  //
  // A date or content-type with an empty value is left out, and none is added in its place.
  // `fields`: looked up in any case for HTTP/1.x.
  // `prepared`: the part of the fields that is a prepared head's.
  static OutgoingHead complete(const NamedFields& fields, const ResponseFacts& facts,
                               const PreparedPart& prepared = {});
  static OutgoingHead complete(FieldsView fields, const ResponseFacts& facts) {
    return complete(NamedFields(fields, facts.version != HttpVersion::kHttp2), facts);
  }
  // Whether the result of complete() could change if more were known of the body, that is, its size
  // or more of its first octets. The caller may then wait before it sends the head.
  static bool depends_on_body(const NamedFields& fields, const ResponseFacts& facts);
  static bool depends_on_body(FieldsView fields, const ResponseFacts& facts) {
    return depends_on_body(NamedFields(fields, facts.version != HttpVersion::kHttp2), facts);
  }

  // Calls `each(const Field&)` for each field to send, including pseudo-header fields: those of the
  // application in their order, then date, content-type, content-length, connection and
  // transfer-encoding.
  template <typename Each>
  void each_field(Each each) const {
    each_named_field([&each](const Field& field, SentField) { each(field); });
  }
  // The same with what is known of each: `each(const Field&, SentField)`.
  template <typename Each>
  void each_named_field(Each each) const {
    each_between(0, fields_.size(), each);
    each_extra(each);
  }
  // Its two parts: the application's fields of a range, and those that are added.
  template <typename Each>
  void each_between(size_t begin, size_t end, Each each) const {
    if (begin != end) each_in(begin, end, each);
  }
  template <typename Each>
  void each_extra(Each each) const;

  // The part that is a prepared head's, as a whole; else its head is null.
  const PreparedPart& prepared_part() const { return prepared_; }
  PreparedPart prepared() const {
    const bool whole = prepared_.head != nullptr && !left_out_.has_any(prepared_.head->names());
    return whole ? prepared_ : PreparedPart{};
  }

  const NamedFields& fields() const { return fields_; }
  // The names of the application's fields that are left out.
  FieldNames left_out() const { return left_out_; }
  const ExtraFields& extra() const { return extra_; }
  bool has_extra() const { return has_extra_; }

  // --- The results of complete().

  uint16_t status() const { return status_; }  // 0 if it is missing or invalid
  Framing framing() const { return framing_; }
  // HTTP/1.x: the connection is closed after this response.
  bool closes() const { return closes_; }
  // The rule that the application's fields break, or null. Only kContentLength; the field is left
  // out then.
  const Rule* broken() const { return broken_; }

 private:
  class Completion;

  template <typename Each>
  void each_in(size_t begin, size_t end, Each each) const;

  NamedFields fields_;
  PreparedPart prepared_;
  FieldNames left_out_;
  bool has_extra_ = false;
  bool closes_ = false;
  Framing framing_ = Framing::kFrames;
  uint16_t status_ = 0;
  const Rule* broken_ = nullptr;
  ExtraFields extra_;
};

template <typename Each>
void OutgoingHead::each_in(size_t begin, size_t end, Each each) const {
  for (size_t i = begin; i < end; ++i) {
    const SentField sent = fields_.sent(i);
    if (!left_out_.has(sent.name)) each(fields_[i], sent);
  }
}

template <typename Each>
void OutgoingHead::each_extra(Each each) const {
  if (!has_extra_) return;
  const auto add = [&each](std::string_view name, std::string_view value, FieldName known_name) {
    if (value.empty()) return;
    const Field field{name, value, /*never_indexed=*/false, known_name, FieldSyntax::kValid};
    each(field, SentField{known_name, 0});
  };
  add("date", extra_.date, FieldName::kDate);
  add("content-type", extra_.content_type, FieldName::kContentType);
  add("content-length", extra_.content_length(), FieldName::kContentLength);
  add("connection", extra_.connection, FieldName::kConnection);
  add("transfer-encoding", extra_.transfer_encoding, FieldName::kTransferEncoding);
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_RESPONSE_HEAD_H_

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
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A head on its way out without a copy of it: the application's fields stay where they are and as
// they are; what has to be added stands beside them in a few fixed places, and what must not be
// sent is left out while the head is written. What is decided is the same for HTTP/2 and HTTP/1.x;
// who writes goes through each_field().

enum class HttpVersion : uint8_t { kHttp10, kHttp11, kHttp2 };

// What a response's head depends on, beside its fields.
struct ResponseFacts {
  HttpVersion version = HttpVersion::kHttp2;  // of the request
  bool is_head = false;                       // the request's method
  bool is_connect = false;
  // HTTP/1.x: the connection may go on. The request allows it (HTTP/1.1: no `Connection: close`;
  // HTTP/1.0: keep-alive), it has been read, and we are not about to stop.
  bool may_persist = true;
  bool trailers_follow = false;

  // Octets of the whole body, or of the one that a HEAD request is not sent, when that is known.
  std::optional<uint64_t> body_size = {};
  // Its first octets, as many of kSniffedOctets as there are. Empty: no content-type is guessed.
  gsl::span<const uint8_t> body = {};
  // The value of the date field (DateField), which outlives the head. Empty: none is added.
  std::string_view date = {};
};

// Whether a response with this status has content, when its request lets it (RFC 9110 §6.4.1,
// §15.3.6): not 1xx, 204, 205 and 304.
constexpr bool may_have_content(uint16_t status) {
  return status >= 200 && status != 204 && status != 205 && status != 304;
}

// How the end of the body will be found (RFC 9112 §6.3).
enum class Framing : uint8_t {
  kNoBody,      // nothing follows the head
  kFrames,      // HTTP/2: END_STREAM
  kLength,      // content-length
  kChunked,     // transfer-encoding
  kUntilClose,  // the end of the connection
  kTunnel,      // none: what follows is not HTTP (101, and 2xx to CONNECT)
};

// The fields that may be added. Empty: not. All but date are static, or are stored here.
struct ExtraFields {
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
};

// Refers to the fields that it was made of, and to the date.
class OutgoingHead {
 public:
  // Implicit: all fields as they are.
  OutgoingHead(FieldsView fields) : fields_(fields) {}

  // A response's head (`:status` first; names in lower case, for HTTP/1.x in any), completed:
  //
  // - Connection-specific fields are left out in HTTP/2 (RFC 9113 §8.2.2).
  // - `date` is added to final responses (RFC 9110 §6.6.1).
  // - `content-length` is added when the size is known (RFC 9110 §8.6), not beside a
  //   transfer-encoding; that of 205 is 0 (§15.3.6).
  // - `content-type` is added when there is a body, which is looked at, and it is not encoded
  //   (RFC 9110 §8.3).
  // - 1xx, 204, 304 and 2xx to CONNECT say nothing of a body: content-length and transfer-encoding
  //   are left out, of 304 content-type too (RFC 9110 §8.6, §15.4.5, RFC 9112 §6.1). HEAD is
  //   answered as GET would be with the same body at once, without transfer-encoding.
  // - HTTP/1.1 without a length: `transfer-encoding: chunked`; a content-length beside a
  //   transfer-encoding is left out (RFC 9112 §6.2).
  // - HTTP/1.x: `connection: close` or `keep-alive` where the version does not say it already
  //   (RFC 9112 §9.3, §9.6), beside the options that the application names, but those of the
  //   opposite.
  //
  // A date or content-type with an empty value says: none. It is left out, and none is added.
  static OutgoingHead complete(FieldsView fields, const ResponseFacts& facts);
  // Whether complete() would come to something else if it knew more of the body: of the size, and
  // of the first octets. Whoever can wait for it may.
  static bool depends_on_body(FieldsView fields, const ResponseFacts& facts);

  // Calls `each(const Field&)` for every field to send, pseudo-header fields included, in their
  // order: the application's, then date, content-type, content-length, connection,
  // transfer-encoding.
  template <typename Each>
  void each_field(Each each) const;

  const FieldsView& fields() const { return fields_; }
  // Names of fields of the application's that are left out.
  FieldNames left_out() const { return left_out_; }
  const ExtraFields& extra() const { return extra_; }

  // --- Of a completed head.

  uint16_t status() const { return status_; }  // 0: there is none, or it is not one
  Framing framing() const { return framing_; }
  // HTTP/1.x: the connection ends behind this response.
  bool closes() const { return closes_; }
  // What the application's fields break, or null: a content-length that is not one number. It is
  // left out.
  const Rule* broken() const { return broken_; }

 private:
  class Completion;

  static FieldName name_of(const Field& field, bool any_case) {
    if (field.known_name != FieldName::kUnresolved) return field.known_name;
    return any_case ? resolve_field_name_in_any_case(field.name) : resolve_field_name(field.name);
  }

  FieldsView fields_;
  FieldNames left_out_;
  bool any_case_ = false;  // of the names
  bool has_extra_ = false;
  bool closes_ = false;
  Framing framing_ = Framing::kFrames;
  uint16_t status_ = 0;
  const Rule* broken_ = nullptr;
  ExtraFields extra_;
};

template <typename Each>
void OutgoingHead::each_field(Each each) const {
  if (left_out_.empty()) {
    for (const Field& field : fields_) each(field);
  } else {
    for (const Field& field : fields_) {
      if (!left_out_.has(name_of(field, any_case_))) each(field);
    }
  }
  if (!has_extra_) return;
  const auto add = [&each](std::string_view name, std::string_view value, FieldName known_name) {
    if (value.empty()) return;
    const Field field{name, value, /*never_indexed=*/false, known_name, FieldSyntax::kValid};
    each(field);
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

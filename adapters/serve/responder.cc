#include "headrace/adapters/serve/responder.h"

#include <absl/container/inlined_vector.h>
#include <absl/strings/match.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <gsl/span>
#include <utility>
#include <variant>

#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"
#include "headrace/protocol/message/head_summary.h"
#include "headrace/protocol/message/reason_phrase.h"
#include "headrace/protocol/message/response_head.h"

namespace headrace::serve {
namespace {

// A number as text, without an allocation.
class Digits {
 public:
  explicit Digits(uint64_t number)
      : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}
  std::string_view text() const { return {text_.data(), static_cast<size_t>(end_ - text_.data())}; }

 private:
  std::array<char, 20> text_;
  char* end_;
};

// The pseudo-header fields of a request (RFC 9113 §8.3.1, RFC 8441 §4).
constexpr FieldNames kPseudoFields = {FieldName::kMethod, FieldName::kScheme, FieldName::kAuthority,
                                      FieldName::kPath, FieldName::kProtocol};

// Whether a text is a literal, whose size the compiler knows.
template <size_t N>
bool is(std::string_view text, const char (&literal)[N]) {
  return text.size() == N - 1 && std::memcmp(text.data(), literal, N - 1) == 0;
}

}  // namespace

Responder::Responder(Connection& connection, EventPtr& event)
    : connection_(connection), event_(event), request_(std::get<RequestReceived>(*event)) {
  // RFC 9113 §8.3: pseudo-header fields come first.
  const FieldsView fields = request_.fields;
  const Field* field = fields.begin();
  for (; field != fields.end() && kPseudoFields.has(field->known_name); ++field) {
    if (field->known_name == FieldName::kPath) target_ = field->value;
    if (field->known_name == FieldName::kMethod) method_ = field->value;
  }
  pseudo_fields_ = static_cast<size_t>(field - fields.begin());
  is_get_ = is(method_, "GET");
  is_head_ = is(method_, "HEAD");
  path_ = target_.substr(0, target_.find('?'));
}

bool Responder::invite_body() {
  if (!absl::EqualsIgnoreCase(std::string(field("expect")), "100-continue")) return false;
  // An error means that the stream has ended.
  (void)connection_.submit_informational(request_.stream_id, {{":status", "100"}});
  return true;
}

void Responder::respond(int status, FieldsView fields, Body body, uint64_t size) {
  submit(status, fields, std::move(body), size);
}

void Responder::respond_owned(int status, FieldsView fields, std::string content) {
  owned_size_ = content.size();
  respond(status, fields, Body::owned(std::move(content)), owned_size_);
}

void Responder::respond_made(int status, FieldsView fields, std::unique_ptr<MadeBody> body,
                             size_t held) {
  if (is_head()) return respond_without_body(status, fields);
  submit(status, fields, Body::source(body.get()));
  owned_size_ = held;
  attach(std::move(body));
}

void Responder::respond_without_body(int status, FieldsView fields) {
  submit(status, fields, Body::none());
}

void Responder::respond_with_stream(int status, FieldsView fields) {
  submit(status, fields, Body::stream());
}

bool Responder::switch_protocols(FieldsView fields) {
  return submit(101, fields, Body::stream()) != SubmitError::kInvalidArgument;
}

void Responder::respond_text(int status, std::string text, FieldsView fields) {
  absl::InlinedVector<Field, 4> all{{"content-type", "text/plain; charset=utf-8"}};
  all.insert(all.end(), fields.begin(), fields.end());
  respond_owned(status, gsl::span<const Field>(all.data(), all.size()), std::move(text));
}

void Responder::respond_error(int status, FieldsView fields) {
  std::string text = std::to_string(status);
  text.append(" ").append(reason_phrase(static_cast<uint16_t>(status))).append("\n");
  respond_text(status, std::move(text), fields);
}

bool Responder::require_get_or_head() {
  if (is_get_ || is_head_) return true;
  respond_error(405, {{"allow", "GET, HEAD"}});
  return false;
}

SubmitError Responder::submit(int status, FieldsView fields, Body body,
                              std::optional<uint64_t> size) {
  const Digits status_text(static_cast<uint64_t>(status));
  const Digits size_text(size.value_or(0));
  absl::InlinedVector<Field, 16> all{{":status", status_text.text()}, {"server", "headrace"}};
  if (size) all.push_back({"content-length", size_text.text()});
  all.insert(all.end(), fields.begin(), fields.end());
  const SubmitResult result = connection_.submit_response(
      request_.stream_id, gsl::span<const Field>(all.data(), all.size()), std::move(body));
  note(status, size.value_or(0), result);
  return result.error;
}

void Responder::respond_prepared(const PreparedHead& head, FieldsView fields, Body&& body,
                                 uint64_t size) {
  note(head.summary().traits.status, size,
       connection_.submit_response(request_.stream_id, head, fields, std::move(body)));
}

// The response with this status was submitted.
void Responder::note(int status, uint64_t size, const SubmitResult& result) {
  status_ = status;
  if (!is_head() && may_have_content(static_cast<uint16_t>(status))) body_size_ = size;
  // Fields that were made from the request's are invalid, so no response is possible. Other errors
  // mean that the stream or the connection has ended.
  if (result.error == SubmitError::kInvalidFields) {
    (void)connection_.reset_stream(request_.stream_id, ErrorCode::kInternalError);
  }
}

}  // namespace headrace::serve

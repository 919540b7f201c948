#ifndef HEADRACE_PROTOCOL_MESSAGE_PREPARED_HEAD_H_
#define HEADRACE_PROTOCOL_MESSAGE_PREPARED_HEAD_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "headrace/field/field.h"
#include "headrace/field/field_names.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

struct HeadSummary;

// Fields that many heads have in common: those of a response that is sent often, or of requests to
// one server. They are copied, checked and looked up once, and each connection keeps the octets
// that they were encoded to for as long as its HPACK table allows (RFC 7541 §2.3.3).
//
//   const auto page = PreparedHead::of({{":status", "200"}, {"content-type", "text/html"}});
//   ...
//   connection.submit_response(request.stream_id, page, {{"etag", etag}}, Body::view(html));
//
// A message with a prepared head is the same as one with all fields in one list: pseudo-header
// fields that are given beside it come first, then its own, then the others that are given. It is
// for fields that do not change from message to message.
//
// A handle to a record that does not change: a copy refers to the same one, and connections may
// share it, on any threads. Only making a copy, or the first use on a connection, touches its
// count.
class PreparedHead {
 public:
  static PreparedHead of(FieldsView fields);

  FieldsView fields() const HEADRACE_LIFETIME_BOUND { return record_->fields; }
  // The rule that one of the fields breaks, or null. Messages with a broken head are refused
  // (SubmitError::kInvalidFields).
  const Rule* broken() const { return record_->broken; }

  // --- For the library.

  // The names of its fields.
  FieldNames names() const { return record_->names; }
  // The octets of all names and values.
  size_t octets() const { return record_->octets; }
  const HeadSummary& summary() const { return *record_->summary; }
  // Different for heads of different records, as long as one of both is there.
  const void* identity() const { return record_.get(); }

 private:
  struct Record {
    FieldsView fields;  // with their tokens, and the results of their checks
    FieldNames names;
    const Rule* broken = nullptr;
    std::unique_ptr<Field[]> list;
    std::unique_ptr<char[]> text;
    size_t octets = 0;
    std::unique_ptr<const HeadSummary> summary;
  };
  explicit PreparedHead(std::shared_ptr<const Record> record) : record_(std::move(record)) {}

  std::shared_ptr<const Record> record_;
};

// The part of a list of fields that is a prepared head's, and where in the list it begins.
struct PreparedPart {
  const PreparedHead* head = nullptr;
  size_t begin = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_PREPARED_HEAD_H_

#ifndef HEADRACE_PROTOCOL_MESSAGE_HEAD_TRAITS_H_
#define HEADRACE_PROTOCOL_MESSAGE_HEAD_TRAITS_H_

#include <cstdint>
#include <string_view>

#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The properties of a response's fields that its completion depends on (OutgoingHead::complete()),
// collected field by field, in any order.
struct HeadTraits {
  uint16_t status = 0;  // 0 if it is missing or invalid
  FieldNames seen;
  FieldNames not_sent;  // fields with an empty value, which asks for none
  bool is_encoded = false;
  bool says_close = false;
  bool says_keep_alive = false;
  bool bad_length = false;
  bool repeats_length = false;
  bool is_identity = false;      // the last transfer-coding
  bool chunked_is_last = false;  // the same
  int64_t length = kNoContentLength;
  int codings = 0;  // elements of transfer-encoding
  int chunked = 0;  // how many of them are "chunked"

  // The next field, whose name is known.
  void take(FieldName name, std::string_view value);

 private:
  void take_content_length(std::string_view value);
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_HEAD_TRAITS_H_

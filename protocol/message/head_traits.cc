#include "headrace/protocol/message/head_traits.h"

#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// RFC 9110 §5.6.1: calls `each` for the elements of a list that are not empty.
template <typename Each>
void each_element(std::string_view list, Each each) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    const std::string_view element = trim_field_value(list.substr(0, comma));
    if (!element.empty()) each(element);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

}  // namespace

void HeadTraits::take(FieldName name, std::string_view value) {
  switch (name) {
    case FieldName::kStatus:
      status = parse_status(value);
      break;
    case FieldName::kContentLength:
      take_content_length(value);
      break;
    case FieldName::kContentEncoding:
      is_encoded |= !value.empty();
      break;
    case FieldName::kTransferEncoding:
      each_element(value, [&](std::string_view coding) {
        ++codings;
        is_identity = equals_ignoring_case(coding, "identity");
        chunked_is_last = equals_ignoring_case(coding, "chunked");
        chunked += chunked_is_last;
      });
      break;
    case FieldName::kConnection:
      each_element(value, [&](std::string_view option) {
        says_close |= equals_ignoring_case(option, "close");
        says_keep_alive |= equals_ignoring_case(option, "keep-alive");
      });
      break;
    case FieldName::kContentType:
    case FieldName::kDate:
      if (value.empty()) not_sent.add(name);
      break;
    default:
      break;
  }
  seen.add(name);
}

void HeadTraits::take_content_length(std::string_view value) {
  const int64_t said = parse_content_length(value);
  const bool again = seen.has(FieldName::kContentLength);
  repeats_length |= again;
  bad_length |= said == kNoContentLength || (again && said != length);
  length = bad_length ? kNoContentLength : said;
}

HEADRACE_ABI_END
}  // namespace headrace

#include "headrace/adapters/get/request_head.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <string_view>

namespace headrace::get {
namespace {

constexpr std::string_view kWhiteSpace = " \t";

const GivenField* find(const std::vector<GivenField>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &GivenField::name);
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

absl::StatusOr<GivenField> parse_given_field(const std::string& text) {
  const size_t colon = text.find(':', text.starts_with(':') ? 1 : 0);
  if (colon == std::string::npos || colon == 0) {
    return absl::InvalidArgumentError("-H (--header) must be 'name: value', not '" + text + "'");
  }
  if (text.front() == ':') {
    return absl::InvalidArgumentError(
        "-H '" + text + "': pseudo-header fields come from the URL and -X (--method)");
  }
  const size_t first = text.find_first_not_of(kWhiteSpace, colon + 1);
  const size_t last = text.find_last_not_of(kWhiteSpace);
  GivenField field{absl::AsciiStrToLower(text.substr(0, colon)), ""};
  if (first != std::string::npos) field.value = text.substr(first, last - first + 1);
  return field;
}

RequestHead::RequestHead(const Url& url, const std::string& method,
                         const std::vector<GivenField>& given,
                         std::optional<uint64_t> content_length)
    : method_(method) {
  const GivenField* host = find(given, "host");
  add(":method", method);
  add(":scheme", std::string(url.scheme()));
  add(":authority", host == nullptr ? url.authority : host->value);
  add(":path", url.path);
  std::vector<GivenField> usual = {{"user-agent", "headrace-get"}, {"accept", "*/*"}};
  if (content_length) usual.push_back({"content-length", std::to_string(*content_length)});
  for (GivenField& field : usual) {
    if (find(given, field.name) == nullptr) add(std::move(field.name), std::move(field.value));
  }
  for (const GivenField& field : given) {
    if (field.name != "host" && !field.value.empty()) add(field.name, field.value);
  }
  for (const GivenField& field : storage_) fields_.push_back({field.name, field.value});
}

void RequestHead::add(std::string name, std::string value) {
  storage_.push_back({std::move(name), std::move(value)});
}

}  // namespace headrace::get

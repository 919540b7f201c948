#ifndef HEADRACE_ADAPTERS_GET_REQUEST_HEAD_H_
#define HEADRACE_ADAPTERS_GET_REQUEST_HEAD_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "headrace/adapters/get/url.h"
#include "headrace/field/field.h"

namespace headrace::get {

// A field of -H, "Name: value", with its name in lower case (RFC 9113 §8.2) and its value without
// white space at its edges.
struct GivenField {
  std::string name;
  std::string value;
};
absl::StatusOr<GivenField> parse_given_field(const std::string& text);

// The head of a request (RFC 9113 §8.3.1).
class RequestHead {
 public:
  // `given` fields replace those that all requests have: "host" replaces :authority, "user-agent"
  // ours. One without a value removes the field.
  RequestHead(const Url& url, const std::string& method, const std::vector<GivenField>& given,
              std::optional<uint64_t> content_length);
  RequestHead(const RequestHead&) = delete;
  RequestHead& operator=(const RequestHead&) = delete;

  FieldsView fields() const { return fields_; }
  bool is_head() const { return method_ == "HEAD"; }

 private:
  void add(std::string name, std::string value);

  const std::string method_;
  std::vector<GivenField> storage_;
  std::vector<Field> fields_;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_REQUEST_HEAD_H_

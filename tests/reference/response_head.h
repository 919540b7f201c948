#ifndef HEADRACE_TESTS_REFERENCE_RESPONSE_HEAD_H_
#define HEADRACE_TESTS_REFERENCE_RESPONSE_HEAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// A second opinion on response heads, for tests and benchmarks only: the fields are cloned, and
// the clone is changed step by step until it is what goes out (RFC 9110, RFC 9112, RFC 9113).
// Shares no code with the library.
namespace reference {

using FieldList = std::vector<std::pair<std::string, std::string>>;

struct ResponseContext {
  std::string version = "2";  // or "1.1", "1.0"
  std::string method = "GET";
  bool may_persist = true;
  bool trailers_follow = false;
  std::optional<uint64_t> body_size;
  std::string sniffed_type;  // of the body that was seen; empty: none was
  std::string date;          // empty: there is no clock
};

// `fields` (":status" first) as they go out: what is left of them in their order, then date,
// content-type, content-length, connection and transfer-encoding where they were added.
FieldList complete_response_head(const FieldList& fields, const ResponseContext& context);

// The same as HTTP/1.x writes it, `reason` behind the status.
std::string response_text(const FieldList& completed, const std::string& version,
                          const std::string& reason);

}  // namespace reference

#endif  // HEADRACE_TESTS_REFERENCE_RESPONSE_HEAD_H_

#ifndef HEADRACE_ADAPTERS_GET_UPLOAD_H_
#define HEADRACE_ADAPTERS_GET_UPLOAD_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "headrace/adapters/socket/unique_fd.h"
#include "headrace/protocol/stream/body.h"

namespace headrace::get {

// The body of one request, which is read while it is sent.
class Upload : public BodySource {
 public:
  // The octets that were passed to the connection.
  uint64_t sent() const { return sent_; }
  // The descriptor to wait for, if fill() had no data, until it is readable; otherwise -1.
  virtual int waits_for() const { return -1; }
  // An errno value if fill() failed, otherwise 0.
  int error() const { return error_; }

 protected:
  uint64_t sent_ = 0;
  int error_ = 0;
};

// The argument of -d: the source of request bodies.
class UploadData {
 public:
  // `argument`: text; "@file"; "@-", the standard input.
  static absl::StatusOr<UploadData> open(const std::string& argument);

  // Its size in octets, which is known for text and regular files.
  std::optional<uint64_t> size() const { return size_; }
  // Whether it can be sent more than once. Input of a pipe cannot.
  bool is_repeatable() const { return size_.has_value(); }

  // A body for one request. The UploadData must outlive it.
  std::unique_ptr<Upload> start() const;

 private:
  std::string text_;
  adapters::UniqueFd file_;  // invalid for text
  uint64_t first_ = 0;       // its offset in the file
  std::optional<uint64_t> size_;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_UPLOAD_H_

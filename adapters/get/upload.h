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

// The body of one request, read as it is sent.
class Upload : public BodySource {
 public:
  // Octets that were handed to the connection.
  uint64_t sent() const { return sent_; }
  // fill() said "not yet": the descriptor that it waits to read. -1: it waits for nothing.
  virtual int waits_for() const { return -1; }
  // fill() failed: an errno value, or 0.
  int error() const { return error_; }

 protected:
  uint64_t sent_ = 0;
  int error_ = 0;
};

// What -d names.
class UploadData {
 public:
  // `argument`: text; "@file"; "@-", the standard input.
  static absl::StatusOr<UploadData> open(const std::string& argument);

  // Its size in octets, when it is known: that of a text and of a regular file.
  std::optional<uint64_t> size() const { return size_; }
  // It can be sent more than once. What comes out of a pipe can not.
  bool is_repeatable() const { return size_.has_value(); }

  // A body of one request. This must outlive it.
  std::unique_ptr<Upload> start() const;

 private:
  std::string text_;
  adapters::UniqueFd file_;  // none: it is text
  uint64_t first_ = 0;       // where in the file it begins
  std::optional<uint64_t> size_;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_UPLOAD_H_

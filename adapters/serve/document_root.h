#ifndef HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_
#define HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::serve {

// The file name, relative to the root, of a request's path: percent-decoded (RFC 3986 §2.1),
// without leading slashes; "." for "/". Nothing if the path is malformed or contains a NUL.
std::optional<std::string> decode_path(std::string_view path);

// Whether a name is not served, because a segment begins with a dot ("..", ".git") and is not
// ".well-known" (RFC 8615).
bool is_hidden(std::string_view name);

// A directory whose files are served. No file outside of it can be opened, neither with ".." nor
// with symbolic links. Thread-safe.
class DocumentRoot {
 public:
  static absl::StatusOr<DocumentRoot> open(const std::string& directory);

  // How names are confined to the root.
  enum class Resolution {
    kKernel,  // openat2(RESOLVE_BENEATH), which follows links within the root
    kWalk,    // a segment at a time, without following links; if there is no openat2()
  };

  // Opens a file or directory for reading, by its name relative to the root. If the result is
  // invalid, errno has the reason.
  adapters::UniqueFd open_file(const std::string& name) const;
  adapters::UniqueFd open_file(const std::string& name, Resolution resolution) const;

 private:
  explicit DocumentRoot(adapters::UniqueFd directory);

  adapters::UniqueFd directory_;
  Resolution resolution_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_

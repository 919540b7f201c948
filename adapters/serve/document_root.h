#ifndef HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_
#define HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::serve {

// The file name, relative to the root, that a request's path stands for: percent-encoding undone
// (RFC 3986 §2.1), the slashes in front removed; "." for "/". Nothing when it is malformed or holds
// a NUL.
std::optional<std::string> decode_path(std::string_view path);

// A name that is not served: one with a segment that begins with a dot ("..", ".git"), but for
// ".well-known" (RFC 8615).
bool is_hidden(std::string_view name);

// A directory whose files are served, and nothing outside of it: neither by "..", nor by symbolic
// links that lead out. Usable from several threads.
class DocumentRoot {
 public:
  static absl::StatusOr<DocumentRoot> open(const std::string& directory);

  // How names are kept beneath the root.
  enum class Resolution {
    kKernel,  // openat2(RESOLVE_BENEATH): links that stay inside are followed
    kWalk,    // a segment at a time, without following any link; where there is no openat2()
  };

  // Opens a file or directory for reading, by its name relative to the root. Invalid: errno says
  // why.
  adapters::UniqueFd open_file(const std::string& name) const;
  adapters::UniqueFd open_file(const std::string& name, Resolution resolution) const;

 private:
  explicit DocumentRoot(adapters::UniqueFd directory);

  adapters::UniqueFd directory_;
  Resolution resolution_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_

#ifndef HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_
#define HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_

#include <absl/status/statusor.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::serve {

// The file name, relative to the root, of a request's path: percent-decoded (RFC 3986 §2.1),
// without leading slashes; "." for "/". Nothing if the path is malformed or contains a NUL.
std::optional<std::string> decode_path(std::string_view path);

// The same as decode_path(), for a path that needs no decoding; otherwise empty.
std::string_view plain_name(std::string_view path);

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
  // The status of the file that a name refers to now; false, with errno, if there is none. It only
  // serves to be compared with that of a file that open_file() has opened by the name before,
  // because links may lead it out of the root.
  bool look(const std::string& name, struct stat* status) const;

 private:
  explicit DocumentRoot(adapters::UniqueFd directory);

  adapters::UniqueFd directory_;
  Resolution resolution_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_DOCUMENT_ROOT_H_

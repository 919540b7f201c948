#ifndef HEADRACE_ADAPTERS_GET_STAGED_FILE_H_
#define HEADRACE_ADAPTERS_GET_STAGED_FILE_H_

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "headrace/adapters/socket/unique_fd.h"

struct stat;

namespace headrace::get {

// The new content of a file, written beside it under a name of its own. The file stays as it was
// until commit(), which replaces it in one step (rename(2)); so it is never half of one and half of
// the other, and other hard links to it keep the old content.
//
// SIGINT, SIGTERM and SIGHUP remove what is staged, or keep it as its part, and end the program as
// they would have. For programs with one thread.
class StagedFile {
 public:
  // `path`: where the content is to go; its own symbolic links are followed, so that they keep
  // pointing. `existing`: what stat(2) says of a regular file that is there, whose mode and owner
  // the new one gets; null when there is none. `keeps_part`: a content that is given up stays, as
  // PATH.part, if it has any octets.
  static absl::StatusOr<std::unique_ptr<StagedFile>> create(const std::string& path,
                                                            const struct stat* existing,
                                                            bool keeps_part);
  // Gives it up unless commit() was called.
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  // To write to; invalid after commit() and give_up().
  int descriptor() const { return file_.get(); }
  // The content is complete. On an error it is given up.
  absl::Status commit();
  // The file that keeps what there is of it, or "" when nothing does.
  std::string give_up();

 private:
  StagedFile(std::string target, bool keeps_part);
  static void handle_signal(int signal);
  absl::Status open(const struct stat* existing);
  // Removes what is staged, and says why.
  absl::Status fail(int error, const std::string& what);
  bool is_worth_keeping() const;

  const std::string target_;  // the file that the name leads to
  const std::string part_;    // what keeps it; empty: nothing does
  std::string staged_;        // its own name; empty: there is none (any more)
  adapters::UniqueFd file_;
  std::optional<mode_t> mode_;  // of the file that it replaces
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_STAGED_FILE_H_

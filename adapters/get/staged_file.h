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

// The new content of a file, written to a temporary file beside it. The file is unchanged until
// commit(), which replaces it atomically (rename(2)); other hard links to it keep the old content.
//
// SIGINT, SIGTERM and SIGHUP remove the temporary file, or keep it as PATH.part, before they end
// the program. For programs with one thread.
class StagedFile {
 public:
  // `path`: the file to replace; symbolic links are followed, so that they stay links. `existing`:
  // the stat(2) of an existing regular file, whose mode and owner are kept; null if there is none.
  // `keeps_part`: give_up() keeps the content as PATH.part if it is not empty.
  static absl::StatusOr<std::unique_ptr<StagedFile>> create(const std::string& path,
                                                            const struct stat* existing,
                                                            bool keeps_part);
  // Calls give_up(), unless commit() was called.
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  // The descriptor to write to; invalid after commit() and give_up().
  int descriptor() const { return file_.get(); }
  // The content is complete: replaces the file. After an error it is given up.
  absl::Status commit();
  // Returns the name of the file that keeps the incomplete content, or "" if none does.
  std::string give_up();

 private:
  StagedFile(std::string target, bool keeps_part);
  static void handle_signal(int signal);
  absl::Status open(const struct stat* existing);
  // Removes the temporary file and returns the error.
  absl::Status fail(int error, const std::string& what);
  bool is_worth_keeping() const;

  const std::string target_;  // the file that the path refers to
  const std::string part_;    // PATH.part, or empty
  std::string staged_;        // the temporary file; empty if there is none
  adapters::UniqueFd file_;
  std::optional<mode_t> mode_;  // of the file that it replaces
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_STAGED_FILE_H_

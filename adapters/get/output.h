#ifndef HEADRACE_ADAPTERS_GET_OUTPUT_H_
#define HEADRACE_ADAPTERS_GET_OUTPUT_H_

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <gsl/span>
#include <memory>
#include <string>
#include <vector>

#include "headrace/adapters/get/staged_file.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::get {

class Download;

// The destination of bodies: a file, a pipe, a terminal, or nothing. Several bodies are written one
// after the other in the order in which their Downloads were constructed, not that of arrival.
class Output {
 public:
  // "-" is the standard output. A regular file, or one that does not exist, is unchanged until
  // commit() (`keeps_part`: see StagedFile). All others (devices, FIFOs) are written to directly,
  // and so are names of our own descriptors (/dev/stdout, /dev/fd/3).
  static absl::StatusOr<std::unique_ptr<Output>> open(const std::string& path,
                                                      bool keeps_part = false);
  // An output that discards its input.
  static std::unique_ptr<Output> nowhere();

  bool is_terminal() const;
  // An errno value if it cannot be written, after which it discards its input; otherwise 0.
  int error() const { return error_; }
  // The descriptor to wait for, until it is writable and flush() is to be called; -1 if no octets
  // wait for it.
  int waits_for() const { return waits_ ? descriptor() : -1; }
  // Whether to call flush() at once, because it is the turn of a body that was held.
  bool wants_flush() const;
  // Writes as many of the held octets as possible without blocking.
  void flush();
  // All bodies are complete: replaces the file by its new content. No more may be written.
  absl::Status commit();
  // A body is incomplete: leaves the file unchanged. Returns the name of the file that keeps the
  // received part, or "" if none does.
  std::string give_up();

 private:
  friend class Download;
  Output(adapters::UniqueFd file, bool waits) : file_(std::move(file)), may_wait_(waits) {}
  explicit Output(std::unique_ptr<StagedFile> staged)
      : staged_(std::move(staged)), may_wait_(false) {}

  int descriptor() const { return staged_ != nullptr ? staged_->descriptor() : file_.get(); }
  bool goes_nowhere() const { return descriptor() < 0; }
  size_t write(gsl::span<const uint8_t> bytes);

  adapters::UniqueFd file_;             // for direct writing
  std::unique_ptr<StagedFile> staged_;  // for a file; neither for an output that discards
  const bool may_wait_;                 // a pipe or a terminal, whose reader may be slow
  bool waits_ = false;
  int error_ = 0;
  std::deque<Download*> turns_;  // the first one writes, the others hold their octets
};

// One body for an output. It holds the octets that the output does not accept yet. Its user gives
// the peer credit only for octets that were passed on, so it holds at most a flow-control window.
class Download {
 public:
  // `on_progress(n)`: n held octets have been passed on, or is_done() became true. Called by
  // Output::flush() only. It may destroy the download.
  Download(Output& output, std::function<void(size_t)> on_progress);
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  // Appends octets of the body. Returns how many were passed on at once.
  size_t add(gsl::span<const uint8_t> bytes);
  // The body has ended.
  void end();
  // Whether the body has ended and all of it was passed on.
  bool is_done() const { return ended_ && held_.empty(); }

  Output& output() { return output_; }

 private:
  friend class Output;
  // Passes on the held octets. Returns whether the next download may write.
  bool flush();

  Output& output_;
  const std::function<void(size_t)> on_progress_;
  std::vector<uint8_t> held_;
  size_t passed_on_ = 0;  // octets at the front of held_
  bool ended_ = false;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_OUTPUT_H_

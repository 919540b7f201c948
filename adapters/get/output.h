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

// Where bodies are written to: a file, a pipe, a terminal, or nowhere. Several bodies follow one
// another in the order in which their Downloads were made, however they arrive.
class Output {
 public:
  // "-" is the standard output. A regular file, or none yet, stays as it is until commit() (see
  // StagedFile for `keeps_part`). A device, a FIFO and what else there is is written to directly,
  // and so are descriptors of ours that have a name (/dev/stdout, /dev/fd/3).
  static absl::StatusOr<std::unique_ptr<Output>> open(const std::string& path,
                                                      bool keeps_part = false);
  // What is written is dropped.
  static std::unique_ptr<Output> nowhere();

  bool is_terminal() const;
  // An errno value: it cannot be written any more, and takes everything from now on.
  int error() const { return error_; }
  // What could not be written waits for this descriptor to be writable, then flush(). -1: it does
  // not wait.
  int waits_for() const { return waits_ ? descriptor() : -1; }
  // flush() has something to do at once: the turn passed to a body that has been held.
  bool wants_flush() const;
  // Writes what is held, as far as it is taken now.
  void flush();
  // All that was to be written to it is complete: a file gets its new content. Nothing is written
  // any more.
  absl::Status commit();
  // It is not: a file stays as it was. What keeps what there is of its new content, or "".
  std::string give_up();

 private:
  friend class Download;
  Output(adapters::UniqueFd file, bool waits) : file_(std::move(file)), may_wait_(waits) {}
  explicit Output(std::unique_ptr<StagedFile> staged)
      : staged_(std::move(staged)), may_wait_(false) {}

  int descriptor() const { return staged_ != nullptr ? staged_->descriptor() : file_.get(); }
  bool goes_nowhere() const { return descriptor() < 0; }
  size_t write(gsl::span<const uint8_t> bytes);

  adapters::UniqueFd file_;             // what is written to directly; none: see staged_
  std::unique_ptr<StagedFile> staged_;  // null: nowhere, if there is no file_ either
  const bool may_wait_;                 // a pipe or a terminal, whose other end may be slow
  bool waits_ = false;
  int error_ = 0;
  std::deque<Download*> turns_;  // the first one writes, the others hold what they have
};

// One body on its way to an output. It holds what the output does not take yet; who feeds it lets
// the peer send no more than was passed on, so that stays within a flow-control window.
class Download {
 public:
  // `on_progress(n)`: n octets that were held have been passed on; maybe is_done() turned true.
  // Only called by Output::flush(). The download may be destroyed in it.
  Download(Output& output, std::function<void(size_t)> on_progress);
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  // More of the body. Returns how much of it was passed on at once.
  size_t add(gsl::span<const uint8_t> bytes);
  // Nothing more will come.
  void end();
  // It has ended and all is passed on.
  bool is_done() const { return ended_ && held_.empty(); }

  Output& output() { return output_; }

 private:
  friend class Output;
  // Passes on what is held; returns whether the next one may have its turn.
  bool flush();

  Output& output_;
  const std::function<void(size_t)> on_progress_;
  std::vector<uint8_t> held_;
  size_t passed_on_ = 0;  // of held_, from the front
  bool ended_ = false;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_OUTPUT_H_

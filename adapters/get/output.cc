#include "adapters/get/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace headrace::get {

absl::StatusOr<std::unique_ptr<Output>> Output::open(const std::string& path) {
  adapters::UniqueFd file(
      path == "-" ? dup(STDOUT_FILENO)
                  : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  struct stat status {};
  if (!file.valid() || fstat(file.get(), &status) != 0) return absl::ErrnoToStatus(errno, path);
  const bool may_wait =
      S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(file.get()) == 1;
  return std::unique_ptr<Output>(new Output(std::move(file), may_wait));
}

std::unique_ptr<Output> Output::nowhere() {
  return std::unique_ptr<Output>(new Output(adapters::UniqueFd(), false));
}

bool Output::is_terminal() const { return file_.valid() && isatty(file_.get()) == 1; }

// Without waiting. Short: waits_ is set.
size_t Output::write(gsl::span<const uint8_t> bytes) {
  if (error_ != 0) return bytes.size();
  size_t written = 0;
  while (written < bytes.size()) {
    size_t size = bytes.size() - written;
    if (may_wait_) {
      // The descriptor is others' too, so it is not made non-blocking. A pipe that can be written
      // takes this much without waiting (pipe(7)).
      pollfd writable{file_.get(), POLLOUT, 0};
      waits_ = poll(&writable, 1, 0) == 0;
      if (waits_) return written;
      size = std::min<size_t>(size, PIPE_BUF);
    }
    const ssize_t n = ::write(file_.get(), bytes.data() + written, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      waits_ = true;
      return written;
    }
    if (n < 0) {
      error_ = errno;
      return bytes.size();
    }
    written += static_cast<size_t>(n);
  }
  return written;
}

bool Output::wants_flush() const {
  return !waits_ && !turns_.empty() && !turns_.front()->held_.empty();
}

void Output::flush() {
  waits_ = false;
  while (!turns_.empty() && turns_.front()->flush()) {
  }
}

Download::Download(Output& output, std::function<void(size_t)> on_progress)
    : output_(output), on_progress_(std::move(on_progress)) {
  if (output_.file_.valid()) output_.turns_.push_back(this);
}

Download::~Download() { std::erase(output_.turns_, this); }

size_t Download::add(gsl::span<const uint8_t> bytes) {
  if (!output_.file_.valid() || output_.error_ != 0) return bytes.size();
  const bool may_write = output_.turns_.front() == this && held_.empty() && !output_.waits_;
  const size_t written = may_write ? output_.write(bytes) : 0;
  held_.insert(held_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(written), bytes.end());
  return written;
}

void Download::end() { ended_ = true; }

// Whether the next one may have its turn.
bool Download::flush() {
  const gsl::span<const uint8_t> rest = gsl::span<const uint8_t>(held_).subspan(passed_on_);
  const size_t written = output_.write(rest);
  passed_on_ += written;
  if (written == rest.size() || passed_on_ >= held_.size() / 2) {
    // Not each time: that would move every byte often.
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(passed_on_));
    passed_on_ = 0;
  }
  const bool over = is_done();
  if (over) output_.turns_.pop_front();
  if (written > 0) on_progress_(written);
  return over;
}

}  // namespace headrace::get

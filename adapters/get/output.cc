#include "headrace/adapters/get/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <filesystem>
#include <gsl/span>
#include <system_error>
#include <utility>

#include "headrace/adapters/socket/retry.h"

namespace headrace::get {

namespace {

// Opening a FIFO waits for its reader.
int open_to_write(const std::string& path) {
  return adapters::retry_interrupted(
      [&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY); });
}

// The own descriptor that a path names: "-", "/dev/stdout", "/dev/fd/3", "/proc/self/fd/3"; -1 if
// none. The files of these must not be replaced.
int own_descriptor(const std::string& path) {
  if (path == "-") return STDOUT_FILENO;
  std::error_code error;
  std::filesystem::path name = path;
  for (int links = 0; links < 40; ++links) {
    const auto directory = std::filesystem::canonical(name.parent_path() / ".", error);
    if (error) return -1;
    if (directory == std::filesystem::canonical("/proc/self/fd", error) && !error) {
      const std::string number = name.filename();
      int descriptor = -1;
      const char* const end = number.data() + number.size();
      const auto [rest, failure] = std::from_chars(number.data(), end, descriptor);
      return failure == std::errc() && rest == end ? descriptor : -1;
    }
    const auto next = std::filesystem::read_symlink(name, error);
    if (error) return -1;
    name = directory / next;
  }
  return -1;
}

}  // namespace

// Opens the path without changing the file, to find out whether it is writable, and its type.
absl::StatusOr<std::unique_ptr<Output>> Output::open(const std::string& path, bool keeps_part) {
  const int own = own_descriptor(path);
  adapters::UniqueFd file(own >= 0 ? fcntl(own, F_DUPFD_CLOEXEC, 0) : open_to_write(path));
  const bool is_new = !file.valid() && errno == ENOENT && own < 0;
  struct stat status {};
  if (!is_new && (!file.valid() || fstat(file.get(), &status) != 0)) {
    return absl::ErrnoToStatus(errno, path);
  }
  if (own < 0 && (is_new || S_ISREG(status.st_mode))) {
    absl::StatusOr<std::unique_ptr<StagedFile>> staged =
        StagedFile::create(path, is_new ? nullptr : &status, keeps_part);
    if (!staged.ok()) return staged.status();
    return std::unique_ptr<Output>(new Output(std::move(*staged)));
  }
  const bool may_wait =
      S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(file.get()) == 1;
  return std::unique_ptr<Output>(new Output(std::move(file), may_wait));
}

std::unique_ptr<Output> Output::nowhere() {
  return std::unique_ptr<Output>(new Output(adapters::UniqueFd(), false));
}

bool Output::is_terminal() const { return file_.valid() && isatty(file_.get()) == 1; }

absl::Status Output::commit() {
  if (staged_ != nullptr) return std::exchange(staged_, nullptr)->commit();
  // Some file systems write, and fail, only at close(2). Linux closes even when interrupted.
  if (!file_.valid() || ::close(file_.release()) == 0 || errno == EINTR) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "the output");
}

std::string Output::give_up() {
  return staged_ == nullptr ? "" : std::exchange(staged_, nullptr)->give_up();
}

// Writes without blocking. Sets waits_ if it could not write all.
size_t Output::write(gsl::span<const uint8_t> bytes) {
  if (error_ != 0) return bytes.size();
  size_t written = 0;
  while (written < bytes.size()) {
    size_t size = bytes.size() - written;
    if (may_wait_) {
      // The descriptor may be shared with other processes, so it is not made non-blocking. A pipe
      // that is writable accepts this many octets without blocking (pipe(7)). If poll(2) fails, the
      // write may block.
      pollfd writable{descriptor(), POLLOUT, 0};
      waits_ = poll(&writable, 1, 0) == 0;
      if (waits_) return written;
      size = std::min<size_t>(size, PIPE_BUF);
    }
    const ssize_t n = adapters::retry_interrupted(
        [&] { return ::write(descriptor(), bytes.data() + written, size); });
    if (n < 0 && errno == EAGAIN) {
      waits_ = true;
      return written;
    }
    if (n <= 0) {
      error_ = n < 0 ? errno : EIO;
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
  if (!output_.goes_nowhere()) output_.turns_.push_back(this);
}

Download::~Download() { std::erase(output_.turns_, this); }

size_t Download::add(gsl::span<const uint8_t> bytes) {
  if (output_.goes_nowhere() || output_.error_ != 0) return bytes.size();
  const bool may_write = output_.turns_.front() == this && held_.empty() && !output_.waits_;
  const size_t written = may_write ? output_.write(bytes) : 0;
  held_.insert(held_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(written), bytes.end());
  return written;
}

void Download::end() { ended_ = true; }

// Returns whether the next download may write.
bool Download::flush() {
  const gsl::span<const uint8_t> rest = gsl::span<const uint8_t>(held_).subspan(passed_on_);
  const size_t written = output_.write(rest);
  passed_on_ += written;
  if (written == rest.size() || passed_on_ >= held_.size() / 2) {
    // Only now and then, because each erase moves the remaining octets.
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(passed_on_));
    passed_on_ = 0;
  }
  const bool over = is_done();
  if (over) output_.turns_.pop_front();
  if (written > 0) on_progress_(written);
  return over;
}

}  // namespace headrace::get

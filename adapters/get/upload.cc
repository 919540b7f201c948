#include "headrace/adapters/get/upload.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "headrace/adapters/socket/retry.h"

namespace headrace::get {
namespace {

class TextUpload : public Upload {
 public:
  explicit TextUpload(std::string_view text) : text_(text) {}
  Filled fill(std::span<uint8_t> room) override {
    const size_t size = std::min<size_t>(room.size(), text_.size() - sent_);
    std::memcpy(room.data(), text_.data() + sent_, size);
    sent_ += size;
    return {.size = size, .end = sent_ == text_.size()};
  }

 private:
  const std::string_view text_;
};

// A part of a regular file, read with pread(2), so that several uploads may read the same file.
class FileUpload : public Upload {
 public:
  FileUpload(int file, uint64_t first, uint64_t size) : file_(file), first_(first), size_(size) {}
  Filled fill(std::span<uint8_t> room) override {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(room.size(), size_ - sent_));
    const ssize_t n = adapters::retry_interrupted(
        [&] { return pread(file_, room.data(), wanted, static_cast<off_t>(first_ + sent_)); });
    if (n <= 0 && wanted > 0) {
      error_ = n < 0 ? errno : EIO;  // the file was shortened
      return {.failed = true};
    }
    sent_ += static_cast<uint64_t>(n);
    return {.size = static_cast<size_t>(n), .end = sent_ == size_};
  }

 private:
  const int file_;
  const uint64_t first_;
  const uint64_t size_;
};

// A pipe, a terminal or a device, read when it has data, and not faster than it is sent.
class StreamUpload : public Upload {
 public:
  explicit StreamUpload(int file) : file_(file) {}
  int waits_for() const override { return waits_ ? file_ : -1; }
  Filled fill(std::span<uint8_t> room) override {
    // The descriptor may be shared with other processes, so it is not made non-blocking.
    pollfd readable{file_, POLLIN, 0};
    waits_ = poll(&readable, 1, 0) == 0;  // if poll(2) fails, the read may block
    if (waits_) return {};
    const ssize_t n = ::read(file_, room.data(), room.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
      waits_ = true;
      return {};
    }
    if (n < 0) {
      error_ = errno;
      return {.failed = true};
    }
    sent_ += static_cast<uint64_t>(n);
    return {.size = static_cast<size_t>(n), .end = n == 0};
  }

 private:
  const int file_;
  bool waits_ = false;
};

}  // namespace

absl::StatusOr<UploadData> UploadData::open(const std::string& argument) {
  UploadData data;
  if (!argument.starts_with('@')) {
    data.text_ = argument;
    data.size_ = argument.size();
    return data;
  }
  const std::string path = argument.substr(1);
  data.file_ = adapters::UniqueFd(adapters::retry_interrupted([&] {
    return path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                       : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }));
  struct stat status {};
  if (!data.file_.valid() || fstat(data.file_.get(), &status) != 0) {
    return absl::ErrnoToStatus(errno, path);
  }
  if (S_ISDIR(status.st_mode)) return absl::ErrnoToStatus(EISDIR, path);
  if (S_ISREG(status.st_mode)) {
    const off_t first = lseek(data.file_.get(), 0, SEEK_CUR);  // not 0 if partly read before
    if (first < 0) return absl::ErrnoToStatus(errno, path);
    data.first_ = static_cast<uint64_t>(first);
    const auto end = static_cast<uint64_t>(status.st_size);
    data.size_ = end > data.first_ ? end - data.first_ : 0;
  }
  return data;
}

std::unique_ptr<Upload> UploadData::start() const {
  if (!file_.valid()) return std::make_unique<TextUpload>(text_);
  if (size_) return std::make_unique<FileUpload>(file_.get(), first_, *size_);
  return std::make_unique<StreamUpload>(file_.get());
}

}  // namespace headrace::get

#include "headrace/adapters/program/record_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "headrace/adapters/socket/retry.h"
#include "headrace/protocol/interface/record_format.h"

namespace headrace::program {
namespace {

// The entry behind which there are no more.
constexpr uint8_t kCut[] = {1, static_cast<uint8_t>(RecordEntry::kCut)};

}  // namespace

RecordFile::RecordFile(adapters::UniqueFd file, size_t most)
    : file_(std::move(file)), most_(most) {}

RecordFile::~RecordFile() {
  close_window();
  // Without the rest of the last window. (If this fails, zeros follow, which readers ignore.)
  const auto size = static_cast<off_t>(size_);
  if (adapters::retry_interrupted([&] { return ftruncate(file_.get(), size); }) != 0) return;
}

void RecordFile::begin(std::span<const uint8_t> preamble) { full_ = !write(preamble); }

void RecordFile::append(std::span<const uint8_t> entry) {
  if (full_) return;
  full_ = size_ + entry.size() + sizeof(kCut) > most_;
  full_ = !write(full_ ? std::span<const uint8_t>(kCut) : entry) || full_;
}

bool RecordFile::write(std::span<const uint8_t> octets) {
  while (!octets.empty()) {
    const size_t at = size_ % kWindow;
    if (at == 0 && !open_window()) return false;
    const size_t part = std::min(octets.size(), kWindow - at);
    std::copy_n(octets.data(), part, window_ + at);
    octets = octets.subspan(part);
    size_ += part;
  }
  return true;
}

// The next window of the file, which is behind size_.
bool RecordFile::open_window() {
  close_window();
  const auto begin = static_cast<off_t>(size_);
  int error = EINTR;
  while (error == EINTR) error = posix_fallocate(file_.get(), begin, kWindow);
  if (error != 0) return false;
  void* const memory =
      mmap(nullptr, kWindow, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), begin);
  if (memory == MAP_FAILED) return false;
  window_ = static_cast<uint8_t*>(memory);
  return true;
}

void RecordFile::close_window() {
  if (window_ != nullptr) munmap(std::exchange(window_, nullptr), kWindow);
}

absl::Status RecordDirectory::check() const {
  if (mkdir(path_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, path_);
  }
  if (access(path_.c_str(), W_OK | X_OK) != 0) return absl::ErrnoToStatus(errno, path_);
  return absl::OkStatus();
}

std::unique_ptr<RecordSink> RecordDirectory::open() {
  const uint32_t number = opened_.fetch_add(1) + 1;
  if (number > files_) {
    opened_ = files_;
    return nullptr;
  }
  char name[48];
  std::snprintf(name, sizeof(name), "/%ld-%06u.record", static_cast<long>(getpid()), number);
  const std::string path = path_ + name;
  constexpr int kNew = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  adapters::UniqueFd file(
      adapters::retry_interrupted([&] { return ::open(path.c_str(), kNew, S_IRUSR | S_IWUSR); }));
  if (!file.valid()) return nullptr;
  return std::make_unique<RecordFile>(std::move(file), most_);
}

}  // namespace headrace::program

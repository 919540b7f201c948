#include "headrace/adapters/serve/open_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "headrace/adapters/socket/retry.h"

namespace headrace::serve {

using adapters::retry_interrupted;
using adapters::UniqueFd;

namespace {

// Time after which responses try again to get a descriptor.
constexpr std::chrono::milliseconds kRetryAfter{100};

}  // namespace

bool lacks_descriptor(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

ssize_t read_at(const UniqueFd& file, void* to, size_t size, uint64_t position) {
  return retry_interrupted(
      [&] { return pread(file.get(), to, size, static_cast<off_t>(position)); });
}

OpenFiles::Share::~Share() {
  for (OpenFile* file : open_) file->share_ = nullptr;  // other connections may read from it
}

OpenFiles::OpenFiles(const DocumentRoot* root, size_t most, size_t most_of_one)
    : root_(root),
      most_(std::max<size_t>(most, 1)),
      most_of_one_(std::max<size_t>(most_of_one, 1)) {}

OpenFiles::Opened OpenFiles::open(const std::string& name) {
  Opened opened;
  opened.since = std::chrono::steady_clock::now();
  do {
    opened.descriptor = root_->open_file(name);
    // Files that are open here can be opened again.
  } while (!opened.descriptor.valid() && (errno == EMFILE || errno == ENFILE) && close_one());
  const auto look = [&] { return fstat(opened.descriptor.get(), &opened.status); };
  if (opened.descriptor.valid() && retry_interrupted(look) != 0) {
    const int error = errno;
    opened.descriptor.reset();
    errno = error;
  }
  return opened;
}

std::shared_ptr<OpenFile> OpenFiles::keep(Opened opened, const std::string& name, Share& share) {
  const Version version(name, opened.status);
  std::weak_ptr<OpenFile>& known = versions_[version];
  std::shared_ptr<OpenFile> file = known.lock();
  if (file == nullptr) known = file = std::make_shared<OpenFile>(*this, version);
  if (file->descriptor_.valid()) {
    use(*file);
  } else {
    enter(*file, std::move(opened.descriptor), share);
  }
  return file;
}

bool OpenFiles::close_one() {
  if (open_.empty()) return false;
  close(*open_.front());
  return true;
}

void OpenFiles::wait(Waiter& waiter) {
  if (waiters_.empty()) retry_at_ = std::chrono::steady_clock::now() + kRetryAfter;
  waiters_.push_back(waiter);
}

void OpenFiles::resume_waiters() {
  for (size_t left = waiters_.size(); left > 0; --left) waiters_.pop_front()->try_again();
}

void OpenFiles::enter(OpenFile& file, UniqueFd descriptor, Share& share) {
  if (share.open_.size() >= most_of_one_) close(*share.open_.front());
  if (open_.size() >= most_) close(*open_.front());
  file.descriptor_ = std::move(descriptor);
  file.place_ = open_.insert(open_.end(), &file);
  file.share_ = &share;
  file.share_place_ = share.open_.insert(share.open_.end(), &file);
  count_.add(1);
}

void OpenFiles::use(OpenFile& file) {
  open_.splice(open_.end(), open_, file.place_);
  if (file.share_ == nullptr) return;
  file.share_->open_.splice(file.share_->open_.end(), file.share_->open_, file.share_place_);
}

void OpenFiles::close(OpenFile& file) {
  open_.erase(file.place_);
  if (file.share_ != nullptr) file.share_->open_.erase(file.share_place_);
  file.share_ = nullptr;
  file.descriptor_.reset();
  count_.subtract(1);
}

OpenFile::~OpenFile() {
  if (descriptor_.valid()) owner_.close(*this);
  owner_.versions_.erase(version_);
}

ssize_t OpenFile::read(void* to, size_t size, uint64_t position, OpenFiles::Share& share) {
  if (descriptor_.valid()) {
    owner_.use(*this);
  } else {
    OpenFiles::Opened opened = owner_.open(version_.first);
    if (!opened.descriptor.valid()) return -1;
    if (FileStamp(opened.status) != version_.second) {
      errno = ESTALE;
      return -1;
    }
    owner_.enter(*this, std::move(opened.descriptor), share);
  }
  return read_at(descriptor_, to, size, position);
}

bool OpenFile::is_current() const {
  struct stat status {};
  const auto look = [&] { return fstat(descriptor_.get(), &status); };
  return retry_interrupted(look) == 0 && FileStamp(status) == version_.second;
}

}  // namespace headrace::serve

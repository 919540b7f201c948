#include "headrace/adapters/get/staged_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/adapters/socket/retry.h"

namespace headrace::get {
namespace {

constexpr auto kEndingSignals = std::to_array<int>({SIGINT, SIGTERM, SIGHUP});

// For the signal handler. Changed only while these signals are blocked.
std::vector<StagedFile*> all_staged;

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : kEndingSignals) sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, &before_);
  }
  ~SignalsBlocked() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file that the symbolic links of the last segment refer to, which may not exist.
std::string follow_links(std::string path) {
  constexpr int kMostLinks =
      40;  // as the kernel (path_resolution(7)), which has refused longer ones
  for (int i = 0; i < kMostLinks; ++i) {
    std::array<char, PATH_MAX> target;
    const ssize_t size = readlink(path.c_str(), target.data(), target.size());
    if (size <= 0) return path;
    const std::string_view next(target.data(), static_cast<size_t>(size));
    path = next.starts_with('/') ? std::string(next) : directory_of(path) + "/" + std::string(next);
  }
  return path;
}

absl::Status failure(int error, const std::string& what) {
  return absl::ErrnoToStatus(error, what);
}

// Sets the owner first, because a change of owner clears the set-user-ID bits.
bool take_over(int file, const struct stat& existing) {
  struct stat made {};
  if (fstat(file, &made) != 0) return false;
  const bool same_owner = made.st_uid == existing.st_uid && made.st_gid == existing.st_gid;
  if (!same_owner && fchown(file, existing.st_uid, existing.st_gid) != 0) return false;
  return fchmod(file, existing.st_mode & 07777) == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StagedFile>> StagedFile::create(const std::string& path,
                                                               const struct stat* existing,
                                                               bool keeps_part) {
  std::unique_ptr<StagedFile> made(new StagedFile(follow_links(path), keeps_part));
  const absl::Status opened = made->open(existing);
  if (!opened.ok()) return opened;
  return made;
}

StagedFile::StagedFile(std::string target, bool keeps_part)
    : target_(std::move(target)), part_(keeps_part ? target_ + ".part" : "") {
  const SignalsBlocked blocked;
  if (all_staged.empty()) {
    for (const int signal : kEndingSignals) {
      struct sigaction action {};
      sigaction(signal, nullptr, &action);
      if (action.sa_handler == SIG_IGN) continue;  // nohup(1)
      action.sa_handler = &StagedFile::handle_signal;
      action.sa_flags = static_cast<int>(SA_RESETHAND);
      sigaction(signal, &action, nullptr);
    }
  }
  all_staged.push_back(this);
}

StagedFile::~StagedFile() {
  give_up();
  const SignalsBlocked blocked;
  std::erase(all_staged, this);
}

// Calls only async-signal-safe functions (signal-safety(7)).
void StagedFile::handle_signal(int signal) {
  for (const StagedFile* file : all_staged) {
    if (file->staged_.empty()) continue;
    if (file->is_worth_keeping()) {
      rename(file->staged_.c_str(), file->part_.c_str());
    } else {
      unlink(file->staged_.c_str());
    }
  }
  raise(signal);  // blocked until this handler returns; then its default action ends the program
}

absl::Status StagedFile::open(const struct stat* existing) {
  constexpr size_t kLongestName = 200;  // leaves room below NAME_MAX for the prefix and suffix
  constexpr int kMostTries = 100;
  const std::string directory = directory_of(target_);
  const std::string name = target_.substr(target_.rfind('/') + 1).substr(0, kLongestName);
  const std::string prefix = directory + "/." + name + "." + std::to_string(getpid()) + ".";
  const mode_t mode = existing == nullptr ? 0666 : existing->st_mode & 0777;
  const SignalsBlocked blocked;
  int error = EEXIST;
  for (int i = 0; error == EEXIST && i < kMostTries; ++i) {
    const std::string tried = prefix + std::to_string(i);
    // Writable for us while we write, even if the final mode is not.
    file_ = adapters::UniqueFd(adapters::retry_interrupted([&] {
      return ::open(tried.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode | S_IWUSR);
    }));
    error = file_.valid() ? 0 : errno;
    if (error == 0) staged_ = tried;
  }
  if (error != 0) {
    return failure(error, target_ + ": cannot write beside it, in the directory " + directory);
  }
  if (existing == nullptr) return absl::OkStatus();
  mode_ = existing->st_mode & 07777;
  if (take_over(file_.get(), *existing)) return absl::OkStatus();
  return failure(errno, target_ + ": cannot keep its owner and mode");
}

bool StagedFile::is_worth_keeping() const {
  struct stat status {};
  return !part_.empty() && fstat(file_.get(), &status) == 0 && status.st_size > 0;
}

absl::Status StagedFile::commit() {
  const SignalsBlocked blocked;
  // Writing has cleared the set-user-ID bits (inode(7)).
  if (mode_ && fchmod(file_.get(), *mode_) != 0) return fail(errno, ": cannot keep its mode");
  // Some file systems write, and fail, only at close(2). Linux closes even when interrupted.
  if (::close(file_.release()) != 0 && errno != EINTR) return fail(errno, "");
  if (rename(staged_.c_str(), target_.c_str()) != 0) return fail(errno, ": cannot be replaced");
  staged_.clear();
  return absl::OkStatus();
}

absl::Status StagedFile::fail(int error, const std::string& what) {
  unlink(staged_.c_str());
  staged_.clear();
  file_.reset();
  return failure(error, target_ + what);
}

std::string StagedFile::give_up() {
  const SignalsBlocked blocked;
  if (staged_.empty()) return "";
  const bool kept = is_worth_keeping() && rename(staged_.c_str(), part_.c_str()) == 0;
  if (!kept) unlink(staged_.c_str());
  staged_.clear();
  file_.reset();
  return kept ? part_ : "";
}

}  // namespace headrace::get

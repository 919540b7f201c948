#ifndef HEADRACE_ADAPTERS_SERVE_OPEN_FILES_H_
#define HEADRACE_ADAPTERS_SERVE_OPEN_FILES_H_

#include <absl/container/flat_hash_map.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "headrace/adapters/loop/intrusive_list.h"
#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/serve/document_root.h"
#include "headrace/adapters/serve/file_stamp.h"
#include "headrace/adapters/socket/unique_fd.h"
#include "headrace/protocol/guard/time_point.h"

namespace headrace::serve {

class OpenFile;

// Whether a file could not be opened because the system is short of descriptors or memory.
bool lacks_descriptor(int error);

// As pread(2), repeated while signals interrupt it.
ssize_t read_at(const adapters::UniqueFd& file, void* to, size_t size, uint64_t position);

// The descriptors of the files that one thread's responses are read from. Their number is bounded
// for any number of responses.
//
// Responses from the same version of a file share a descriptor, because pread(2) needs no position.
// A descriptor is opened for the request and used when the client's windows allow octets to be
// sent. In between, the least recently used one may be closed to open another; it is then opened
// again by its name. If the name refers to another version by then, or the file was written to, the
// response fails. If the system has no descriptor, the response waits, and tries again.
class OpenFiles {
 public:
  // One connection's share, which bounds the number of files that it has opened.
  class Share {
   public:
    Share() = default;
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

   private:
    friend class OpenFiles;
    std::list<OpenFile*> open_;  // the one that was used least recently first
  };
  struct Opened;
  class Waiter;

  // `root` may be null if no files are served. `most`: descriptors in all. `most_of_one`: those of
  // each connection, at least one.
  OpenFiles(const DocumentRoot* root, size_t most, size_t most_of_one);
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;

  // Opens a file or directory by its name relative to the root.
  Opened open(const std::string& name);
  // Keeps a regular file that was just opened by that name, for responses of several turns. The
  // descriptor counts for `share`, unless the same version is open already.
  std::shared_ptr<OpenFile> keep(Opened opened, const std::string& name, Share& share);
  // Closes the least recently used descriptor. False if none is open.
  bool close_one();

  // Calls try_again() of each waiter that joins now, some time later.
  void wait(Waiter& waiter);
  // When to call resume_waiters(); TimePoint::max() if none waits.
  TimePoint next_deadline() const { return waiters_.empty() ? TimePoint::max() : retry_at_; }
  void resume_waiters();

  // The number of open descriptors. May be called on any thread.
  uint64_t count() const { return count_.value(); }

 private:
  friend class OpenFile;
  using Version = std::pair<std::string, FileStamp>;  // the name by which it was opened

  void enter(OpenFile& file, adapters::UniqueFd descriptor, Share& share);
  void use(OpenFile& file);
  void close(OpenFile& file);

  const DocumentRoot* const root_;
  const size_t most_;
  const size_t most_of_one_;
  std::list<OpenFile*> open_;  // the one that was used least recently first
  absl::flat_hash_map<Version, std::weak_ptr<OpenFile>> versions_;
  adapters::Counter count_;
  struct Waiting;
  adapters::IntrusiveList<Waiter, Waiting> waiters_;
  TimePoint retry_at_;  // valid if there are waiters
};

// A response that lacks a descriptor.
class OpenFiles::Waiter : public adapters::ListHook<Waiter, Waiting> {
 public:
  virtual void try_again() = 0;

 protected:
  ~Waiter() = default;
};

// The result of open(). If the descriptor is invalid, errno has the reason.
struct OpenFiles::Opened {
  adapters::UniqueFd descriptor;
  struct stat status {};
  TimePoint since;  // a time before it was opened
};

// A version of a file that responses are read from. It lives as long as they do.
class OpenFile {
 public:
  OpenFile(OpenFiles& owner, OpenFiles::Version version)
      : owner_(owner), version_(std::move(version)) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  // Reads as pread(2) does. If the descriptor has to be opened, it counts for `share`. Fails with
  // ESTALE if the name refers to another version by then; with an errno for which
  // lacks_descriptor() is true if it may succeed later.
  ssize_t read(void* to, size_t size, uint64_t position, OpenFiles::Share& share);
  // Whether all octets that have been read are this version's. If not, or if that cannot be told,
  // some may be another version's. Requires that the last read() has succeeded.
  bool is_current() const;

 private:
  friend class OpenFiles;

  OpenFiles& owner_;
  const OpenFiles::Version version_;
  adapters::UniqueFd descriptor_;
  OpenFiles::Share* share_ = nullptr;           // the share that descriptor_ counts for
  std::list<OpenFile*>::iterator place_;        // in owner_.open_
  std::list<OpenFile*>::iterator share_place_;  // in share_->open_
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_OPEN_FILES_H_

#ifndef HEADRACE_ADAPTERS_SERVE_OPEN_FILES_H_
#define HEADRACE_ADAPTERS_SERVE_OPEN_FILES_H_

#include <absl/container/flat_hash_map.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/serve/document_root.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::serve {

class OpenFile;

// As pread(2), which is not interrupted.
ssize_t read_at(const adapters::UniqueFd& file, void* to, size_t size, uint64_t position);

// The descriptors of the files that one thread's responses are read from: a bounded number of them,
// however many responses wait for how long.
//
// Responses from the same version of a file share one descriptor, since pread(2) needs no position.
// A descriptor is opened with the request and read from when the client's windows let octets
// through. In between it may be closed, the one that was used least recently first, to open another
// one; then it is opened again by its name. If the name leads to another version by then, the
// response cannot go on.
class OpenFiles {
 public:
  // One connection's. Of the files that it has opened a bounded number stay open.
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

  // `root` may be null where no file is served. `most` descriptors in all, and `most_of_one` for
  // each connection; at least one each.
  OpenFiles(const DocumentRoot* root, size_t most, size_t most_of_one);
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;

  // Opens a file or directory by its name relative to the root.
  Opened open(const std::string& name);
  // Keeps a regular file that was just opened by that name, for responses of several turns. `share`
  // pays for the descriptor, unless the same version is open already.
  std::shared_ptr<OpenFile> keep(Opened opened, const std::string& name, Share& share);
  // Closes the descriptor that was used least recently. False: none is open.
  bool close_one();

  // Open at the moment; any thread may ask.
  uint64_t count() const { return count_.value(); }

 private:
  friend class OpenFile;
  // Changes with every write that the file system tells apart.
  using Version = std::tuple<std::string, dev_t, ino_t, time_t, long, off_t>;

  static Version version_of(const std::string& name, const struct stat& status);
  void enter(OpenFile& file, adapters::UniqueFd descriptor, Share& share);
  void use(OpenFile& file);
  void close(OpenFile& file);

  const DocumentRoot* const root_;
  const size_t most_;
  const size_t most_of_one_;
  std::list<OpenFile*> open_;  // the one that was used least recently first
  absl::flat_hash_map<Version, std::weak_ptr<OpenFile>> versions_;
  adapters::Counter count_;
};

// What open() found. Not valid: errno says why.
struct OpenFiles::Opened {
  adapters::UniqueFd descriptor;
  struct stat status {};
};

// A version of a file that responses are made from. It lives as long as any of them.
class OpenFile {
 public:
  OpenFile(OpenFiles& owner, OpenFiles::Version version)
      : owner_(owner), version_(std::move(version)) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  // Reads as pread(2) does; `share` pays for the descriptor if it has to be opened. -1 and ESTALE:
  // the name leads to another version meanwhile.
  ssize_t read(void* to, size_t size, uint64_t position, OpenFiles::Share& share);

 private:
  friend class OpenFiles;

  OpenFiles& owner_;
  const OpenFiles::Version version_;
  adapters::UniqueFd descriptor_;
  OpenFiles::Share* share_ = nullptr;           // who has opened it
  std::list<OpenFile*>::iterator place_;        // in owner_.open_
  std::list<OpenFile*>::iterator share_place_;  // in share_->open_
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_OPEN_FILES_H_

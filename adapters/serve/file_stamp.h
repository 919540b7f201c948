#ifndef HEADRACE_ADAPTERS_SERVE_FILE_STAMP_H_
#define HEADRACE_ADAPTERS_SERVE_FILE_STAMP_H_

#include <sys/stat.h>

#include <compare>
#include <utility>

namespace headrace::serve {

// Identifies the file and its version that a status is of. It changes with each write to the file
// that the file system's timestamps distinguish, but not when the file is renamed or linked.
struct FileStamp {
  explicit FileStamp(const struct stat& status)
      : device(status.st_dev),
        inode(status.st_ino),
        size(status.st_size),
        seconds(status.st_mtim.tv_sec),
        nanoseconds(status.st_mtim.tv_nsec) {}
  bool operator==(const FileStamp&) const = default;
  template <typename H>
  friend H AbslHashValue(H hash, const FileStamp& stamp) {
    return H::combine(std::move(hash), stamp.device, stamp.inode, stamp.size, stamp.seconds,
                      stamp.nanoseconds);
  }

  dev_t device;
  ino_t inode;
  off_t size;
  time_t seconds;  // of the last write to the file, since 1970
  long nanoseconds;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_FILE_STAMP_H_

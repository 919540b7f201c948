#ifndef HEADRACE_ADAPTERS_SERVE_FILE_CACHE_H_
#define HEADRACE_ADAPTERS_SERVE_FILE_CACHE_H_

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/adapters/loop/intrusive_list.h"
#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/serve/document_root.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/adapters/serve/served_file.h"
#include "headrace/protocol/guard/time_point.h"

namespace headrace::serve {

// The files that one thread's responses were made from lately, by the names in their requests: the
// heads of their responses, with the octets of small files and the descriptors of large ones.
//
// A file is looked at again, by its name, before it is used: a small one unless the last look was
// no longer ago than Limits::recheck, a large one each time. A file that has changed in any way is
// opened and read anew.
//
// Two versions cannot be told apart if their sizes and timestamps are the same, which depends on
// the file system's clock (its ticks are 10 ms at most on Linux, 2 s on FAT). So a file that was
// read less than Limits::settled after its last change is read anew after `recheck`, too.
class FileCache {
 public:
  struct Limits {
    size_t memory = 0;                   // octets of all files together; 0: nothing is kept
    std::chrono::nanoseconds recheck{};  // how old a look may be
    // After this time a change changes the timestamps for certain.
    std::chrono::nanoseconds settled = std::chrono::seconds(2);
  };
  static constexpr size_t kMostContent = 16 * 1024;  // octets of a small file
  // After this time without a request a file is closed, so that the space of one that was deleted
  // becomes free.
  static constexpr std::chrono::seconds kUnused{10};

  // `root` may be null if no files are served. `files` must outlive the cache and its files; the
  // cache itself must outlive its files.
  FileCache(const DocumentRoot* root, OpenFiles& files, Limits limits);
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;

  // The file for a name, if it is here and has not changed; otherwise null. Valid until the next
  // call of a function that is not const.
  ServedFile* find(std::string_view key);
  // The same for a file that was just opened by `name`, which becomes the one for `key`. Null, with
  // errno, if it cannot be read. The descriptor of a large file counts for `share`.
  ServedFile::Reference add(std::string_view key, const std::string& name, OpenFiles::Opened opened,
                            OpenFiles::Share& share);

  // When to call forget_unused(); TimePoint::max() if never.
  TimePoint next_deadline() const;
  void forget_unused(TimePoint now);

  // The octets of all files. May be called on any thread.
  uint64_t memory() const { return memory_.value(); }

 private:
  struct Use;
  struct Entry : adapters::ListHook<Entry, Use> {
    std::string key;
    ServedFile::Reference file;
    TimePoint checked;  // a time before the last look at it
    TimePoint used;
    bool settled = false;
  };

  bool is_current(const Entry& entry) const;
  bool make_room(size_t size);
  void enter(std::string_view key, ServedFile& file, TimePoint checked, bool settled);
  void forget(Entry& entry);

  const DocumentRoot* const root_;
  OpenFiles& files_;
  const Limits limits_;
  adapters::Counter memory_;
  absl::flat_hash_map<std::string_view, std::unique_ptr<Entry>> entries_;  // by Entry::key
  adapters::IntrusiveList<Entry, Use> uses_;  // the one that was used least recently first
  Entry* latest_ = nullptr;                   // the last of uses_, unless it was forgotten
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_FILE_CACHE_H_

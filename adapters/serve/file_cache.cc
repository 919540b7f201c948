#include "headrace/adapters/serve/file_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "headrace/adapters/socket/retry.h"

namespace headrace::serve {
namespace {

using std::chrono::system_clock;

TimePoint current_time() { return std::chrono::steady_clock::now(); }

system_clock::time_point time_of(const timespec& time) {
  return system_clock::time_point(
      std::chrono::duration_cast<system_clock::duration>(std::chrono::seconds(time.tv_sec)) +
      std::chrono::duration_cast<system_clock::duration>(std::chrono::nanoseconds(time.tv_nsec)));
}

// The time since the last change.
system_clock::duration age_of(const struct stat& status) {
  return system_clock::now() - std::max(time_of(status.st_mtim), time_of(status.st_ctim));
}

}  // namespace

FileCache::FileCache(const DocumentRoot* root, OpenFiles& files, Limits limits)
    : root_(root), files_(files), limits_(limits) {}

ServedFile* FileCache::find(std::string_view key) {
  // Requests for one file often follow each other.
  if (latest_ == nullptr || latest_->key != key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    latest_ = found->second.get();
    uses_.push_back(*latest_);
  }
  Entry& entry = *latest_;
  const TimePoint now = current_time();
  if (!entry.file->content() || now - entry.checked >= limits_.recheck) {
    if (!is_current(entry)) {
      forget(entry);
      return nullptr;
    }
    entry.checked = now;
  }
  entry.used = now;
  return entry.file.get();
}

// (A large file's octets are read when they are sent, and looked at then.)
bool FileCache::is_current(const Entry& entry) const {
  if (entry.file->content() && !entry.settled) return false;
  struct stat status {};
  return root_->look(entry.file->name(), &status) && entry.file->matches(status);
}

ServedFile::Reference FileCache::add(std::string_view key, const std::string& name,
                                     OpenFiles::Opened opened, OpenFiles::Share& share) {
  if (const auto found = entries_.find(key); found != entries_.end()) forget(*found->second);
  // A file has only few names of this kind, so clients cannot fill the cache with one file.
  const bool is_name = key.find("//") == std::string_view::npos;
  struct stat& status = opened.status;
  const auto size = [&] { return static_cast<size_t>(status.st_size); };
  constexpr int kAttempts = 5;
  for (int attempt = 1;
       is_name && size() <= kMostContent && make_room(ServedFile::memory_of(name, size()));
       ++attempt) {
    ServedFile::Reference file = ServedFile::make(name, status, &memory_);
    const bool settled = age_of(status) >= limits_.settled;
    if (file->read_content(opened.descriptor)) {
      enter(key, *file, opened.since, settled);
      return file;
    }
    const auto look = [&] { return fstat(opened.descriptor.get(), &status); };
    if (errno != EAGAIN || attempt == kAttempts || adapters::retry_interrupted(look) != 0) {
      return nullptr;
    }
  }
  const bool has_room = is_name && make_room(ServedFile::memory_of(name, 0));
  ServedFile::Reference file = ServedFile::make(name, status, &memory_);
  const TimePoint since = opened.since;
  file->set_file(files_.keep(std::move(opened), name, share));
  if (has_room) enter(key, *file, since, /*settled=*/false);
  return file;
}

// Forgets what was used least recently, unless responses need its memory anyway. False if there is
// no room then.
bool FileCache::make_room(size_t size) {
  constexpr int kMostLooks = 8;
  Entry* entry = uses_.front();
  for (int looks = 0; memory() + size > limits_.memory && entry != nullptr && looks < kMostLooks;
       ++looks) {
    Entry* const next = uses_.after(*entry);
    if (entry->file->has_one_reference()) forget(*entry);
    entry = next;
  }
  return memory() + size <= limits_.memory;
}

void FileCache::enter(std::string_view key, ServedFile& file, TimePoint checked, bool settled) {
  auto entry = std::make_unique<Entry>();
  entry->key = key;
  entry->file = file.refer();
  entry->checked = checked;
  entry->used = checked;
  entry->settled = settled;
  uses_.push_back(*entry);
  latest_ = entry.get();
  const std::string_view own_key = entry->key;
  entries_.emplace(own_key, std::move(entry));
}

void FileCache::forget(Entry& entry) {
  if (latest_ == &entry) latest_ = nullptr;
  const std::unique_ptr<Entry> last = std::move(entries_.extract(entry.key).mapped());
}

TimePoint FileCache::next_deadline() const {
  return uses_.empty() ? TimePoint::max() : uses_.front()->used + kUnused;
}

void FileCache::forget_unused(TimePoint now) {
  while (next_deadline() <= now) forget(*uses_.front());
}

}  // namespace headrace::serve

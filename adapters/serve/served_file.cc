#include "headrace/adapters/serve/served_file.h"

#include <cerrno>
#include <charconv>
#include <string>
#include <utility>

#include "headrace/adapters/serve/media_type.h"
#include "headrace/adapters/socket/retry.h"

namespace headrace::serve {
namespace {

// Beside name and content: the object, its heads, and its place in a cache.
constexpr size_t kOwnMemory = 3 * 1024;

bool is_same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

EntityTag::EntityTag(const FileStamp& stamp) {
  char* end = text_.data();
  const auto put = [&](uint64_t number) {
    end = std::to_chars(end, text_.data() + text_.size(), number, 16).ptr;
  };
  *end++ = '"';
  put(static_cast<uint64_t>(stamp.inode));
  *end++ = '-';
  put(static_cast<uint64_t>(stamp.seconds) * 1'000'000'000u +
      static_cast<uint64_t>(stamp.nanoseconds));
  *end++ = '-';
  put(static_cast<uint64_t>(stamp.size));
  *end++ = '"';
  size_ = static_cast<size_t>(end - text_.data());
}

ServedFile::Reference ServedFile::make(std::string name, const struct stat& status,
                                       adapters::Counter* memory) {
  return Reference(new ServedFile(std::move(name), status, memory));
}

ServedFile::ServedFile(std::string name, const struct stat& status, adapters::Counter* memory)
    : name_(std::move(name)),
      stamp_(status),
      mode_(status.st_mode),
      changed_(status.st_ctim),
      etag_(stamp_),
      modified_(last_modified()),
      counter_(memory) {
  set_memory(memory_of(name_, 0));
}

ServedFile::~ServedFile() { set_memory(0); }

void ServedFile::set_memory(size_t size) { counter_->add(size - std::exchange(memory_, size)); }

size_t ServedFile::memory_of(std::string_view name, size_t content) {
  return kOwnMemory + 2 * name.size() + content;
}

bool ServedFile::matches(const struct stat& status) const {
  return FileStamp(status) == stamp_ && status.st_mode == mode_ &&
         is_same(status.st_ctim, changed_);
}

const PreparedHead& ServedFile::prepare_whole() {
  const std::string size_text = std::to_string(size());
  return whole_.emplace(PreparedHead::of({{":status", "200"},
                                          {"server", "headrace"},
                                          {"content-length", size_text},
                                          {"content-type", media_type_of(name_)},
                                          {"last-modified", modified_.text()},
                                          {"etag", etag_.text()},
                                          {"accept-ranges", "bytes"}}));
}

const PreparedHead& ServedFile::part() {
  if (!part_) {
    part_ = PreparedHead::of({{":status", "206"},
                              {"server", "headrace"},
                              {"content-type", media_type_of(name_)},
                              {"last-modified", modified_.text()},
                              {"etag", etag_.text()},
                              {"accept-ranges", "bytes"}});
  }
  return *part_;
}

// RFC 9110 §15.4.5
const PreparedHead& ServedFile::not_modified() {
  if (!not_modified_) {
    not_modified_ = PreparedHead::of({{":status", "304"},
                                      {"server", "headrace"},
                                      {"etag", etag_.text()},
                                      {"last-modified", modified_.text()}});
  }
  return *not_modified_;
}

bool ServedFile::read_content(const adapters::UniqueFd& descriptor) {
  std::string content(static_cast<size_t>(size()), '\0');
  for (size_t read = 0; read < content.size();) {
    const ssize_t n = read_at(descriptor, content.data() + read, content.size() - read, read);
    if (n == 0) errno = EAGAIN;  // it was shortened
    if (n <= 0) return false;
    read += static_cast<size_t>(n);
  }
  struct stat status {};
  if (adapters::retry_interrupted([&] { return fstat(descriptor.get(), &status); }) != 0) {
    return false;
  }
  if (FileStamp(status) != stamp_) {
    errno = EAGAIN;
    return false;
  }
  content_ = std::move(content);
  set_memory(memory_of(name_, content_->size()));
  return true;
}

}  // namespace headrace::serve

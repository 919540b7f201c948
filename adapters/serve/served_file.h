#ifndef HEADRACE_ADAPTERS_SERVE_SERVED_FILE_H_
#define HEADRACE_ADAPTERS_SERVE_SERVED_FILE_H_

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/serve/conditions.h"
#include "headrace/adapters/serve/file_stamp.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/protocol/message/http_date.h"
#include "headrace/protocol/message/prepared_head.h"

namespace headrace::serve {

// A strong entity tag (RFC 9110 §8.8.3): it changes with the FileStamp.
class EntityTag {
 public:
  explicit EntityTag(const FileStamp& stamp);
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 52> text_;  // three numbers of at most 16 digits, two dashes, the quotes
  size_t size_;
};

// One version of a file, and what its responses have in common: heads, validators, and either its
// octets or a file to read them from. It lives as long as there are references to it: a response
// that is being sent has one. All of them belong to one thread.
class ServedFile {
 public:
  struct GiveBack {
    void operator()(ServedFile* file) const {
      if (--file->references_ == 0) delete file;
    }
  };
  using Reference = std::unique_ptr<ServedFile, GiveBack>;

  // `memory`: where memory() counts as long as the object lives, and which must outlive it.
  static Reference make(std::string name, const struct stat& status, adapters::Counter* memory);
  Reference refer() {
    ++references_;
    return Reference(this);
  }
  bool has_one_reference() const { return references_ == 1; }

  // The octets that such an object counts for, if it keeps `content` octets of its file.
  static size_t memory_of(std::string_view name, size_t content);

  // The name by which it was opened, relative to the root.
  const std::string& name() const { return name_; }
  uint64_t size() const { return static_cast<uint64_t>(stamp_.size); }
  Validators validators() const { return {etag_.text(), last_modified()}; }
  // Whether a status is that of the same, unchanged file, with the same permissions.
  bool matches(const struct stat& status) const;

  // The heads of its responses: 200; 206 without content-length and content-range; 304.
  const PreparedHead& whole() { return whole_ ? *whole_ : prepare_whole(); }
  const PreparedHead& part();
  const PreparedHead& not_modified();

  // Either the octets, or the file that they are read from.
  const std::optional<std::string>& content() const { return content_; }
  const std::shared_ptr<OpenFile>& file() const { return file_; }
  void set_file(std::shared_ptr<OpenFile> file) { file_ = std::move(file); }
  // Reads the octets from the descriptor whose status was given. False, with errno, if that fails;
  // EAGAIN: the file was written to meanwhile.
  bool read_content(const adapters::UniqueFd& descriptor);

 private:
  ServedFile(std::string name, const struct stat& status, adapters::Counter* memory);
  ~ServedFile();
  void set_memory(size_t size);
  // Never later than now (RFC 9110 §8.8.2.1): a time of modification can be set to the future,
  // which is a change of the present.
  int64_t last_modified() const { return std::min<int64_t>(stamp_.seconds, changed_.tv_sec); }
  const PreparedHead& prepare_whole();

  const std::string name_;
  const FileStamp stamp_;
  const mode_t mode_;
  const timespec changed_;  // of the last change, of its permissions, too
  const EntityTag etag_;
  const HttpDate modified_;
  std::optional<PreparedHead> whole_;
  std::optional<PreparedHead> part_;
  std::optional<PreparedHead> not_modified_;
  std::optional<std::string> content_;
  std::shared_ptr<OpenFile> file_;
  adapters::Counter* const counter_;
  size_t memory_ = 0;
  size_t references_ = 1;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_SERVED_FILE_H_

#ifndef HEADRACE_ADAPTERS_DUMP_LATE_DECODER_H_
#define HEADRACE_ADAPTERS_DUMP_LATE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <gsl/span>
#include <string>
#include <vector>

namespace headrace::dump {

// A field as an observer knows it. Text that was in the table before the capture began is unknown.
struct SeenField {
  std::string name;
  std::string value;
  bool name_known = true;
  bool value_known = true;
  bool never_indexed = false;  // RFC 7541 §7.1.3
  uint32_t index = 0;          // of the unknown entry, in the table as it was then
};

// An HPACK decoder (RFC 7541) that may begin in the middle of a connection. Behind the entries
// whose insertion it has seen, its table has any number of unknown ones, which become placeholders.
class LateDecoder {
 public:
  struct Result {
    std::vector<SeenField> fields;
    std::string error;  // why the rest of the block cannot be read; "" if all was
  };

  // A field block, whole. `from_beginning`: no block came before the first one, so that an index
  // that the table does not have is an error and not unknown.
  explicit LateDecoder(bool from_beginning) : from_beginning_(from_beginning) {}

  Result decode(gsl::span<const uint8_t> block);

 private:
  class Reader;
  struct Entry {
    SeenField field;
    size_t size = 0;  // RFC 7541 §4.1, as far as it is known
  };

  bool look_up(uint32_t index, SeenField* field, std::string* error) const;
  void insert(const SeenField& field);
  void evict();

  const bool from_beginning_;
  std::deque<Entry> entries_;  // the newest first
  size_t size_ = 0;
  size_t max_size_ = 4096;
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_LATE_DECODER_H_

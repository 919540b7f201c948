#ifndef HEADRACE_HPACK_LATE_DECODER_H_
#define HEADRACE_HPACK_LATE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// A field as an observer knows it. Text that was in the table before the capture began is unknown.
struct SeenField {
  std::string name;
  std::string value;
  bool name_known = true;
  bool value_known = true;
  bool never_indexed = false;  // RFC 7541 §7.1.3
  uint32_t index = 0;          // of the unknown entry, in the table as it was then
};

// An HPACK decoder (RFC 7541) for observers, which may begin in the middle of a connection. Behind
// the entries whose insertion it has seen, its table has any number of unknown ones, which become
// placeholders. It trusts both ends: it does not judge fields, and holds as much of the table as
// their encoder does. What receives a peer's blocks uses Decoder.
class LateDecoder {
 public:
  struct Result {
    std::vector<SeenField> fields;
    std::string error;  // why the rest of the block cannot be read; "" if all was
  };

  // `from_beginning`: no block comes before the first one, so that an index that the table does not
  // have is an error and not unknown.
  explicit LateDecoder(bool from_beginning) : from_beginning_(from_beginning) {}

  // The fields of one whole field block (§3). After an error the table is out of step with the
  // peer's, and blocks that follow cannot be read.
  Result decode(ByteView block);

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

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_LATE_DECODER_H_

#ifndef HEADRACE_TESTS_REFERENCE_HPACK_H_
#define HEADRACE_TESTS_REFERENCE_HPACK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A second opinion on RFC 7541, for tests only: slow, written straight from the RFC, sharing no
// code and no table with the library. Blocks are strings of octets.
namespace reference {

struct HeaderField {
  std::string name;
  std::string value;
  bool never_indexed = false;

  bool operator==(const HeaderField& other) const {
    return name == other.name && value == other.value && never_indexed == other.never_indexed;
  }
};

// RFC 7541 §2.3: the static table and, behind it, the dynamic table, newest entry first.
class HpackTable {
 public:
  // Index 1 is the first; null when there is no such entry.
  const HeaderField* at(uint64_t index) const;
  // The lowest index of the field, or of the name; 0 when it is not there.
  uint64_t find(const HeaderField& field) const;
  uint64_t find_name(const std::string& name) const;

  // §4.4, §4.3
  void insert(const HeaderField& field);
  void set_max_size(uint64_t max_size);

  // §4.1
  uint64_t size() const;
  uint64_t max_size() const { return max_size_; }
  const std::deque<HeaderField>& dynamic() const { return dynamic_; }

 private:
  void evict_to(uint64_t size);

  std::deque<HeaderField> dynamic_;
  uint64_t max_size_ = 4096;
};

enum class LiteralKind { kIncrementalIndexing, kWithoutIndexing, kNeverIndexed };
enum class StringCoding { kPlain, kHuffman, kShorter };

class HpackEncoder {
 public:
  // A whole field block. Fields that are in the table are indexed, never_indexed ones are written
  // as such, the others as literals with incremental indexing, strings in the shorter coding.
  std::string encode(const std::vector<HeaderField>& fields);

  // The representations one by one (§6); each appends to `block` and keeps the table in step.
  void write_size_update(uint64_t max_size, std::string* block);
  void write_indexed(uint64_t index, std::string* block);
  // `name_index` 0 writes the name as a string.
  void write_literal(LiteralKind kind, uint64_t name_index, const HeaderField& field,
                     StringCoding name_coding, StringCoding value_coding, std::string* block);

  const HpackTable& table() const { return table_; }

 private:
  HpackTable table_;
};

class HpackDecoder {
 public:
  // The fields of a whole block, or nothing and a reason in error().
  std::optional<std::vector<HeaderField>> decode(std::string_view block);
  const std::string& error() const { return error_; }

  // The limit that size updates must keep (our SETTINGS_HEADER_TABLE_SIZE). When it falls below the
  // table's maximum size, the next block has to begin with an update that keeps it (§4.2).
  void set_max_table_size(uint64_t limit);

  const HpackTable& table() const { return table_; }

 private:
  HpackTable table_;
  uint64_t limit_ = 4096;
  uint64_t lowest_limit_ = 4096;  // since the last block
  std::string error_;
};

// §5.1: appends an integer; `first_octet` holds the bits in front of the prefix.
void write_integer(uint64_t value, int prefix_bits, uint8_t first_octet, std::string* block);

// §5.2, Appendix B.
std::string huffman_encode(std::string_view text);
std::optional<std::string> huffman_decode(std::string_view coded);

}  // namespace reference

#endif  // HEADRACE_TESTS_REFERENCE_HPACK_H_

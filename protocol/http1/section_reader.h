#ifndef HEADRACE_PROTOCOL_HTTP1_SECTION_READER_H_
#define HEADRACE_PROTOCOL_HTTP1_SECTION_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_storage.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/refusal.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Reads the field lines of a header or trailer section (RFC 9112 §5), up to the empty line behind
// them, into field storage. Names are copied in lower case. Values stay in the input where a line
// lies whole in it; keep() copies them before the input goes away.
class SectionReader {
 public:
  enum class Status : uint8_t { kNothing, kField, kEnd, kRefused };

  struct Bounds {
    size_t size;               // octets of the lines, plus 32 a field (Limits::field_list_size)
    size_t fields;             // their number
    Limit too_many;            // the name of the latter
    bool joins_folds = false;  // a folded value is joined with a space (§5.2), not refused
  };

  SectionReader(Ledger* ledger, const Bounds& bounds, size_t kept_fields, size_t kept_text)
      : ledger_(*ledger), storage_(ledger, kept_fields, kept_text), bounds_(bounds) {}

  // A section begins. `slots`: fields at its front that the caller fills in. False: no memory.
  [[nodiscard]] bool begin(size_t slots);
  // The next field, which is appended to the storage; where folds are joined its value may grow
  // until kEnd.
  [[nodiscard]] Status next(InputQueue* input, LineReader* lines);

  // The field that was read last.
  Field& field() { return storage_.fields()[storage_.size() - 1]; }
  // Removes it from the list. Its text stays valid.
  void drop() { storage_.truncate(storage_.size() - 1); }
  const Refusal& refusal() const { return refusal_; }
  Refusal no_memory() const;

  // Copies the values that lie in the input. False: no memory.
  [[nodiscard]] bool keep();
  // Copies a text. False: no memory.
  [[nodiscard]] bool copy(std::string_view* text) { return storage_.copy(*text, text); }

  FieldStorage& storage() { return storage_; }
  const FieldStorage& storage() const { return storage_; }
  void trim() { storage_.release(); }

 private:
  Status refuse_memory();
  Status refuse(uint16_t status, const Rule& rule, std::string_view field = {});
  Status take(const Line& line);
  bool count(size_t octets);
  Status join(std::string_view text, size_t octets);
  Status append(std::string_view line, size_t name_size, std::string_view value, bool stable);

  const Ledger& ledger_;
  FieldStorage storage_;
  const Bounds bounds_;
  size_t size_ = 0;   // octets and overhead so far
  size_t count_ = 0;  // fields, dropped ones too
  size_t kept_ = 0;   // fields in front of it are not in the input
  Refusal refusal_;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_SECTION_READER_H_

#ifndef HEADRACE_PROTOCOL_HTTP1_HEAD_READER_H_
#define HEADRACE_PROTOCOL_HTTP1_HEAD_READER_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/memory/input_queue.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/refusal.h"
#include "headrace/protocol/http1/section_reader.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The base of the readers of requests' and of responses' heads: a start line, and then the fields.
class HeadReader {
 public:
  enum class Status : uint8_t { kNothing, kHead, kRefused };

  // The next head begins.
  void begin() { has_line_ = false; }
  // Whether its start line has been read.
  bool has_line() const { return has_line_; }
  // Why the head was refused, behind kRefused.
  const Refusal& refusal() const { return refusal_; }

 protected:
  explicit HeadReader(SectionReader* section) : section_(section) {}

  // The fields, behind the start line: `take_field` for each whose name `is_looked_at`, and behind
  // the last `finish`, which may refuse the head.
  template <typename IsLookedAt, typename TakeField, typename Finish>
  [[nodiscard]] Status read_fields(InputQueue* input, LineReader* lines, IsLookedAt is_looked_at,
                                   TakeField take_field, Finish finish) {
    for (;;) {
      SectionReader::Status status = SectionReader::Status::kNothing;
      if (lines->is_between_lines()) status = section_->read_plain(input, is_looked_at, take_field);
      if (status != SectionReader::Status::kEnd) status = section_->next(input, lines);
      switch (status) {
        case SectionReader::Status::kField:
          if (is_looked_at(section_->field().known_name)) take_field(section_->field());
          break;
        case SectionReader::Status::kNothing:
          return Status::kNothing;
        case SectionReader::Status::kRefused:
          return refuse(section_->refusal());
        case SectionReader::Status::kEnd:
          if (const Refusal refused = finish()) return refuse(refused);
          return Status::kHead;
      }
    }
  }
  Status refuse(const Refusal& refusal) {
    refusal_ = refusal;
    return Status::kRefused;
  }

  SectionReader* const section_;
  bool has_line_ = false;

 private:
  Refusal refusal_;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_HEAD_READER_H_

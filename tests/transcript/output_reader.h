#ifndef HEADRACE_TESTS_TRANSCRIPT_OUTPUT_READER_H_
#define HEADRACE_TESTS_TRANSCRIPT_OUTPUT_READER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"
#include "tests/transcript/item.h"

namespace headrace::transcript {

// The peer's reading side: what the connection sends, cut into frames and decoded by the reference
// codec, whose dynamic table is kept in step over the whole conversation.
class OutputReader {
 public:
  // A client begins with the 24 octets of RFC 9113 §3.4. `is_text`: of HTTP/1.1, whose lines are
  // the items.
  explicit OutputReader(bool of_client, bool is_text = false)
      : is_text_(is_text), preface_due_(of_client && !is_text) {}

  void append(std::string_view bytes);

  // The peer sent SETTINGS, with this HEADER_TABLE_SIZE if any: it holds for blocks that come
  // behind the acknowledgement.
  void peer_sent_settings(std::optional<uint64_t> header_table_size);

  // The frames that are complete, field blocks and their CONTINUATION frames as a whole: the fields
  // stand under the first frame.
  std::vector<Item> take();
  // The same frames as they were, CONTINUATION too.
  std::vector<reference::Frame> take_raw() { return std::exchange(raw_frames_, {}); }
  // The octets of a frame that is not complete.
  size_t unread() const { return unread_.size(); }

 private:
  void append_text(std::string_view text);
  bool take_preface();
  void add_to_block(std::string_view fragment, bool ends);
  void acknowledged();

  const bool is_text_;
  bool preface_due_;
  reference::HpackDecoder decoder_;
  std::deque<std::optional<uint64_t>> settings_in_flight_;
  uint64_t table_limit_ = 4096;
  std::string unread_;
  std::vector<Item> frames_;
  std::vector<reference::Frame> raw_frames_;
  std::optional<size_t> open_block_;  // the index in `frames_` of the frame that began it
  std::string block_;
};

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_OUTPUT_READER_H_

#include "tests/transcript/output_reader.h"

#include <utility>

#include "tests/reference/frames.h"
#include "tests/transcript/field_block.h"
#include "tests/transcript/frame_text.h"

namespace headrace::transcript {

void OutputReader::append_text(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n') + 1);
    const std::string_view piece = line.empty() ? text : line;
    if (frames_.empty() || frames_.back().bytes->ends_with('\n')) {
      frames_.emplace_back().name = "text";
      frames_.back().bytes = "";
    }
    *frames_.back().bytes += piece;
    text.remove_prefix(piece.size());
  }
}

void OutputReader::append(std::string_view bytes) {
  if (is_text_) return append_text(bytes);
  unread_ += bytes;
  if (preface_due_ && !take_preface()) return;
  size_t at = 0;
  while (const auto frame = reference::parse(unread_, &at)) {
    raw_frames_.push_back(*frame);
    frames_.push_back(describe_frame(*frame));
    const bool ends_block = (frame->flags & reference::END_HEADERS) != 0;
    switch (frame->type) {
      case reference::HEADERS:
      case reference::PUSH_PROMISE:
        open_block_ = frames_.size() - 1;
        block_.clear();
        [[fallthrough]];
      case reference::CONTINUATION:
        add_to_block(reference::content(*frame).value_or(""), ends_block);
        break;
      case reference::SETTINGS:
        if ((frame->flags & reference::ACK) != 0) acknowledged();
        break;
      default:
        break;
    }
  }
  unread_.erase(0, at);
}

bool OutputReader::take_preface() {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (unread_.size() < kPreface.size()) return false;
  Item preface;
  preface.name = unread_.starts_with(kPreface) ? "PREFACE" : "another preface";
  frames_.push_back(std::move(preface));
  unread_.erase(0, kPreface.size());
  preface_due_ = false;
  return true;
}

void OutputReader::add_to_block(std::string_view fragment, bool ends) {
  block_ += fragment;
  if (!ends || !open_block_) return;
  Item& first = frames_[*std::exchange(open_block_, {})];
  std::string error;
  if (!decode_field_block(block_, &decoder_, &first.fields, &error)) {
    first.attributes.emplace_back("field_block", "malformed: " + error);
  } else if (decoder_.table().max_size() > table_limit_) {
    // RFC 7541 §4.2: a table that was lowered is announced at the next block.
    first.attributes.emplace_back("field_block", "a size update is missing");
  }
}

void OutputReader::peer_sent_settings(std::optional<uint64_t> header_table_size) {
  settings_in_flight_.push_back(header_table_size);
}

void OutputReader::acknowledged() {
  if (settings_in_flight_.empty()) {
    frames_.back().words.emplace_back("UNASKED");
    return;
  }
  if (const auto size = settings_in_flight_.front()) {
    table_limit_ = *size;
    decoder_.set_max_table_size(*size);
  }
  settings_in_flight_.pop_front();
}

std::vector<Item> OutputReader::take() {
  if (open_block_) return {};
  return std::exchange(frames_, {});
}

}  // namespace headrace::transcript

#include "headrace/protocol/frame/inbound.h"

#include <algorithm>
#include <cstring>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/client_preface.h"

namespace headrace {
HEADRACE_ABI_BEGIN

void Inbound::trim() {
  if (step_ == Step::kHeader) payload_.release();
}

void Inbound::decide(FrameFate fate) {
  if (fate == FrameFate::kTake) {
    step_ = Step::kPayload;
    payload_.clear();
    return;
  }
  left_ = header_.length;
  padding_ = 0;
  step_ = fate == FrameFate::kSkip      ? Step::kSkip
          : header_.has(flags::kPadded) ? Step::kPadLength
                                        : Step::kPieces;
  begin_pieces();
}

// All items but a frame or header that lies whole in the input.
Inbound::Item Inbound::next_rest() {
  for (;;) {
    switch (step_) {
      case Step::kPreface:
        if (!read_preface()) return input_.empty() ? Item::kNothing : Item::kForeign;
        break;
      case Step::kHeader:
        return read_header() ? Item::kHeader : Item::kNothing;
      case Step::kJudged:
        HEADRACE_EXPECTS(step_ != Step::kJudged, "Inbound::next()",
                         "decide() comes between a header and what follows it",
                         {"length", header_.length});
        return Item::kNothing;
      case Step::kPayload:  // (next())
        return Item::kNothing;
      case Step::kPadLength:
        if (input_.empty()) return Item::kNothing;
        pad_length_ = *input_.data();
        input_.consume(1);
        --left_;
        return Item::kPadLength;
      case Step::kPieces:
        return next_piece();
      case Step::kSkip: {
        const auto size = static_cast<uint32_t>(std::min<size_t>(input_.size(), left_));
        input_.consume(size);
        left_ -= size;
        if (left_ == 0) {
          step_ = Step::kHeader;
        } else if (input_.empty()) {
          return Item::kNothing;
        }
        break;
      }
    }
  }
}

// False: more input is needed, or it is no preface, and stays where it is.
bool Inbound::read_preface() {
  while (!input_.empty() && octets_ < kClientPreface.size()) {
    const size_t size = std::min(input_.size(), kClientPreface.size() - octets_);
    if (std::memcmp(input_.data(), kClientPreface.data() + octets_, size) != 0) {
      size_t matched = octets_;
      const uint8_t* octet = input_.data();
      for (; static_cast<uint8_t>(kClientPreface[matched]) == *octet; ++octet) ++matched;
      mismatch_ = {static_cast<uint8_t>(matched), *octet};
      return false;
    }
    input_.consume(size);
    octets_ = static_cast<uint8_t>(octets_ + size);
  }
  if (octets_ < kClientPreface.size()) return false;
  octets_ = 0;
  step_ = Step::kHeader;
  return true;
}

bool Inbound::read_header() {
  while (octets_ < FrameHeader::kSize) {
    if (input_.empty()) return false;
    const size_t size = std::min(input_.size(), FrameHeader::kSize - octets_);
    std::memcpy(header_octets_ + octets_, input_.data(), size);
    input_.consume(size);
    octets_ = static_cast<uint8_t>(octets_ + size);
  }
  octets_ = 0;
  header_ = parse_frame_header(header_octets_);
  step_ = Step::kJudged;
  return true;
}

bool Inbound::collect_payload() {
  size_t missing = header_.length - payload_.size();
  do {
    const size_t size = std::min(input_.size(), missing);
    const bool kept = payload_.append({input_.data(), size});
    HEADRACE_EXPECTS(kept, "Inbound::next()", "the ledger for frames that are cut has no bound",
                     {"size", size});
    input_.consume(size);
    missing -= size;
    if (missing > 0 && input_.empty()) return false;
  } while (missing > 0);
  handed_out_ = payload_.bytes();
  step_ = Step::kHeader;
  return true;
}

Inbound::Item Inbound::next_piece() {
  Item item = Item::kPiece;
  if (left_ > 0) {
    return Item::kNothing;  // next() has handed out what has come
  } else if (bare_) {
    bare_ = false;
    hand_out({input_.data(), size_t{0}});
  } else if (padding_ > 0) {
    const auto size = static_cast<uint32_t>(std::min<size_t>(input_.size(), padding_));
    if (size == 0) return Item::kNothing;
    padding_ -= size;
    input_.consume(size);
    item = Item::kPadding;
  }
  if (left_ == 0 && padding_ == 0) step_ = Step::kHeader;
  return item;
}

HEADRACE_ABI_END
}  // namespace headrace

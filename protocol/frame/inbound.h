#ifndef HEADRACE_PROTOCOL_FRAME_INBOUND_H_
#define HEADRACE_PROTOCOL_FRAME_INBOUND_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <gsl/span>

#include "headrace/memory/abi.h"
#include "headrace/memory/accounted_buffer.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/frame/frame.h"
#include "headrace/protocol/frame/frame_parser.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The treatment of a frame, which is decided by its header.
enum class FrameFate : uint8_t {
  kTake,    // handed out whole
  kStream,  // handed out in pieces, as its payload arrives (DATA)
  kSkip,    // discarded
};

// Cuts the input into frames (RFC 9113 §4.1). A header is handed out before the payload is waited
// for, so that it is judged by its 9 octets however the input is cut. A frame that lies whole in
// the input is handed out in place; one that is cut is collected in a buffer of at most its size.
// The payload of a streamed frame is never buffered.
//
//   for (;;) switch (inbound.next()) {
//     case Inbound::Item::kHeader: inbound.decide(fate of inbound.header()); break;
//     case Inbound::Item::kFrame: ... inbound.payload() ...
//     case Inbound::Item::kNothing: return;
//   }
//
// Invariant: items are handed out in the order of their octets, each octet once.
class Inbound {
 public:
  enum class Item : uint8_t {
    kNothing,    // the input is used up
    kHeader,     // header(); decide() comes next
    kFrame,      // payload(), of the frame that is taken
    kPadLength,  // pad_length(), of the frame that is streamed; set_padding() comes next
    kPiece,      // payload(), a piece of the streamed frame, without padding; may be empty
    kPadding,    // a piece of its padding
    kForeign,    // no client preface (§3.4): mismatch()
  };

  // `kept`, `cut`: the ledgers for input that an earlier range left, and for frames that are cut.
  // `with_preface`: the peer begins with the client's 24 octets.
  Inbound(Ledger* kept, Ledger* cut, bool with_preface)
      : input_(kept), payload_(cut), step_(with_preface ? Step::kPreface : Step::kHeader) {}

  // --- The input: see InputQueue.

  void give(gsl::span<const uint8_t> bytes) { input_.give(bytes); }
  [[nodiscard]] bool keep_rest() { return input_.keep_rest(); }
  void discard() { input_.discard(); }
  bool has_kept() const { return input_.has_kept(); }
  // Whether next() has nothing without more input. (The end of an empty frame needs none.)
  bool is_used_up() const { return input_.empty() && !bare_ && step_ != Step::kSkip; }

  // --- Its items.

  // A short cut. The octets of the next header, which one of the next two functions takes. Null if
  // they do not lie whole in the input, and next() is to be called.
  const uint8_t* peek_header() const {
    const bool whole =
        step_ == Step::kHeader && octets_ == 0 && input_.size() >= FrameHeader::kSize;
    return whole ? input_.data() : nullptr;
  }
  // Takes header and payload. False, and nothing is taken, if the payload does not lie whole there.
  [[nodiscard]] bool take_frame(const FrameHeader& header) {
    const size_t size = FrameHeader::kSize + header.length;
    if (input_.size() < size) return false;
    header_ = header;
    handed_out_ = {input_.data() + FrameHeader::kSize, header.length};
    input_.consume(size);
    return true;
  }
  // Takes the header alone, as next() does.
  void take_header(const FrameHeader& header) {
    header_ = header;
    input_.consume(FrameHeader::kSize);
    step_ = Step::kJudged;
  }
  // Instead of decide(): takes the frame if its payload lies whole in the input.
  [[nodiscard]] bool take_whole() {
    if (input_.size() < header_.length) return false;
    hand_out({input_.data(), header_.length});
    step_ = Step::kHeader;
    return true;
  }

  // Between two frames: the contiguous input at the front. skip() takes whole frames off it.
  gsl::span<const uint8_t> run() const { return {input_.data(), input_.size()}; }
  void skip(size_t size) { input_.consume(size); }

  // Takes the next piece of a streamed frame. False if there is none with octets.
  [[nodiscard]] bool take_piece() {
    if (step_ != Step::kPieces || left_ == 0 || input_.empty()) return false;
    const auto size = static_cast<uint32_t>(std::min<size_t>(input_.size(), left_));
    left_ -= size;
    hand_out({input_.data(), size});
    if (left_ == 0 && padding_ == 0) step_ = Step::kHeader;
    return true;
  }

  [[nodiscard]] Item next() {
    if (const uint8_t* octets = peek_header()) {
      take_header(parse_frame_header(octets));
      return Item::kHeader;
    }
    if (step_ == Step::kPayload) {
      const bool whole = (payload_.empty() && take_whole()) || collect_payload();
      return whole ? Item::kFrame : Item::kNothing;
    }
    if (take_piece()) return Item::kPiece;
    return next_rest();
  }
  // The header that was handed out last, which is the present frame's.
  const FrameHeader& header() const { return header_; }
  void decide(FrameFate fate);
  uint8_t pad_length() const { return pad_length_; }
  // The last `size` octets of the streamed frame are padding. Requires size <= left().
  void set_padding(uint8_t size) {
    padding_ = size;
    left_ -= size;
    step_ = Step::kPieces;
    begin_pieces();
  }
  // Valid until the next item, and as long as the input.
  gsl::span<const uint8_t> payload() const { return handed_out_; }
  // Octets of the streamed frame that have not been handed out, without padding.
  uint32_t left() const { return left_; }
  // Whether the streamed frame has been handed out to its end.
  bool frame_ended() const { return step_ == Step::kHeader; }

  // Of a streamed frame: whether its pieces are handed out, or its Pad Length is awaited.
  bool is_streaming() const { return step_ == Step::kPieces; }
  bool awaits_pad_length() const { return step_ == Step::kPadLength; }
  // Whether no frame has begun, not even its header.
  bool between_frames() const {
    return octets_ == 0 && (step_ == Step::kHeader || step_ == Step::kPreface);
  }
  // The octets of a header that is cut.
  gsl::span<const uint8_t> partial_header() const { return {header_octets_, octets_}; }

  struct Mismatch {
    uint8_t matched;  // octets of the preface
    uint8_t octet;    // the first that does not match
  };
  Mismatch mismatch() const { return mismatch_; }

  // Frees caches.
  void trim();

 private:
  enum class Step : uint8_t {
    kPreface,
    kHeader,
    kJudged,  // decide() is due
    kPayload,
    kPadLength,
    kPieces,
    kSkip,
  };

  [[nodiscard]] Item next_rest();
  bool read_preface();
  bool read_header();
  bool collect_payload();
  Item next_piece();
  // A frame without content has one empty piece, so that its END_STREAM is reported.
  void begin_pieces() { bare_ = left_ == 0 && step_ == Step::kPieces; }
  void hand_out(gsl::span<const uint8_t> octets) {
    handed_out_ = octets;
    input_.consume(octets.size());
  }

  InputQueue input_;
  AccountedBuffer payload_;  // of a frame that is cut
  FrameHeader header_;
  Step step_;
  uint8_t pad_length_ = 0;
  bool bare_ = false;
  uint8_t octets_ = 0;  // of the preface or of a header that is cut, so far
  uint8_t header_octets_[FrameHeader::kSize];
  Mismatch mismatch_ = {};
  uint32_t left_ = 0;
  uint32_t padding_ = 0;
  gsl::span<const uint8_t> handed_out_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_INBOUND_H_

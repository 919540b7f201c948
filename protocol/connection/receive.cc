#include <algorithm>
#include <cstring>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/client_preface.h"
#include "headrace/protocol/frame/foreign_protocol.h"

// Bytes -> frames. A frame that lies whole in the input is looked at in place; one that is cut
// waits in a bounded buffer. DATA is never buffered: it is judged by its header and streams
// through.

namespace headrace {
HEADRACE_ABI_BEGIN

bool Engine::parse(EventPtr* event) {
  // Enough is waiting to be sent: the rest of the input is kept until half of it is out. When the
  // input has ended there is no more than what is kept, and nobody may take the output any more.
  if (holds_input() && !input_ended_) return false;
  switch (parsing_) {
    case Parsing::kPreface:
      return parse_preface();
    case Parsing::kFrameHeader:
      if (!parse_frame_header()) return false;
      if (!begin_frame()) {
        // DATA goes on at once, unless its header has had consequences that are to be told first,
        // or a reply that is one too many.
        const bool goes_on = parsing_ == Parsing::kData && phase_ == Phase::kOpen && !holds_input();
        return !goes_on || !notify_.empty() || parse_data(event);
      }
      // The usual case: a frame that lies whole in the input is looked at where it is.
      if (input_.size() >= header_.length) [[likely]] {
        const uint8_t* payload = input_.data();
        input_.consume(header_.length);
        *event = on_frame({payload, header_.length});
        return true;
      }
      parsing_ = Parsing::kPayload;
      [[fallthrough]];
    case Parsing::kPayload:
      return parse_payload(event);
    case Parsing::kPadLength:
      return parse_pad_length();
    case Parsing::kData:
      return parse_data(event);
    case Parsing::kSkip:
      return skip_payload();
  }
  return false;
}

bool Engine::parse_preface() {
  static constexpr Rule kPreface = {"RFC 9113 §3.4",
                                    "a client begins with the 24 octets of the connection preface"};
  if (input_.empty()) return false;
  size_t size = std::min(input_.size(), kClientPreface.size() - octets_of_step_);
  if (std::memcmp(input_.data(), kClientPreface.data() + octets_of_step_, size) != 0) {
    size_t matched = octets_of_step_;
    const uint8_t* octet = input_.data();
    for (; static_cast<uint8_t>(kClientPreface[matched]) == *octet; ++octet) ++matched;
    const Rule* foreign = foreign_client(matched, *octet);
    fail_without_frame(ErrorCode::kProtocolError, foreign != nullptr ? *foreign : kPreface);
    return true;
  }
  input_.consume(size);
  octets_of_step_ += size;
  if (octets_of_step_ == kClientPreface.size()) {
    octets_of_step_ = 0;
    parsing_ = Parsing::kFrameHeader;
  }
  return true;
}

bool Engine::parse_frame_header() {
  if (octets_of_step_ == 0 && input_.size() >= FrameHeader::kSize) [[likely]] {
    header_ = headrace::parse_frame_header(input_.data());
    input_.consume(FrameHeader::kSize);
    return true;
  }
  while (octets_of_step_ < FrameHeader::kSize) {
    if (input_.empty()) return false;
    size_t size = std::min(input_.size(), FrameHeader::kSize - octets_of_step_);
    std::memcpy(header_octets_ + octets_of_step_, input_.data(), size);
    input_.consume(size);
    octets_of_step_ += size;
  }
  octets_of_step_ = 0;
  header_ = headrace::parse_frame_header(header_octets_);
  return true;
}

// Everything that the 9 octets decide, before any payload is waited for. False: there is no payload
// to look at as a whole; what to do next is in parsing_.
bool Engine::begin_frame() {
  ++statistics_.frames_received;
  // (What the answer to a PING is worth depends on who asked.)
  if (header_.type != FrameType::kPing || !header_.has(flags::kAck)) deadlines_.used(now_);
  statistics_.received_by_type.add(header_.type);
  payload_.clear();
  if (!check_frame_order()) return false;
  ErrorDetail error;
  switch (check_frame_header(header_, settings_.own().max_frame_size, &error)) {
    case FrameFault::kNone:
      break;
    case FrameFault::kStream:
      observe_received({});
      parsing_ = Parsing::kSkip;
      fail_stream(StreamError{error});
      return false;
    case FrameFault::kConnection:
      observe_received({});
      fail(error);
      return false;
  }
  if (header_.type == FrameType::kData) {
    observe_received({});
    if (header_.has(flags::kPadded)) {
      parsing_ = Parsing::kPadLength;
    } else {
      begin_data(0);
    }
    return false;
  }
  if (header_.type == FrameType::kHeaders || header_.type == FrameType::kPushPromise) {
    deadlines_.start(Deadline::kFieldBlock, now_);
  }
  return true;
}

bool Engine::parse_payload(EventPtr* event) {
  size_t size = std::min<size_t>(input_.size(), header_.length - payload_.size());
  if (!payload_.append({input_.data(), size})) return false;  // it has no budget to go beyond
  input_.consume(size);
  if (payload_.size() < header_.length) return !input_.empty();
  parsing_ = Parsing::kFrameHeader;
  *event = on_frame(payload_.bytes());
  return true;
}

bool Engine::skip_payload() {
  size_t size = std::min<size_t>(input_.size(), header_.length);
  input_.consume(size);
  header_.length -= static_cast<uint32_t>(size);
  if (header_.length > 0) return !input_.empty();
  parsing_ = Parsing::kFrameHeader;
  return true;
}

bool Engine::parse_pad_length() {
  if (input_.empty()) return false;
  uint8_t padding = *input_.data();
  input_.consume(1);
  ErrorDetail error;
  if (check_data_padding(header_, padding, &error) != FrameFault::kNone) {
    fail(error);
  } else {
    begin_data(uint32_t{padding} + 1);
  }
  return true;
}

bool Engine::parse_data(EventPtr* event) {
  if (data_.data > 0 || data_.bare_end) {
    const auto size = static_cast<uint32_t>(std::min<size_t>(input_.size(), data_.data));
    if (size == 0 && !data_.bare_end) return false;
    const uint8_t* bytes = input_.data();
    input_.consume(size);
    data_.bare_end = false;
    data_.data -= size;
    if (data_.deliver) *event = deliver_data({bytes, size});
  } else if (data_.padding > 0) {
    const auto size = static_cast<uint32_t>(std::min<size_t>(input_.size(), data_.padding));
    if (size == 0) return false;
    data_.padding -= size;
    input_.consume(size);
  }
  if (data_.data == 0 && data_.padding == 0) {
    parsing_ = Parsing::kFrameHeader;
    end_data();
  }
  return true;
}

HEADRACE_ABI_END
}  // namespace headrace

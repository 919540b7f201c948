#include <algorithm>
#include <cstring>

#include "protocol/connection/connection.h"
#include "protocol/frame/client_preface.h"

// Bytes -> frames. A frame that lies whole in the input is looked at in place; one that is cut
// waits in a bounded buffer. DATA is never buffered: it is judged by its header and streams
// through.

namespace headrace::inline HEADRACE_ABI {

gsl::span<const uint8_t> Connection::unparsed() const {
  return kept_input_.empty() ? input_ : kept_input_.bytes();
}

void Connection::consume(size_t size) {
  if (kept_input_.empty()) {
    input_ = input_.subspan(size);
  } else {
    kept_input_.consume(size);
  }
}

bool Connection::parse(EventPtr* event) {
  // Enough replies are waiting: the rest of the input is kept until half of them are out. When the
  // input has ended there is no more than what is kept, and nobody may take the replies any more.
  if (replies_.full() && !input_ended_) return false;
  switch (parsing_) {
    case Parsing::kPreface:
      return parse_preface();
    case Parsing::kFrameHeader:
      if (!parse_frame_header()) return false;
      begin_frame();
      // An empty payload needs no further input.
      if (phase_ != Phase::kOpen || parsing_ != Parsing::kPayload || header_.length > 0)
        return true;
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

bool Connection::parse_preface() {
  static constexpr Rule kPreface = {"RFC 9113 §3.4",
                                    "a client begins with the 24 octets of the connection preface"};
  gsl::span<const uint8_t> bytes = unparsed();
  if (bytes.empty()) return false;
  size_t size = std::min(bytes.size(), kClientPreface.size() - octets_of_step_);
  if (std::memcmp(bytes.data(), kClientPreface.data() + octets_of_step_, size) != 0) {
    fail(ErrorCode::kProtocolError, kPreface);
    return true;
  }
  consume(size);
  octets_of_step_ += size;
  if (octets_of_step_ == kClientPreface.size()) {
    octets_of_step_ = 0;
    parsing_ = Parsing::kFrameHeader;
  }
  return true;
}

bool Connection::parse_frame_header() {
  gsl::span<const uint8_t> bytes = unparsed();
  if (octets_of_step_ == 0 && bytes.size() >= FrameHeader::kSize) {
    header_ = headrace::parse_frame_header(bytes.data());
    consume(FrameHeader::kSize);
    return true;
  }
  while (octets_of_step_ < FrameHeader::kSize) {
    bytes = unparsed();
    if (bytes.empty()) return false;
    size_t size = std::min(bytes.size(), FrameHeader::kSize - octets_of_step_);
    std::memcpy(header_octets_ + octets_of_step_, bytes.data(), size);
    consume(size);
    octets_of_step_ += size;
  }
  octets_of_step_ = 0;
  header_ = headrace::parse_frame_header(header_octets_);
  return true;
}

// Everything that the 9 octets decide, before any payload is waited for.
void Connection::begin_frame() {
  ++statistics_.frames_received;
  statistics_.received_by_type.add(header_.type);
  payload_.clear();
  parsing_ = Parsing::kPayload;
  if (!check_frame_order()) return;
  ErrorDetail error;
  switch (check_frame_header(header_, own_settings_.max_frame_size, &error)) {
    case FrameFault::kNone:
      break;
    case FrameFault::kStream:
      observe_received({});
      parsing_ = Parsing::kSkip;
      return fail_stream(StreamError{error});
    case FrameFault::kConnection:
      observe_received({});
      return fail(ConnectionError{error});
  }
  if (header_.type == FrameType::kHeaders || header_.type == FrameType::kPushPromise) {
    block_deadline_ = deadline_after(options_.limits.field_block_timeout);
  }
  if (header_.type != FrameType::kData) return;
  observe_received({});
  if (header_.has(flags::kPadded)) {
    parsing_ = Parsing::kPadLength;
  } else {
    begin_data(0);
  }
}

bool Connection::parse_payload(EventPtr* event) {
  gsl::span<const uint8_t> bytes = unparsed();
  if (payload_.empty() && bytes.size() >= header_.length) {
    consume(header_.length);
    parsing_ = Parsing::kFrameHeader;
    *event = on_frame(bytes.first(header_.length));
    return true;
  }
  size_t size = std::min<size_t>(bytes.size(), header_.length - payload_.size());
  if (!payload_.append(bytes.first(size))) return false;  // it has no budget to go beyond
  consume(size);
  if (payload_.size() < header_.length) return !unparsed().empty();
  parsing_ = Parsing::kFrameHeader;
  *event = on_frame(payload_.bytes());
  return true;
}

bool Connection::skip_payload() {
  size_t size = std::min<size_t>(unparsed().size(), header_.length);
  consume(size);
  header_.length -= static_cast<uint32_t>(size);
  if (header_.length > 0) return !unparsed().empty();
  parsing_ = Parsing::kFrameHeader;
  return true;
}

bool Connection::parse_pad_length() {
  gsl::span<const uint8_t> bytes = unparsed();
  if (bytes.empty()) return false;
  uint8_t padding = bytes[0];
  consume(1);
  ErrorDetail error;
  if (check_data_padding(header_, padding, &error) != FrameFault::kNone) {
    fail(ConnectionError{error});
  } else {
    begin_data(uint32_t{padding} + 1);
  }
  return true;
}

bool Connection::parse_data(EventPtr* event) {
  gsl::span<const uint8_t> bytes = unparsed();
  if (data_.data > 0 || data_.bare_end) {
    size_t size = std::min<size_t>(bytes.size(), data_.data);
    if (size == 0 && !data_.bare_end) return false;
    data_.bare_end = false;
    data_.data -= static_cast<uint32_t>(size);
    if (data_.deliver) *event = deliver_data(bytes.first(size));
    consume(size);
  } else if (data_.padding > 0) {
    size_t size = std::min<size_t>(bytes.size(), data_.padding);
    if (size == 0) return false;
    data_.padding -= static_cast<uint32_t>(size);
    consume(size);
  }
  if (data_.data == 0 && data_.padding == 0) {
    parsing_ = Parsing::kFrameHeader;
    end_data();
  }
  return true;
}

}  // namespace headrace::inline HEADRACE_ABI

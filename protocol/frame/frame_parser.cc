#include "headrace/protocol/frame/frame_parser.h"

#include <gsl/span>

#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kMaxFrameSize{"RFC 9113 §4.2", "a payload fits into SETTINGS_MAX_FRAME_SIZE"};
constexpr Rule kFlaggedFields{"RFC 9113 §4.2", "a payload has the fields that its flags announce"};
constexpr Rule kSettingsAck{"RFC 9113 §6.5", "a SETTINGS acknowledgement is empty"};
constexpr Rule kSettingsEntries{"RFC 9113 §6.5", "a SETTINGS payload is a multiple of 6 octets"};
constexpr Rule kDataPadding{"RFC 9113 §6.1", "padding is shorter than the payload"};
constexpr Rule kFieldBlockPadding{"RFC 9113 §6.2", "padding leaves the field block fragment whole"};
constexpr Rule kWindowIncrement{"RFC 9113 §6.9", "a window increment is not 0"};
constexpr Rule kPrioritizedStream{"RFC 9218 §7.1", "a PRIORITY_UPDATE frame is about a stream"};

FrameFault fault(FrameFault scope, ErrorCode code, const Rule& rule, const FrameHeader& header,
                 ErrorDetail* error, uint64_t observed = 0, uint64_t limit = 0) {
  *error = {code, &rule, header.type, {}, header.stream_id, observed, limit};
  return scope;
}

FrameFault size_error(const Rule& rule, const FrameHeader& header, uint32_t limit,
                      ErrorDetail* error, FrameFault scope = FrameFault::kConnection) {
  return fault(scope, ErrorCode::kFrameSizeError, rule, header, error, header.length, limit);
}

PriorityFields load_priority(const uint8_t* octets) {
  return {(octets[0] & 0x80) != 0, load_u31(octets), octets[4]};
}

// RFC 7540 §5.3.1 is applied, because RFC 9113 does not define priority. No honest peer sends it.
FrameFault check_dependency(const FrameHeader& header, const PriorityFields& priority,
                            ErrorDetail* error) {
  if (priority.depends_on != header.stream_id) return FrameFault::kNone;
  return fault(FrameFault::kStream, ErrorCode::kProtocolError, kSelfDependency, header, error);
}

}  // namespace

FrameFault judge_frame_header(const FrameHeader& header, uint32_t max_frame_size,
                              ErrorDetail* error) {
  const FrameLayout& layout = layout_of(header.type);
  if (header.length > max_frame_size) {
    return size_error(kMaxFrameSize, header, max_frame_size, error);
  }
  if (is_misplaced(layout, header)) {
    return fault(FrameFault::kConnection, ErrorCode::kProtocolError, layout.place_rule, header,
                 error);
  }
  if (header.type == FrameType::kSettings && is_settings_length_wrong(header)) {
    return header.has(flags::kAck) ? size_error(kSettingsAck, header, 0, error)
                                   : size_error(kSettingsEntries, header, kSettingSize, error);
  }
  if (header.length < layout.min_length || header.length > layout.max_length) {
    return size_error(
        layout.length_rule, header, layout.min_length, error,
        header.type == FrameType::kPriority ? FrameFault::kStream : FrameFault::kConnection);
  }
  return size_error(kFlaggedFields, header, min_payload_length(layout, header), error);
}

FrameFault check_data_padding(const FrameHeader& header, uint8_t pad_length, ErrorDetail* error) {
  if (pad_length < header.length) return FrameFault::kNone;
  return fault(FrameFault::kConnection, ErrorCode::kProtocolError, kDataPadding, header, error,
               pad_length, header.length - kPadLengthSize);
}

FrameFault parse_padded(const FrameHeader& header, gsl::span<const uint8_t> payload,
                        PaddedPayload* parsed, ErrorDetail* error) {
  const FrameLayout& layout = layout_of(header.type);
  // check_frame_header() has checked that the payload has all fixed fields.
  HEADRACE_EXPECTS(payload.size() >= min_payload_length(layout, header), "parse_padded()",
                   "the header was checked first", {"size", payload.size()});
  const uint8_t* octets = payload.data();
  const uint8_t* end = octets + payload.size();
  *parsed = {};
  uint8_t pad_length = 0;
  if (header.has(layout.padded)) {
    pad_length = *octets++;
    parsed->padding = uint32_t{pad_length} + kPadLengthSize;
  }
  if (header.has(layout.priority)) {
    parsed->has_priority = true;
    parsed->priority = load_priority(octets);
    octets += kPriorityFieldsSize;
  }
  if (header.type == FrameType::kPushPromise) {
    parsed->promised_stream_id = load_u31(octets);
    octets += kPromisedStreamIdSize;
  }
  const size_t room = static_cast<size_t>(end - octets);
  if (pad_length > room) {
    const Rule& rule = header.type == FrameType::kData ? kDataPadding : kFieldBlockPadding;
    return fault(FrameFault::kConnection, ErrorCode::kProtocolError, rule, header, error,
                 pad_length, room);
  }
  parsed->content = {octets, room - pad_length};
  if (parsed->has_priority) return check_dependency(header, parsed->priority, error);
  return FrameFault::kNone;
}

FrameFault parse_priority(const FrameHeader& header, gsl::span<const uint8_t> payload,
                          PriorityFields* parsed, ErrorDetail* error) {
  HEADRACE_EXPECTS(payload.size() >= kPriorityFieldsSize, "parse_priority()",
                   "the header was checked first", {"size", payload.size()});
  *parsed = load_priority(payload.data());
  return check_dependency(header, *parsed, error);
}

FrameFault parse_window_update(const FrameHeader& header, gsl::span<const uint8_t> payload,
                               uint32_t* increment, ErrorDetail* error) {
  HEADRACE_EXPECTS(payload.size() >= sizeof(uint32_t), "parse_window_update()",
                   "the header was checked first", {"size", payload.size()});
  *increment = load_u31(payload.data());
  if (*increment != 0) return FrameFault::kNone;
  const FrameFault scope = header.stream_id == 0 ? FrameFault::kConnection : FrameFault::kStream;
  return fault(scope, ErrorCode::kProtocolError, kWindowIncrement, header, error);
}

FrameFault parse_priority_update(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                 PriorityUpdate* parsed, ErrorDetail* error) {
  HEADRACE_EXPECTS(payload.size() >= kPrioritizedStreamIdSize, "parse_priority_update()",
                   "the header was checked first", {"size", payload.size()});
  *parsed = {load_u31(payload.data()), payload.subspan(kPrioritizedStreamIdSize)};
  if (parsed->stream_id != 0) return FrameFault::kNone;
  return fault(FrameFault::kConnection, ErrorCode::kProtocolError, kPrioritizedStream, header,
               error);
}

bool parse_altsvc(const FrameHeader& header, gsl::span<const uint8_t> payload, AltSvc* parsed) {
  constexpr size_t kOriginLengthSize = 2;
  if (payload.size() < kOriginLengthSize) return false;
  const size_t size = size_t{payload[0]} << 8 | payload[1];
  payload = payload.subspan(kOriginLengthSize);
  if (size > payload.size() || (size == 0) == (header.stream_id == 0)) return false;
  *parsed = {payload.first(size), payload.subspan(size)};
  return true;
}

bool is_origin_frame_sound(const FrameHeader& header, gsl::span<const uint8_t> payload) {
  constexpr uint8_t kReservedFlags = 0x0f;
  return header.stream_id == 0 && !header.has(kReservedFlags) && OriginEntries::are_whole(payload);
}

namespace {

// §5.5: one that cannot be read is as one of an unknown type.
FrameFault parse_extension(const FrameHeader& header, gsl::span<const uint8_t> payload,
                           Frame* frame, ErrorDetail* error) {
  if (header.type == FrameType::kPriorityUpdate) {
    PriorityUpdate update;
    const FrameFault fault = parse_priority_update(header, payload, &update, error);
    *frame = PriorityUpdateFrame{header, update.stream_id, Bytes(update.value)};
    return fault;
  }
  AltSvc altsvc;
  if (header.type == FrameType::kAltSvc && parse_altsvc(header, payload, &altsvc)) {
    *frame = AltSvcFrame{header, Bytes(altsvc.origin), Bytes(altsvc.value)};
  } else if (header.type == FrameType::kOrigin && is_origin_frame_sound(header, payload)) {
    *frame = OriginFrame{header, OriginEntries(payload)};
  } else {
    *frame = UnknownFrame{header, Bytes(payload)};
  }
  return FrameFault::kNone;
}

}  // namespace

FrameFault parse_frame(const FrameHeader& header, gsl::span<const uint8_t> payload, Frame* frame,
                       ErrorDetail* error) {
  FrameFault fault = FrameFault::kNone;
  PaddedPayload parsed;
  switch (header.type) {
    case FrameType::kData:
      fault = parse_padded(header, payload, &parsed, error);
      *frame = DataFrame{header, parsed.padding, Bytes(parsed.content)};
      break;
    case FrameType::kHeaders:
      fault = parse_padded(header, payload, &parsed, error);
      *frame = HeadersFrame{header, parsed.padding, parsed.has_priority, parsed.priority,
                            Bytes(parsed.content)};
      break;
    case FrameType::kPriority:
      fault = parse_priority(header, payload, &parsed.priority, error);
      *frame = PriorityFrame{header, parsed.priority};
      break;
    case FrameType::kRstStream:
      *frame = RstStreamFrame{header, load_u32(payload.data())};
      break;
    case FrameType::kSettings:
      *frame = SettingsFrame{header, SettingsEntries(payload)};
      break;
    case FrameType::kPushPromise:
      fault = parse_padded(header, payload, &parsed, error);
      *frame = PushPromiseFrame{header, parsed.padding, parsed.promised_stream_id,
                                Bytes(parsed.content)};
      break;
    case FrameType::kPing:
      *frame = PingFrame{header, load_u64(payload.data())};
      break;
    case FrameType::kGoaway:
      *frame = GoawayFrame{header, load_u31(payload.data()), load_u32(payload.data() + 4),
                           Bytes(payload.subspan(8))};
      break;
    case FrameType::kWindowUpdate: {
      uint32_t increment = 0;
      fault = parse_window_update(header, payload, &increment, error);
      *frame = WindowUpdateFrame{header, increment};
      break;
    }
    case FrameType::kContinuation:
      *frame = ContinuationFrame{header, Bytes(payload)};
      break;
    default:
      return parse_extension(header, payload, frame, error);
  }
  return fault;
}

HEADRACE_ABI_END
}  // namespace headrace

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fuzz/differential/comparison.h"
#include "tests/reference/authority.h"

// Where libnghttp2 (Debian 12's 1.52) does something else, and what the RFCs say about it.
// differences_test.cc has an example of each.

namespace headrace::fuzz {
namespace {

constexpr uint32_t kProtocolError = 1;
constexpr uint32_t kFlowControlError = 3;
constexpr uint32_t kStreamClosed = 5;
constexpr uint32_t kFrameSizeError = 6;
constexpr uint32_t kCompressionError = 9;

bool is(const Step& step, uint8_t type) { return step.first().type == type; }
bool has(const Step& step, uint8_t flag) { return (step.first().flags & flag) != 0; }

bool fails(const Observed& observed, uint32_t code) { return observed.error == code; }
bool resets(const Step& step, const Observed& observed, uint32_t code) {
  const auto found = observed.resets.find(step.first().stream_id);
  return found != observed.resets.end() && found->second == code;
}
// Nothing came of it.
bool ignores(const Observed& observed) {
  return !observed.error.has_value() && observed.resets.empty() && observed.streams.empty() &&
         observed.connection.empty();
}

bool is_cut(const Step& step) {
  const reference::Frame& last = step.frames.back();
  return last.payload.size() < last.length;
}

bool is_unfinished(const Step& step) {
  return (is(step, reference::HEADERS) || is(step, reference::PUSH_PROMISE)) &&
         (step.frames.back().flags & reference::END_HEADERS) == 0;
}

bool is_interrupted(const Step& step) {
  return step.frames.size() > 1 && (step.frames.back().type != reference::CONTINUATION ||
                                    step.frames.back().stream_id != step.first().stream_id);
}

// A frame where none of its type may be (RFC 9113 §5.1, §6).
bool is_out_of_place(const Step& step) {
  switch (step.first().type) {
    case reference::SETTINGS:
    case reference::PING:
    case reference::GOAWAY:
      return step.first().stream_id != 0;
    case reference::PUSH_PROMISE:
      return step.role == Role::kServer || !step.used;
    default:
      return !step.used;
  }
}

bool repeats_a_setting(const Step& step) {
  std::set<uint16_t> ids;
  const reference::Settings entries = reference::parse_settings(step.first().payload);
  return std::any_of(entries.begin(), entries.end(),
                     [&ids](const auto& entry) { return !ids.insert(entry.first).second; });
}

// The message that ours took.
std::string_view message(const Step& step) {
  return step.ours.streams.empty() ? "" : std::string_view(step.ours.streams.begin()->second[0]);
}
bool theirs_refuses(const Step& step) {
  return !message(step).empty() && !step.theirs.error &&
         std::any_of(step.theirs.resets.begin(), step.theirs.resets.end(),
                     [](const auto& reset) { return reset.second == kProtocolError; });
}

bool has_long_length(std::string_view message) {
  constexpr std::string_view kName = " content-length: ";
  const size_t at = message.find(kName);
  return at != std::string_view::npos && message.find(';', at) - at > kName.size() + 32;
}

bool has_fragment(std::string_view message) {
  constexpr std::string_view kName = " :path: ";
  const size_t at = message.find(kName);
  return at != std::string_view::npos && message.find('#', at) < message.find(';', at);
}

// One of the fields that name an authority holds none, or CONNECT's names no port.
bool has_no_authority(std::string_view message) {
  for (const std::string_view name : {" :authority: ", " host: "}) {
    const size_t at = message.find(name);
    if (at == std::string_view::npos) continue;
    std::string value(message.substr(at + name.size()));
    value.resize(std::min(value.find(';'), value.size()));
    if (!reference::is_authority(value)) return true;
    const size_t port = value.find_last_not_of("0123456789") + 1;
    const bool names_a_port = port > 0 && port < value.size() && value[port - 1] == ':' &&
                              std::stoul("0" + value.substr(port, 9)) - 1 < 65535;
    if (message.find(" :method: CONNECT;") != std::string_view::npos && !names_a_port) return true;
  }
  return false;
}

bool is_control(char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f; }

uint32_t increment(const Step& step) {
  return static_cast<uint32_t>(reference::number(step.first().payload)) & 0x7fffffff;
}

// The stream that PRIORITY, or HEADERS with its fields, depends on.
std::optional<uint32_t> dependency(const Step& step) {
  std::string_view payload = step.first().payload;
  if (is(step, reference::HEADERS)) {
    if (!has(step, reference::HAS_PRIORITY)) return std::nullopt;
    if (has(step, reference::PADDED) && !payload.empty()) payload.remove_prefix(1);
  }
  if (payload.size() < 5) return std::nullopt;
  return static_cast<uint32_t>(reference::number(payload.substr(0, 4))) & 0x7fffffff;
}

bool depends_on_itself(const Step& step) { return dependency(step) == step.first().stream_id; }

}  // namespace

const std::vector<Difference>& differences() {
  using reference::DATA;
  using reference::HEADERS;
  static const std::vector<Difference> kDifferences = {
      {"a frame that is not all there", "RFC 9113 §4.2",
       "sizes and flags can be judged by the header alone, or when the payload is there",
       [](const Step& s) { return is_cut(s); }},
      {"a field block that is not all there", "RFC 9113 §4.3",
       "nghttp2 decodes by the frame and refuses early, we decode blocks",
       [](const Step& s) { return is_unfinished(s) && ignores(s.ours); }},
      {"an increment of zero on a stream", "RFC 9113 §6.9",
       "MUST be treated as a stream error; nghttp2 ends the connection",
       [](const Step& s) {
         return is(s, reference::WINDOW_UPDATE) && s.first().stream_id != 0 && increment(s) == 0 &&
                !s.ours.error && fails(s.theirs, kProtocolError);
       }},
      {"DATA or HEADERS behind the peer's end or reset", "RFC 9113 §5.1",
       "half-closed (remote): MUST be a stream error; nghttp2 ends the connection",
       [](const Step& s) {
         return (is(s, DATA) || is(s, HEADERS)) && resets(s, s.ours, kStreamClosed) &&
                fails(s.theirs, kStreamClosed);
       }},
      {"DATA or HEADERS on a closed stream", "RFC 9113 §5.1",
       "an error of the stream behind the peer's reset, of the connection behind both ends; "
       "nghttp2's client has forgotten the stream",
       [](const Step& s) {
         return (is(s, DATA) || is(s, HEADERS)) && s.role == Role::kClient && s.used &&
                (fails(s.ours, kStreamClosed) || resets(s, s.ours, kStreamClosed)) &&
                ignores(s.theirs);
       }},
      {"DATA or HEADERS behind the peer's end and our reset", "RFC 9113 §5.1",
       "MAY be a connection error; we ignore what comes behind our resets",
       [](const Step& s) {
         return (is(s, DATA) || is(s, HEADERS)) && s.reset && ignores(s.ours) &&
                fails(s.theirs, kStreamClosed);
       }},
      {"DATA before a response's head", "RFC 9113 §8.1.1",
       "malformed, which MUST be a stream error; nghttp2 ends the connection",
       [](const Step& s) {
         return is(s, DATA) && s.role == Role::kClient && s.used &&
                resets(s, s.ours, kProtocolError) && fails(s.theirs, kProtocolError);
       }},
      {"PRIORITY of another size", "RFC 9113 §6.3",
       "MUST be a stream error, and is late on a closed stream; nghttp2 ends the connection",
       [](const Step& s) {
         return is(s, reference::PRIORITY) && s.first().payload.size() != 5 && !s.ours.error &&
                fails(s.theirs, kFrameSizeError);
       }},
      {"PRIORITY that makes a stream depend on itself", "RFC 7540 §5.3.1",
       "MUST be a stream error, and is late on a closed stream; nghttp2 ends the connection",
       [](const Step& s) {
         return is(s, reference::PRIORITY) && depends_on_itself(s) && !s.ours.error &&
                fails(s.theirs, kProtocolError);
       }},
      {"HEADERS that make their stream depend on itself", "RFC 7540 §5.3.1",
       "MUST be a stream error; nghttp2 ends the connection, and looks at no trailers",
       [](const Step& s) {
         return is(s, HEADERS) && depends_on_itself(s) && resets(s, s.ours, kProtocolError) &&
                s.theirs.resets.empty();
       }},
      {"padded DATA without room for Pad Length", "RFC 9113 §4.2",
       "too small for mandatory frame data: FRAME_SIZE_ERROR; nghttp2 says PROTOCOL_ERROR, or "
       "looks at nothing where it discards DATA",
       [](const Step& s) {
         return is(s, DATA) && has(s, reference::PADDED) && s.first().payload.empty() &&
                fails(s.ours, kFrameSizeError);
       }},
      {"too much padding in DATA that is discarded", "RFC 9113 §6.1",
       "MUST be a connection error; nghttp2 does not look at what it discards, or refuses it",
       [](const Step& s) {
         return is(s, DATA) && has(s, reference::PADDED) && fails(s.ours, kProtocolError) &&
                (ignores(s.theirs) || fails(s.theirs, kStreamClosed));
       }},
      {"a last stream that is not one of ours", "RFC 9113 §6.8",
       "no rule against it, and 2^31-1 is the RFC's own example; nghttp2 ends the connection",
       [](const Step& s) {
         return is(s, reference::GOAWAY) && !s.ours.error && fails(s.theirs, kProtocolError);
       }},
      {"INITIAL_WINDOW_SIZE that overflows a window", "RFC 9113 §6.9.2",
       "MUST be a connection error; nghttp2 resets the streams, closed ones too, which have no "
       "window any more",
       [](const Step& s) {
         return is(s, reference::SETTINGS) &&
                (fails(s.ours, kFlowControlError) || s.ours.resets.empty()) &&
                std::any_of(s.theirs.resets.begin(), s.theirs.resets.end(),
                            [](const auto& reset) { return reset.second == kFlowControlError; });
       }},
      {"an interim response with a length", "RFC 9110 §8.6",
       "a 1xx has no content, and its length says nothing of the final one; nghttp2 refuses it",
       [](const Step& s) {
         return theirs_refuses(s) && message(s).starts_with("interim") &&
                message(s).find(" content-length: ") != std::string_view::npos;
       }},
      {"control characters in a value", "RFC 9113 §8.2.1",
       "NUL, CR and LF MUST NOT be there; nghttp2 refuses the others too",
       [](const Step& s) {
         return theirs_refuses(s) && std::any_of(message(s).begin(), message(s).end(), is_control);
       }},
      {"the target of another scheme than http and https", "RFC 9113 §8.3.1",
       "what it may be is that scheme's affair; nghttp2 judges it as it does http's",
       [](const Step& s) {
         return theirs_refuses(s) && message(s).find(" :scheme: ") != std::string_view::npos &&
                message(s).find(" :scheme: http;") == std::string_view::npos &&
                message(s).find(" :scheme: https;") == std::string_view::npos;
       }},
      {"an authority that is none", "RFC 9113 §8.3.1",
       "userinfo MUST NOT be there, an empty host and CONNECT's empty or invalid port MUST be "
       "rejected (RFC 9110 §4.2.1, §9.3.6); nghttp2 looks at the characters only",
       [](const Step& s) {
         return is(s, HEADERS) && resets(s, s.ours, kProtocolError) && !s.theirs.error &&
                !s.theirs.streams.empty() && has_no_authority(s.theirs.streams.begin()->second[0]);
       }},
      {"a path with a fragment", "RFC 9113 §8.3.1",
       ":path is a path and a query, and a target has no fragment (RFC 9110 §7.1); nghttp2 looks "
       "at "
       "no path's characters",
       [](const Step& s) {
         return is(s, HEADERS) && resets(s, s.ours, kProtocolError) && !s.theirs.error &&
                !s.theirs.streams.empty() && has_fragment(s.theirs.streams.begin()->second[0]);
       }},
      {"trailers of a 204 or 304 response", "RFC 9110 §15.3.5",
       "which end with their head (§15.4.5), so it is malformed; nghttp2 takes trailers of any",
       [](const Step& s) {
         return is(s, HEADERS) && resets(s, s.ours, kProtocolError) && !s.theirs.error &&
                (s.head.starts_with("head :status: 204;") ||
                 s.head.starts_with("head :status: 304;")) &&
                !s.theirs.streams.empty() &&
                s.theirs.streams.begin()->second[0].starts_with("trailers");
       }},
      {"a content-length of more than 32 digits", "RFC 9110 §8.6",
       "refused, as an octet of a field block can stand for thousands of zeros; nghttp2 reads on",
       [](const Step& s) {
         return is(s, HEADERS) && resets(s, s.ours, kProtocolError) && !s.theirs.error &&
                !s.theirs.streams.empty() && has_long_length(s.theirs.streams.begin()->second[0]);
       }},
      {"a promise of a request that may not be promised", "RFC 9113 §8.4",
       "not known to be safe and cacheable, with content, without authority: MUST be reset; "
       "nghttp2 takes any request",
       [](const Step& s) {
         return is(s, reference::PUSH_PROMISE) && !s.ours.error && s.ours.resets.size() == 1 &&
                s.ours.resets.begin()->second == kProtocolError && !s.theirs.error &&
                !s.theirs.streams.empty();
       }},
      {"the same content-length twice", "RFC 9110 §8.6", "MAY be taken for one; nghttp2 refuses it",
       [](const Step& s) {
         constexpr std::string_view kName = " content-length: ";
         return theirs_refuses(s) && message(s).find(kName) != message(s).rfind(kName);
       }},
      {"a status below 100", "RFC 9110 §15",
       "no status code, so the response is malformed; nghttp2 takes any three digits",
       [](const Step& s) {
         return is(s, HEADERS) && resets(s, s.ours, kProtocolError) && !s.theirs.error &&
                !s.theirs.streams.empty() &&
                s.theirs.streams.begin()->second[0].starts_with("head :status: 0");
       }},
      {"PRIORITY_UPDATE", "RFC 9218 §7.1",
       "what is wrong with it is a connection error; nghttp2 ignores the type unless asked",
       [](const Step& s) { return is(s, reference::PRIORITY_UPDATE) && ignores(s.theirs); }},
      {"a wrong size where the frame may not be", "RFC 9113 §5.4.1",
       "two faults, and either ends the connection; nghttp2 looks at the size first",
       [](const Step& s) {
         return is_out_of_place(s) && fails(s.ours, kProtocolError) &&
                fails(s.theirs, kFrameSizeError);
       }},
      {"a field block that does not decode where none may be", "RFC 9113 §4.3",
       "two faults, and either ends the connection; we decode before we look at the stream",
       [](const Step& s) {
         return (is(s, HEADERS) || is(s, reference::PUSH_PROMISE)) &&
                fails(s.ours, kCompressionError) &&
                (fails(s.theirs, kProtocolError) || fails(s.theirs, kStreamClosed));
       }},
      {"a field block without room for its padding or priority", "RFC 9113 §4.2",
       "too small for mandatory frame data: FRAME_SIZE_ERROR; nghttp2 says PROTOCOL_ERROR",
       [](const Step& s) {
         return (is(s, HEADERS) || is(s, reference::PUSH_PROMISE)) &&
                fails(s.ours, kFrameSizeError) && fails(s.theirs, kProtocolError);
       }},
      {"a field block that is interrupted", "RFC 9113 §6.10",
       "MUST be a PROTOCOL_ERROR; nghttp2 has decoded what there is by then, and refused that",
       [](const Step& s) {
         return is_interrupted(s) && fails(s.ours, kProtocolError) &&
                (fails(s.theirs, kCompressionError) || fails(s.theirs, kStreamClosed));
       }},
      {"an invalid setting, and a valid one behind it", "RFC 9113 §6.5.3",
       "values MUST be processed in the order they appear; nghttp2 looks at the last of each, "
       "which may be another invalid one",
       [](const Step& s) {
         return is(s, reference::SETTINGS) && repeats_a_setting(s) && s.ours.error;
       }},
      {"a frame on a stream that was skipped", "RFC 9113 §5.1.1",
       "MUST be a PROTOCOL_ERROR for a new stream's id below others; nghttp2 takes it for closed",
       [](const Step& s) {
         return (is(s, DATA) || is(s, HEADERS)) && !s.used && fails(s.ours, kProtocolError) &&
                ignores(s.theirs);
       }},
  };
  return kDifferences;
}

}  // namespace headrace::fuzz

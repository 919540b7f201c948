#include "headrace/protocol/http2/engine/prioritizing.h"

#include <algorithm>
#include <optional>

#include "headrace/protocol/frame/frame_parser.h"
#include "headrace/protocol/frame/frame_writer.h"
#include "headrace/protocol/stream/priority_field.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Longer values are ignored. One HPACK octet can refer to a value of thousands of octets, which
// would be parsed again for every request.
constexpr size_t kLongestPriority = 256;

// The parameters of all priority fields of a section (§5); nothing if one is malformed.
std::optional<PriorityParameters> read_priority(FieldsView fields) {
  PriorityParameters parameters;
  size_t size = 0;
  for (const Field& field : fields) {
    if (field.name != "priority") continue;
    size += field.value.size();
    if (size > kLongestPriority || !parse_priority_field(field.value, &parameters)) return {};
  }
  return parameters;
}

}  // namespace

// The peer knows priorities, so the RFC's defaults apply to its other streams, earlier ones too.
void Prioritizing::note_priority_signal() const {
  if (!priorities().note_signal()) return;
  for (Stream* stream = streams().oldest(); stream != nullptr; stream = Streams::next(stream)) {
    if (!stream->signals.given())
      sender().set_priority(stream, priorities().initial(stream->exchange.request().is_connect));
  }
}

void Prioritizing::give_priority(Stream* stream, const Priority& priority) const {
  priorities().note_given(stream);
  sender().set_priority(stream, priority);
}

// A request was received. A PRIORITY_UPDATE that came before it takes precedence (§7).
void Prioritizing::prioritize_request(Stream* stream, const std::optional<Priority>& update) const {
  stream->priority = priorities().initial(stream->exchange.request().is_connect);
  std::optional<PriorityParameters> field;
  if (stream->exchange.request().has_priority) {
    field = read_priority(gsl::span<const Field>(field_reader().fields()));
  }
  if (!update && !field) return;
  note_priority_signal();
  give_priority(stream, update ? *update : field->priority());
}

// The parameters of our response take precedence over the request's (§8). The body of our request
// has the priority that the request asks for the response (§9).
void Prioritizing::merge_own_priority(Stream* stream, FieldsView fields) const {
  if (const auto field = read_priority(fields)) {
    give_priority(stream, field->merged_into(stream->priority));
  }
}

// §6.3: deprecated. It is read, so that a malformed one is an error, and ignored.
void Prioritizing::on_priority(gsl::span<const uint8_t> payload) const {
  PriorityFields priority;
  ErrorDetail error;
  if (parse_priority(inbound().header(), payload, &priority, &error) != FrameFault::kNone) {
    ending().fail_stream(StreamError{error});
  } else if (!priorities().take_free()) {
    ending().spend_useless_frame();
  }
}

// §7.1. Server role.
const Event* Prioritizing::on_priority_update(gsl::span<const uint8_t> payload) const {
  static constexpr Rule kPromised = {
      "RFC 9218 §7.1", "a PRIORITY_UPDATE for a pushed stream follows its PUSH_PROMISE"};
  PriorityUpdate update;
  ErrorDetail error;
  if (parse_priority_update(inbound().header(), payload, &update, &error) != FrameFault::kNone) {
    ending().fail(error);
    return nullptr;
  }
  Stream* stream = streams().find(update.stream_id);
  const StreamState state = streams().state_of(update.stream_id, stream);
  if (state == StreamState::kIdle && streams().is_own(update.stream_id)) {
    ending().fail(ErrorCode::kProtocolError, kPromised, update.stream_id);
    return nullptr;
  }
  Priority priority;
  const std::string_view value(reinterpret_cast<const char*>(update.value.data()),
                               update.value.size());
  // RFC 9218 §7.1 allows a malformed value to end the connection. It is ignored here, as in a
  // priority field.
  const bool readable = parse_priority_field(value, &priority);
  if (readable) note_priority_signal();
  if (readable && state == StreamState::kIdle) {
    prioritize_idle(update.stream_id, priority);
    return nullptr;
  }
  const bool sending = stream != nullptr && stream->notice.announced() && !is_closed(state) &&
                       !stream->exchange.sending_ended();
  if (!readable || !sending) {
    ending().spend_useless_frame();
    return nullptr;
  }
  if (!priorities().take_update(stream) && !ending().spend_useless_frame()) return nullptr;
  give_priority(stream, priority);
  return recycler().make(PriorityUpdateReceived{stream->id, stream->user_data, priority});
}

// §7.1: it waits for its request.
void Prioritizing::prioritize_idle(StreamId id, const Priority& priority) const {
  static constexpr Rule kCount = {
      "RFC 9218 §7.1",
      "prioritized idle streams and open ones are together no more than MAX_CONCURRENT_STREAMS"};
  if (!priorities().has_idle(id)) {
    // The larger of the limits before and after an unacknowledged change.
    const uint64_t limit =
        std::max(settings().concurrent_streams(), settings().own().max_concurrent_streams);
    const uint64_t count = uint64_t{streams().peer_count()} + priorities().idle_size() + 1;
    if (count > limit) {
      return ending().fail(ending().limit_error(ErrorCode::kProtocolError, kCount,
                                                {Limit::kConcurrentStreams, limit, count}));
    }
    // A signal is advice: without room for it the request is served like any other.
    if (count > settings().concurrent_streams() || !priorities().add_idle(id)) {
      ending().spend_useless_frame();
      return;
    }
  }
  if (priorities().take_idle_update(id) || ending().spend_useless_frame()) {
    priorities().set_idle(id, priority);
  }
}

SubmitResult Prioritizing::update_priority(StreamId stream_id, const Priority& priority) const {
  static constexpr Rule kUrgency = {"RFC 9218 §4.1", "urgency is 0 to 7"};
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (priority.urgency >= Priority::kLevels) return {SubmitError::kInvalidArgument, &kUrgency};
  give_priority(stream, priority);
  if (role() == Role::kServer) return {};
  // For a request that waits it goes out with it: idle streams with a priority count as open
  // (§7.1).
  if (stream->waits()) {
    priorities().note_update_due(stream);
  } else {
    write_priority_update(stream);
  }
  return {};
}

// §2.1.1: a server that has not said that it leaves the priorities of RFC 7540 alone is unlikely to
// know these.
void Prioritizing::write_priority_update(Stream* stream) const {
  if (settings().peer_known() && settings().peer().no_rfc7540_priorities == 0) return;
  char text[kMaxPriorityField];
  const std::string_view value = write_priority_field(stream->priority, text);
  uint8_t* room = outbox().reserve(kPriorityUpdateSize + value.size());
  writing_frames().queue(FrameType::kPriorityUpdate, room,
                         headrace::write_priority_update(stream->id, value, room));
}

HEADRACE_ABI_END
}  // namespace headrace

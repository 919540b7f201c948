#include <algorithm>
#include <gsl/span>
#include <utility>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/frame_writer.h"

// RFC 9218: which response its client wants first. What follows from it is the scheduler's affair.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Longer ones are no signals of a client's: an octet of a field block can stand for thousands that
// would have to be read again with each request.
constexpr size_t kLongestPriority = 256;

// What the priority fields of a section say together (§5); nothing when they cannot be read.
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

Priority Engine::default_priority(const Stream* stream) const {
  return priorities_.initial(stream->exchange.request().is_connect);
}

// The peer knows priorities: what it has left out has the RFC's defaults, of earlier streams too.
void Engine::note_priority_signal() {
  if (!priorities_.note_signal()) return;
  for (Stream* stream = streams_.oldest(); stream != nullptr; stream = Streams::next(stream)) {
    if (!stream->signals.given()) sender_.set_priority(stream, default_priority(stream));
  }
}

void Engine::give_priority(Stream* stream, const Priority& priority) {
  priorities_.note_given(stream);
  sender_.set_priority(stream, priority);
}

// A request has come in. A PRIORITY_UPDATE that came before it is the later word of the two (§7).
void Engine::prioritize_request(Stream* stream, const std::optional<Priority>& update) {
  stream->priority = default_priority(stream);
  std::optional<PriorityParameters> field;
  if (stream->exchange.request().has_priority) {
    field = read_priority(gsl::span<const Field>(field_reader_.fields()));
  }
  if (!update && !field) return;
  note_priority_signal();
  give_priority(stream, update ? *update : field->priority());
}

// A response of ours: what it names counts more than what the request said (§8). Or a request of
// ours, whose body goes by what is asked for the response (§9).
void Engine::merge_own_priority(Stream* stream, FieldsView fields) {
  if (const auto field = read_priority(fields)) {
    give_priority(stream, field->merged_into(stream->priority));
  }
}

// §7.1. Server role.
EventPtr Engine::on_priority_update(gsl::span<const uint8_t> payload) {
  static constexpr Rule kPromised = {
      "RFC 9218 §7.1", "a PRIORITY_UPDATE for a pushed stream follows its PUSH_PROMISE"};
  PriorityUpdate update;
  ErrorDetail error;
  if (parse_priority_update(inbound_.header(), payload, &update, &error) != FrameFault::kNone) {
    fail(error);
    return nullptr;
  }
  Stream* stream = streams_.find(update.stream_id);
  const StreamState state = streams_.state_of(update.stream_id, stream);
  if (state == StreamState::kIdle && streams_.is_own(update.stream_id)) {
    fail(ErrorCode::kProtocolError, kPromised, update.stream_id);
    return nullptr;
  }
  Priority priority;
  const std::string_view value(reinterpret_cast<const char*>(update.value.data()),
                               update.value.size());
  // The RFC lets a value that cannot be read cost the connection; the same in a field costs
  // nothing.
  const bool readable = parse_priority_field(value, &priority);
  if (readable) note_priority_signal();
  if (readable && state == StreamState::kIdle) {
    prioritize_idle(update.stream_id, priority);
    return nullptr;
  }
  const bool sending = stream != nullptr && stream->notice.announced() && !is_closed(state) &&
                       !stream->exchange.sending_ended();
  if (!readable || !sending) {
    spend_useless_frame();
    return nullptr;
  }
  if (!priorities_.take_update(stream) && !spend_useless_frame()) return nullptr;
  give_priority(stream, priority);
  return recycler_.lend(PriorityUpdateReceived{stream->id, stream->user_data, priority});
}

// §7.1: it waits for its request.
void Engine::prioritize_idle(StreamId id, const Priority& priority) {
  static constexpr Rule kCount = {
      "RFC 9218 §7.1",
      "prioritized idle streams and open ones are together no more than MAX_CONCURRENT_STREAMS"};
  if (!priorities_.has_idle(id)) {
    // A limit of ours that has not been acknowledged binds nobody yet.
    const uint64_t limit =
        std::max(settings_.concurrent_streams(), settings_.own().max_concurrent_streams);
    const uint64_t count = uint64_t{streams_.peer_count()} + priorities_.idle_size() + 1;
    if (count > limit) {
      return fail(limit_error(ErrorCode::kProtocolError, kCount,
                              {Limit::kConcurrentStreams, limit, count}));
    }
    // It is advice; without room for it the request is served as any other.
    if (count > settings_.concurrent_streams() || !priorities_.add_idle(id)) {
      spend_useless_frame();
      return;
    }
  }
  if (priorities_.take_idle_update(id) || spend_useless_frame()) {
    priorities_.set_idle(id, priority);
  }
}

void Engine::spend_priority() {
  if (!priorities_.take_free()) spend_useless_frame();
}

SubmitResult Engine::update_priority(StreamId stream_id, const Priority& priority) {
  static constexpr Rule kUrgency = {"RFC 9218 §4.1", "urgency is 0 to 7"};
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (priority.urgency >= Priority::kLevels) return {SubmitError::kInvalidArgument, &kUrgency};
  give_priority(stream, priority);
  if (role_ == Role::kServer) return {};
  // For a request that waits it goes out with it: idle streams with a priority count as open
  // (§7.1).
  if (stream->waiting.waits()) {
    priorities_.set_update_due(stream, true);
  } else {
    write_priority_update(stream);
  }
  return {};
}

Priority Engine::priority(StreamId stream_id) const {
  const Stream* stream = streams_.find(stream_id);
  return stream == nullptr ? Priority{} : stream->priority;
}

// §2.1.1: a server that has not said that it leaves the priorities of RFC 7540 alone is unlikely to
// know these.
void Engine::write_priority_update(Stream* stream) {
  priorities_.set_update_due(stream, false);
  if (settings_.peer_known() && settings_.peer().no_rfc7540_priorities == 0) return;
  char text[kMaxPriorityField];
  const std::string_view value = write_priority_field(stream->priority, text);
  uint8_t* room = outbox_.reserve(kPriorityUpdateSize + value.size());
  queue(room, headrace::write_priority_update(stream->id, value, room));
}

HEADRACE_ABI_END
}  // namespace headrace

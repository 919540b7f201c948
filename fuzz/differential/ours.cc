#include "fuzz/differential/ours.h"

#include <algorithm>
#include <utility>

#include "fuzz/require.h"

namespace headrace::fuzz {
namespace {

// Limits that a case of a few thousand octets does not reach, but for those of memory.
constexpr uint32_t kNoLimit = 1 << 20;

std::vector<Field> views_of(const FieldList& list) {
  std::vector<Field> fields;
  for (const auto& [name, value] : list) fields.push_back({name, value});
  return fields;
}

}  // namespace

Options Ours::options(const Setup& setup, Allocation allocation, FrameObserver* observer) {
  Options options;
  options.allocation = allocation;
  options.observer = observer;
  options.complete_heads = false;
  options.join_cookies = false;
  for (const auto& [id, value] : setup.settings()) {
    options.settings.push_back({static_cast<SettingId>(id), value});
  }
  Limits& limits = options.limits;
  limits.connection_memory = size_t{1} << 26;
  limits.remembered_streams = kNoLimit;
  limits.field_list_size = kNoLimit;
  limits.fields_per_request = limits.fields_per_response = kNoLimit;
  limits.extra_continuations = limits.tiny_continuations = kNoLimit;
  limits.informational_responses = 0xffff;
  limits.queued_replies = kNoLimit;
  limits.settings_per_frame = kNoLimit;
  limits.reset_burst = limits.useless_burst = kNoLimit;
  return options;
}

Ours::Ours(const Setup& setup, Allocation allocation)
    : setup_(setup), connection_(setup.role, options(setup, allocation, this), now_) {
  if (setup.role == Role::kClient) request();
  drain();
}

Ours::~Ours() = default;

void Ours::on_limit_hit(const LimitHit& hit) {
  // (Both announce how many streams there may be.)
  if (hit.limit != Limit::kConcurrentStreams) limited_ = true;
}

void Ours::request() {
  for (const Request& request : requests()) {
    const RequestResult result = connection_.submit_request(
        views_of(request.fields), request.has_body ? Body::view(body_) : Body::none());
    require(result.ok(), "a request is refused");
  }
}

Observed Ours::feed(std::string_view input, size_t piece) {
  observed_ = Observed();
  for (; !input.empty(); input.remove_prefix(std::min(piece, input.size()))) {
    const std::string_view next = input.substr(0, piece);
    // A copy that is freed when it was handled.
    const std::vector<uint8_t> octets(next.begin(), next.end());
    take(connection_.receive(octets, now_));
  }
  drain();
  // What the end of output has made possible.
  take(connection_.advance(now_));
  drain();
  observed_.settings = settings_;
  data_sent_ += std::exchange(observed_.data_sent, 0);
  observed_.data_sent = data_sent_;
  observed_.normalize();
  return std::move(observed_);
}

void Ours::take(EventRange range) {
  for (const EventPtr event : range) {
    std::visit([this](const auto& alternative) { on(alternative); }, *event);
  }
}

void Ours::drain() {
  while (connection_.wants_output()) {
    size_t size = 0;
    for (const ConstBuffer& buffer : connection_.pending_output()) {
      output_.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
      size += buffer.size;
    }
    connection_.sent(size);
  }
  constexpr size_t kPrefaceSize = 24;  // RFC 9113 §3.4
  if (output_.starts_with("PRI")) output_.erase(0, kPrefaceSize);
  for (const reference::Frame& frame : reference::parse_all(output_)) observed_.add_output(frame);
  output_.clear();
}

void Ours::message(StreamId id, const char* kind, const FieldSection& fields, bool end_stream) {
  std::string text = kind;
  for (const Field& field : fields) {
    text.append(" ").append(field.name).append(": ").append(field.value).append(";");
  }
  observed_.streams[id].push_back(std::move(text));
  if (setup_.resets && Setup::is_reset(id) && std::string_view(kind) == "head") {
    (void)connection_.reset_stream(id, ErrorCode::kCancel);
  } else if (end_stream) {
    ended(id);
  }
}

void Ours::ended(StreamId id) {
  observed_.streams[id].emplace_back("end");
  if (setup_.role != Role::kServer || !setup_.answers) return;
  (void)connection_.submit_response(id, views_of(response()), Body::view(body_));
}

void Ours::on(const RequestReceived& request) {
  message(request.stream_id, "head", request.fields, request.end_stream);
}
void Ours::on(const ResponseReceived& response) {
  message(response.stream_id, "head", response.fields, response.end_stream);
}
void Ours::on(const InformationalReceived& interim) {
  message(interim.stream_id, "interim", interim.fields, false);
}
void Ours::on(const PushPromiseReceived& promise) {
  message(promise.stream_id, ("promise " + std::to_string(promise.promised_stream_id)).c_str(),
          promise.fields, false);
}
void Ours::on(const DataReceived& data) {
  observed_.add_data(data.stream_id, data.bytes.text());
  if (data.end_stream) ended(data.stream_id);
}
void Ours::on(const TrailersReceived& trailers) {
  message(trailers.stream_id, "trailers", trailers.fields, trailers.end_stream);
}
void Ours::on(const StreamClosed& closed) {
  if (closed.closed_by != ClosedBy::kPeer) return;  // a lost transport is nobody's word
  // What a GOAWAY left out is REFUSED_STREAM to nghttp2, whatever the GOAWAY said.
  const bool left_out = closed.detail.frame == FrameType::kGoaway;
  const ErrorCode code = left_out ? ErrorCode::kRefusedStream : closed.error;
  observed_.streams[closed.stream_id].push_back("closed by peer " +
                                                std::to_string(static_cast<uint32_t>(code)));
}
void Ours::on(const SettingsReceived& settings) {
  for (const Setting& setting : settings.entries) {
    const auto known = settings_.find(static_cast<uint16_t>(setting.id));
    if (known != settings_.end()) known->second = setting.value;
  }
}
void Ours::on(const SettingsAcknowledged&) {
  observed_.connection.emplace_back("settings acknowledged");
}
void Ours::on(const PingReceived& ping) {
  observed_.connection.push_back("ping " + reference::u64(ping.opaque));
}
void Ours::on(const GoawayReceived& goaway) {
  observed_.connection.push_back("goaway " + std::to_string(goaway.last_stream_id) + " " +
                                 std::to_string(static_cast<uint32_t>(goaway.error)) + " " +
                                 std::string(goaway.debug_data.text()));
}

}  // namespace headrace::fuzz

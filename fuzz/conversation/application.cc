#include "fuzz/conversation/application.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "fuzz/conversation/output_rules.h"
#include "fuzz/conversation/require.h"

namespace headrace::fuzz {
namespace {

constexpr std::array<uint32_t, 8> kBodySizes = {5, 0, 100, 513, 2000, 9000, 30000, 1};
constexpr std::array<ErrorCode, 4> kCodes = {ErrorCode::kCancel, ErrorCode::kNoError,
                                             ErrorCode::kInternalError, ErrorCode::kRefusedStream};

bool gone(SubmitError error) {
  return error == SubmitError::kConnectionGone || error == SubmitError::kStreamGone ||
         error == SubmitError::kUnknownStream;
}

}  // namespace

// Says "not yet" every third time, and may fail.
class Application::Source : public BodySource {
 public:
  Source(uint32_t stream_id, size_t size, bool fails, bool* asked)
      : stream_id_(stream_id), left_(size), fails_(fails), asked_(asked) {}

  Filled fill(gsl::span<uint8_t> room) override {
    *asked_ = true;
    require(!room.empty(), "a source was given no room");
    if (++calls_ % 3 == 2) return {};
    if (fails_ && calls_ > 3) return {.failed = true};
    size_t size = std::min({room.size(), left_, size_t{3000}});
    for (uint8_t& octet : room.first(size)) octet = body_octet(stream_id_, offset_++);
    left_ -= size;
    return {.size = size, .end = left_ == 0};
  }

 private:
  uint32_t stream_id_;
  size_t left_;
  bool fails_;
  bool* asked_;
  uint64_t offset_ = 0;
  int calls_ = 0;
};

Application::Application(Connection* connection, Draws* draws) : connection_(connection) {
  for (uint8_t& plan : plans_) plan = draws->octet();
}

Application::~Application() = default;

void Application::on_event(const Event& event) {
  rules_.take(event);
  if (const auto* request = std::get_if<RequestReceived>(&event)) {
    on_request(*request);
  } else if (const auto* released = std::get_if<BodyReleased>(&event)) {
    streams_[released->stream_id].view.reset();
  } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
    streams_[closed->stream_id].source.reset();
    const SubmitError error =
        connection_->reset_stream(closed->stream_id, ErrorCode::kCancel).error;
    require(gone(error) && error != SubmitError::kUnknownStream, "a closed stream is not gone");
  } else if (const auto* data = std::get_if<DataReceived>(&event)) {
    if (data->end_stream) respond(data->stream_id, plans_[data->stream_id / 2 % 8]);
  } else if (std::holds_alternative<ConnectionClosed>(event)) {
    require(connection_->ping(1).error == SubmitError::kConnectionGone, "a command goes on");
  }
}

void Application::on_request(const RequestReceived& request) {
  const uint8_t plan = plans_[request.stream_id / 2 % 8];
  if (plan == 0xff && request.stream_id > 6) {
    (void)connection_->terminate(ErrorCode::kInternalError);
  } else if (plan == 0xfe && request.stream_id > 6) {
    (void)connection_->shutdown();
  } else if ((plan & 0x80) == 0 || request.end_stream) {
    respond(request.stream_id, plan);
  }
}

std::vector<uint8_t> Application::octets(uint32_t stream_id, uint64_t offset, size_t size) const {
  std::vector<uint8_t> octets(size);
  for (uint8_t& octet : octets) octet = body_octet(stream_id, offset++);
  return octets;
}

Body Application::body(uint32_t stream_id, uint32_t kind, size_t size) {
  Stream& stream = streams_[stream_id];
  switch (kind) {
    case 0:
      stream.view = std::make_unique<std::vector<uint8_t>>(octets(stream_id, 0, size));
      return Body::view(*stream.view);
    case 1:
      return Body::owned(octets(stream_id, 0, size));
    case 2: {
      const std::vector<uint8_t> bytes = octets(stream_id, 0, size);
      return Body::owned(std::string(bytes.begin(), bytes.end()));
    }
    case 3:
    case 4:
      stream.source = std::make_unique<Source>(stream_id, size, kind == 4, &source_asked_);
      return Body::source(stream.source.get());
    case 5:
      return Body::none();
    default:
      return Body::stream();
  }
}

// `kind`: 3 bits of body, 3 of its size, 1 of trailers.
void Application::respond(uint32_t stream_id, uint32_t kind) {
  const size_t size = kBodySizes[kind >> 3 & 7];
  Stream& stream = streams_[stream_id];
  // A second response is refused; what the first one lent stays.
  if (stream.view != nullptr || stream.source != nullptr) return;
  const SubmitResult result = connection_->submit_response(
      stream_id, {{":status", "200"}, {"server", "fuzz"}, {"x-kind", std::to_string(kind)}},
      body(stream_id, kind & 7, size));
  if (!result.ok()) {
    require(gone(result.error) || result.error == SubmitError::kWrongState,
            "a good response fails");
    stream.view.reset();
    stream.source.reset();
    return;
  }
  if (stream.view != nullptr) rules_.view_submitted(stream_id);
  if ((kind & 7) == 6) send_some(stream_id, size, /*end_stream=*/(kind & 0x40) == 0);
  if ((kind & 0x40) != 0) (void)connection_->send_trailers(stream_id, {{"x-sum", "1"}});
}

void Application::send_some(uint32_t stream_id, size_t size, bool end_stream) {
  Stream& stream = streams_[stream_id];
  const SendResult result =
      connection_->send_data(stream_id, octets(stream_id, stream.streamed, size), end_stream);
  require(result.ok() || result.accepted == 0, "refused, and yet taken");
  require(result.accepted <= size, "more is taken than was given");
  stream.streamed += result.accepted;
}

void Application::resume_all() {
  for (auto& [id, stream] : streams_) {
    if (stream.source != nullptr) (void)connection_->resume(id);
  }
}

bool Application::is_automatic(uint32_t stream_id) const {
  const auto found = streams_.find(stream_id);
  return found == streams_.end() || !found->second.manual_credit;
}

void Application::command(Draws* draws, uint32_t stream_id) {
  switch (draws->below(16)) {
    case 0:
    case 1:
    case 2:
      return respond(stream_id, draws->octet());
    case 3:
    case 4:
      return send_some(stream_id, draws->pick(kBodySizes), draws->seldom(4));
    case 5:
      (void)connection_->send_trailers(stream_id, {{"x-sum", "1"}});
      return;
    case 6:
      (void)connection_->reset_stream(stream_id, draws->pick(kCodes));
      return;
    case 7:
      (void)connection_->submit_informational(stream_id, {{":status", "103"}, {"link", "</a>"}});
      return;
    case 8:
      (void)connection_->credit(stream_id, draws->octet());
      return;
    case 9:
      streams_[stream_id].manual_credit = true;
      (void)connection_->set_automatic_credit(stream_id, draws->below(2) == 1);
      return;
    case 10:
      (void)connection_->set_user_data(stream_id, draws->octet());
      return;
    case 11:
      return settings(draws);
    case 12:
      (void)connection_->ping(draws->octet());
      return;
    case 13:
      if (draws->seldom(8)) (void)connection_->shutdown();
      return;
    case 14:
      if (draws->seldom(16)) (void)connection_->terminate(draws->pick(kCodes));
      return;
    default:
      return resume_all();
  }
}

void Application::settings(Draws* draws) {
  static constexpr std::array<SettingId, 5> kIds = {
      SettingId::kInitialWindowSize, SettingId::kHeaderTableSize, SettingId::kMaxConcurrentStreams,
      SettingId::kMaxFrameSize, SettingId::kInitialWindowSize};
  static constexpr std::array<uint32_t, 8> kValues = {0, 1, 100, 4096, 16384, 20000, 65535, 100000};
  const SettingId id = draws->pick(kIds);
  const Setting setting{id, draws->pick(kValues)};
  (void)connection_->submit_settings({&setting, 1});
}

}  // namespace headrace::fuzz

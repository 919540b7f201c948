#ifndef HEADRACE_TESTS_CONNECTION_LINE_PROTOCOL_H_
#define HEADRACE_TESTS_CONNECTION_LINE_PROTOCOL_H_

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/field/field_storage.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/output_queue.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/interface/protocol.h"

namespace headrace {

// A second protocol behind a Connection, the server's side: lines.
//
//   ? PATH          a request; `+ TEXT` is content of the newest one, `.` its end
//   ! ID STATUS     its response; the body is the lines behind it
//
// A line of another kind ends the connection; so do ten seconds without input.
class LineProtocol final : public Protocol {
 public:
  LineProtocol(Allocation allocation, TimePoint now) : recycler_(allocation), last_input_(now) {}
  ~LineProtocol() override { recycler_.detach_held(); }
  void receive(gsl::span<const uint8_t> bytes, TimePoint now) override {
    now_ = last_input_ = now;
    input_.erase(0, std::exchange(at_, 0)).append(bytes.begin(), bytes.end());
  }
  void advance(TimePoint now) override {
    now_ = now;
    static constexpr Rule kInTime = {"line_protocol.h", "a line comes within ten seconds"};
    if (is_open() && now >= last_input_ + kTimeout) fail(ErrorCode::kCancel, &kInTime);
  }
  void end_of_input(TimePoint now) override {
    now_ = now;
    input_ended_ = true;
  }
  const Event* step() override { return next_event().release(); }
  EventPtr next_event() {
    recycler_.detach_held();
    for (;;) {
      if (!closed_.empty()) {
        const StreamClosed closed = closed_.front();
        closed_.pop_front();
        return recycler_.lend(StreamClosed(closed));
      }
      if (!is_open()) {
        if (!std::exchange(end_due_, false)) return nullptr;
        return recycler_.lend(ConnectionClosed{error_, closed_by_});
      }
      const size_t end = input_.find('\n', at_);
      if (end != std::string::npos) {
        const std::string_view line = std::string_view(input_).substr(at_, end - at_);
        at_ = end + 1;
        if (EventPtr event = on_line(line)) return event;
      } else if (input_ended_) {
        close(streams_.empty() ? ClosedBy::kPeer : ClosedBy::kTransport);
      } else {
        return nullptr;
      }
    }
  }
  void end_of_range() override { recycler_.detach_held(); }
  bool has_events() const override {
    return !closed_.empty() || end_due_ ||
           (is_open() && (input_ended_ || input_.find('\n', at_) != std::string::npos));
  }
  bool wants_input() const override { return is_open() && !input_ended_ && !has_events(); }
  TimePoint next_deadline() const override {
    return has_events() ? now_ : is_open() ? last_input_ + kTimeout : TimePoint::max();
  }
  RequestResult submit_request(FieldsView, Body&&, uintptr_t) override {
    return {SubmitError::kWrongRole};
  }
  SubmitResult submit_response(StreamId id, FieldsView fields, Body&& body) override {
    if (const SubmitError error = check(id); error != SubmitError::kNone) return {error};
    if (streams_[id].answered) return {SubmitError::kWrongState};
    write("! " + std::to_string(id) + " ");
    for (const Field& field : fields) write(std::string(field.value));
    write("\n" + std::string(body.bytes().begin(), body.bytes().end()));
    streams_[id].answered = true;
    close_if_done(id);
    return {};
  }
  SendResult send_data(StreamId, gsl::span<const uint8_t>, bool) override {
    return {SubmitError::kWrongState};
  }
  SubmitResult reset_stream(StreamId id, ErrorCode code) override {
    if (const SubmitError error = check(id); error != SubmitError::kNone) return {error};
    close_stream(id, ClosedBy::kLocal, code);
    return {};
  }
  SubmitResult set_user_data(StreamId id, uintptr_t user_data) override {
    if (const SubmitError error = check(id); error != SubmitError::kNone) return {error};
    streams_[id].user_data = user_data;
    return {};
  }
  SubmitResult shutdown(std::string_view) override { return terminate(ErrorCode::kNoError, {}); }
  SubmitResult terminate(ErrorCode code, std::string_view) override {
    if (!is_open()) return {SubmitError::kConnectionGone};
    fail(code, nullptr);
    return {};
  }
  gsl::span<const ConstBuffer> pending_output(size_t max_bytes) override {
    return output_.show(max_bytes);
  }
  void sent(size_t size, TimePoint) override { sent(size); }
  void sent(size_t size) override {
    output_.sent(size);
    output_.released(size, [](uint32_t, size_t) {});
  }
  bool wants_output() const override { return output_.unsent() > 0; }
  bool should_close() const override { return !is_open() && !end_due_ && !wants_output(); }
  ProtocolVersion version() const override { return ProtocolVersion::kDetect; }
  const Statistics& statistics() const override {
    statistics_.implicit_keeps = recycler_.implicit_keeps();
    return statistics_;
  }
  Ledger& ledger() override { return ledger_; }
  uint32_t open_streams() const override { return static_cast<uint32_t>(streams_.size()); }

 private:
  struct Stream {
    uintptr_t user_data = 0;
    bool received = false, answered = false;
  };
  static constexpr std::chrono::seconds kTimeout{10};
  static constexpr Rule kLine = {"line_protocol.h", "a line begins with its kind"};

  bool is_open() const { return !closing_; }
  SubmitError check(StreamId id) const {
    if (!is_open()) return SubmitError::kConnectionGone;
    if (streams_.count(id) > 0) return SubmitError::kNone;
    return id == 0 || id > newest_ ? SubmitError::kUnknownStream : SubmitError::kStreamGone;
  }
  void write(const std::string& text) {
    output_.commit(std::copy(text.begin(), text.end(), output_.reserve(text.size())));
  }
  EventPtr on_line(std::string_view line) {
    if (line.empty()) return fail(ErrorCode::kProtocolError, &kLine);
    const std::string_view text = line.substr(std::min<size_t>(2, line.size()));
    const auto* octets = reinterpret_cast<const uint8_t*>(text.data());
    if (line[0] == '?') {
      streams_[++newest_] = Stream();
      fields_.clear();
      if (!fields_.append({":path", text})) return fail(ErrorCode::kEnhanceYourCalm, &kLine);
      return recycler_.lend(RequestReceived{newest_, 0, false, FieldSection(fields_)});
    }
    if (line[0] != '+' && line[0] != '.') return fail(ErrorCode::kProtocolError, &kLine);
    const auto stream = streams_.find(newest_);
    if (stream == streams_.end() || stream->second.received) return nullptr;
    const uintptr_t user_data = stream->second.user_data;
    const bool end = stream->second.received = line[0] == '.';
    close_if_done(newest_);
    return recycler_.lend(DataReceived{newest_, user_data, end, Bytes({octets, text.size()})});
  }
  void close_if_done(StreamId id) {
    const Stream& stream = streams_[id];
    if (stream.received && stream.answered) close_stream(id, ClosedBy::kEnd, ErrorCode::kNoError);
  }
  void close_stream(StreamId id, ClosedBy by, ErrorCode code) {
    closed_.push_back({id, streams_[id].user_data, code, by, false, {}});
    streams_.erase(id);
  }
  EventPtr fail(ErrorCode code, const Rule* rule) {
    error_.code = code;
    error_.rule = rule;
    close(ClosedBy::kLocal);
    return nullptr;
  }
  void close(ClosedBy by) {
    closing_ = end_due_ = true;
    closed_by_ = by;
    while (!streams_.empty()) close_stream(streams_.begin()->first, by, ErrorCode::kCancel);
  }

  Ledger ledger_{100'000};
  Recycler<Event> recycler_;
  FieldStorage fields_{&ledger_};
  OutputQueue output_;
  std::string input_;
  size_t at_ = 0;  // input in front of it has been read
  TimePoint now_, last_input_;
  bool input_ended_ = false, closing_ = false, end_due_ = false;
  ConnectionError error_;
  ClosedBy closed_by_ = ClosedBy::kEnd;
  StreamId newest_ = 0;
  std::map<StreamId, Stream> streams_;
  std::deque<StreamClosed> closed_;
  mutable Statistics statistics_;
};

}  // namespace headrace

#endif  // HEADRACE_TESTS_CONNECTION_LINE_PROTOCOL_H_

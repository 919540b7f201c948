#ifndef HEADRACE_PROTOCOL_INTERFACE_QLOG_WRITER_H_
#define HEADRACE_PROTOCOL_INTERFACE_QLOG_WRITER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/interface/field_blocks.h"
#include "headrace/protocol/interface/frame_observer.h"
#include "headrace/protocol/interface/frame_text.h"
#include "headrace/protocol/interface/shown_fields.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A ready observer (Options::observer), which makes a record in JSON of each frame of a connection,
// each error of the peer and each limit that is reached. The records are shaped like qlog's events
// (draft-ietf-quic-qlog-main-schema), which has no schema for HTTP/2.
//
//   QlogWriter qlog([&](std::string_view record) { file << record << '\n'; });
//   options.observer = &qlog;
//   qlog.set_time(now);  // before the calls of the connection that are given the time
//
//   {"time":0.512,"name":"http2:frame_sent","data":{"frame":"SETTINGS","stream_id":0,"flags":0,
//    "length":6,"text":"SETTINGS ENABLE_PUSH=0"}}
//
// `time` is in milliseconds since the first set_time(). Octets that are not ASCII are "\u00NN", so
// that nothing is lost. HTTP/1.1 has no frames: of it only errors and limits are told.
class QlogWriter final : public FrameObserver {
 public:
  // Called with each record, without a line break. A line each makes NDJSON; "\x1e" before and a
  // line break behind it make a JSON text sequence (RFC 7464). It is called inside the connection's
  // functions, so it must not call the connection.
  using Write = std::function<void(std::string_view record)>;
  explicit QlogWriter(Write write, ShownFields fields = ShownFields::kNone)
      : fields_(fields), write_(std::move(write)) {}

  void set_time(TimePoint now) {
    if (!began_) began_ = now;
    time_ = now;
  }

  void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) override {
    write_frame("http2:frame_received", header, payload, &received_);
  }
  void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) override {
    write_frame("http2:frame_sent", header, payload, &sent_);
  }
  void on_refused(const ErrorDetail& error, std::string_view field_name) override {
    std::string data =
        text_member("error", to_string(error.code)) + number_member("stream_id", error.stream_id);
    if (error.rule != nullptr) data += text_member("rule", error.rule->section);
    if (!field_name.empty()) data += text_member("field_name", field_name);
    write("http:refused", data + text_member("text", describe(error)));
  }
  void on_limit_hit(const LimitHit& hit) override {
    write("http:limit_hit", text_member("limit", to_string(hit.limit)) +
                                number_member("bound", hit.bound) +
                                number_member("observed", hit.observed));
  }

 private:
  static std::string quoted(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string json = "\"";
    for (const char c : text) {
      const auto octet = static_cast<uint8_t>(c);
      if (c == '"' || c == '\\') {
        json.append({'\\', c});
      } else if (c >= ' ' && c <= '~') {
        json.push_back(c);
      } else {
        json.append("\\u00").append({kHex[octet >> 4], kHex[octet & 15]});
      }
    }
    return json + "\"";
  }
  // Members end with a comma, which write() takes off.
  static std::string text_member(std::string_view name, std::string_view text) {
    return quoted(name) + ":" + quoted(text) + ",";
  }
  static std::string number_member(std::string_view name, uint64_t number) {
    return quoted(name) + ":" + std::to_string(number) + ",";
  }

  void write_frame(std::string_view name, const FrameHeader& header,
                   std::span<const uint8_t> payload, FieldBlocks* blocks) {
    std::string data = text_member("frame", to_string(header.type)) +
                       number_member("stream_id", header.stream_id) +
                       number_member("flags", header.flags) +
                       number_member("length", header.length) +
                       text_member("text", describe_frame(header, payload));
    if (fields_ != ShownFields::kNone) {
      if (const auto block = blocks->take(header, payload)) data += fields_member(*block);
    }
    write(name, data);
  }

  std::string fields_member(const hpack::LateDecoder::Result& block) const {
    std::string list;
    for (const hpack::SeenField& field : block.fields) {
      if (!list.empty()) list += ",";
      std::string members = text_member("name", field.name);
      if (fields_ == ShownFields::kWithValues) members += text_member("value", field.value);
      members.pop_back();
      list.append("{").append(members).append("}");
    }
    return "\"fields\":[" + list + "],";
  }

  void write(std::string_view name, std::string data) {
    data.pop_back();
    const auto since = time_ - began_.value_or(time_);
    const int64_t micros = std::chrono::floor<std::chrono::microseconds>(since).count();
    std::string thousandths = std::to_string(micros % 1000);
    thousandths.insert(0, 3 - thousandths.size(), '0');
    write_("{\"time\":" + std::to_string(micros / 1000) + "." + thousandths + "," +
           text_member("name", name) + "\"data\":{" + data + "}}");
  }

  const ShownFields fields_;
  const Write write_;
  std::optional<TimePoint> began_;
  TimePoint time_{};
  FieldBlocks received_;
  FieldBlocks sent_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_QLOG_WRITER_H_

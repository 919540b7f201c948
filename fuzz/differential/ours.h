#ifndef HEADRACE_FUZZ_DIFFERENTIAL_OURS_H_
#define HEADRACE_FUZZ_DIFFERENTIAL_OURS_H_

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/differential/observed.h"
#include "fuzz/differential/setup.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::fuzz {

// Our connection, with the application that the setup asks for.
class Ours : private FrameObserver {
 public:
  Ours(const Setup& setup, Allocation allocation);
  ~Ours();

  // Takes the input in pieces and sends all that can go out.
  Observed feed(std::string_view input, size_t piece);
  // A bound of ours that is no rule of the RFC's has ended something.
  bool limited() const { return limited_; }

 private:
  static Options options(const Setup& setup, Allocation allocation, FrameObserver* observer);
  void on_frame_received(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_frame_sent(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_limit_hit(const LimitHit& hit) override;

  void request();
  void take(EventRange range);
  void drain();
  void message(StreamId id, const char* kind, const FieldSection& fields, bool end_stream);
  void ended(StreamId id);

  void on(const RequestReceived& request);
  void on(const ResponseReceived& response);
  void on(const InformationalReceived& interim);
  void on(const PushPromiseReceived& promise);
  void on(const DataReceived& data);
  void on(const TrailersReceived& trailers);
  void on(const StreamClosed& closed);
  void on(const SettingsReceived& settings);
  void on(const SettingsAcknowledged&);
  void on(const PingReceived& ping);
  void on(const GoawayReceived& goaway);
  template <typename Other>
  void on(const Other&) {}

  const Setup setup_;
  const TimePoint now_{std::chrono::hours(1)};
  Observed observed_;
  std::map<uint16_t, uint32_t> settings_ = initial_settings();
  uint64_t data_sent_ = 0;
  bool limited_ = false;
  std::string output_;
  std::string body_ = std::string(kBodySize, 'b');
  Connection connection_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_DIFFERENTIAL_OURS_H_

#ifndef HEADRACE_FUZZ_CONVERSATION_EVENT_RULES_H_
#define HEADRACE_FUZZ_CONVERSATION_EVENT_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "headrace/protocol/event/event.h"
#include "headrace/protocol/interface/options.h"
#include "tests/transcript/item.h"

namespace headrace::fuzz {

// What the application is told, held against the contracts of event.h.
class EventRules {
 public:
  explicit EventRules(Role role) : role_(role) {}

  // Judges the event and remembers it as text.
  void take(const Event& event);

  // What the application did.
  // A request or a push of ours was given this stream. `bodiless`: the answer has no content.
  // `connects`: any 2xx opens a tunnel (RFC 9110 §9.3.6).
  void opened(uint32_t stream_id, uintptr_t user_data, bool bodiless, bool connects);
  // A message with a view was accepted on this stream.
  void view_submitted(uint32_t stream_id) { streams_[stream_id].releases_owed = 1; }
  void user_data_set(uint32_t stream_id, uintptr_t value) { streams_[stream_id].user_data = value; }

  bool connection_closed() const { return closed_; }
  bool is_open(uint32_t stream_id) const;
  // The peer has not ended its side.
  bool is_receiving(uint32_t stream_id) const;
  // Those that were announced and are not closed.
  std::vector<uint32_t> open_streams() const;
  // Those that are closed, and whether that is safe to retry.
  std::map<uint32_t, bool> closed_streams() const;
  // Nothing more will come.
  void require_complete() const;

  // Adjacent DataReceived are one.
  std::vector<std::string> texts() const;

 private:
  struct Stream {
    bool announced = false;
    bool head = false;      // of the peer's message, the final one
    bool bodiless = false;  // that message has no content (RFC 9110 §6.4.1)
    bool connects = false;
    bool ended = false;  // by the peer
    bool closed = false;
    bool retry_safe = false;
    int releases_owed = 0;
    uintptr_t user_data = 0;
  };
  Stream& on_stream(uint32_t stream_id);
  void announce(uint32_t stream_id);

  void on(const RequestReceived& request);
  void on(const ResponseReceived& response);
  void on(const InformationalReceived& interim);
  void on(const PushPromiseReceived& promise);
  void on(const DataReceived& data);
  void on(const TrailersReceived& trailers);
  void on(const StreamClosed& closed);
  void on(const StreamWritable& writable) { on_stream(writable.stream_id); }
  void on(const PriorityUpdateReceived& update);
  void on(const BodyReleased& released);
  void take_back_body(StreamId id);
  void on(const GoawayReceived& goaway);
  void on(const StreamIdsExhausted&);
  void on(const ConnectionClosed&);
  template <typename Other>
  void on(const Other&) {}

  const Role role_;
  std::map<uint32_t, Stream> streams_;
  uint32_t last_announced_ = 0;  // of the peer's streams
  uint32_t goaway_last_ = 0x7fffffff;
  bool ids_exhausted_ = false;
  bool closed_ = false;
  std::vector<transcript::Item> events_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_EVENT_RULES_H_

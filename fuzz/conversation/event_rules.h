#ifndef HEADRACE_FUZZ_CONVERSATION_EVENT_RULES_H_
#define HEADRACE_FUZZ_CONVERSATION_EVENT_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "protocol/event/event.h"
#include "tests/transcript/item.h"

namespace headrace::fuzz {

// What the application is told, held against the contracts of event.h.
class EventRules {
 public:
  // Judges the event and remembers it as text.
  void take(const Event& event);
  // A response with a view was accepted on this stream.
  void view_submitted(uint32_t stream_id) { streams_[stream_id].releases_owed = 1; }

  bool connection_closed() const { return closed_; }
  bool is_open(uint32_t stream_id) const;
  // The client has not ended its side.
  bool is_receiving(uint32_t stream_id) const;
  // Those that were announced and are not closed.
  std::vector<uint32_t> open_streams() const;
  // Nothing more will come.
  void require_complete() const;

  // Adjacent DataReceived are one.
  std::vector<std::string> texts() const;

 private:
  struct Stream {
    bool announced = false;
    bool ended = false;  // by the client
    bool closed = false;
    int releases_owed = 0;
  };
  Stream& on_stream(uint32_t stream_id);

  std::map<uint32_t, Stream> streams_;
  uint32_t last_announced_ = 0;
  bool closed_ = false;
  std::vector<transcript::Item> events_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_EVENT_RULES_H_

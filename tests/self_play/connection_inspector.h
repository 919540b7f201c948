#ifndef HEADRACE_TESTS_SELF_PLAY_CONNECTION_INSPECTOR_H_
#define HEADRACE_TESTS_SELF_PLAY_CONNECTION_INSPECTOR_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/connection/recording.h"
#include "headrace/protocol/http2/engine/engine.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// What a connection's public interface does not show: its windows and its HPACK tables. Read only.
class ConnectionInspector {
 public:
  struct Windows {
    int64_t send = 0;       // octets that it may send
    int64_t receive = 0;    // octets that the peer may send, as it knows
    int64_t full = 0;       // of the receive window
    uint32_t consumed = 0;  // used up, and not given back yet
    bool receiving = false;
  };

  // `recorded`: with Options::record.
  ConnectionInspector(const Connection* connection, bool recorded)
      : engine_(static_cast<const Engine&>(
            recorded ? static_cast<const Recording&>(*connection->protocol_).engine()
                     : *connection->protocol_)) {}

  // Frames are read; commands on streams are taken.
  bool is_open() const { return parts().life.is_open(); }
  size_t live_streams() const { return parts().streams.size(); }
  bool is_live(StreamId id) const {
    const Stream* stream = parts().streams.find(id);
    return stream != nullptr && !stream->life.closed();
  }

  Windows windows() const {
    const Credit& credit = parts().credit;
    return {parts().sender.window(), credit.window(), credit.full(), credit.waiting(), true};
  }
  // Of a live stream.
  Windows windows(StreamId id) const {
    const Stream* stream = parts().streams.find(id);
    const int64_t base = parts().settings.own().initial_window_size;
    if (stream->incoming == nullptr) return {parts().sender.window(stream)};
    const CreditState& credit = stream->incoming->credit;
    return {parts().sender.window(stream), credit.window(base), credit.full(base), credit.waiting(),
            stream->life.state() == StreamState::kOpen ||
                stream->life.state() == StreamState::kHalfClosedLocal ||
                stream->life.state() == StreamState::kReservedRemote};
  }

  // A DATA frame has come in partly, and what it will give back when it is whole.
  bool in_data_frame() const {
    return parts().inbound.awaits_pad_length() || parts().inbound.is_streaming();
  }
  // ... its Pad Length field is missing, so that it is not counted yet.
  bool before_pad_length() const { return parts().inbound.awaits_pad_length(); }
  uint32_t open_connection_credit() const {
    return parts().inbound.is_streaming() ? parts().credit.undelivered() : 0;
  }
  uint32_t open_stream_credit(StreamId id) const {
    return parts().inbound.is_streaming() && parts().inbound.header().stream_id == id
               ? parts().credit.undelivered_of_stream()
               : 0;
  }

  const hpack::DynamicTable& encoder_table() const { return parts().field_writer.table(); }
  const hpack::DynamicTable& decoder_table() const { return parts().field_reader.table(); }

 private:
  const Parts& parts() const { return engine_.parts_; }

  const Engine& engine_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_TESTS_SELF_PLAY_CONNECTION_INSPECTOR_H_

#ifndef HEADRACE_TESTS_SELF_PLAY_EXCHANGE_H_
#define HEADRACE_TESTS_SELF_PLAY_EXCHANGE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/priority.h"
#include "tests/self_play/body_source.h"
#include "tests/self_play/fields.h"

// What has been said on a pair of connections: what the one application gave is what the other must
// be told. This is the only place where the two know of each other.

namespace headrace::self_play {

enum class BodyKind : uint8_t { kNone, kView, kString, kVector, kSource, kStream };

// A request or a response.
struct Message {
  // Given by the speaker.
  std::optional<Fields> head;
  std::deque<Fields> interim;  // responses; those that were not heard yet
  uint32_t interim_given = 0;
  BodyKind body = BodyKind::kNone;
  uint64_t planned = 0;            // octets that it means to give
  uint64_t given = 0;              // octets that it gave
  bool whole = false;              // these are all
  bool trailers_expected = false;  // and not given yet
  std::optional<Fields> trailers;

  // Heard by the listener.
  bool head_heard = false;
  bool end_heard = false;
  uint64_t heard = 0;
};

// What an application knows of a stream.
struct Part {
  bool known = false;   // it has opened it, or was told of it
  bool closed = false;  // it was told StreamClosed
  bool gone = false;    // a command answered kStreamGone, so StreamClosed is due
  uintptr_t user_data = 0;
  bool automatic_credit = true;
  uint64_t uncredited = 0;    // octets that it was given and has not given back
  bool writable_due = false;  // send_data() took less than it was given
  std::optional<ErrorCode> reset_asked;
  std::optional<ErrorCode> reset_sent;  // by whoever asked for it
  bool stalled = false;                 // ... it was the deadline of a stalled stream
  bool tunnel = false;

  std::unique_ptr<std::vector<uint8_t>> view;  // lent until BodyReleased
  std::unique_ptr<TestBodySource> source;
};

struct Exchange {
  StreamId id = 0;
  bool is_head = false;
  bool is_connect = false;
  StreamId promised_on = 0;         // a push: the stream that it was promised on
  Message request;                  // of a push: the promised one
  std::deque<Priority> priorities;  // by PRIORITY_UPDATE; those that were not heard yet
  Message response;
  Part client;
  Part server;
};

struct CustomFrame {
  uint8_t type;
  uint8_t flags;
  StreamId stream_id;
  std::string payload;
};
struct Goaway {
  StreamId last_stream_id;
  ErrorCode code;
  std::string debug_data;
};

// What one side has said about the connection, and the other has not heard yet.
struct Announcements {
  std::deque<uint64_t> pings;
  std::deque<std::vector<Setting>> settings;  // not the empty ones
  std::deque<CustomFrame> frames;
  std::deque<Goaway> goaways;
};

struct Conversation {
  std::map<StreamId, Exchange> exchanges;
  Announcements by_client;
  Announcements by_server;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_EXCHANGE_H_

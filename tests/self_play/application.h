#ifndef HEADRACE_TESTS_SELF_PLAY_APPLICATION_H_
#define HEADRACE_TESTS_SELF_PLAY_APPLICATION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/self_play/connection_inspector.h"
#include "tests/self_play/exchange.h"
#include "tests/self_play/frame_model.h"
#include "tests/self_play/random.h"
#include "tests/self_play/report.h"

namespace headrace::self_play {

// One side's application. It does at random what the API offers, knows what each command has to
// answer, and holds what it is told against what the other side said.
class Application final : public FrameListener {
 public:
  struct World {
    Conversation* conversation;
    Random* random;
    Report* report;
  };

  Application(Role role, const Options& options, const World& world, const FrameModel* frames);
  // Behind the connection's constructor, which has begun to send.
  void connect(Connection* connection, bool recorded);

  // --- Events (application_events.cc).

  void take(const Event& event);
  // has_events() is false: what was due has been told.
  void require_told() const;

  // --- Commands (application_commands.cc, application_messages.cc).

  // One at random.
  void act();
  // Whatever this side owes, so that everything can come to its end. False: it owes nothing.
  bool finish();
  void shut_down();
  void terminate();
  // SETTINGS that let the peer have no HPACK table, so that its memory can be seen to be given
  // back.
  void empty_table();
  // The simplest request of all.
  void request_simply();

  // Before the event ranges that follow: the transport has ended.
  void note_end_of_input() { input_ended_ = true; }
  // In this turn time may run out for the peer.
  void allow_timeouts() { timeouts_allowed_ = true; }
  // The connection is to be destroyed: what it has borrowed comes back without an event.
  void note_destroyed();

  // --- State.

  bool is_closed() const { return connection_closed_; }
  bool is_going_away() const { return shutdown_asked_ || shutdown_by_time_ || goaway_heard_; }
  const std::vector<StreamId>& open_streams() const { return open_; }
  // Requests that were submitted and have not gone out.
  uint32_t waiting() const;
  // A body source was asked in the last pending_output().
  bool take_source_asked();
  bool holds_views() const { return views_lent_ > 0; }
  // Octets of receive credit that it owes.
  uint64_t uncredited() const;
  uint64_t uncredited(StreamId id) const;
  // set_receive_window() was called for it; 0: the connection.
  bool has_resized(StreamId id) const { return resized_.count(id) > 0; }
  void check_blocked(StreamId id);

  // --- FrameListener.

  void on_reset_sent(StreamId id, ErrorCode code) override;
  void on_goaway_sent(StreamId last, ErrorCode code, std::string_view debug_data) override;
  void on_settings_sent(const std::vector<Setting>& settings) override;
  void on_ping_sent(uint64_t opaque) override;

 private:
  bool client() const { return role_ == Role::kClient; }
  std::string who() const { return client() ? "client" : "server"; }
  void require(bool condition, StreamId id, const char* what) const;
  Exchange* find(StreamId id) const;
  Part& mine(Exchange* exchange) const { return client() ? exchange->client : exchange->server; }
  Part& theirs(Exchange* exchange) const { return client() ? exchange->server : exchange->client; }
  Message& spoken(Exchange* exchange) const {
    return client() ? exchange->request : exchange->response;
  }
  Message& heard(Exchange* exchange) const {
    return client() ? exchange->response : exchange->request;
  }
  Announcements& own_announcements() const {
    return client() ? conversation_.by_client : conversation_.by_server;
  }
  Announcements& their_announcements() const {
    return client() ? conversation_.by_server : conversation_.by_client;
  }

  // --- application_events.cc

  struct Taker;
  Exchange* on_stream(StreamId id, uintptr_t user_data);
  void begin(Exchange* exchange, uintptr_t user_data);
  void hear_head(Exchange* exchange, Message* message, FieldsView fields, bool end_stream);
  void hear_end(Exchange* exchange);
  void hear_data(const DataReceived& data);
  void hear_closed(const StreamClosed& closed);
  void hear_released(StreamId id, UserData user_data);
  void require_closed_locally(const StreamClosed& closed, Exchange* exchange);
  void require_closed_by_peer(const StreamClosed& closed, Exchange* exchange);
  void hear_connection_closed(const ConnectionClosed& closed);

  // --- application_commands.cc

  // `expected`: what the command answers on a stream that is there.
  bool answers(const char* command, Exchange* exchange, SubmitError answer, SubmitError expected);
  void answers(const char* command, SubmitError answer);
  Exchange* some_exchange();
  void act_on_stream();
  void act_on_strangers();
  void act_on_connection();
  void ping();
  void change_settings();
  void submit_settings(const std::vector<Setting>& settings);
  void send_custom_frame();
  void credit(Exchange* exchange, uint64_t size);
  void set_automatic_credit(Exchange* exchange, bool automatic);
  void resize_window(Exchange* exchange);
  void resize_connection_window();
  void reset(Exchange* exchange, ErrorCode code);
  void resume(Exchange* exchange);
  void update_priority(Exchange* exchange);

  // --- application_messages.cc

  Body make_body(Exchange* exchange, Message* message, Part* part);
  void plan_body(Message* message, bool may_be_large);
  void request();
  void submit_request(Exchange* exchange, Fields fields);
  SubmitError expected_of_request(const Fields& fields) const;
  void respond(Exchange* exchange, bool simply);
  void inform(Exchange* exchange);
  void push(Exchange* exchange);
  void send_data(Exchange* exchange, bool all);
  void send_trailers(Exchange* exchange);
  bool can_send_trailers(Exchange* exchange) const;

  const Role role_;
  const Options options_;
  Conversation& conversation_;
  Random& random_;
  Report& report_;
  const FrameModel& frames_;
  Connection* connection_ = nullptr;
  std::optional<ConnectionInspector> inspector_;

  std::vector<StreamId> open_;     // known and not closed
  std::vector<StreamId> waiting_;  // submitted and perhaps not gone out
  StreamId next_id_;               // of the next stream of its own
  StreamId last_heard_id_ = 0;     // of the peer's
  uint32_t views_lent_ = 0;
  std::deque<uint64_t> pings_asked_;
  uint32_t settings_asked_ = 0;
  uint64_t next_ping_ = 1;
  std::set<StreamId> resized_;
  bool widest_announced_;  // an INITIAL_WINDOW_SIZE above which is no room
  bool exhaustion_told_ = false;

  bool input_ended_ = false;
  bool shutdown_asked_ = false;
  bool shutdown_by_time_ = false;
  bool goaway_heard_ = false;
  ErrorCode goaway_code_ = ErrorCode::kNoError;  // of the last that was heard
  bool connection_closed_ = false;
  bool timeouts_allowed_ = false;
  bool connect_protocol_announced_ = false;
  std::optional<ErrorCode> terminated_;
  uint64_t stalls_seen_ = 0;
  uint64_t idles_seen_ = 0;
};

// How the trace shows it.
std::string event_line(const Event& event);
// Everything in it, into the digest.
void digest(const Event& event, Report* report);

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_APPLICATION_H_

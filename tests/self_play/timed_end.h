#ifndef HEADRACE_TESTS_SELF_PLAY_TIMED_END_H_
#define HEADRACE_TESTS_SELF_PLAY_TIMED_END_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "headrace/protocol/connection/connection.h"
#include "tests/self_play/timed_pipe.h"
#include "tests/self_play/timed_source.h"
#include "tests/self_play/timed_world.h"

namespace headrace::self_play {

// One end in virtual time: a connection, the loop that drives it, and an application with an
// agenda.
//
// The loop is honest: in each turn it reads all that there is, writes all that the transport takes,
// and tells the time when next_deadline() asks for it, in this order. Beside that it does what
// loops may do: it leaves ranges early, is busy with something else for minutes, and says sent()
// with and without the time.
class TimedEnd final : private FrameObserver {
 public:
  // How the loop and the application do things.
  struct Style {
    bool leaves_early = false;
    bool is_busy = false;
    bool tells_first = true;  // the time, before the application does anything
    uint32_t untimed = 0;     // of four sent()
    bool early = false;       // server: answers before the request has ended
    bool resets = false;
  };

  TimedEnd(Role role, const Options& options, const Style& style, TimedWorld* world);
  void connect(TimedEnd* peer, TimedPipe* in, TimedPipe* out);

  // --- The loop (timed_end.cc).

  // Does what can be done at this time. False: nothing.
  bool turn();
  // When there is something to do again.
  TimePoint next();
  // The transport may be closed, and is.
  bool is_over() const { return over_; }
  // Before the deadlines pass that are not there: the peer may take any time, and has.
  bool give_up();

  // --- The application (timed_application.cc).

  void begin_requests(uint32_t count);
  void plan_shutdown();
  void plan_terminate();

  // --- Invariants (timed_invariants.cc).

  void check_turn();
  void check_end();

 private:
  struct Speech {
    std::deque<uint32_t> pieces;
    TimedSource* source = nullptr;  // that gives them; null: they are given by send_data()
    bool response = false;
    bool has_length = false;           // and ends with it
    std::optional<size_t> cut_behind;  // pieces: then it is reset
    bool waits_for_continue = false;
  };
  struct Listening {
    bool holds = false;  // no credit before the end
    uint64_t held = 0;
  };

  // --- The loop

  bool read();
  bool write();
  bool tell_time();
  bool run_tasks();
  void walk(EventRange range);
  void take(const Event& event);
  void note_wants();
  void maybe_busy();
  bool is_busy() const { return world_.now < busy_until_; }
  void close_transport();
  void on_frame_received(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_frame_sent(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_refused(const ErrorDetail& error, std::string_view field_name) override;
  void on_limit_hit(const LimitHit& hit) override;

  // --- The application

  struct Hearing;
  bool client() const { return role_ == Role::kClient; }
  const char* who() const { return client() ? "client" : "server"; }
  void after(Duration pause, std::function<void()> task);
  bool is_gone(StreamId id, SubmitError error, const char* command);
  void ask();
  Body draw_body(StreamId id, bool response, bool may_speak, TimedMessage* message);
  void speak(StreamId id);
  bool say(StreamId id, Speech* speech, TimedMessage* message);
  bool resume(StreamId id);
  void finish(StreamId id);
  void go_on(StreamId id);
  void inform(StreamId id);
  void respond(StreamId id);
  void reset(StreamId id);
  void give(StreamId id);
  void terminate();
  StreamId hear_name(const RequestReceived& request);
  StreamId name(StreamId stream) const;
  StreamId stream(StreamId name) const;
  TimedMessage& heard(StreamId id);
  void hear_head(StreamId id, FieldsView fields, bool end_stream);
  void hear_interim(const InformationalReceived& interim);
  void hear_data(const DataReceived& data);
  void hear_end(StreamId id);
  void hear_closed(const StreamClosed& closed);
  void stop_waiting(StreamId id);
  void note_connection_end();

  // --- Invariants

  void require(bool condition, const std::string& what);
  void require_late(const LimitHit& hit);
  bool is_late(const LimitHit& hit);
  bool takes_nothing(Duration bound) const;
  bool has_unread();
  bool peer_waits_for_continue();
  void require_accepted(const ErrorDetail& error);
  void require_whole(const StreamClosed& closed, const TimedExchange& exchange);
  void require_safe_to_retry(const TimedExchange& exchange);
  void require_in_order(StreamId id, FieldsView fields);
  void require_nothing_behind_the_end();
  void require_a_deadline();
  void require_end_in_time();
  void require_all_sent();
  bool may_wait_for_ever() const;

  const Role role_;
  const Style style_;
  TimedWorld& world_;
  const Options options_;
  std::map<StreamId, std::unique_ptr<TimedSource>> sources_;
  bool source_asked_ = false;
  Connection connection_;
  TimedEnd* peer_ = nullptr;
  TimedPipe* in_ = nullptr;
  TimedPipe* out_ = nullptr;

  // The loop
  TimePoint busy_until_ = TimePoint::min();
  TimePoint taken_at_ = TimePoint::min();            // when the transport took octets last
  TimePoint output_waits_since_ = TimePoint::max();  // ... none of those that wait
  TimePoint clear_at_ = TimePoint::min();            // when nothing of the peer's was underway
  bool left_ = false;                                // the last range, before its end
  bool wanted_input_ = true;                         // before the events that are walked
  bool wanted_output_ = false;
  bool end_told_ = false;  // of the input
  bool closed_ = false;    // ConnectionClosed
  bool over_ = false;
  bool gave_up_output_ = false;
  std::optional<uint64_t> data_at_end_;  // that had been written when the connection ended

  // The application
  std::multimap<TimePoint, std::function<void()>> agenda_;
  std::map<StreamId, Speech> speeches_;
  std::map<StreamId, Listening> listening_;
  std::set<StreamId> open_;
  TimePoint began_at_;                        // the last exchange
  TimePoint holds_until_ = TimePoint::min();  // max(): it holds octets that it gave no credit for
  StreamId next_id_ = 1;
  // Exchanges are named by the client's stream ids.
  std::map<StreamId, StreamId> names_;
  std::map<StreamId, StreamId> streams_;
  StreamId last_heard_ = 0;
  uint32_t requests_left_ = 0;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_TIMED_END_H_

#ifndef HEADRACE_TESTS_SELF_PLAY_SIDE_H_
#define HEADRACE_TESTS_SELF_PLAY_SIDE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/interface/padding_policy.h"
#include "tests/self_play/application.h"
#include "tests/self_play/connection_inspector.h"
#include "tests/self_play/frame_model.h"
#include "tests/self_play/wire.h"

namespace headrace::self_play {

// One end: a connection, its application and what carries octets between it and the wires. All that
// a transport may do it does: it takes output and gives input in any pieces, leaves event ranges
// early, nests them, and holds events past their turn.
class Side {
 public:
  struct Style {
    bool leaves_early = false;
    bool nests = false;
    bool holds = false;
    bool octet_by_octet = false;
  };

  Side(Role role, const Options& options, const Style& style, const Application::World& world,
       const TimePoint* now);

  void connect(Side* peer, Wire* in, Wire* out);

  // --- Turns. Each does one thing, at random where there is a choice.

  void act() { application_.act(); }
  // Output to the wire, where it takes a while.
  void output();
  // What has arrived.
  void deliver();
  void release();
  void advance();
  void trim();
  // EOF, when it has arrived.
  void notice_end();

  // --- All of it, so that both sides can come to rest. They return whether anything happened.

  bool output_all();
  bool deliver_all();
  bool settle();

  // The connection goes without a word; events that are held stay as they are.
  void destroy();

  // --- State.

  Connection* connection() { return connection_.get(); }
  const ConnectionInspector& inspector() const { return *inspector_; }
  Application& application() { return application_; }
  FrameModel& frames() { return frames_; }
  const std::string& name() const { return name_; }
  const Options& options() const { return options_; }
  Wire& in() { return *in_; }
  // Nothing more will happen here.
  bool is_over() const;
  // The application uses what comes in and has no more to say for now (of the transport).
  bool holds_nothing() const;
  // Octets that the kernel still reads.
  size_t unreleased() const { return unreleased_; }
  // Time may run out for the peer in this turn.
  void check_invariants();
  void check_rest();
  // At rest, with empty HPACK tables, and trimmed: an endpoint holds nothing but how its last
  // streams have closed.
  void check_memory();

 private:
  struct Held {
    EventPtr event;
    std::string text;
  };

  void require(bool condition, const char* what) const;
  void walk(EventRange range, bool outermost);
  void hold(EventPtr event);
  void drop_held(size_t kept);
  void receive(std::string octets);
  void show(size_t max_bytes, size_t sent, bool all);
  void check_iteration();
  void check_windows();
  void check_stream_windows(StreamId id);
  void require_no_credit_kept_back(const ConnectionInspector::Windows& windows);
  void require_on_its_way(const ConnectionInspector::Windows& windows, int64_t all);
  void check_counts();
  void check_tables();

  const Role role_;
  Recorded* recorded_ = nullptr;
  const std::string name_;
  const Style style_;
  Random& random_;
  Report& report_;
  const TimePoint& now_;
  std::unique_ptr<PaddingPolicy> padding_;
  FrameModel frames_;
  Options options_;
  Application application_;
  std::unique_ptr<Connection> connection_;
  std::optional<ConnectionInspector> inspector_;
  Side* peer_ = nullptr;
  Wire* in_ = nullptr;
  Wire* out_ = nullptr;

  std::string shown_;  // what pending_output() gave, and was not sent
  uint64_t sent_ = 0;
  size_t unreleased_ = 0;
  bool end_noticed_ = false;
  bool left_ = false;  // a range was left, so there may be more events
  std::vector<Held> held_;
  uint64_t tables_checked_ = 0;  // field blocks sent when they were compared last
  uint64_t turns_ = 0;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_SIDE_H_

#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_CHECKING_DEADLINES_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_CHECKING_DEADLINES_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// What follows when time has passed. Which deadlines run, and since when, is Deadlines' affair.
class CheckingDeadlines : private Uses<ConnectionLife, Deadlines, GoingAway, Inbound, Ledger,
                                       Outbox, Reports, Sender, Streams> {
 public:
  using Uses::Uses;

  // The peer has given a sign of life, or one that was kept is read now.
  void note_input(TimePoint now) const;
  void check_deadlines() const;
  TimePoint next_deadline() const { return deadlines().next(situation()); }
  // Input is left that can be read.
  bool reads_kept_input() const { return inbound().has_kept() && !outbox().holds_input(); }

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  Ending ending() const { return Ending(parts()); }

  Situation situation() const;
  bool passed(Deadline deadline) const { return now() >= deadlines().at(deadline, situation()); }
  LimitHit timeout_hit(Limit limit, Deadline deadline) const;
  void fail_late(Deadline deadline, ErrorCode code, Limit limit, const Rule& rule) const;
  void check_stalled_streams() const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_CHECKING_DEADLINES_H_

#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_CHECKING_DEADLINES_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_CHECKING_DEADLINES_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Acts when deadlines have passed. Deadlines knows which of them run, and since when.
class CheckingDeadlines : private Uses<ConnectionLife, Deadlines, GoingAway, Inbound, Ledger,
                                       Outbox, Reports, Sender, Streams> {
 public:
  using Uses::Uses;

  // Input of the peer has come, or kept input is read now: a sign of life.
  void note_input(TimePoint now) const;
  void check_deadlines() const;
  TimePoint next_deadline() const { return deadlines().next(situation()); }
  // Whether kept input is left that can be read.
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

#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_TIMING_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_TIMING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"
#include "headrace/protocol/http1/engine/receiving.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Starts the deadlines, and acts when they have passed.
class Timing : private Uses {
 public:
  using Uses::Uses;

  // Starts and stops deadlines by the present state of the connection, which is open.
  void update() const;
  // The transport has taken output; not `exact`: now or later.
  void note_sent(bool exact) const;
  // Sets the present time.
  void told(TimePoint now) const { p_.deadlines.told(now); }
  // Kept input is read now.
  void note_kept_input() const;
  // Client: a request begins.
  void note_request() const { p_.deadlines.stop(Deadline::kIdle); }
  // Whether advance() is to be called soon, because deadlines start that should start later than at
  // the last time that was told.
  bool wants_time() const;
  // Acts on the deadlines that have passed.
  void check() const;

 private:
  // The deadlines that start and stop with the state of the connection.
  struct Wanted {
    bool section, content, answer, output, idle;
  };
  Wanted wanted() const;
  bool in_section() const;
  bool awaits_continue(const Record* record) const;
  bool awaits_content() const;
  void refuse_late(Deadline deadline, Limit limit, const Rule& rule) const;
  void fail_late(Deadline deadline, Limit limit, const Rule& rule) const;
  bool passed(Deadline deadline) const { return p_.deadlines.has_passed(deadline, p_.now); }
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_TIMING_H_

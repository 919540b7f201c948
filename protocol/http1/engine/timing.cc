#include "headrace/protocol/http1/engine/timing.h"

#include "headrace/protocol/http1/engine/sending.h"
#include "headrace/protocol/http1/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

bool Timing::in_section() const {
  const Incoming::Step step = p_.incoming.step();
  if (p_.incoming.is_stopped()) return false;  // whatever has begun
  const bool has_line = p_.is_client() ? p_.responses.has_line() : p_.requests.has_line();
  return step == Incoming::Step::kTrailers || p_.lines.is_cut() ||
         (step == Incoming::Step::kHead && has_line);
}

bool Timing::awaits_continue(const Record* record) const {
  return record->awaits_continue(p_.output.sent_offset());
}

// Server: whether the client is to send content. (A response may take any time, as in HTTP/2.)
bool Timing::awaits_content() const {
  if (p_.is_client() || !p_.incoming.in_content() || in_section()) return false;
  const Record* const record = p_.incoming.record();
  if (record != nullptr && awaits_continue(record)) return false;
  return !Receiving(parts()).is_blocked();
}

Timing::Wanted Timing::wanted() const {
  const bool section = in_section();
  const bool answer = p_.is_client() && p_.exchanges.open_count() > 0;
  const bool reads = (section || answer) && !Receiving(parts()).is_blocked();
  const bool idle = p_.exchanges.open_count() == 0 && (p_.began || p_.is_client()) &&
                    p_.incoming.step() == Incoming::Step::kHead && !section;
  return {section && reads, awaits_content(), answer && reads, Sending(parts()).waits(), idle};
}

void Timing::update() const {
  if (p_.octets_came) p_.deadlines.stop(Deadline::kContent);
  p_.octets_came = false;
  const Wanted wanted = this->wanted();
  p_.deadlines.set(Deadline::kSection, wanted.section, p_.now);
  p_.deadlines.set(Deadline::kContent, wanted.content, p_.now);
  p_.deadlines.set(Deadline::kAnswer, wanted.answer, p_.now);
  p_.deadlines.set(Deadline::kOutput, wanted.output, p_.now);
  p_.deadlines.set(Deadline::kIdle, wanted.idle, p_.now);
}

// Octets that the transport takes are a sign of life, too, and 100 may be among them.
void Timing::note_sent(bool exact) const {
  const auto restart = [&](Deadline deadline, bool runs) {
    p_.deadlines.stop(deadline);
    if (!runs) return;
    exact ? p_.deadlines.start(deadline, p_.now) : p_.deadlines.start_when_told(deadline, p_.now);
  };
  restart(Deadline::kAnswer, p_.is_client() && p_.exchanges.open_count() > 0);
  restart(Deadline::kOutput, Sending(parts()).waits());
  if (!p_.deadlines.runs(Deadline::kContent)) restart(Deadline::kContent, awaits_content());
}

// The peer is not late with input that has come and was not read.
void Timing::note_kept_input() const {
  p_.deadlines.stop(Deadline::kSection);
  p_.deadlines.stop(Deadline::kContent);
  p_.deadlines.stop(Deadline::kAnswer);
}

// A command, or output that was sent, may have begun what a deadline is for.
bool Timing::wants_time() const {
  if (p_.deadlines.wants_time()) return true;
  const Wanted wanted = this->wanted();
  const auto starts = [this](Deadline deadline, bool is_wanted) {
    return is_wanted && !p_.deadlines.runs(deadline) && p_.deadlines.is_enabled(deadline);
  };
  return starts(Deadline::kSection, wanted.section) || starts(Deadline::kContent, wanted.content) ||
         starts(Deadline::kAnswer, wanted.answer) || starts(Deadline::kOutput, wanted.output) ||
         starts(Deadline::kIdle, wanted.idle);
}

void Timing::refuse_late(Deadline deadline, Limit limit, const Rule& rule) const {
  ending().refuse({kRequestTimeout, &rule, {}, p_.deadlines.hit(limit, deadline, p_.now)});
}

void Timing::fail_late(Deadline deadline, Limit limit, const Rule& rule) const {
  const LimitHit hit = p_.deadlines.hit(limit, deadline, p_.now);
  p_.reports.hit(hit);
  ending().fail(ending().error({0, &rule, {}, hit}, 0));
}

void Timing::check() const {
  if (!p_.life.is_open() || p_.now < p_.deadlines.next()) return;
  update();  // a command, or output, may have ended what a deadline was for
  // A client that has sent nothing is not waiting for an answer.
  if (passed(Deadline::kFirst)) {
    return fail_late(Deadline::kFirst, Limit::kPrefaceTimeout, kRequestInTime);
  }
  if (passed(Deadline::kSection)) {
    refuse_late(Deadline::kSection, Limit::kFieldBlockTimeout, kSectionInTime);
    return p_.deadlines.stop(Deadline::kSection);
  }
  if (passed(Deadline::kContent)) {
    refuse_late(Deadline::kContent, Limit::kContentTimeout, kContentInTime);
    return p_.deadlines.stop(Deadline::kContent);
  }
  if (passed(Deadline::kAnswer)) {
    return fail_late(Deadline::kAnswer, Limit::kKeepaliveTimeout, kAnswerInTime);
  }
  if (passed(Deadline::kOutput)) {
    p_.life.give_up_output();  // it has had its time
    return fail_late(Deadline::kOutput, Limit::kStreamStallTimeout, kOutputInTime);
  }
  if (passed(Deadline::kAgeGrace)) {
    return fail_late(Deadline::kAgeGrace, Limit::kConnectionAgeGrace, kOldEnds);
  }
  const bool idle = passed(Deadline::kIdle);
  const bool old = passed(Deadline::kAge);
  if (!idle && !old) return;
  p_.reports.hit(idle ? p_.deadlines.hit(Limit::kIdleTimeout, Deadline::kIdle, p_.now)
                      : p_.deadlines.hit(Limit::kConnectionAge, Deadline::kAge, p_.now));
  p_.deadlines.stop(Deadline::kIdle);
  p_.deadlines.stop(Deadline::kAge);
  if (old) p_.deadlines.start(Deadline::kAgeGrace, p_.now);
  ending().shut_down();
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

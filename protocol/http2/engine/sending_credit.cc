#include "headrace/protocol/http2/engine/sending_credit.h"

#include "headrace/protocol/interface/common_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Whether DATA may come, or will on a promised stream, whose window counts already (§6.9.2). Such a
// stream has an IncomingMessage.
bool may_receive(StreamState state) {
  return is_receiving(state) || state == StreamState::kReservedRemote;
}

}  // namespace

// §6.9.2: with a smaller window, consumed octets that were too few to be given back may be all that
// the peer waits for; with a larger one they may be too few again.
void SendingCredit::rebase() const {
  for (Stream* stream = streams().oldest(); stream != nullptr; stream = Streams::next(stream)) {
    if (!may_receive(stream->life.state())) continue;
    credit().rebase(&stream->incoming->credit, settings().own().initial_window_size);
  }
}

// Only when the earlier ones have been taken, so a peer that does not read causes one WINDOW_UPDATE
// a stream. That is why they do not count as replies, and never keep us from reading.
void SendingCredit::write_due_credit() const {
  if (!can_write_credit()) return;
  while (credit().any_due()) {
    const CreditDue due = credit().take_due(settings().own().initial_window_size);
    writing_frames().write_window_update(due.stream_id, due.increment);
  }
  credit().taken_until(outbox().end_offset());
}

SubmitResult SendingCredit::give_back(StreamId stream_id, uint32_t size) const {
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->incoming == nullptr) {  // nothing came
    return size == 0 ? SubmitResult{} : SubmitResult{SubmitError::kTooLarge, &kCreditHeld};
  }
  if (!credit().let_go(&stream->incoming->credit, size))
    return {SubmitError::kTooLarge, &kCreditHeld};
  use_window(stream, size);
  return {};
}

SubmitResult SendingCredit::set_automatic_credit(StreamId stream_id, bool automatic) const {
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->incoming == nullptr) return {};  // nothing comes
  CreditState& state = stream->incoming->credit;
  credit().set_automatic(&state, automatic);
  const uint32_t held = automatic ? state.held() : 0;
  if (credit().let_go(&state, held)) use_window(stream, held);
  return {};
}

SubmitResult SendingCredit::set_receive_window(StreamId stream_id, uint32_t size) const {
  if (size == 0 || size > kMaxWindow) return {SubmitError::kInvalidArgument, &kWindowSize};
  if (stream_id == 0) {
    if (!life().is_open()) return {SubmitError::kConnectionGone};
    credit().resize(size);
    return {};
  }
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (!may_receive(stream->life.state())) return {};  // no DATA comes any more
  if (credit().resize(&stream->incoming->credit, settings().own().initial_window_size, size))
    return {};
  return {SubmitError::kInvalidArgument, &kWindowsInBounds};
}

ReceiveCredit SendingCredit::receive_credit(StreamId stream_id) const {
  if (stream_id == 0) return {credit().window(), credit().waiting(), credit().held()};
  const Stream* stream = streams().find(stream_id);
  if (stream == nullptr) return {};
  if (!may_receive(stream->life.state())) return {};
  const CreditState& credit = stream->incoming->credit;
  return {credit.window(settings().own().initial_window_size), credit.waiting(), credit.held()};
}

HEADRACE_ABI_END
}  // namespace headrace

#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/interface/entry_guard.h"
#include "headrace/protocol/interface/protocol.h"

// What can be asked about a connection and its streams.
namespace headrace {
HEADRACE_ABI_BEGIN

ProtocolVersion Connection::protocol() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::protocol()");
  return protocol_->version();
}

const Statistics& Connection::statistics() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::statistics()");
  return protocol_->statistics();
}

const SettingValues& Connection::peer_settings() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::peer_settings()");
  return protocol_->peer_settings();
}

uint32_t Connection::open_streams() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::open_streams()");
  return protocol_->open_streams();
}

uint32_t Connection::waiting_requests() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::waiting_requests()");
  return protocol_->waiting_requests();
}

bool Connection::accepts_requests() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::accepts_requests()");
  return protocol_->accepts_requests();
}

StreamId Connection::next_stream(StreamId after) const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::next_stream()");
  return protocol_->next_stream(after);
}

UserData Connection::user_data(StreamId stream_id) const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::user_data()");
  return protocol_->user_data(stream_id);
}

size_t Connection::send_room(StreamId stream_id) const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::send_room()");
  return protocol_->send_room(stream_id);
}

Blocked Connection::why_blocked(StreamId stream_id) const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::why_blocked()");
  return protocol_->why_blocked(stream_id);
}

ReceiveCredit Connection::receive_credit(StreamId stream_id) const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::receive_credit()");
  return protocol_->receive_credit(stream_id);
}

Priority Connection::priority(StreamId stream_id) const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::priority()");
  return protocol_->priority(stream_id);
}

bool Connection::is_drained() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::is_drained()");
  return protocol_->is_drained();
}

HEADRACE_ABI_END
}  // namespace headrace

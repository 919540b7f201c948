// A session whose connection is encrypted: between its transport and its connection stands a
// SecureChannel.

#include <algorithm>
#include <array>
#include <utility>

#include "headrace/adapters/loop/session.h"

namespace headrace::adapters {
namespace {

constexpr size_t kPlaintext = 16 << 10;  // a record (RFC 8446 §5.1)

}  // namespace

// --- Input.

void Session::decrypt(std::span<const uint8_t> ciphertext, TimePoint now) {
  // A handshake costs as much as dozens of requests, so that those beyond the turn's wait.
  if (!connection_ && (keeps_ciphertext() || !budget_.take_handshake())) {
    secured_->kept.insert(secured_->kept.end(), ciphertext.begin(), ciphertext.end());
    return;
  }
  secured_->channel->receive(ciphertext);
  read_channel(now);
}

void Session::decrypt_kept(TimePoint now) {
  if (!budget_.take_handshake()) return;
  const std::vector<uint8_t> kept = std::exchange(secured_->kept, {});
  secured_->channel->receive(kept);
  read_channel(now);
}

void Session::read_channel(TimePoint now) {
  SecureChannel& channel = *secured_->channel;
  std::array<uint8_t, kPlaintext> plaintext;
  while (true) {
    const size_t size = channel.read(plaintext);
    if (!connection_ && channel.is_open()) open_connection(now);
    if (size == 0) return;
    dispatch(connection_->receive({plaintext.data(), size}, now));
  }
}

// The handshake is complete.
void Session::open_connection(TimePoint now) {
  // ALPN has chosen the version (RFC 7301). Without it, peers speak HTTP/1.1.
  const bool http1 = secured_->channel->protocol() != "h2";
  secured_->options.protocol = http1 ? ProtocolVersion::kHttp1 : ProtocolVersion::kHttp2;
  secured_->options.secure_transport = true;
  connection_.emplace(secured_->role, with_record(secured_->options), now);
  handler_ = secured_->service.open(*connection_, secured_->driver);
  if (secured_->shuts_down) (void)connection_->shutdown();
}

// --- Output.

std::span<const ConstBuffer> Session::encrypt(size_t max_bytes) {
  if (connection_ && secured_->sealed == 0) {
    secured_->sealed = secured_->channel->write(connection_->pending_output(max_bytes));
  }
  return secured_->channel->pending_output();
}

bool Session::encrypted_wants_output() const {
  const SecureChannel& channel = *secured_->channel;
  if (channel.wants_output()) return true;
  return connection_ && channel.end() != SecureChannel::End::kFailed && connection_->wants_output();
}

void Session::encrypted_sent(size_t size, TimePoint now) {
  SecureChannel& channel = *secured_->channel;
  channel.sent(size, !explicit_release_);
  secured_->sent += size;
  // Ciphertext is longer than its plaintext, of which it is known at the end only that all was
  // sent. Until then, its progress counts.
  const size_t sealed = secured_->sealed;
  const size_t taken = channel.wants_output() ? std::min(size, sealed) : sealed;
  secured_->sealed -= taken;
  if (taken > 0) connection_->sent(taken, now);
}

// --- The end.

// Whether the connection is to be looked at, too.
bool Session::conclude_channel(TimePoint now) {
  SecureChannel& channel = *secured_->channel;
  if (input_ended_ && !keeps_ciphertext()) channel.end_of_input();
  const bool failed = channel.end() == SecureChannel::End::kFailed;
  if (channel.end() != SecureChannel::End::kNone && !connection_) report_failed_handshake();
  if (failed && connection_ && !std::exchange(end_told_, true)) {
    statistics_.connections_failed.add(1);
    dispatch(connection_->end_of_input(now, /*in_order=*/false), Extent::kAll);
  }
  if (failed) {
    if (lost_ || !channel.wants_output()) linger(now);  // the alert is out
    return false;
  }
  if (!connection_) return false;
  if (channel.violation() != ErrorCode::kNoError &&
      !std::exchange(secured_->violation_told, true)) {
    (void)connection_->terminate(channel.violation(), channel.failure());
    dispatch(connection_->advance(now), Extent::kAll);
  }
  // close_notify ends the input as FIN does.
  if (channel.end() == SecureChannel::End::kCloseNotify) input_ended_ = true;
  return true;
}

void Session::report_failed_handshake() {
  if (std::exchange(secured_->failure_told, true)) return;
  statistics_.handshakes_failed.add(1);
  const std::string& failure = secured_->channel->failure();
  secured_->service.handshake_failed(failure.empty() ? "the connection was closed here" : failure,
                                     secured_->driver.remote());
}

}  // namespace headrace::adapters

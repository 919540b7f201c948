#include "headrace/adapters/get/origin.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "headrace/adapters/get/units.h"
#include "headrace/adapters/socket/connector.h"

namespace headrace::get {

Origin::Origin(const Url& url, adapters::Loop* loop, const Options& options, bool falls_back,
               int* connections_made, Console* trace, const tls::Client* tls,
               const tls::Client* http1_tls)
    : host_(url.host),
      port_(url.port),
      loop_(loop),
      options_(options),
      falls_back_(falls_back),
      connections_made_(connections_made),
      trace_console_(trace),
      tls_(url.is_https ? std::make_unique<tls::Destination>(tls, url.host) : nullptr),
      http1_tls_(url.is_https && falls_back
                     ? std::make_unique<tls::Destination>(http1_tls, url.host)
                     : nullptr) {}

void Origin::submit(Transfer& transfer) {
  // In their order: over a connection that serves one at a time, a later one must not come before
  // one whose output it waits for.
  const auto behind = std::ranges::upper_bound(
      waiting_, transfer.index(), {}, [](const Transfer* other) { return other->index(); });
  waiting_.insert(behind, &transfer);
  submit_waiting();
}

void Origin::forget(Transfer& transfer) { std::erase(waiting_, &transfer); }

void Origin::close() {
  for (ClientConnection* connection : connections_) connection->close();
}

bool Origin::falls_back() {
  if (falls_back_) options_.protocol = ProtocolVersion::kHttp1;
  return falls_back_;
}

// --- Opening a connection.

void Origin::connect() {
  connecting_ = true;
  next_address_ = 0;
  if (addresses_.empty()) {
    adapters::StatusOr<std::vector<adapters::SocketAddress>> found =
        adapters::resolve(host_, port_);
    if (!found.ok()) {
      return fail_waiting(ExitCode::kNotConnected, "cannot connect: " + found.status().message());
    }
    addresses_ = std::move(*found);
  }
  connect_to_next_address();
}

// Tries addresses until a connection attempt has begun, or none is left.
void Origin::connect_to_next_address() {
  while (true) {
    const adapters::SocketAddress& address = addresses_[next_address_++];
    connect_began_ = std::chrono::steady_clock::now();
    Options options = options_;
    if (trace_console_ != nullptr) {
      trace_ = std::make_unique<Trace>(trace_console_, ++*connections_made_, connect_began_);
      trace_->note("connecting to " + address.authority());
      options.observer = trace_.get();
    }
    adapters::StatusOr<adapters::UniqueFd> socket = adapters::start_connecting(address);
    const bool fell_back = falls_back_ && options.protocol == ProtocolVersion::kHttp1;
    const auto& tls = fell_back ? http1_tls_ : tls_;
    if (socket.ok()) return loop_->connect(std::move(*socket), options, this, tls.get());
    if (next_address_ == addresses_.size()) {
      return fail_waiting(ExitCode::kNotConnected, "cannot connect: " + socket.status().message());
    }
  }
}

std::unique_ptr<adapters::Handler> Origin::open(Connection& connection, adapters::Driver& driver) {
  connecting_ = false;
  ProtocolVersion version = options_.protocol;
  if (driver.channel() != nullptr) {
    const bool http2 = driver.channel()->protocol() == "h2";
    version = http2 ? ProtocolVersion::kHttp2 : ProtocolVersion::kHttp1;
  }
  if (trace_ != nullptr) {
    const auto took = std::chrono::steady_clock::now() - connect_began_;
    trace_->note("connected in " + format_duration(took));
    if (const auto* channel = static_cast<const tls::Channel*>(driver.channel())) {
      trace_->note(std::string(channel->version()).append(" ").append(channel->cipher()) +
                   (channel->is_resumed() ? ", a resumed session" : ""));
    }
  }
  auto opened =
      std::make_unique<ClientConnection>(this, connection, driver, version, std::move(trace_));
  current_ = opened.get();
  connections_.insert(current_);
  submit_waiting();
  return opened;
}

void Origin::connect_failed(int error) {
  const std::string reason = addresses_[next_address_ - 1].authority() + ": " + strerror(error);
  if (trace_ != nullptr) trace_->note(reason);
  if (next_address_ < addresses_.size()) return connect_to_next_address();
  fail_waiting(ExitCode::kNotConnected, "cannot connect: " + reason);
}

// Another address of the server would have the same certificate.
void Origin::handshake_failed(const std::string& reason, const adapters::SocketAddress&) {
  if (trace_ != nullptr) trace_->note(reason);
  fail_waiting(ExitCode::kTls, reason);
}

void Origin::on_connection_destroyed(ClientConnection& connection) {
  connections_.erase(&connection);
  if (current_ == &connection) current_ = nullptr;
}

void Origin::submit_waiting() {
  while (!waiting_.empty() && current_ != nullptr && current_->is_open()) {
    Transfer& transfer = *waiting_.front();
    waiting_.pop_front();
    current_->submit(transfer);
  }
  const bool stuck = !waiting_.empty() && (current_ == nullptr || !current_->is_usable());
  if (stuck && !connecting_) connect();
}

void Origin::fail_waiting(ExitCode code, const std::string& reason) {
  connecting_ = false;
  for (Transfer* transfer : std::exchange(waiting_, {})) {
    transfer->fail({code, reason});
  }
}

}  // namespace headrace::get

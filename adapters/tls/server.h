#ifndef HEADRACE_ADAPTERS_TLS_SERVER_H_
#define HEADRACE_ADAPTERS_TLS_SERVER_H_

#include <memory>
#include <vector>

#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/tls/channel.h"
#include "headrace/adapters/tls/identity.h"
#include "headrace/adapters/tls/options.h"

namespace headrace::tls {

class Context;
class TicketKeys;

// The server's side of TLS: what all its channels share. It must outlive them. Its functions may be
// called on any thread.
class Server final : public adapters::SecureChannels {
 public:
  // Errors are one line.
  static adapters::StatusOr<std::unique_ptr<Server>> create(ServerOptions options);
  ~Server() override;

  // A channel for a connection that was accepted. Null if there is no memory.
  std::unique_ptr<Channel> accept(TimePoint now) const;
  // The same, for a loop (LoopOptions::secure).
  std::unique_ptr<adapters::SecureChannel> open(TimePoint now) override { return accept(now); }

  // Replaces the certificates, at least one. Handshakes that begin later use them; tickets stay
  // valid.
  void set_identities(std::vector<Identity> identities);

 private:
  struct Callbacks;  // from OpenSSL

  Server(std::unique_ptr<Context> context, const ServerOptions& options);

  const std::unique_ptr<Context> context_;
  const std::unique_ptr<TicketKeys> ticket_keys_;
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_SERVER_H_

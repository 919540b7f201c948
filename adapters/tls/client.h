#ifndef HEADRACE_ADAPTERS_TLS_CLIENT_H_
#define HEADRACE_ADAPTERS_TLS_CLIENT_H_

#include <memory>
#include <string>
#include <utility>

#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/tls/channel.h"
#include "headrace/adapters/tls/options.h"

namespace headrace::tls {

class Context;
class SessionCache;

// The client's side of TLS: what all its channels share. It must outlive them. Its functions may be
// called on any thread.
class Client {
 public:
  // Errors are one line.
  static adapters::StatusOr<std::unique_ptr<Client>> create(const ClientOptions& options);
  ~Client();

  // A channel for a connection to `host`, a name or an IP address without brackets, for which the
  // server's certificate has to be. Its ClientHello is waiting already. A dot that ends the name is
  // left out (RFC 6066 §3). Null if there is no memory, or if it is no host: empty, with a dot
  // before it, or with an octet 0.
  std::unique_ptr<Channel> connect(const std::string& host, TimePoint now) const;

 private:
  Client(std::unique_ptr<Context> context, const ClientOptions& options);
  bool prepare(struct ssl_st* ssl, const std::string& host) const;

  const std::unique_ptr<Context> context_;
  const std::unique_ptr<SessionCache> sessions_;
  const bool verify_;
};

// A client's connections to one host, for a loop (Loop::connect()).
class Destination final : public adapters::SecureChannels {
 public:
  // The client must outlive the object.
  Destination(const Client* client, std::string host) : client_(client), host_(std::move(host)) {}
  std::unique_ptr<adapters::SecureChannel> open(TimePoint now) override {
    return client_->connect(host_, now);
  }

 private:
  const Client* const client_;
  const std::string host_;
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_CLIENT_H_

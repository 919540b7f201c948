#ifndef HEADRACE_ADAPTERS_GET_ORIGIN_H_
#define HEADRACE_ADAPTERS_GET_ORIGIN_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headrace/adapters/get/client_connection.h"
#include "headrace/adapters/get/console.h"
#include "headrace/adapters/get/url.h"
#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/socket/address.h"
#include "headrace/adapters/tls/client.h"

namespace headrace::get {

// One server, with the connections to it. One connection at a time accepts new requests; when it
// does not accept more and requests are left, another connection is opened.
class Origin : public adapters::Service, public ClientConnectionOwner {
 public:
  // `falls_back`: where a server answers HTTP/2 in HTTP/1.1, or asks for that, it is spoken from
  // then on.
  // `connections_made` counts the connections of all origins. `trace` is null without -v. The
  // objects that the pointers refer to must outlive the origin, and the origin the loop's
  // connections. `tls` is for https, `http1_tls` for https once it
  // has fallen back.
  Origin(const Url& url, adapters::Loop* loop, const Options& options, bool falls_back,
         int* connections_made, Console* trace, const tls::Client* tls,
         const tls::Client* http1_tls);

  // Sends a request on a connection, which is opened first if there is none. The request fails if
  // it cannot be opened.
  void submit(Transfer& transfer);
  // Removes a request that waits for a connection.
  void forget(Transfer& transfer);
  // Closes all connections.
  void close();
  bool has_connections() const { return !connections_.empty(); }

  // Service
  std::unique_ptr<adapters::Handler> open(Connection& connection,
                                          adapters::Driver& driver) override;
  void connect_failed(int error) override;
  void handshake_failed(const std::string& reason, const adapters::SocketAddress& remote) override;

 private:
  void on_retry(Transfer& transfer) override { submit(transfer); }
  void on_available() override { submit_waiting(); }
  bool falls_back() override;
  void on_connection_destroyed(ClientConnection& connection) override;

  void connect();
  void connect_to_next_address();
  void submit_waiting();
  void fail_waiting(ExitCode code, const std::string& reason);

  const std::string host_;
  const uint16_t port_;
  adapters::Loop* const loop_;
  Options options_;
  const bool falls_back_;
  int* const connections_made_;
  Console* const trace_console_;
  const std::unique_ptr<tls::Destination> tls_;        // null: http
  const std::unique_ptr<tls::Destination> http1_tls_;  // offers HTTP/1.1 alone; null: likewise

  std::vector<adapters::SocketAddress> addresses_;
  size_t next_address_ = 0;
  bool connecting_ = false;
  TimePoint connect_began_{};
  std::unique_ptr<Trace> trace_;         // of the connection that is being opened
  ClientConnection* current_ = nullptr;  // the connection for new requests
  std::set<ClientConnection*> connections_;
  std::deque<Transfer*> waiting_;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_ORIGIN_H_

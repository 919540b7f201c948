#ifndef HEADRACE_ADAPTERS_GET_CLIENT_CONNECTION_H_
#define HEADRACE_ADAPTERS_GET_CLIENT_CONNECTION_H_

#include <cstdint>
#include <memory>

#include "headrace/adapters/get/outcome.h"
#include "headrace/adapters/get/trace.h"
#include "headrace/adapters/get/transfer.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::get {

class ClientConnection;

// The owner of the connections to one origin.
class ClientConnectionOwner {
 public:
  virtual ~ClientConnectionOwner() = default;
  // The server has not processed the request, so it is to be sent again, on any open connection.
  virtual void on_retry(Transfer& transfer) = 0;
  virtual void on_connection_destroyed(ClientConnection& connection) = 0;
};

// One connection to a server, with its transfers.
class ClientConnection : public adapters::Handler {
 public:
  // `trace`, which may be null, must be the observer of the connection.
  ClientConnection(ClientConnectionOwner* owner, Connection& connection, adapters::Driver& driver,
                   std::unique_ptr<Trace> trace);
  ~ClientConnection() override;

  // Whether another request can be sent on it.
  bool is_open() const { return !retired_ && connection_.accepts_requests(); }
  // Sends a request, or makes it fail.
  void submit(Transfer& transfer);
  // Closes the connection and its streams.
  void close();

  void handle(EventPtr event) override;

 private:
  static Transfer* transfer_of(UserData user_data);
  void on_closed(const StreamClosed& closed);
  void on_goaway(const GoawayReceived& goaway);
  void on_ping(const PingAcknowledged& ping);
  bool hit_deadline() const;

  ClientConnectionOwner* const owner_;
  Connection& connection_;
  adapters::Driver& driver_;
  const std::unique_ptr<Trace> trace_;
  ConnectionNews news_;
  bool retired_ = false;  // accepts no new requests
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_CLIENT_CONNECTION_H_

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
  // A request has ended, so another may be sent.
  virtual void on_available() = 0;
  // The server speaks HTTP/1.1 only, or wants it for a request. Whether its requests are sent again
  // in that.
  virtual bool falls_back() = 0;
  virtual void on_connection_destroyed(ClientConnection& connection) = 0;
};

// One connection to a server, with its transfers.
class ClientConnection : public adapters::Handler {
 public:
  // `trace`, which may be null, must be the observer of the connection.
  ClientConnection(ClientConnectionOwner* owner, Connection& connection, adapters::Driver& driver,
                   ProtocolVersion version, std::unique_ptr<Trace> trace);
  ~ClientConnection() override;

  // Whether another request can be sent on it, now or later.
  bool is_usable() const { return !retired_ && connection_.accepts_requests(); }
  // The same now: with HTTP/1.1 there is one at a time, so that what does not get its turn goes to
  // another connection without having been tried here.
  bool is_open() const {
    return is_usable() && (version_ == ProtocolVersion::kHttp2 || connection_.open_streams() == 0);
  }
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
  bool is_to_be_sent_again(const StreamClosed& closed, const Transfer& transfer);

  ClientConnectionOwner* const owner_;
  Connection& connection_;
  adapters::Driver& driver_;
  const ProtocolVersion version_;
  const std::unique_ptr<Trace> trace_;
  ConnectionNews news_;
  bool retired_ = false;  // accepts no new requests
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_CLIENT_CONNECTION_H_

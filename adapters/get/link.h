#ifndef HEADRACE_ADAPTERS_GET_LINK_H_
#define HEADRACE_ADAPTERS_GET_LINK_H_

#include <cstdint>
#include <memory>

#include "headrace/adapters/get/outcome.h"
#include "headrace/adapters/get/trace.h"
#include "headrace/adapters/get/transfer.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::get {

class Link;

// Who uses the links to one origin.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  // Nobody did anything with the request: it is to be sent again, over whatever link is open.
  virtual void on_retry(Transfer& transfer) = 0;
  virtual void on_link_destroyed(Link& link) = 0;
};

// One connection to a server, and what goes over it.
class Link : public adapters::Handler {
 public:
  // `trace` observes the connection already; it may be null.
  Link(LinkOwner* owner, Connection& connection, adapters::Driver& driver,
       std::unique_ptr<Trace> trace);
  ~Link() override;

  // Another request can go over it.
  bool is_open() const { return !retired_ && connection_.accepts_requests(); }
  // Sends it, or lets it fail.
  void submit(Transfer& transfer);
  // Ends the connection; its streams are closed.
  void close();

  void handle(EventPtr event) override;

 private:
  static Transfer* transfer_of(uintptr_t user_data);
  void on_closed(const StreamClosed& closed);
  void on_goaway(const GoawayReceived& goaway);
  void on_ping(const PingAcknowledged& ping);
  bool hit_deadline() const;

  LinkOwner* const owner_;
  Connection& connection_;
  adapters::Driver& driver_;
  const std::unique_ptr<Trace> trace_;
  ConnectionNews news_;
  bool retired_ = false;  // it goes on with what it has
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_LINK_H_

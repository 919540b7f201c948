#ifndef HEADRACE_ADAPTERS_SERVE_ECHO_H_
#define HEADRACE_ADAPTERS_SERVE_ECHO_H_

#include <cstddef>
#include <gsl/span>
#include <string>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/responder.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::serve {

// Sends a request's body back as it arrives, and its trailers as trailers. A gRPC call gets its
// messages and a status, because a call without one has failed.
//
// Credit is given only for octets that were sent, so the octets that wait here are bounded by the
// stream's receive window, even if the peer does not read (RFC 9113 §5.2.2).
class Echo : public Exchange {
 public:
  Echo(Connection& connection, StreamId stream_id, bool is_grpc)
      : connection_(connection), stream_id_(stream_id), is_grpc_(is_grpc) {}

  void on_data(const DataReceived& data) override;
  void on_trailers(EventPtr event) override;
  void on_writable() override;
  size_t memory() const override;
  uint64_t body_size() const override { return sent_; }

 private:
  bool idle() const { return waiting_.size() == passed_on_; }
  size_t send(gsl::span<const uint8_t> bytes);

  Connection& connection_;
  const StreamId stream_id_;
  const bool is_grpc_;
  std::string waiting_;  // received and not sent yet
  uint64_t sent_ = 0;
  size_t passed_on_ = 0;     // the octets at the front of waiting_ that were sent
  bool data_ended_ = false;  // END_STREAM was received behind waiting_
  EventPtr trailers_;        // to be sent behind waiting_
};

// Answers any method on /echo.
void answer_echo(Responder& responder);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_ECHO_H_

#ifndef HEADRACE_ADAPTERS_SERVE_RESPONDER_H_
#define HEADRACE_ADAPTERS_SERVE_RESPONDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/made_body.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::serve {

// One request, and the means to answer it: what every endpoint works with. Views into the request
// may be passed on in the answer's fields.
class Responder {
 public:
  // The connection completes heads (Options::complete_heads), and has been told the time of day.
  // `event` holds a RequestReceived, and outlives it.
  Responder(Connection& connection, EventPtr& event);

  // --- The request.
  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }  // path and query, as sent
  std::string_view path() const { return path_; }      // the target up to its query, still encoded
  bool is_head() const { return method_ == "HEAD"; }
  // Neither a body nor trailers follow.
  bool end_stream() const { return request_.end_stream; }
  FieldsView fields() const { return request_.fields; }
  std::string_view field(std::string_view name) const { return request_.fields.get(name); }

  Connection& connection() { return connection_; }
  StreamId stream_id() const { return request_.stream_id; }

  // The request's event, for an answer that is made of it later. What was looked at before is gone.
  EventPtr keep_request() { return keep(std::move(event_)); }

  // Tells a client that waits for it to send the body (RFC 9110 §10.1.1). False: nobody waits.
  bool invite_body();

  // --- The answer: exactly one of these. `fields` come after :status and server. The connection
  // adds the date, and leaves the body out where there may be none (HEAD, 204, 205, 304); the
  // answer to HEAD has the content-length all the same.

  // With a body of known size. One that is handed over (Body::owned) goes to respond_owned().
  void respond(int status, FieldsView fields, Body body, uint64_t size);
  void respond_owned(int status, FieldsView fields, std::string content);
  // With one that is made as it is sent, out of `held` octets that wait for it.
  void respond_made(int status, FieldsView fields, std::unique_ptr<MadeBody> body, size_t held);
  // Without a body, and nothing said about its length.
  void respond_without_body(int status, FieldsView fields);
  // Open-ended: send_data() follows.
  void respond_with_stream(int status, FieldsView fields);
  // A line of plain text.
  void respond_text(int status, std::string text, FieldsView fields = {});
  // "404 Not Found".
  void respond_error(int status, FieldsView fields = {});

  // True when the method is GET or HEAD; otherwise 405 is the answer.
  bool require_get_or_head();

  // The body that goes out is produced by `exchange`, or the request's body goes into it.
  void attach(std::unique_ptr<Exchange> exchange) { exchange_ = std::move(exchange); }
  std::unique_ptr<Exchange> take_exchange() { return std::move(exchange_); }

  // What was submitted: the final status, and the size of the body that goes with it.
  int status() const { return status_; }
  uint64_t body_size() const { return body_size_; }
  // Octets of the body that was handed over, or of what it is to be made of.
  size_t owned_size() const { return owned_size_; }

 private:
  void submit(int status, FieldsView fields, Body body, std::optional<uint64_t> size);

  Connection& connection_;
  EventPtr& event_;
  const RequestReceived& request_;
  std::string_view method_;
  std::string_view target_;
  std::string_view path_;
  std::unique_ptr<Exchange> exchange_;
  int status_ = 0;
  uint64_t body_size_ = 0;
  size_t owned_size_ = 0;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_RESPONDER_H_

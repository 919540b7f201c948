#ifndef HEADRACE_ADAPTERS_SERVE_RESPONDER_H_
#define HEADRACE_ADAPTERS_SERVE_RESPONDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/serve/exchange.h"
#include "protocol/connection/connection.h"

namespace headrace::serve {

// One request, and the means to answer it: what every endpoint works with. It lives as long as the
// request's event; views into the request may be passed on in the answer's fields.
class Responder {
 public:
  // The connection completes heads (Options::complete_heads), and has been told the time of day.
  Responder(Connection& connection, const RequestReceived& request);

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

  // Tells a client that waits for it to send the body (RFC 9110 §10.1.1). False: nobody waits.
  bool invite_body();

  // --- The answer: exactly one of these. `fields` come after :status and server. The connection
  // adds the date, and leaves the body out where there may be none (HEAD, 204, 205, 304); the
  // answer to HEAD has the content-length all the same.

  // With a body of known size. One that is handed over (Body::owned) goes to respond_owned().
  void respond(int status, FieldsView fields, Body body, uint64_t size);
  void respond_owned(int status, FieldsView fields, std::string content);
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
  // Octets of the body that was handed over.
  size_t owned_size() const { return owned_size_; }

 private:
  void submit(int status, FieldsView fields, Body body, std::optional<uint64_t> size);

  Connection& connection_;
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

#ifndef HEADRACE_ADAPTERS_SERVE_RESPONDER_H_
#define HEADRACE_ADAPTERS_SERVE_RESPONDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/made_body.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/message/prepared_head.h"

namespace headrace::serve {

// One request and the functions to answer it, for endpoints. Views into the request may be used in
// the response's fields.
class Responder {
 public:
  // `connection` must have Options::complete_heads and the time of day. `event` must hold a
  // RequestReceived and outlive the responder.
  Responder(Connection& connection, EventPtr& event);

  // --- The request.
  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }  // path and query, as sent
  std::string_view path() const { return path_; }      // the target up to its query, still encoded
  bool is_head() const { return is_head_; }
  // Whether the request has neither body nor trailers.
  bool end_stream() const { return request_.end_stream; }
  FieldsView fields() const { return request_.fields; }
  // The fields behind the pseudo-header fields.
  FieldsView header_fields() const {
    const FieldsView all = request_.fields;
    return {all.data() + pseudo_fields_, all.size() - pseudo_fields_};
  }
  std::string_view field(std::string_view name) const { return request_.fields.get(name); }

  Connection& connection() const { return connection_; }
  StreamId stream_id() const { return request_.stream_id; }

  // The request's event, for a response that is made later. Invalidates views of the request.
  EventPtr keep_request() { return keep(std::move(event_)); }

  // Sends 100 (Continue) if the client expects it (RFC 9110 §10.1.1). False if it does not.
  bool invite_body();

  // --- The response: exactly one of these is called. `fields` follow :status and server. The
  // connection adds the date, and leaves out the body if there must be none (HEAD, 204, 205, 304);
  // the response to HEAD has the content-length nevertheless.

  // With a body of known size. For Body::owned() use respond_owned().
  void respond(int status, FieldsView fields, Body body, uint64_t size);
  void respond_owned(int status, FieldsView fields, std::string content);
  // The same with a head that has the status, the server and perhaps the content-length; `fields`
  // are the others.
  void respond_prepared(const PreparedHead& head, FieldsView fields, Body&& body, uint64_t size);
  // With a body that is generated while it is sent. `held`: the octets that it holds for this.
  void respond_made(int status, FieldsView fields, std::unique_ptr<MadeBody> body, size_t held);
  // Without a body and without a content-length.
  void respond_without_body(int status, FieldsView fields);
  // Open-ended: send_data() follows.
  void respond_with_stream(int status, FieldsView fields);
  // 101, and the octets of another protocol follow both ways. False, and nothing is sent, if the
  // request offers no upgrade (RFC 9110 §7.8).
  bool switch_protocols(FieldsView fields);
  // A line of plain text.
  void respond_text(int status, std::string text, FieldsView fields = {});
  // "404 Not Found".
  void respond_error(int status, FieldsView fields = {});

  // True if the method is GET or HEAD; otherwise responds with 405.
  bool require_get_or_head();

  // Attaches the object that generates the response's body or handles the request's.
  void attach(std::unique_ptr<Exchange> exchange) { exchange_ = std::move(exchange); }
  std::unique_ptr<Exchange> take_exchange() { return std::move(exchange_); }

  // Whether take_exchange() or owned_size() has a result.
  bool has_rest() const { return exchange_ != nullptr || owned_size_ > 0; }

  // The submitted final status, and the size of the response's body.
  int status() const { return status_; }
  uint64_t body_size() const { return body_size_; }
  // The octets of an owned body, or `held` of a generated one.
  size_t owned_size() const { return owned_size_; }

 private:
  SubmitError submit(int status, FieldsView fields, Body body,
                     std::optional<uint64_t> size = std::nullopt);
  void note(int status, uint64_t size, const SubmitResult& result);

  Connection& connection_;
  EventPtr& event_;
  const RequestReceived& request_;
  std::string_view method_;
  std::string_view target_;
  std::string_view path_;
  std::unique_ptr<Exchange> exchange_;
  bool is_get_ = false;
  bool is_head_ = false;
  size_t pseudo_fields_ = 0;
  int status_ = 0;
  uint64_t body_size_ = 0;
  size_t owned_size_ = 0;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_RESPONDER_H_

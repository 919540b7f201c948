#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_ENDING_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_ENDING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/http1/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// How exchanges and the connection end.
class Ending : private Uses {
 public:
  using Uses::Uses;

  // No more requests are read. Those that were, up to and with `last`, are answered; null: all.
  void stop(const Record* last) const;
  // What is read breaks a rule. A server answers it itself when all requests before it have been
  // answered, and then the connection ends (RFC 9112 §9.3). Where the application has begun to
  // answer it, the response is left incomplete instead. A client ends the connection at once.
  void refuse(const Refusal& refusal) const;
  // Client: the server is one of HTTP/1.0, so requests that would need chunks are not sent.
  void refuse_chunked() const;
  // Client: the server has said that it answers nothing behind the record's request.
  void refuse_behind(const Record* record) const;
  // The exchange ends within a message, and with it those behind it and then the connection:
  // without a last chunk or the missing octets, so that the peer takes no message for whole.
  void cut(Record* record, const StreamError& reason) const;
  // The exchange has ended for the application.
  void close(Record* record, const StreamError& reason, ClosedBy closed_by) const;
  // The transport has no more input.
  void end_with_transport() const;
  // Ends the connection at once.
  void fail(const ErrorDetail& error, ClosedBy closed_by = ClosedBy::kLocal) const;
  void shut_down() const;
  // Whether everything that was to be done before the end has been done.
  bool is_finished() const;

  StreamError error(const Refusal& refusal, StreamId id) const;
  // What keeps the body of a closed exchange has gone, or the body was never there.
  void note_release(Record* record) const;
  // Nothing more is written of it.
  void drop_message(Record* record) const;

 private:
  void refuse_response(const Refusal& refusal) const;
  void refuse_request(const Refusal& refusal) const;
  void note_retry(Record* record, ClosedBy closed_by) const;
  bool end_of_tunnel() const;
  void fail_reported(const ErrorDetail& error, ClosedBy closed_by) const;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_ENDING_H_

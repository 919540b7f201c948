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

  // Stops reading requests. Those that were read are answered, up to and with `last`; null: all.
  void stop(const Record* last) const;
  // The message that is read breaks a rule. A server answers it itself when all requests before it
  // have been answered, and then the connection ends (RFC 9112 §9.3). If the application has begun
  // to answer it, the response is left incomplete instead. A client ends the connection at once.
  void refuse(const Refusal& refusal) const;
  // Client: the server speaks HTTP/1.0, so waiting requests that would need chunks are refused.
  void refuse_chunked() const;
  // Client: the server has said that it answers no request behind the record's.
  void refuse_behind(const Record* record) const;
  // Ends the exchange within a message, then those behind it and the connection. A last chunk or
  // missing octets are not written, so that the peer takes no message for whole. Those before it go
  // on.
  void cut(Record* record, const StreamError& reason) const;
  // Ends the exchange for the application (StreamClosed).
  void close(Record* record, const StreamError& reason, ClosedBy closed_by) const;
  // The transport has no more input.
  void end_with_transport() const;
  // Ends the connection at once.
  void fail(const ErrorDetail& error, ClosedBy closed_by = ClosedBy::kLocal) const;
  void shut_down() const;
  // Whether no exchange and no response is left, so that the connection can end.
  bool is_finished() const {
    return p_.incoming.is_stopped() && p_.exchanges.waiting_count() == 0 &&
           p_.exchanges.open_count() == 0 && !p_.answer_due;
  }

  StreamError error(const Refusal& refusal, StreamId id) const;
  // Makes BodyReleased due if the connection no longer uses a Body::view.
  void note_release(Record* record) const;
  // Writes nothing more of the record's message.
  void drop_message(Record* record) const;

 private:
  void refuse_response(const Refusal& refusal) const;
  void refuse_request(const Refusal& refusal) const;
  void note_retry(Record* record, ClosedBy closed_by) const;
  void drop_answer() const;
  void cancel_behind(const Record* last) const;
  Record* last_awaited_before(const Record* record) const;
  bool end_of_tunnel() const;
  bool is_idle() const;
  void fail_reported(const ErrorDetail& error, ClosedBy closed_by) const;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_ENDING_H_

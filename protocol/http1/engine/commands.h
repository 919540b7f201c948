#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_COMMANDS_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_COMMANDS_H_

#include <cstdint>
#include <gsl/span>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"
#include "headrace/protocol/http1/engine/sending_content.h"
#include "headrace/protocol/http1/engine/sending_heads.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The application's commands about exchanges: see Connection.
class Commands : private Uses {
 public:
  using Uses::Uses;

  // Whether a request can be submitted, or why not.
  SubmitError may_request() const;
  RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data) const;
  SubmitResult submit_response(StreamId id, FieldsView fields, Body&& body) const;
  SubmitResult submit_informational(StreamId id, FieldsView fields) const;
  SendResult send_data(StreamId id, gsl::span<const uint8_t> bytes, bool end_stream) const;
  SendResult send_chunk(StreamId id, Body&& chunk, bool end_stream) const;
  SubmitResult send_trailers(StreamId id, FieldsView fields) const;
  SubmitResult resume(StreamId id) const;
  SubmitResult reset_stream(StreamId id, ErrorCode code) const;
  SubmitResult set_user_data(StreamId id, uintptr_t user_data) const;

  SubmitResult credit(StreamId id, uint32_t size) const;
  SubmitResult set_automatic_credit(StreamId id, bool automatic) const;
  SubmitResult set_receive_window(StreamId id, uint32_t size) const;
  ReceiveCredit receive_credit(StreamId id) const;

  // Null: a command would be refused.
  const Record* find_open(StreamId id) const;
  // Connection::next_stream().
  StreamId next_open(StreamId after) const;
  size_t send_room(StreamId id) const;

 private:
  template <typename Append>
  SendResult send(StreamId id, size_t size, bool end_stream, Append append) const;
  Record* find(StreamId id, SubmitError* error) const;
  const Rule* check_request(FieldsView fields, const Body& body, RequestHead* head,
                            ContentLength* content) const;
  const Rule* check_fields(const OutgoingHead& outgoing, ResponseHead* head) const;
  bool waits_for_body(const Record* record, FieldsView fields, const Body& body) const;
  SendingContent content() const { return SendingContent(parts()); }
  SendingHeads heads() const { return SendingHeads(parts()); }
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_COMMANDS_H_

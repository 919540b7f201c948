#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_HEADS_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_HEADS_H_

#include <cstdint>
#include <gsl/span>
#include <optional>

#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"
#include "headrace/protocol/http1/engine/sending_content.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The heads of messages, and interim responses.
class SendingHeads : private Uses {
 public:
  using Uses::Uses;

  // --- Server

  // Sends 100 to a request that waits for it, when it is the turn of its response.
  void send_continue(Record* record) const;
  // The head of the record's response. `body`: its first octets, which decide its type. `size`: of
  // the whole body, if known.
  OutgoingHead outgoing_head(const Record* record, FieldsView fields, gsl::span<const uint8_t> body,
                             std::optional<uint64_t> size) const;
  ResponseFacts facts_of(const Record* record) const;
  // Whether the record's response is the next one, so that its head can be written.
  bool is_its_turn(const Record* record) const { return p_.exchanges.sending() == record; }
  // Writes the head, and the end if there is no content. `bodiless`: there is none in any case.
  void start(Record* record, const OutgoingHead& head, bool bodiless) const;
  // Writes a head that waited for its turn, or for the size or type of its body.
  void open_held(Record* record) const;
  void write_interim(Record* record, const OutgoingHead& head) const;
  // The interim responses that waited for their turn have been written.
  void note_interim_written(Record* record) const;
  // Our own response to a refused request, which is the last (RFC 9112 §9.6).
  void write_answer(uint16_t status) const;

  // --- Client

  // Whether the record's request can be written: none is before it, or it may be pipelined.
  bool may_begin(const Record* record) const;
  // Writes its head, and the end if there is no content. `size`: of its whole body, if known.
  void start_request(Record* record, FieldsView fields, std::optional<uint64_t> size) const;
  // Writes a head that waited for its turn, or for the size of its body.
  void open_held_request(Record* record) const;
  // The response to the offer of a tunnel did not open it.
  void end_without_tunnel(Record* record) const;

 private:
  void note_continue(Record* record, uint64_t end_offset) const;
  bool may_be_followed(const Record* record) const;
  bool may_persist(const Record* record) const;
  SendingContent content() const { return SendingContent(parts()); }
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_HEADS_H_

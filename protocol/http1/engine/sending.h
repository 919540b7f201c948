#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_H_

#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/const_buffer.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Output, from being asked for to being released, and the beginning of messages.
class Sending : private Uses {
 public:
  using Uses::Uses;

  gsl::span<const ConstBuffer> pending_output(size_t max_bytes) const;
  void sent(size_t size) const;
  void release(size_t size) const;
  // Whether pending_output() would return bytes, unless a BodySource has none.
  bool waits() const;
  Blocked why_blocked(const Record* record) const;

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
  void write_interim(Record* record, const OutgoingHead& head) const;

  // --- Client

  // Whether the record's request can be written: none is before it, or it may be pipelined.
  bool may_begin(const Record* record) const;
  // Writes its head, and the end if there is no content. `size`: of its whole body, if known.
  void start_request(Record* record, FieldsView fields, std::optional<uint64_t> size) const;
  // The response to the offer of a tunnel did not open it.
  void end_without_tunnel(Record* record) const;

  // --- Both

  // The application has ended the content. Ends the message at once if its end has no octets.
  void note_end(Record* record) const;
  // The message ends before the content-length that its head announced, or goes beyond it.
  void fail_content(Record* record, uint64_t more) const;
  void fail_source(Record* record) const;

 private:
  Record* next() const;
  bool all_is_shown() const { return p_.exchanges.waiting_count() == 0; }
  bool has_ended() const { return !p_.life.is_open(); }
  bool write_next(size_t room) const;
  bool can_write(const Record* record) const;
  void open_held(Record* record) const;
  void open_held_request(Record* record) const;
  bool may_be_followed(const Record* record) const;
  void write_answer(uint16_t status) const;
  void note_continue(Record* record, uint64_t end_offset) const;
  void note_interim_written(Record* record) const;
  bool write_content(Record* record, size_t room) const;
  bool write_ready(Record* record, size_t room) const;
  bool write_source(Record* record, size_t room) const;
  void write_end(Record* record) const;
  void finish(Record* record) const;
  void note_shown() const;
  void on_end_shown(Record* record) const;
  bool may_persist(const Record* record) const;
  void write_text(std::string_view text) const;
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_H_

#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_RESPONSES_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_RESPONSES_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Makes events of the heads of responses, and draws the consequences of their ends. Client role.
class ReceivingResponses : private Uses {
 public:
  using Uses::Uses;

  // Reads the next head. False if more input is needed.
  bool read(const Event** event) const;
  // The record's response has been received whole.
  void end(Record* record) const;

 private:
  Record* awaited() const;
  bool take(Record* record, const Event** event) const;
  bool take_interim(Record* record, const Event** event, uint16_t status) const;
  void open_tunnel(Record* record) const;
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_RESPONSES_H_

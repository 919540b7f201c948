#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_H_

#include <gsl/span>

#include "headrace/memory/abi.h"
#include "headrace/memory/const_buffer.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/http1/engine/parts.h"
#include "headrace/protocol/http1/engine/sending_content.h"
#include "headrace/protocol/http1/engine/sending_heads.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Output, from being asked for to being released: which piece of which message is next.
class Sending : private Uses {
 public:
  using Uses::Uses;

  gsl::span<const ConstBuffer> pending_output(size_t max_bytes) const;
  void sent(size_t size) const;
  void release(size_t size) const;
  // Whether pending_output() would return bytes, unless a BodySource has none.
  bool waits() const;
  Blocked why_blocked(const Record* record) const;

 private:
  Record* next() const;
  bool all_is_shown() const { return p_.exchanges.waiting_count() == 0; }
  bool has_ended() const { return !p_.life.is_open(); }
  bool write_next(size_t room) const;
  SendingContent content() const { return SendingContent(parts()); }
  SendingHeads heads() const { return SendingHeads(parts()); }
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_H_

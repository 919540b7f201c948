#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_CONTENT_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_CONTENT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The content of messages, and their ends.
class SendingContent : private Uses {
 public:
  using Uses::Uses;

  bool can_write(const Record* record) const;
  // Writes a piece of at most about `room` octets. False: it is too small a piece for now.
  bool write_content(Record* record, size_t room) const;
  // The end of the content, with the trailers where there is a place for them.
  void write_end(Record* record) const;
  // The application has ended the content. Ends the message at once if its end has no octets.
  void note_end(Record* record) const;
  // The last octet of the message has been written.
  void finish(Record* record) const;
  // Handles the ends of messages that have just been shown.
  void note_shown() const;
  // The message ends before the content-length that its head announced, or goes beyond it.
  void fail_content(Record* record, uint64_t more) const;
  void fail_source(Record* record) const;

  void write_text(std::string_view text) const;

 private:
  bool write_ready(Record* record, size_t room) const;
  bool write_source(Record* record, size_t room) const;
  void on_end_shown(Record* record) const;
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_SENDING_CONTENT_H_

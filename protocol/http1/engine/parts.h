#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_PARTS_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_PARTS_H_

#include <memory>
#include <optional>

#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/output_queue.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/http1/chunk_reader.h"
#include "headrace/protocol/http1/deadlines.h"
#include "headrace/protocol/http1/exchanges.h"
#include "headrace/protocol/http1/incoming.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/request_reader.h"
#include "headrace/protocol/http1/response_reader.h"
#include "headrace/protocol/http1/section_reader.h"
#include "headrace/protocol/interface/connection_life.h"
#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/reports.h"
#include "headrace/protocol/message/http_date.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// All state of an HTTP/1.1 connection: its parts, each with its own state, and a few values. A part
// knows only the parts that it reads from; the classes of this folder, which have no state, connect
// them.
struct Parts {
  Parts(Role role, std::shared_ptr<const Options> options, TimePoint now);
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  bool is_client() const { return role == Role::kClient; }

  const Role role;
  const std::shared_ptr<const Options> shared_options;
  const Options& options;  // the same
  TimePoint now;           // as given to the function of the connection that was called last

  // Lent to the parts, so they are destroyed last.
  Ledger ledger;
  Ledger line_memory;     // for a line that is cut, which limits of its own bound
  Ledger request_memory;  // for requests that we send, which the application bounds
  BlockPool blocks;
  Recycler<Event> recycler;

  ConnectionLife life;
  Reports reports;
  InputQueue input;
  LineReader lines;
  SectionReader section;
  RequestReader requests;    // in the server role
  ResponseReader responses;  // in the client role
  ChunkReader chunks;
  Incoming incoming;
  Exchanges exchanges;
  OutputQueue output;
  Deadlines deadlines;
  DateField date;

  bool began = false;        // an octet of the client's has come in
  bool octets_came = false;  // of content, in this range
  bool shutting_down = false;
  bool reset_due = false;              // the transport is to be reset, not closed
  std::optional<uint16_t> answer_due;  // the status of a response of ours to what was refused
  bool gave_up_requests = false;       // server: the application has, before their responses began
  bool is_last = false;                // client: a message says that the connection ends behind it
  bool peer_is_http10 = false;         // client: by the version of the last response
  bool lost = false;                   // the transport did not end in order
  bool exhaustion_told = false;        // StreamIdsExhausted
  ConnectionError end_reason;          // of the end that follows when the exchanges have ended
  ClosedBy end_by = ClosedBy::kLocal;
};

// The base of the classes of this folder.
class Uses {
 public:
  explicit Uses(Parts* parts) : p_(*parts) {}

 protected:
  Parts* parts() const { return &p_; }
  Parts& p_;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_PARTS_H_

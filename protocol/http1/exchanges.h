#ifndef HEADRACE_PROTOCOL_HTTP1_EXCHANGES_H_
#define HEADRACE_PROTOCOL_HTTP1_EXCHANGES_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/http1/record.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The exchanges of a connection, in the order of their requests, which is that of their responses
// (RFC 9112 §9.3.2). Each has a message that is received and one that is sent; which of them is the
// request depends on the role. Records are recycled; their memory is in the ledger.
class Exchanges {
 public:
  explicit Exchanges(Ledger* ledger, StreamId first_id = 1)
      : ledger_(ledger), first_id_(first_id), next_id_(first_id) {}
  ~Exchanges();
  Exchanges(const Exchanges&) = delete;
  Exchanges& operator=(const Exchanges&) = delete;

  // Adds an exchange behind all others, with the next identifier. Null if there is no memory.
  [[nodiscard]] Record* open();
  // The record with that identifier, closed or not; null if it is gone.
  Record* find(StreamId id) const;
  // The lowest identifier above `after` of an exchange that is not closed; 0: there is none.
  StreamId next_open(StreamId after) const;
  // Whether an exchange has ever had that identifier.
  bool has_been(StreamId id) const { return id % 2 == 1 && id >= first_id_ && id < next_id_; }
  bool ids_exhausted() const { return next_id_ > kMaxStreamId; }

  Record* front() const { return front_; }
  Record* back() const { return back_; }
  // The record whose message is written now: the first one that is not written whole. Null
  // if there is none.
  Record* sending() const;
  // The first record whose message has not been received whole. Null if there is none.
  Record* receiving() const;
  // Whether no message follows that of the record.
  bool is_last_to_send(const Record* record) const;

  // The number of exchanges whose end the application has not seen.
  uint32_t open_count() const { return open_; }
  // The number of exchanges whose message has not been shown whole.
  uint32_t waiting_count() const { return waiting_; }
  bool empty() const { return front_ == nullptr; }

  // Ends the exchange for the application.
  void close(Record* record, const StreamError& reason, ClosedBy closed_by);
  // The last octet of the message was shown, or none will be.
  void end_shown(Record* record);

  // --- Notices

  void notify(Record* record, Notice notice);
  bool has_notices() const { return notices_ > 0; }
  // The next record with a notice, and its first notice. Requires that there is one.
  Record* next_notice(Notice* notice) const;
  void take_notice(Record* record, Notice notice);

  // Recycles the record if nothing is left to do with it.
  void erase_if_done(Record* record);
  void trim();

 private:
  Ledger* const ledger_;
  const StreamId first_id_;
  Record* front_ = nullptr;
  Record* back_ = nullptr;
  // Where sending() looks on: all in front of it are written.
  mutable Record* sending_ = nullptr;
  Record* spare_ = nullptr;
  StreamId next_id_;
  uint32_t open_ = 0;
  uint32_t waiting_ = 0;
  uint32_t notices_ = 0;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_EXCHANGES_H_

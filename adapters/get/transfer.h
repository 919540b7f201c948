#ifndef HEADRACE_ADAPTERS_GET_TRANSFER_H_
#define HEADRACE_ADAPTERS_GET_TRANSFER_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <optional>
#include <string>

#include "headrace/adapters/get/exit_code.h"
#include "headrace/adapters/get/outcome.h"
#include "headrace/adapters/get/output.h"
#include "headrace/adapters/get/request_head.h"
#include "headrace/adapters/get/trace.h"
#include "headrace/adapters/get/upload.h"
#include "headrace/adapters/loop/deadline_queue.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::get {

class Transfer;

// The owner of the transfers.
class TransferOwner {
 public:
  virtual ~TransferOwner() = default;
  // The transfer has ended. Called once for each. The transfer must not be destroyed before the
  // call has returned.
  virtual void on_finished(Transfer& transfer) = 0;
};

// The parameters of a transfer. All objects must outlive it.
struct Assignment {
  size_t index = 0;  // its place in the order of the command line
  const RequestHead* head = nullptr;
  const UploadData* data = nullptr;  // null: the request has no body
  Output* output = nullptr;
  bool fail_on_status = false;  // a status of 400 or above is a failure; its body is not written
  bool show_head = false;       // write the response's head to the output, too
};

// One request and its response, until the last octet has been written to the output.
class Transfer : public adapters::DeadlineQueue::Entry {
 public:
  Transfer(const Assignment& assignment, TransferOwner* owner, TimePoint now);

  // --- Sending it.

  // Sends the request on a connection, for the first time or again.
  RequestResult submit(Connection& connection, adapters::Driver& driver, ProtocolVersion version,
                       Trace* trace);
  int attempts() const { return attempts_; }
  // Whether the request can be sent again: no response has been received, and it was sent at most
  // twice.
  bool may_retry() const;

  // --- Events of its stream.

  void on_informational(const InformationalReceived& response);
  void on_response(const ResponseReceived& response);
  void on_data(const DataReceived& data);
  void on_trailers(const TrailersReceived& trailers);
  void on_closed(const StreamClosed& closed, const ConnectionNews& connection);
  // Called in place of on_closed() if it will be submitted again.
  void on_left_undone();

  // --- Called by its owner.

  // Makes it fail with this outcome: at once if it has no stream, otherwise when its stream is
  // closed.
  void fail(Outcome outcome);
  // The descriptor that its upload waits to read, or -1.
  int waits_for() const;
  // The descriptor waits_for() is readable.
  void resume();

  // --- State.

  size_t index() const { return assignment_.index; }
  // Whether the response is complete; it may not be written yet.
  bool is_answered() const { return outcome_known_ && outcome_.ok(); }
  const Outcome& outcome() const { return outcome_; }
  int status() const { return status_; }
  TimePoint started() const { return started_; }
  TimePoint finished_at() const { return finished_at_; }
  uint64_t received() const { return received_; }
  uint64_t sent() const { return upload_ == nullptr ? 0 : upload_->sent(); }
  // The octets of both bodies together, if they are known.
  std::optional<uint64_t> expected() const;

 private:
  void on_answered();
  void pass_on(gsl::span<const uint8_t> bytes);
  void give_credit(size_t size);
  void end(Outcome outcome);
  void finish();
  void trace_end();

  const Assignment assignment_;
  TransferOwner* const owner_;
  std::unique_ptr<Upload> upload_;
  std::unique_ptr<Download> download_;

  // Its connection; null if it has no stream.
  Connection* connection_ = nullptr;
  adapters::Driver* driver_ = nullptr;
  ProtocolVersion version_ = ProtocolVersion::kHttp2;
  Trace* trace_ = nullptr;
  StreamId stream_id_ = 0;

  int attempts_ = 0;
  int status_ = 0;
  bool wanted_ = true;  // the body is to be written
  bool answered_ = false;
  bool outcome_known_ = false;
  bool finished_ = false;
  std::optional<uint64_t> content_length_;
  uint64_t received_ = 0;
  std::optional<Outcome> decided_;  // the reason if it is being cancelled
  Outcome outcome_;
  const TimePoint started_;
  TimePoint submitted_{};
  TimePoint first_byte_{};
  TimePoint finished_at_{};
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_TRANSFER_H_

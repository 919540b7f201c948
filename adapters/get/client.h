#ifndef HEADRACE_ADAPTERS_GET_CLIENT_H_
#define HEADRACE_ADAPTERS_GET_CLIENT_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headrace/adapters/get/config.h"
#include "headrace/adapters/get/console.h"
#include "headrace/adapters/get/exit_code.h"
#include "headrace/adapters/get/origin.h"
#include "headrace/adapters/get/output.h"
#include "headrace/adapters/get/plan.h"
#include "headrace/adapters/get/progress.h"
#include "headrace/adapters/get/summary.h"
#include "headrace/adapters/get/transfer.h"
#include "headrace/adapters/get/upload.h"
#include "headrace/adapters/loop/deadline_queue.h"
#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/tls/client.h"

namespace headrace::get {

// Carries out the requests of the command line.
class Client : public TransferOwner {
 public:
  // Both must outlive the client.
  Client(const Config* config, Console* console);
  ~Client() override;

  // Opens the files. To be called before run().
  Outcome prepare();
  // Sends all requests and returns when all have ended.
  ExitCode run();

  // The text to print at the end, with -n.
  std::string summary() const;

 private:
  void on_finished(Transfer& transfer) override;

  Outcome make_loop();
  Outcome make_tls();
  void make_origins(const Url& url);
  void start_requests();
  void start(const Plan::Request& request, TimePoint due);
  // When the next request begins, if it may.
  TimePoint next_start() const;
  void turn();
  void wait(TimePoint deadline, TimePoint now);
  void expire(TimePoint now);
  void draw_progress(TimePoint now);
  void close();
  // An output, and the number of transfers to it that have not ended.
  struct Destination {
    std::unique_ptr<Output> output;
    size_t transfers_left = 0;
    bool failed = false;  // whether a transfer to it has failed
  };

  Outcome open_outputs();
  Outcome open_output(const std::string& path);
  // A transfer to the destination has ended with `outcome`. Returns the outcome of the transfer,
  // which is that of the output if this was its last transfer and it cannot be committed.
  Outcome settle(Destination& destination, const Outcome& outcome);
  Destination& destination_of(size_t url);
  ProgressState progress_state(TimePoint now) const;

  const Config& config_;
  Console* const console_;
  Plan plan_;
  Summary summary_;
  std::optional<UploadData> data_;
  std::vector<Destination> outputs_;
  std::vector<std::unique_ptr<RequestHead>> heads_;  // by URL
  // One for each connection to the server (--connections).
  using Origins = std::vector<std::unique_ptr<Origin>>;
  std::vector<Origins*> origins_of_;                       // by URL
  std::unique_ptr<tls::Client> tls_;                       // null without https
  std::unique_ptr<tls::Client> http1_tls_;                 // null without --http=auto, too
  std::map<std::string, Origins> origins_;                 // by Url::origin()
  adapters::DeadlineQueue timeouts_;                       // of transfers, so it outlives them
  std::map<size_t, std::unique_ptr<Transfer>> transfers_;  // the open ones, by index
  std::vector<std::unique_ptr<Transfer>> over_;            // ended, to be destroyed
  std::unique_ptr<adapters::Loop> loop_;
  int connections_made_ = 0;
  bool starting_ = false;
  bool shows_progress_ = false;
  ProgressClock progress_;
  uint64_t octets_over_ = 0;  // of transfers that have ended
  size_t failures_told_ = 0;
  TimePoint started_;
  TimePoint measured_from_{};              // behind the warm-up
  TimePoint stops_at_ = TimePoint::max();  // beginning requests, with --duration
  TimePoint ended_{};
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_CLIENT_H_

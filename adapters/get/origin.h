#ifndef HEADRACE_ADAPTERS_GET_ORIGIN_H_
#define HEADRACE_ADAPTERS_GET_ORIGIN_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headrace/adapters/get/console.h"
#include "headrace/adapters/get/link.h"
#include "headrace/adapters/get/url.h"
#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/socket/address.h"

namespace headrace::get {

// One server, and the links to it: one at a time takes new requests. When it takes no more and
// requests are left, another one is made.
class Origin : public adapters::Service, public LinkOwner {
 public:
  // `links_made` numbers the links of all origins. `trace` is null without -v. What the pointers
  // lead to outlives the origin, and the origin outlives the loop's connections.
  Origin(const Url& url, adapters::Loop* loop, const Options& options, int* links_made,
         Console* trace);

  // Sends it over a link; where there is none, when one has been made. Lets it fail when none can
  // be.
  void submit(Transfer& transfer);
  // It is not to be sent any more, if it still waits.
  void forget(Transfer& transfer);
  // Ends every link.
  void close();
  bool has_links() const { return !links_.empty(); }

  // Service
  std::unique_ptr<adapters::Handler> open(Connection& connection,
                                          adapters::Driver& driver) override;
  void connect_failed(int error) override;

 private:
  void on_retry(Transfer& transfer) override { submit(transfer); }
  void on_link_destroyed(Link& link) override;

  void connect();
  void connect_to_next_address();
  void submit_waiting();
  void fail_waiting(const std::string& reason);

  const std::string host_;
  const uint16_t port_;
  adapters::Loop* const loop_;
  const Options options_;
  int* const links_made_;
  Console* const trace_console_;

  std::vector<adapters::SocketAddress> addresses_;
  size_t next_address_ = 0;
  bool connecting_ = false;
  TimePoint connect_began_{};
  std::unique_ptr<Trace> trace_;  // of the link that is being made
  Link* current_ = nullptr;       // takes requests, as far as is known
  std::set<Link*> links_;
  std::deque<Transfer*> waiting_;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_ORIGIN_H_

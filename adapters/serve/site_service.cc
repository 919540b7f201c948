#include "adapters/serve/site_service.h"

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "adapters/serve/access_log.h"
#include "adapters/serve/exchange.h"
#include "adapters/serve/responder.h"

namespace headrace::serve {
namespace {

// One connection's requests. Those that are answered at once leave nothing behind.
class SiteHandler : public adapters::Handler {
 public:
  SiteHandler(const Site& site, DateClock& clock, Connection& connection)
      : site_(site), clock_(clock), connection_(connection) {}

  void handle(EventPtr event) override {
    if (const auto* trailers = std::get_if<TrailersReceived>(event.get())) {
      if (Exchange* exchange = find(trailers->stream_id)) exchange->on_trailers(std::move(event));
      return;
    }
    std::visit(Overloaded{
                   [&](const RequestReceived& request) { answer_request(request); },
                   [&](const DataReceived& data) {
                     if (Exchange* exchange = find(data.stream_id)) exchange->on_data(data);
                   },
                   [&](const StreamWritable& writable) {
                     if (Exchange* exchange = find(writable.stream_id)) exchange->on_writable();
                   },
                   [&](const StreamClosed& closed) { finish(closed); },
                   [](const auto&) {},
               },
               *event);
  }

 private:
  struct OpenRequest {
    std::unique_ptr<Exchange> exchange;  // null: nothing is left to do
    AccessRecord record;                 // empty when there is no log
  };

  void answer_request(const RequestReceived& request) {
    Responder responder(connection_, request, clock_.now());
    OpenRequest open;
    if (site_.log != nullptr) {
      open.record = {.method = std::string(responder.method()),
                     .target = std::string(responder.target()),
                     .began = std::chrono::steady_clock::now()};
    }
    answer(responder, site_);
    open.exchange = responder.take_exchange();
    if (open.exchange == nullptr && site_.log == nullptr) return;
    open.record.status = responder.status();
    open.record.body_size = responder.body_size();
    requests_.insert_or_assign(request.stream_id, std::move(open));
  }

  void finish(const StreamClosed& closed) {
    const auto found = requests_.find(closed.stream_id);
    if (found == requests_.end()) return;
    OpenRequest& open = found->second;
    if (site_.log != nullptr) {
      if (open.exchange != nullptr) open.record.body_size = open.exchange->body_size();
      site_.log->write(open.record, closed);
    }
    requests_.erase(found);
  }

  Exchange* find(StreamId stream_id) {
    const auto found = requests_.find(stream_id);
    return found == requests_.end() ? nullptr : found->second.exchange.get();
  }

  const Site& site_;
  DateClock& clock_;
  Connection& connection_;
  absl::flat_hash_map<StreamId, OpenRequest> requests_;
};

}  // namespace

std::string_view DateClock::now() {
  const int64_t second = std::time(nullptr);
  if (second != second_) {
    second_ = second;
    date_ = HttpDate(second);
  }
  return date_.text();
}

std::unique_ptr<adapters::Handler> SiteService::open(Connection& connection) {
  return std::make_unique<SiteHandler>(*site_, clock_, connection);
}

}  // namespace headrace::serve

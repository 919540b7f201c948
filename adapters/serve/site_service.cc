#include "headrace/adapters/serve/site_service.h"

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "headrace/adapters/serve/access_log.h"
#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/adapters/serve/responder.h"
#include "headrace/protocol/message/authority.h"

namespace headrace::serve {
namespace {

// Most octets of a connection's request heads that wait for their bodies, and of response bodies
// that wait for their reader. At this number its requests are answered with 503 at once, until it
// has read responses.
constexpr size_t kMostHeld = 1 << 20;

// The requests of one connection. Requests that were answered at once are not stored.
class SiteHandler : public adapters::Handler {
 public:
  SiteHandler(const Site& site, Connection& connection, adapters::Driver& driver, OpenFiles& files,
              FileCache& cache)
      : site_(site), connection_(connection), client_{driver, files, cache, share_} {
    tell_time();
  }

  void prepare() override { tell_time(); }
  void handle(EventPtr event) override {
    if (std::holds_alternative<RequestReceived>(*event)) return take_request(event);
    if (const auto* closed = std::get_if<StreamClosed>(&*event)) return finish(*closed);
    if (std::holds_alternative<TrailersReceived>(*event)) return take_trailers(std::move(event));
    std::visit(Overloaded{
                   [&](const DataReceived& data) { take_data(data); },
                   [&](const StreamWritable& writable) {
                     OpenRequest* open = find(writable.stream_id);
                     if (open == nullptr || open->exchange == nullptr) return;
                     open->exchange->on_writable();
                     count(*open);
                   },
                   [&](const ConnectionClosed& closed) {
                     if (site_.log == nullptr) return;
                     const adapters::SecureChannel* const channel = client_.driver.channel();
                     site_.log->write(closed, channel != nullptr ? channel->failure() : "");
                   },
                   [](const auto&) {},
               },
               *event);
  }
  size_t memory() const override { return memory_; }

 private:
  struct OpenRequest {
    // The octets that it holds, with those of the head if it is kept.
    size_t held() const { return (request != nullptr ? head_size : 0) + owned_size; }
    size_t memory() const {
      return sizeof(OpenRequest) + held() + (exchange != nullptr ? exchange->memory() : 0) +
             record.target.capacity();
    }

    EventPtr request;                    // if not null, answered when its body begins or has ended
    size_t head_size = 0;                // octets of its fields
    size_t owned_size = 0;               // octets of the body that was passed to the connection
    size_t counted_held = 0;             // the part of held_ for this request
    size_t counted = 0;                  // the part of memory_ for this request
    bool takes_body = false;             // the response depends on the request's body
    std::unique_ptr<Exchange> exchange;  // null if no work is left
    AccessRecord record;                 // empty if there is no log
  };

  // A request whose body is not used is answered when the body has ended, because a response that
  // is complete before must be followed by RST_STREAM (RFC 9113 §8.1), which clients that are still
  // sending report as a failure.
  void take_request(EventPtr& event) {
    Responder responder(connection_, event);
    const bool refused = held_ >= kMostHeld;
    if (site_.log == nullptr && !refused && responder.end_stream()) {
      submit_answer(responder, refused);
      if (!responder.has_rest()) return;
      OpenRequest open;
      take_rest(responder, &open);
      return store(responder.stream_id(), std::move(open));
    }
    take_other_request(responder, event, refused);
  }

  void take_other_request(Responder& responder, EventPtr& event, bool refused) {
    const StreamId stream_id = responder.stream_id();
    OpenRequest open;
    if (site_.log != nullptr) {
      open.record.method = responder.method();
      open.record.target = responder.target();
      open.record.began = std::chrono::steady_clock::now();
    }
    open.takes_body = takes_request_body(responder, site_);
    // After 100 (Continue) the request is answered when its body arrives, because nghttp 1.52 does
    // not send the body if the final response follows at once.
    const bool invited = !refused && !responder.end_stream() && responder.invite_body();
    if (refused || responder.end_stream() || (open.takes_body && !invited)) {
      answer_with(responder, open, refused);
    } else {
      open.head_size = memory_of(responder.fields());
      open.request = keep(std::move(event));
    }
    if (open.request != nullptr || open.exchange != nullptr || open.owned_size > 0 ||
        site_.log != nullptr) {
      store(stream_id, std::move(open));
    }
  }

  void store(StreamId stream_id, OpenRequest open) {
    count(requests_.insert_or_assign(stream_id, std::move(open)).first->second);
  }

  void take_data(const DataReceived& data) {
    OpenRequest* open = find(data.stream_id);
    if (open == nullptr) return;
    if (data.end_stream || open->takes_body) answer_kept(*open);
    if (open->exchange != nullptr) open->exchange->on_data(data);
    count(*open);
  }

  void take_trailers(EventPtr event) {
    OpenRequest* open = find(std::get<TrailersReceived>(*event).stream_id);
    if (open == nullptr) return;
    answer_kept(*open);
    if (open->exchange != nullptr) open->exchange->on_trailers(std::move(event));
    count(*open);
  }

  void answer_kept(OpenRequest& open) {
    if (open.request == nullptr) return;
    EventPtr event = std::move(open.request);
    Responder responder(connection_, event);
    answer_with(responder, open, /*refused=*/false);  // not refused, because answering makes room
  }

  // RFC 9110 §15.5.20: the client has taken this connection for one to another host.
  bool is_misdirected(const Responder& responder) {
    const adapters::SecureChannel* const channel = client_.driver.channel();
    const std::string_view text = responder.fields().authority();
    if (channel == nullptr || (text == served_authority_ && !text.empty())) return false;
    const std::optional<Authority> authority = parse_authority(text);
    if (!authority) return true;
    if (!channel->covers(authority->bare_host())) return true;
    served_authority_ = text;
    return false;
  }

  void tell_time() {
    const std::time_t now = std::time(nullptr);
    if (now == told_time_) return;
    told_time_ = now;
    connection_.set_time_of_day(std::chrono::system_clock::from_time_t(now));
  }

  void submit_answer(Responder& responder, bool refused) {
    tell_time();
    if (refused) return responder.respond_error(503);
    if (site_.check_authority && is_misdirected(responder)) return responder.respond_error(421);
    answer(responder, site_, client_);
  }
  void answer_with(Responder& responder, OpenRequest& open, bool refused) {
    submit_answer(responder, refused);
    take_rest(responder, &open);
  }
  static void take_rest(Responder& responder, OpenRequest* open) {
    open->exchange = responder.take_exchange();
    open->owned_size = responder.owned_size();
    open->record.status = responder.status();
    open->record.body_size = responder.body_size();
  }

  void finish(const StreamClosed& closed) {
    if (requests_.empty()) return;
    const auto found = requests_.find(closed.stream_id);
    if (found == requests_.end()) return;
    OpenRequest& open = found->second;
    if (site_.log != nullptr) {
      if (open.exchange != nullptr) open.record.body_size = open.exchange->body_size();
      site_.log->write(open.record, closed);
    }
    held_ -= open.counted_held;
    memory_ -= open.counted;
    requests_.erase(found);
  }

  // Updates the octets that the request holds.
  void count(OpenRequest& open) {
    held_ += open.held() - std::exchange(open.counted_held, open.held());
    memory_ += open.memory() - std::exchange(open.counted, open.memory());
  }

  OpenRequest* find(StreamId stream_id) {
    const auto found = requests_.find(stream_id);
    return found == requests_.end() ? nullptr : &found->second;
  }

  const Site& site_;
  Connection& connection_;
  OpenFiles::Share share_;  // used by bodies in requests_
  const Client client_;
  absl::flat_hash_map<StreamId, OpenRequest> requests_;
  std::string served_authority_;  // the last one that was not misdirected, if that is checked
  std::time_t told_time_ = 0;     // the time of day that the connection was last told
  size_t held_ = 0;               // sum of held() of all requests
  size_t memory_ = 0;             // sum of memory() of all requests
};

// One connection may have opened 1/kShare of the open files.
constexpr size_t kShare = 8;

}  // namespace

SiteService::SiteService(const Site* site)
    : site_(site),
      files_(site->root ? &*site->root : nullptr, site->open_files, site->open_files / kShare),
      cache_(site->root ? &*site->root : nullptr, files_, site->file_cache) {}

std::unique_ptr<adapters::Handler> SiteService::open(Connection& connection,
                                                     adapters::Driver& driver) {
  return std::make_unique<SiteHandler>(*site_, connection, driver, files_, cache_);
}

void SiteService::expire(TimePoint now) {
  cache_.forget_unused(now);
  if (now >= files_.next_deadline()) files_.resume_waiters();
}

void SiteService::handshake_failed(const std::string& reason,
                                   const adapters::SocketAddress& remote) {
  if (site_->log != nullptr) site_->log->write_failed_handshake(reason, remote);
}

}  // namespace headrace::serve

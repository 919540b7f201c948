#include "headrace/protocol/connection/detection.h"

#include <utility>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/client_preface.h"
#include "headrace/protocol/http1/engine/engine.h"
#include "headrace/protocol/http2/engine/engine.h"

namespace headrace {
HEADRACE_ABI_BEGIN

Detection::Detection(Role role, std::shared_ptr<const Options> options, TimePoint now,
                     std::unique_ptr<Protocol>* place)
    : role_(role),
      options_(std::move(options)),
      began_(now),
      place_(place),
      ledger_(options_->limits.connection_memory) {
  const Rule* const broken = options_->check(role);
  HEADRACE_EXPECTS(broken == nullptr, "Connection::Connection()",
                   "the options are legal (Options::check())", {"rule", broken->text});
}

Protocol* Detection::become(ProtocolVersion version) {
  std::unique_ptr<Protocol> successor;
  if (version == ProtocolVersion::kHttp2) {
    successor = std::make_unique<Engine>(role_, options_, began_);
  } else {
    successor = std::make_unique<http1::Engine>(role_, options_, began_);
  }
  if (time_of_day_) successor->set_time_of_day(*time_of_day_);
  successor->set_memory_pressure(pressed_);
  if (matched_ > 0) {
    const auto* octets = reinterpret_cast<const uint8_t*>(kClientPreface.data());
    successor->receive({octets, matched_}, began_);
    successor->end_of_range();
  }
  Protocol* const next = successor.get();
  next->predecessor = std::exchange(*place_, std::move(successor));
  return next;
}

void Detection::receive(gsl::span<const uint8_t> bytes, TimePoint now) {
  size_t size = 0;
  while (size < bytes.size() && matched_ + size < kClientPreface.size() &&
         bytes[size] == static_cast<uint8_t>(kClientPreface[matched_ + size])) {
    ++size;
  }
  const bool is_http2 = matched_ + size == kClientPreface.size();
  if (!is_http2 && size == bytes.size()) {
    matched_ += size;
    statistics_.bytes_received += size;
    return;
  }
  become(is_http2 ? ProtocolVersion::kHttp2 : ProtocolVersion::kHttp1)->receive(bytes, now);
}

// A client that has sent too little to tell in time is treated as one of HTTP/1.1.
void Detection::advance(TimePoint now) {
  if (now < next_deadline()) return;
  become(ProtocolVersion::kHttp1)->advance(now);
}

void Detection::end_of_input(TimePoint now) { become(ProtocolVersion::kHttp1)->end_of_input(now); }

void Detection::lose_transport(TimePoint now) {
  become(ProtocolVersion::kHttp1)->lose_transport(now);
}

TimePoint Detection::next_deadline() const {
  const std::chrono::milliseconds time = options_->limits.preface_timeout;
  return time.count() == 0 ? TimePoint::max() : began_ + time;
}

SubmitResult Detection::shutdown(std::string_view debug_data) {
  return become(ProtocolVersion::kHttp1)->shutdown(debug_data);
}

SubmitResult Detection::terminate(ErrorCode code, std::string_view debug_data) {
  return become(ProtocolVersion::kHttp1)->terminate(code, debug_data);
}

void Detection::sent(size_t size, TimePoint) { sent(size); }

void Detection::sent(size_t size) {
  HEADRACE_EXPECTS(size == 0, "Connection::sent()",
                   "no more than pending_output() gave and was not sent yet", {"size", size},
                   {"unsent", size_t{0}});
}

void Detection::released(size_t size) {
  HEADRACE_EXPECTS(options_->explicit_release, "Connection::released()",
                   "only with Options::explicit_release", {"size", size});
  HEADRACE_EXPECTS(size == 0, "Connection::released()",
                   "no more than was sent() and not released yet", {"size", size},
                   {"unreleased", size_t{0}});
}

HEADRACE_ABI_END
}  // namespace headrace

#include "headrace/websocket/event.h"

#include <ostream>

#include "headrace/field/escape.h"
#include "headrace/memory/recycler.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

// Calls `look` with the member that refers to octets.
template <typename Look>
void visit_octets(Event& event, Look look) {
  std::visit(
      Overloaded{[&](MessagePiece& piece) { look(piece.octets); },
                 [&](Ping& ping) { look(ping.payload); }, [&](Pong& pong) { look(pong.payload); },
                 [&](Close& close) { look(close.reason); }, [](Failure&) {}},
      event);
}

std::string count(uint64_t octets) {
  return ", " + std::to_string(octets) + (octets == 1 ? " octet" : " octets");
}

std::string code_text(CloseCode code) {
  return ", " + std::to_string(static_cast<uint16_t>(code)) + " (" + to_string(code) + ")";
}

const char* place_of(const MessagePiece& piece) {
  if (piece.begins) return piece.ends ? ", whole" : ", begins";
  return piece.ends ? ", ends" : ", goes on";
}

std::string details(const MessagePiece& piece) {
  const char* const kind = piece.kind == MessageKind::kText ? ", text" : ", binary";
  return kind + count(piece.octets.size()) + place_of(piece);
}
std::string details(const Ping& ping) { return count(ping.payload.size()); }
std::string details(const Pong& pong) { return count(pong.payload.size()); }
std::string details(const Close& close) {
  std::string text = code_text(close.code);
  if (close.reason.empty()) return text;
  text.append(", \"");
  append_escaped(close.reason.text(), &text);
  return text.append("\"");
}
std::string details(const Failure& failure) {
  std::string text = code_text(failure.code);
  text.append(", ").append(failure.rule->text).append(" (").append(failure.rule->section);
  text.append(")");
  return failure.observed == 0 ? text : text.append(count(failure.observed));
}

}  // namespace

const char* to_string(CloseCode code) {
  switch (code) {
    case CloseCode::kNormal:
      return "normal";
    case CloseCode::kGoingAway:
      return "going away";
    case CloseCode::kProtocolError:
      return "protocol error";
    case CloseCode::kUnsupportedData:
      return "unsupported data";
    case CloseCode::kNoStatus:
      return "no status";
    case CloseCode::kAbnormal:
      return "abnormal";
    case CloseCode::kInvalidData:
      return "invalid data";
    case CloseCode::kPolicyViolation:
      return "policy violation";
    case CloseCode::kMessageTooBig:
      return "message too big";
    case CloseCode::kMandatoryExtension:
      return "mandatory extension";
    case CloseCode::kInternalError:
      return "internal error";
    case CloseCode::kServiceRestart:
      return "service restart";
    case CloseCode::kTryAgainLater:
      return "try again later";
    case CloseCode::kBadGateway:
      return "bad gateway";
  }
  return "unknown";
}

void own(Event& event) {
  visit_octets(event, [](Bytes& octets) { octets.own(); });
}

void retire(Event& event) {
  visit_octets(event, [name = event_name(event)](Bytes& octets) { octets.retire(name); });
}

const char* event_name(const Event& event) {
  return std::visit(
      Overloaded{[](const MessagePiece&) { return "MessagePiece"; },
                 [](const Ping&) { return "Ping"; }, [](const Pong&) { return "Pong"; },
                 [](const Close&) { return "Close"; }, [](const Failure&) { return "Failure"; }},
      event);
}

std::string describe(const Event& event) {
  return event_name(event) +
         std::visit([](const auto& alternative) { return details(alternative); }, event);
}

std::ostream& operator<<(std::ostream& out, const Event& event) { return out << describe(event); }

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

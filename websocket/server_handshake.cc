#include "headrace/websocket/server_handshake.h"

#include <algorithm>

#include "headrace/memory/contract.h"
#include "headrace/websocket/accept_key.h"
#include "headrace/websocket/field_lists.h"
#include "headrace/websocket/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

constexpr std::string_view kOurVersion = "13";  // RFC 6455 §4.1

const Rule* check_version(FieldsView request) {
  return only_value(request, "sec-websocket-version") == kOurVersion ? nullptr : &kVersion;
}

// RFC 6455 §4.2.1
const Rule* check_upgrade(FieldsView request) {
  if (request.method() != "GET") return &kMethod;
  if (!has_token(request, "connection", "upgrade")) return &kNoOffer;
  if (const Rule* broken = check_version(request)) return broken;
  return is_key(only_value(request, "sec-websocket-key")) ? nullptr : &kKey;
}

}  // namespace

ServerHandshake::ServerHandshake(FieldsView request) : request_(request) {
  if (request.method() == "CONNECT") {
    if (request.get(":protocol") != "websocket") return;
    way_ = Way::kConnect;
    error_ = check_version(request);
  } else if (has_token(request, "upgrade", "websocket")) {
    way_ = Way::kUpgrade;
    error_ = check_upgrade(request);
  }
}

bool ServerHandshake::offers(std::string_view subprotocol) const {
  return any_member(request_, "sec-websocket-protocol",
                    [&](std::string_view member) { return member == subprotocol; });
}

std::string_view ServerHandshake::choose(std::span<const std::string_view> subprotocols) const {
  std::string_view chosen;
  any_member(request_, "sec-websocket-protocol", [&](std::string_view member) {
    const bool ours =
        std::find(subprotocols.begin(), subprotocols.end(), member) != subprotocols.end();
    if (ours) chosen = member;
    return ours;
  });
  return chosen;
}

ServerHandshake::Answer ServerHandshake::accept(std::string_view subprotocol) const {
  HEADRACE_EXPECTS(is_valid(), "websocket::ServerHandshake::accept()", "the request is valid");
  HEADRACE_EXPECTS(subprotocol.empty() || offers(subprotocol),
                   "websocket::ServerHandshake::accept()", "the client offers the subprotocol");
  Answer answer{200, {}};
  if (way_ == Way::kUpgrade) {
    answer.status = 101;
    answer.fields.add("connection", "upgrade");
    answer.fields.add("upgrade", "websocket");
    answer.fields.add("sec-websocket-accept", accept_key(request_.get("sec-websocket-key")));
  }
  if (!subprotocol.empty()) answer.fields.add("sec-websocket-protocol", subprotocol);
  return answer;
}

ServerHandshake::Answer ServerHandshake::refuse() const {
  Answer answer{400, {}};
  if (error_ == &kMethod) {
    answer.status = 405;
    answer.fields.add("allow", "GET");
  } else if (error_ == &kVersion || error_ == &kNoOffer) {
    // RFC 9110 §15.5.22. (HTTP/2 has no upgrade to require.)
    if (way_ == Way::kUpgrade) {
      answer.status = 426;
      answer.fields.add("connection", "upgrade");
      answer.fields.add("upgrade", "websocket");
    }
    answer.fields.add("sec-websocket-version", kOurVersion);
  }
  return answer;
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#include "headrace/websocket/client_handshake.h"

#include "headrace/websocket/accept_key.h"
#include "headrace/websocket/field_lists.h"
#include "headrace/websocket/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

// What both ways have behind the pseudo-header fields.
void add_fields(const Target& target, OwnedFields* request) {
  request->add("sec-websocket-version", "13");
  std::string list;
  for (const std::string_view subprotocol : target.subprotocols) {
    if (!list.empty()) list += ", ";
    list += subprotocol;
  }
  if (!list.empty()) request->add("sec-websocket-protocol", list);
  request->append(target.fields);
}

}  // namespace

ClientHandshake ClientHandshake::upgrade(const Target& target,
                                         const std::array<uint8_t, 16>& nonce) {
  ClientHandshake handshake;
  handshake.upgrades_ = true;
  const std::string key = base64(nonce);
  handshake.accept_ = accept_key(key);
  handshake.request_ = {
      {":method", "GET"},        {":scheme", target.scheme}, {":authority", target.authority},
      {":path", target.path},    {"connection", "upgrade"},  {"upgrade", "websocket"},
      {"sec-websocket-key", key}};
  add_fields(target, &handshake.request_);
  return handshake;
}

ClientHandshake ClientHandshake::connect(const Target& target) {
  ClientHandshake handshake;
  handshake.request_ = {{":method", "CONNECT"},
                        {":protocol", "websocket"},
                        {":scheme", target.scheme},
                        {":authority", target.authority},
                        {":path", target.path}};
  add_fields(target, &handshake.request_);
  return handshake;
}

const Rule* ClientHandshake::check(FieldsView response) {
  subprotocol_.clear();
  if (upgrades_) {
    if (const Rule* broken = check_upgrade(response)) return broken;
  } else if (!response.get(":status").starts_with('2')) {
    return &kConnectStatus;
  }
  if (any_member(response, "sec-websocket-extensions", [](std::string_view) { return true; })) {
    return &kExtension;
  }
  if (!response.has("sec-websocket-protocol")) return nullptr;
  const std::string_view chosen = only_value(response, "sec-websocket-protocol");
  const bool offered = any_member(request_, "sec-websocket-protocol",
                                  [&](std::string_view member) { return member == chosen; });
  if (!offered) return &kSubprotocol;
  subprotocol_ = chosen;
  return nullptr;
}

// RFC 6455 §4.1, items 1 to 4 of what is checked.
const Rule* ClientHandshake::check_upgrade(FieldsView response) const {
  if (response.get(":status") != "101") return &kStatus;
  if (!has_token(response, "upgrade", "websocket") ||
      !has_token(response, "connection", "upgrade")) {
    return &kNotUpgraded;
  }
  return only_value(response, "sec-websocket-accept") == accept_ ? nullptr : &kAccept;
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

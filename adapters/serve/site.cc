#include "headrace/adapters/serve/site.h"

#include <string_view>

#include "headrace/adapters/serve/bytes.h"
#include "headrace/adapters/serve/echo.h"
#include "headrace/adapters/serve/events.h"
#include "headrace/adapters/serve/front_page.h"
#include "headrace/adapters/serve/reflection.h"
#include "headrace/adapters/serve/static_files.h"
#include "headrace/adapters/serve/stats.h"
#include "headrace/adapters/serve/websocket.h"

namespace headrace::serve {

namespace {

constexpr std::string_view kEcho = "/echo";
constexpr std::string_view kWebSocket = "/ws";

// Tells most names of files from the endpoints below by their first letter.
bool may_be_diagnostics(std::string_view path) {
  switch (path.size() > 1 ? path[1] : '\0') {
    case 'b':
    case 'e':
    case 'h':
    case 's':
    case 'w':
      return true;
    default:
      return false;
  }
}

// Answers by a diagnostic endpoint. False if the path is not one of theirs.
bool answer_diagnostics(Responder& responder, const Site& site, const Client& client) {
  constexpr std::string_view kBytes = "/bytes/";
  constexpr std::string_view kEvents = "/events/";
  constexpr std::string_view kStatus = "/status/";
  const std::string_view path = responder.path();
  if (!may_be_diagnostics(path)) return false;
  if (path == kEcho) {
    answer_echo(responder);
  } else if (path == "/headers") {
    answer_headers(responder);
  } else if (path == "/stats") {
    answer_stats(responder, site, client);
  } else if (path.starts_with(kBytes)) {
    answer_bytes(responder, path.substr(kBytes.size()));
  } else if (path.starts_with(kEvents)) {
    answer_events(responder, path.substr(kEvents.size()));
  } else if (path.starts_with(kStatus)) {
    answer_status(responder, path.substr(kStatus.size()));
  } else if (path == kWebSocket && site.websocket && may_be_websocket(responder)) {
    answer_websocket(responder);
  } else {
    return false;
  }
  return true;
}

}  // namespace

// DATA after CONNECT is not a body but belongs to the tunnel, and the client waits for the
// response.
bool takes_request_body(const Responder& responder, const Site& site) {
  return (site.diagnostics && responder.path() == kEcho) || responder.method() == "CONNECT";
}

void answer(Responder& responder, const Site& site, const Client& client) {
  const std::string_view path = responder.path();
  if (responder.method() == "CONNECT") {
    if (!may_be_websocket(responder)) return responder.respond_error(501);
    const bool found = site.diagnostics && site.websocket && path == kWebSocket;
    return found ? answer_websocket(responder) : responder.respond_error(404);
  }
  // RFC 9110 §9.3.7: about the server as a whole, not about a path.
  if (path == "*" && responder.method() == "OPTIONS") {
    return responder.respond_without_body(204, {{"allow", "GET, HEAD, OPTIONS"}});
  }
  if (!path.starts_with('/')) return responder.respond_error(400);
  if (site.diagnostics && answer_diagnostics(responder, site, client)) return;
  if (site.root) return answer_file(responder, client);
  answer_front_page(responder);
}

}  // namespace headrace::serve

#include "adapters/serve/site.h"

#include <string_view>

#include "adapters/serve/bytes.h"
#include "adapters/serve/echo.h"
#include "adapters/serve/front_page.h"
#include "adapters/serve/reflection.h"
#include "adapters/serve/static_files.h"
#include "adapters/serve/stats.h"
#include "adapters/serve/websocket.h"

namespace headrace::serve {

namespace {

constexpr std::string_view kEcho = "/echo";

}  // namespace

// What follows CONNECT is no body, but what goes through the tunnel: who asks waits for the answer.
bool takes_request_body(const Responder& responder) {
  return responder.path() == kEcho || responder.method() == "CONNECT";
}

void answer(Responder& responder, const Site& site) {
  constexpr std::string_view kBytes = "/bytes/";
  constexpr std::string_view kStatus = "/status/";
  const std::string_view path = responder.path();
  if (responder.method() == "CONNECT") {
    if (tunnel_protocol(responder) != "websocket") return responder.respond_error(501);
    return path == "/ws" ? answer_websocket(responder) : responder.respond_error(404);
  }
  if (!path.starts_with('/')) return responder.respond_error(400);
  if (path == kEcho) return answer_echo(responder);
  if (path == "/headers") return answer_headers(responder);
  if (path == "/stats") return answer_stats(responder, site);
  if (path.starts_with(kBytes)) return answer_bytes(responder, path.substr(kBytes.size()));
  if (path.starts_with(kStatus)) return answer_status(responder, path.substr(kStatus.size()));
  if (site.root) return answer_file(responder, *site.root);
  answer_front_page(responder);
}

}  // namespace headrace::serve

#include "headrace/adapters/serve/front_page.h"

#include <string_view>

namespace headrace::serve {
namespace {

constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Headrace</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<main>
<h1>Headrace</h1>
<p>This page came over HTTP/2, answered by Headrace's own engine.</p>
<table>
<tr><th>Path</th><th>Answer</th></tr>
<tr><td><code>/echo</code></td><td>the request's body as it comes, and its trailers as trailers; a gRPC call's messages</td></tr>
<tr><td><a href="/bytes/1000"><code>/bytes/N</code></a></td><td>N octets, up to 1 GiB</td></tr>
<tr><td><a href="/events/10"><code>/events/N</code></a></td><td>N server-sent events</td></tr>
<tr><td><a href="/headers"><code>/headers</code></a></td><td>the request's fields as JSON</td></tr>
<tr><td><a href="/status/418"><code>/status/NNN</code></a></td><td>that status, 200 to 599</td></tr>
<tr><td><code>/ws</code></td><td>a WebSocket that sends every message back (RFC 8441)</td></tr>
<tr><td><a href="/stats"><code>/stats</code></a></td><td>the server's counters as JSON</td></tr>
</table>
<p>Start it with <code>--root=DIRECTORY</code> to serve files instead of this page;
<code>--help</code> lists all flags.</p>
</main>
</body>
</html>
)html";

constexpr std::string_view kStyle = R"css(body {
  margin: 0;
  font: 1rem/1.6 system-ui, sans-serif;
  color: #223;
  background: #f4f7f9;
}
main {
  max-width: 42rem;
  margin: 4rem auto;
  padding: 0 1.5rem;
}
table {
  border-collapse: collapse;
  width: 100%;
}
th,
td {
  padding: 0.4rem 0.8rem;
  border-bottom: 1px solid #cdd8df;
  text-align: left;
}
code {
  color: #0a5a7d;
}
)css";

void respond_with_page(Responder& responder, std::string_view type, std::string_view text) {
  if (!responder.require_get_or_head()) return;
  responder.respond(200, {{"content-type", type}}, Body::view(text), text.size());
}

}  // namespace

void answer_front_page(Responder& responder) {
  const std::string_view path = responder.path();
  if (path == "/" || path == "/index.html") {
    return respond_with_page(responder, "text/html; charset=utf-8", kPage);
  }
  if (path == "/style.css") return respond_with_page(responder, "text/css; charset=utf-8", kStyle);
  responder.respond_error(404);
}

}  // namespace headrace::serve

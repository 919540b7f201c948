#include "tests/attacks/honest_traffic.h"

#include <chrono>
#include <string>

#include "tests/attacks/wire.h"

namespace headrace::attacks {
namespace {

using namespace std::chrono_literals;

// A page and what it needs.
void browse(Conversation& c) {
  for (uint32_t id = 3; id <= 11; id += 2) {  // Firefox's groups, of idle streams (RFC 9113 §5.3)
    c.send(encode(reference::PRIORITY, 0, id, reference::priority(false, 0, 100)));
  }
  std::string burst;
  for (int i = 0; i < 50; ++i) {
    const uint32_t id = c.next_stream() + 12;
    burst += headers(id, get("/"), true);
    burst += encode(reference::PRIORITY_UPDATE, 0, 0, reference::priority_update(id, "u=1, i"));
  }
  c.send(burst);
  c.pass(3s);
}

void chat(Conversation& c) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, post("/echo"), false));
  for (int message = 0; message < 500; ++message) c.send(data(id, "m", false));
  c.send(data(id, "", true));  // the half-close is a frame of its own
}

void split_cookie(Conversation& c) {
  std::string block = get("/");
  for (int i = 0; i < 90; ++i) block += literal("cookie", "crumb" + std::to_string(i) + "=1");
  c.send(headers(c.next_stream(), block, true));
}

void sign_on(Conversation& c) {
  std::string block = get("/");
  for (int i = 0; i < 5; ++i) block += literal("cookie", std::string(4096, 's'));
  const uint32_t id = c.next_stream();
  c.send_in_pieces(
      encode(reference::HEADERS, reference::END_STREAM, id, block.substr(0, 16384)) +
          encode(reference::CONTINUATION, reference::END_HEADERS, id, block.substr(16384)),
      1400);
}

// Each time the beginning is taken, and the rest is not wanted, but for the last.
void seek(Conversation& c) {
  for (int i = 0; i < 100; ++i) {
    const uint32_t id = c.next_stream();
    c.send(headers(id, get("/large"), true));
    c.send(rst_stream(id));
    c.pass(1ms);
  }
  const uint32_t last = c.next_stream();
  c.send(headers(last, get("/large"), true));
  for (int i = 0; i < 17; ++i) c.send(window_update(last, 65536));
}

// A hundred a second, as one backend is slow.
void hedge(Conversation& c) {
  for (int i = 0; i < 100; ++i) {
    const uint32_t slow = c.next_stream();
    const uint32_t quick = c.next_stream();
    c.send(headers(slow, get("/wait"), true) + headers(quick, get("/"), true));
    c.send(rst_stream(slow));
  }
  c.pass(1s);
}

void pause(Conversation& c) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, get("/large"), true));
  for (int i = 0; i < 16; ++i) {
    c.pass(240s);
    c.send(window_update(id, 65536));
  }
}

// Two a second, and a request now and then.
void stay(Conversation& c) {
  c.send(times(50, ping(7)));
  c.pass(25s);
  c.send(headers(c.next_stream(), get("/"), true));
}

void upload(Conversation& c) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, post("/"), false));
  for (int i = 0; i < 500; ++i) c.send(padded_data(id, "u", 255));
  c.send(data(id, "", true));
}

// A window that is found as gRPC's is: it doubles, and goes back when the path is another.
void probe(Conversation& c) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, get("/large"), true));
  for (uint32_t i = 0; i < 200; ++i) {
    c.send(settings({{kInitialWindowSize, 65535 << i % 5}}) + ping(i) + window_update(id, 4096));
    c.pass(20ms);
  }
  c.send(settings({{kInitialWindowSize, 1 << 20}}));
}

void hint(Conversation& c) {
  const uint32_t id = c.next_stream();
  const std::string hints = literal(":status", "103") + literal("link", "</style.css>");
  for (int i = 0; i < 5; ++i) c.send(headers(id, hints, false));
  c.send(headers(id, kOk, false) + data(id, "page", true));
}

void fill_the_jar(Conversation& c) {
  std::string block = kOk;
  for (int i = 0; i < 300; ++i) block += literal("set-cookie", "c" + std::to_string(i) + "=1");
  c.send(headers(c.next_stream(), block, true));
}

void say_farewell(Conversation& c) {
  const uint32_t first = c.next_stream();
  const uint32_t second = c.next_stream();
  c.send(encode(reference::GOAWAY, 0, 0, reference::goaway(0x7fffffff, 0)) + ping(1));
  c.send(encode(reference::GOAWAY, 0, 0, reference::goaway(second, 0)));
  c.send(headers(first, kOk, true) + headers(second, kOk, false) + data(second, "", true));
  c.reconnect();
}

// --- HTTP/1.1

void keep_alive(Conversation& c) {
  const std::string get =
      "GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: a browser\r\nAccept: */*\r\n"
      "Accept-Encoding: gzip, deflate, br\r\nCookie: session=1; theme=dark\r\n\r\n";
  for (int i = 0; i < 40; ++i) c.send(get);
  c.send(times(10, get));
  c.pass(30s);
}

void upload_slowly(Conversation& c) {
  c.send("POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 200; ++i) {
    c.send_in_pieces("3\r\nabc\r\n", 1);
    c.pass(200ms);
  }
  c.send("0\r\nChecksum: 1\r\n\r\n");
}

void sign_on_in_text(Conversation& c) {
  std::string request = "GET / HTTP/1.1\r\nHost: example.org\r\n";
  for (int i = 0; i < 5; ++i) {
    request += "Cookie: c" + std::to_string(i) + "=" + std::string(4096, 's') + "\r\n";
  }
  for (size_t at = 0; at < request.size(); at += 1400) {
    c.send(request.substr(at, 1400));
    c.pass(100ms);
  }
  c.send("\r\n");
}

void respond_in_text(Conversation& c) {
  c.next_stream();
  for (int i = 0; i < 5; ++i) c.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
  std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
  for (int i = 0; i < 300; ++i) head += "Set-Cookie: c" + std::to_string(i) + "=1\r\n";
  c.send_in_pieces(head + "\r\n", 1400);
  for (int i = 0; i < 100; ++i) c.send("1\r\nx\r\n");
  c.send("0\r\n\r\n");
}

}  // namespace

const HonestTraffic kPages{"a browser", Role::kServer, browse, 50, 20};
const HonestTraffic kTinyMessages{"gRPC messages of one octet", Role::kServer, chat, 1, 10};
const HonestTraffic kSplitCookie{"90 cookie pairs", Role::kServer, split_cookie, 1, 20};
const HonestTraffic kSignOn{"20 KiB of sign-on cookies", Role::kServer, sign_on, 1, 20};
const HonestTraffic kSeeks{"seeks that reset", Role::kServer, seek, 1, 30};
const HonestTraffic kHedges{"hedged requests", Role::kServer, hedge, 100, 60};
const HonestTraffic kPausedVideo{"a paused video", Role::kServer, pause, 1, 2};
const HonestTraffic kLongLived{"a million PINGs over days", Role::kServer, stay, 51, 20'000};
const HonestTraffic kPaddedUploads{"padded uploads", Role::kServer, upload, 1, 10};
const HonestTraffic kProbes{"windows that follow the path", Role::kServer, probe, 201, 2};
const HonestTraffic kEarlyHints{"early hints", Role::kClient, hint, 1, 50};
const HonestTraffic kCookieJar{"responses of 300 cookies", Role::kClient, fill_the_jar, 1, 20};
const HonestTraffic kFarewell{"a farewell in two phases", Role::kClient, say_farewell, 3, 20};

const HonestTraffic kKeptAlive{"a browser in HTTP/1.1", Role::kServer, keep_alive, 50, 20,
                               ProtocolVersion::kHttp1};
const HonestTraffic kSlowUpload{"a slow upload in chunks", Role::kServer, upload_slowly, 1, 10,
                                ProtocolVersion::kHttp1};
const HonestTraffic kLongCookies{
    "20 KiB of cookies in HTTP/1.1", Role::kServer, sign_on_in_text, 1, 20,
    ProtocolVersion::kHttp1};
const HonestTraffic kTextResponses{
    "hints and cookies in HTTP/1.1", Role::kClient, respond_in_text, 1, 20,
    ProtocolVersion::kHttp1};

std::vector<HonestTraffic> all_honest_traffic() {
  return {kPages,       kTinyMessages, kSplitCookie,   kSignOn,      kSeeks,        kHedges,
          kPausedVideo, kLongLived,    kPaddedUploads, kProbes,      kEarlyHints,   kCookieJar,
          kFarewell,    kKeptAlive,    kSlowUpload,    kLongCookies, kTextResponses};
}

}  // namespace headrace::attacks

#include <gsl/span>
#include <string>

#include "tests/attacks/honest_traffic.h"
#include "tests/attacks/wire.h"

// What a peer can do to a connection of HTTP/1.1 (RFC 9112).

namespace headrace::attacks {
namespace {

using namespace std::chrono_literals;

const std::string kFields = "Host: example.org\r\n";
const std::string kChunked = "POST / HTTP/1.1\r\n" + kFields + "Transfer-Encoding: chunked\r\n\r\n";

// --- Slowloris: an octet every two seconds, so that each line is finished one day. (What an octet
// costs that comes by itself is a call of receive() and one of advance().)

void dribble(Conversation& c, uint32_t n, std::string_view text) {
  for (uint32_t i = 0; i < n && c.is_open(); ++i) {
    c.send(text.substr(i % text.size(), 1));
    c.pass(2s);
  }
}
void slow_request_line(Conversation& c, uint32_t n) {
  c.send("GET /");
  dribble(c, n, "a");
}
void slow_fields(Conversation& c, uint32_t n) {
  c.send("GET / HTTP/1.1\r\n" + kFields);
  dribble(c, n, "X-Field: a\r\n");
}
void slow_chunk_line(Conversation& c, uint32_t n) {
  c.send(kChunked);
  dribble(c, n, "0");
}
void slow_trailers(Conversation& c, uint32_t n) {
  c.send(kChunked + "0\r\n");
  dribble(c, n, "X-Field: a\r\n");
}
// As in HTTP/2 it may take any time, as long as it goes on: uploads over a slow network do.
const std::string kUpload = "POST / HTTP/1.1\r\n" + kFields + "Content-Length: 1000000\r\n\r\n";
void slow_content(Conversation& c, uint32_t n) {
  c.send(kUpload);
  dribble(c, n, "a");
  c.reconnect();
}
void content_that_stops(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    c.send(kUpload + "some");
    c.pass(61s);
    c.reconnect();
  }
}

// --- Without end

void endless_request_line(Conversation& c, uint32_t n) {
  c.send("GET /");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(std::string(100, 'a'));
}
void endless_fields(Conversation& c, uint32_t n) {
  c.send("GET / HTTP/1.1\r\n" + kFields);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("X: " + std::string(1000, 'a') + "\r\n");
}
void many_small_fields(Conversation& c, uint32_t n) {
  c.send("GET / HTTP/1.1\r\n" + kFields);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("a:\r\n");
}
void endless_line(Conversation& c, uint32_t n) {
  c.send("GET / HTTP/1.1\r\n" + kFields + "X: ");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(std::string(100, 'a'));
}
// In pieces of an octet: what is collected is not looked at again.
void endless_line_by_octets(Conversation& c, uint32_t n) {
  c.send("GET / HTTP/1.1\r\n" + kFields + "X: ");
  for (uint32_t i = 0; i < 10 * n && c.goes_on(); ++i) c.send("a");
}
void endless_trailers(Conversation& c, uint32_t n) {
  c.send(kChunked + "0\r\n");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("x: " + std::string(1000, 'a') + "\r\n");
}
void endless_empty_lines(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("\r\n");
}

// --- Chunks

void small_chunks(Conversation& c, uint32_t n) {
  c.send(kChunked);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("1\r\na\r\n");
  if (c.goes_on()) c.send("0\r\n\r\n");
}
void chunks_by_octets(Conversation& c, uint32_t n) {
  c.send(kChunked);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send_in_pieces("1\r\na\r\n", 1);
  if (c.goes_on()) c.send("0\r\n\r\n");
}
void chunk_extensions(Conversation& c, uint32_t n) {
  c.send(kChunked);
  const std::string extension = ";a=" + std::string(300, 'b');
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("1" + extension + "\r\na\r\n");
}
void leading_zeros(Conversation& c, uint32_t n) {
  c.send(kChunked);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(std::string(100, '0'));
}
void huge_chunks(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    c.send(kChunked + (i % 2 == 0 ? "ffffffffffffffff\r\n" : "7fffffffffffffff\r\na"));
    if (i % 2 == 1) c.send(std::string(100, 'a') + "\r\nffffffffffffffff\r\n");
    c.reconnect();
  }
}

// --- Many requests

void pipelining_flood(Conversation& c, uint32_t n) {
  const std::string wait = "GET /wait HTTP/1.1\r\n" + kFields + "\r\n";
  for (uint32_t i = 0; i < n; ++i) {
    c.send(times(20, wait));
    c.reconnect();  // they would wait for ever
  }
}
void pipelining_unread(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    c.read(false);
    c.send(times(20, kTextGet));
    c.reconnect();
    c.read(true);
  }
}
void requests(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(times(20, kTextGet));
}
void refused_requests(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    c.send("GET / HTTP/1.1\r\n" + std::string(i % 2 == 0 ? "Host : a" : "A: b") + "\r\n\r\n");
    c.reconnect();
  }
}
void continues(Conversation& c, uint32_t n) {
  const std::string request =
      "POST / HTTP/1.1\r\n" + kFields + "Content-Length: 1\r\nExpect: 100-continue\r\n\r\na";
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(request);
}
void many_list_members(Conversation& c, uint32_t n) {
  const std::string request =
      "GET / HTTP/1.1\r\n" + kFields + "Connection: " + times(2000, "a,") + "a\r\n\r\n";
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(request);
}

// --- Against a client

void endless_interim(Conversation& c, uint32_t n) {
  c.next_stream();
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("HTTP/1.1 103 x\r\n\r\n");
}
void endless_response_fields(Conversation& c, uint32_t n) {
  c.next_stream();
  c.send("HTTP/1.1 200 OK\r\n");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("a:\r\n");
}
void endless_folds(Conversation& c, uint32_t n) {
  c.next_stream();
  c.send("HTTP/1.1 200 OK\r\na: " + std::string(1000, 'a') + "\r\n");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(" a\r\n");
}
void slow_response_head(Conversation& c, uint32_t n) {
  c.next_stream();
  c.send("HTTP/1.1 200 OK\r\n");
  dribble(c, n, "X-Field: a\r\n");
}
void unsolicited_responses(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    c.send(kTextOk);
    c.reconnect();
  }
}
void small_response_chunks(Conversation& c, uint32_t n) {
  c.next_stream();
  c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send("1\r\na\r\n");
  if (c.goes_on()) c.send("0\r\n\r\n");
}

}  // namespace

gsl::span<const Attack> http1_attacks() {
  constexpr Role kServer = Role::kServer;
  constexpr Role kClient = Role::kClient;
  constexpr ErrorCode kCalm = ErrorCode::kEnhanceYourCalm;
  constexpr ErrorCode kProtocol = ErrorCode::kProtocolError;
  static const Attack kAttacks[] = {
      {.name = "HTTP/1.1: slow request line",
       .role = kServer,
       .play = slow_request_line,
       .honest_traffic = kKeptAlive,
       .error = kCalm,
       .limit = Limit::kFieldBlockTimeout,
       .few_repetitions = 2,
       .instructions = 2800},
      {.name = "HTTP/1.1: slow fields",
       .role = kServer,
       .play = slow_fields,
       .honest_traffic = kLongCookies,
       .error = kCalm,
       .limit = Limit::kFieldBlockTimeout,
       .few_repetitions = 2,
       .instructions = 2800},
      {.name = "HTTP/1.1: slow chunk size",
       .role = kServer,
       .play = slow_chunk_line,
       .honest_traffic = kSlowUpload,
       .error = kCalm,
       .limit = Limit::kFieldBlockTimeout,
       .few_repetitions = 2,
       .instructions = 2800},
      {.name = "HTTP/1.1: slow trailers",
       .role = kServer,
       .play = slow_trailers,
       .honest_traffic = kSlowUpload,
       .error = kCalm,
       .limit = Limit::kFieldBlockTimeout,
       .few_repetitions = 2,
       .instructions = 2800},
      {.name = "HTTP/1.1: slow content",
       .role = kServer,
       .play = slow_content,
       .honest_traffic = kSlowUpload,
       .repetitions = 1000,
       .instructions = 2800},
      {.name = "HTTP/1.1: content that stops",
       .role = kServer,
       .play = content_that_stops,
       .honest_traffic = kSlowUpload,
       .repetitions = 50,
       .error = kCalm,
       .limit = Limit::kContentTimeout,
       .output = 4,
       .few_repetitions = 5,
       .instructions = 300},
      {.name = "HTTP/1.1: endless request line",
       .role = kServer,
       .play = endless_request_line,
       .honest_traffic = kKeptAlive,
       .error = kCalm,
       .limit = Limit::kRequestLineSize,
       .few_repetitions = 50},
      {.name = "HTTP/1.1: endless fields",
       .role = kServer,
       .play = endless_fields,
       .honest_traffic = kLongCookies,
       .error = kCalm,
       .limit = Limit::kFieldListSize,
       .heap = 160 << 10,
       .few_repetitions = 20},
      {.name = "HTTP/1.1: many small fields",
       .role = kServer,
       .play = many_small_fields,
       .honest_traffic = kLongCookies,
       .error = kCalm,
       .limit = Limit::kFieldsPerRequest,
       .few_repetitions = 50,
       .instructions = 500},
      {.name = "HTTP/1.1: endless line",
       .role = kServer,
       .play = endless_line,
       .honest_traffic = kLongCookies,
       .error = kCalm,
       .limit = Limit::kFieldListSize,
       .heap = 160 << 10},
      {.name = "HTTP/1.1: endless line by octets",
       .role = kServer,
       .play = endless_line_by_octets,
       .honest_traffic = kLongCookies,
       .repetitions = 10'000,
       .error = kCalm,
       .limit = Limit::kFieldListSize,
       .heap = 160 << 10,
       .instructions = 1700},
      {.name = "HTTP/1.1: endless trailers",
       .role = kServer,
       .play = endless_trailers,
       .honest_traffic = kSlowUpload,
       .error = kCalm,
       .limit = Limit::kFieldListSize,
       .heap = 160 << 10,
       .few_repetitions = 20},
      {.name = "HTTP/1.1: endless empty lines",
       .role = kServer,
       .play = endless_empty_lines,
       .honest_traffic = kKeptAlive,
       .error = kProtocol,
       .few_repetitions = 2,
       .instructions = 800},
      {.name = "HTTP/1.1: chunks of an octet",
       .role = kServer,
       .play = small_chunks,
       .honest_traffic = kSlowUpload,
       .repetitions = 20'000,
       .instructions = 500},
      {.name = "HTTP/1.1: chunks by octets",
       .role = kServer,
       .play = chunks_by_octets,
       .honest_traffic = kSlowUpload,
       .repetitions = 5'000,
       .instructions = 1700},
      {.name = "HTTP/1.1: chunk extensions",
       .role = kServer,
       .play = chunk_extensions,
       .honest_traffic = kSlowUpload,
       .error = kCalm,
       .limit = Limit::kChunkExtensionSize,
       .few_repetitions = 1},
      {.name = "HTTP/1.1: leading zeros of a chunk size",
       .role = kServer,
       .play = leading_zeros,
       .honest_traffic = kSlowUpload,
       .error = kCalm,
       .limit = Limit::kChunkExtensionSize,
       .few_repetitions = 4},
      {.name = "HTTP/1.1: huge chunk sizes",
       .role = kServer,
       .play = huge_chunks,
       .honest_traffic = kSlowUpload,
       .repetitions = 100,
       .error = kProtocol,
       .few_repetitions = 10},
      {.name = "HTTP/1.1: pipelining flood",
       .role = kServer,
       .play = pipelining_flood,
       .honest_traffic = kKeptAlive},
      {.name = "HTTP/1.1: pipelining, unread",
       .role = kServer,
       .play = pipelining_unread,
       .honest_traffic = kKeptAlive,
       .output = 12,
       .instructions = 500},
      {.name = "HTTP/1.1: requests",
       .role = kServer,
       .play = requests,
       .honest_traffic = kKeptAlive,
       .output = 8,
       .instructions = 500},
      {.name = "HTTP/1.1: refused requests",
       .role = kServer,
       .play = refused_requests,
       .honest_traffic = kKeptAlive,
       .repetitions = 100,
       .error = kProtocol,
       .output = 8,
       .few_repetitions = 10,
       .instructions = 500},
      {.name = "HTTP/1.1: 100-continue",
       .role = kServer,
       .play = continues,
       .honest_traffic = kSlowUpload,
       .output = 8,
       .instructions = 300},
      {.name = "HTTP/1.1: a long list of connection options",
       .role = kServer,
       .play = many_list_members,
       .honest_traffic = kKeptAlive},
      {.name = "HTTP/1.1: interim responses",
       .role = kClient,
       .play = endless_interim,
       .honest_traffic = kTextResponses,
       .error = kCalm,
       .limit = Limit::kInformationalResponses,
       .few_repetitions = 40},
      {.name = "HTTP/1.1: endless fields of a response",
       .role = kClient,
       .play = endless_response_fields,
       .honest_traffic = kTextResponses,
       .error = kCalm,
       .limit = Limit::kFieldsPerResponse,
       .instructions = 500},
      {.name = "HTTP/1.1: folds without end",
       .role = kClient,
       .play = endless_folds,
       .honest_traffic = kTextResponses,
       .error = kCalm,
       .limit = Limit::kFieldsPerResponse,
       .heap = 256 << 10,
       .instructions = 500},
      {.name = "HTTP/1.1: slow head of a response",
       .role = kClient,
       .play = slow_response_head,
       .honest_traffic = kTextResponses,
       .error = kCalm,
       .limit = Limit::kFieldBlockTimeout,
       .few_repetitions = 2,
       .instructions = 2800},
      {.name = "HTTP/1.1: responses that nobody asked for",
       .role = kClient,
       .play = unsolicited_responses,
       .honest_traffic = kTextResponses,
       .repetitions = 100,
       .error = kProtocol,
       .few_repetitions = 10},
      {.name = "HTTP/1.1: chunks of an octet in a response",
       .role = kClient,
       .play = small_response_chunks,
       .honest_traffic = kTextResponses,
       .repetitions = 20'000,
       .instructions = 500},
  };
  return kAttacks;
}

}  // namespace headrace::attacks

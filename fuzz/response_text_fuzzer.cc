// Responses as HTTP/1.x writes them, of whatever fields: one head (RFC 9112 §4, §5), read back line
// by line, and for good fields the same as the clone that is changed until it is right.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/pieces.h"
#include "fuzz/require.h"
#include "headrace/protocol/message/content_type.h"
#include "headrace/protocol/message/reason_phrase.h"
#include "headrace/protocol/message/response_text.h"
#include "tests/reference/response_head.h"

namespace headrace::fuzz {
namespace {

constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string written(const OutgoingHead& head, HttpVersion version) {
  const size_t bound = max_response_text_size(head);
  // Not an octet beyond the bound, which AddressSanitizer would see.
  std::vector<char> room(bound);
  const char* const end = write_response_text(head, version, room.data());
  require(static_cast<size_t>(end - room.data()) <= bound, "the bound is none");
  return {room.data(), static_cast<size_t>(end - room.data())};
}

// Whether it is one head and no more, of lines that a field line is.
void check_one_head(const std::string& text) {
  constexpr std::string_view kTokenSigns = "!#$%&'*+-.^_`|~";
  const auto is_token_character = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kTokenSigns.find(c) != std::string_view::npos;
  };
  require(text.starts_with("HTTP/1."), "no status line");
  require(text.find("\r\n\r\n") == text.size() - 4, "an empty line that does not end it");
  size_t begin = 0;
  while (begin < text.size() - 2) {
    const size_t end = text.find("\r\n", begin);
    const std::string line = text.substr(begin, end - begin);
    require(std::ranges::none_of(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }),
            "a line in a line");
    if (begin > 0) {
      const size_t colon = line.find(':');
      require(colon != std::string::npos && colon > 0, "a line that is no field");
      require(std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                          is_token_character),
              "a name that is none");
      const std::string value = line.substr(colon + 1);
      require(value.front() == ' ', "no space behind the colon");
      require(value.size() == 1 || (value[1] != ' ' && value[1] != '\t' && value.back() != ' ' &&
                                    value.back() != '\t'),
              "white space at an edge");
    }
    begin = end + 2;
  }
}

struct Drawn {
  reference::FieldList fields;
  reference::ResponseContext context;
  ResponseFacts facts;
  std::string body;
};

void draw_fields(Draws* draws, bool good, reference::FieldList* fields) {
  constexpr auto kNames = std::to_array<const char*>(
      {"content-length", "content-type", "transfer-encoding", "connection", "date", "upgrade", "x",
       "content-encoding", "keep-alive"});
  constexpr auto kValues =
      std::to_array<const char*>({"3", "3", "0", "chunked", "gzip, chunked", "close", "keep-alive",
                                  "a/b", "identity", "x", "", "-1", "gzip", "x, close"});
  for (uint32_t i = draws->below(8); i > 0; --i) {
    if (good) {
      fields->emplace_back(draws->pick(kNames), draws->pick(kValues));
    } else {
      std::string name = draws->seldom(3) ? draws->pick(kNames) : draws->octets(draws->below(12));
      fields->emplace_back(std::move(name), draws->octets(draws->below(40)));
    }
  }
}

Drawn draw(Draws* draws, bool good) {
  Drawn drawn;
  drawn.fields.emplace_back(":status",
                            draws->pick(std::to_array<const char*>(
                                {"200", "100", "101", "204", "205", "304", "404", "599"})));
  draw_fields(draws, good, &drawn.fields);
  reference::ResponseContext& context = drawn.context;
  ResponseFacts& facts = drawn.facts;
  const bool old = draws->seldom(3);
  context.version = old ? "1.0" : "1.1";
  facts.version = old ? HttpVersion::kHttp10 : HttpVersion::kHttp11;
  context.method = draws->pick(std::to_array<const char*>({"GET", "HEAD", "CONNECT", "POST"}));
  facts.is_head = context.method == "HEAD";
  facts.is_connect = context.method == "CONNECT";
  context.may_persist = facts.may_persist = !draws->seldom(3);
  context.trailers_follow = facts.trailers_follow = draws->seldom(3);
  drawn.body = draws->pick(std::to_array<const char*>({"", "<html>", "text", "\x01\x02"}));
  if (draws->seldom(2)) context.body_size = facts.body_size = drawn.body.size();
  if (draws->seldom(2)) {
    context.date = kDate;
    facts.date = kDate;
  }
  return drawn;
}

void check(Draws* draws, bool good) {
  Drawn drawn = draw(draws, good);
  drawn.facts.body = octets(drawn.body);
  if (!drawn.body.empty()) {
    drawn.context.sniffed_type = std::string(detect_content_type(octets(drawn.body)));
  }
  std::vector<Field> fields;
  for (const auto& [name, value] : drawn.fields) fields.push_back({name, value});
  const OutgoingHead head = OutgoingHead::complete(fields, drawn.facts);
  const std::string text = written(head, drawn.facts.version);
  check_one_head(text);
  if (!good) return;
  const std::string expected =
      reference::response_text(reference::complete_response_head(drawn.fields, drawn.context),
                               drawn.context.version, std::string(reason_phrase(head.status())));
  require(text == expected, "another opinion on a response's text");
}

void play(std::string_view input) {
  Draws draws(input);
  check(&draws, /*good=*/true);
  check(&draws, /*good=*/false);
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}

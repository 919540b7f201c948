#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "fuzz/http1_differential/comparison.h"
#include "headrace/protocol/http1/rules.h"
#include "tests/reference/authority.h"

// Where llhttp (Debian 12's 8.1, in strict mode) does something else, and what the RFCs say about
// it. Of what we refuse and it takes, what llhttp has read is to show that there is a reason.
// differences_test.cc has an example of each.

namespace headrace::fuzz::http1_differential {
namespace {

using namespace http1;  // the names of the rules: NOLINT

constexpr bool is_digit(char c) { return '0' <= c && c <= '9'; }
constexpr bool is_letter(char c) { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z'); }

// RFC 9110 §5.6.2
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

size_t count(const FieldList& fields, std::string_view name) {
  return static_cast<size_t>(std::count_if(fields.begin(), fields.end(),
                                           [&](const auto& field) { return field.first == name; }));
}

std::string value(const FieldList& fields, std::string_view name) {
  const std::string* const found = find_field(fields, name);
  return found == nullptr ? std::string() : *found;
}

std::string theirs(const Case& one, std::string_view name) {
  return one.their_message() == nullptr ? std::string() : value(one.their_message()->fields, name);
}

bool is_connect(const Case& one) { return theirs(one, ":method") == "CONNECT"; }

// An LF without a CR in front of it.
bool has_bare_lf(std::string_view text) {
  for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return true;
  }
  return false;
}

// A CR without an LF behind it.
bool has_bare_cr(std::string_view text) {
  for (size_t at = text.find('\r'); at != text.npos; at = text.find('\r', at + 1)) {
    if (at + 1 < text.size() && text[at + 1] != '\n') return true;
  }
  return false;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return c == 0x7f || (static_cast<uint8_t>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n');
  });
}

bool has_folds(std::string_view text) { return has(text, "\n ") || has(text, "\n\t"); }

// All values of the transfer-encoding fields, as one list.
std::string codings(const Case& one) {
  std::string list;
  for (const auto& [name, value] : one.their_fields()) {
    if (name != "transfer-encoding") continue;
    if (!list.empty()) list += ",";
    list += value;
  }
  std::transform(list.begin(), list.end(), list.begin(),
                 [](char c) { return is_letter(c) ? static_cast<char>(c | 0x20) : c; });
  return list;
}

// -1: they have read no head.
int their_minor(const Case& one) {
  return one.number < one.theirs.minors.size() ? one.theirs.minors[one.number] : -1;
}

// RFC 9110 §6.5.1: what says where a message ends, where it goes, who asks, or what its content is.
bool is_no_trailer(const std::string& name) {
  static const auto* const kNames = new std::set<std::string>{"authorization",
                                                              "cache-control",
                                                              "connection",
                                                              "content-encoding",
                                                              "content-length",
                                                              "content-range",
                                                              "content-type",
                                                              "cookie",
                                                              "expect",
                                                              "host",
                                                              "if-match",
                                                              "if-modified-since",
                                                              "if-none-match",
                                                              "if-range",
                                                              "if-unmodified-since",
                                                              "keep-alive",
                                                              "max-forwards",
                                                              "pragma",
                                                              "proxy-authenticate",
                                                              "proxy-authorization",
                                                              "proxy-connection",
                                                              "range",
                                                              "set-cookie",
                                                              "te",
                                                              "trailer",
                                                              "transfer-encoding",
                                                              "upgrade",
                                                              "www-authenticate"};
  return kNames->count(name) != 0;
}

bool has_forbidden_trailer(const Case& one) {
  const Message* const message = one.their_message();
  return message != nullptr && std::any_of(message->trailers.begin(), message->trailers.end(),
                                           [](const auto& t) { return is_no_trailer(t.first); });
}

// A number of 2^63 or more, without leading zeros.
bool is_large(std::string text) {
  text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
  constexpr std::string_view kMost = "9223372036854775807";
  return text.size() > kMost.size() || (text.size() == kMost.size() && text > kMost);
}

// A CONNECT request names a port (RFC 9112 §3.2.3).
bool is_connect_target(const std::string& text) {
  const size_t port = text.find_last_not_of("0123456789") + 1;
  return reference::is_authority(text) && port > 1 && port < text.size() && text[port - 1] == ':' &&
         std::stoul("0" + text.substr(port, 9)) - 1 < 65535;
}

std::string without_white_space(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(),
                            [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }),
             text.end());
  return text;
}

bool is_same_without_white_space(const FieldList& a, const FieldList& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && without_white_space(x.second) == without_white_space(y.second);
  });
}

// Both have the message, and nothing but the white space in values is different.
bool differs_in_white_space(const Case& one) {
  const Message* const a = one.our_message();
  const Message* const b = one.their_message();
  if (a == nullptr || b == nullptr) return false;
  if (a->fields == b->fields && a->trailers == b->trailers) return false;
  return is_same_without_white_space(a->fields, b->fields) &&
         is_same_without_white_space(a->trailers, b->trailers);
}

bool they_say(const Case& one, std::string_view part) {
  return one.theirs.refused && has(one.theirs.reason, part);
}

// We have read the message, or its head, and llhttp has refused it.
bool they_alone_refuse(const Case& one, std::string_view part) {
  return one.our_message() != nullptr && they_say(one, part);
}

}  // namespace

const std::vector<Difference>& differences() {
  static const std::vector<Difference> kDifferences = {
      // --- Lines
      {"LF alone ends a line", "RFC 9112 §2.2",
       "a recipient may take it; we do not, because others see no end of the line",
       [](const Case& c) { return c.refused_by(kBareLf) && has_bare_lf(c.input); }},
      {"a CR without LF", "RFC 9112 §2.2",
       "llhttp skips it in front of a request line, and in a target without a version",
       [](const Case& c) { return c.refused_by(kBareCr) && has_bare_cr(c.input); }},
      {"any number of empty lines", "RFC 9112 §2.2",
       "at least one is to be skipped; we skip eight, "
       "and before a response only behind another one (§9.2)",
       [](const Case& c) {
         if (c.role == Role::kServer) return c.refused_by(kEmptyLines);
         return c.refused_by(kStatusLine) && theirs(c, ":status") >= "100";
       }},
      // --- Start lines
      {"a request line of several spaces, or without a version", "RFC 9112 §3",
       "llhttp takes runs of spaces for one, and a line without a version for HTTP/0.9",
       [](const Case& c) {
         const bool ours = c.refused_by(kRequestLine) || c.refused_by(kVersion);
         return ours && (has(c.input, "  ") || their_minor(c) == 9);
       }},
      {"another major version", "RFC 9110 §15.6.6", "llhttp takes HTTP/0.9 and HTTP/2.0 for one",
       [](const Case& c) {
         return (c.refused_by(kVersionUnsupported) || c.refused_by(kResponseVersion)) &&
                (has(c.input, "HTTP/0.9") || has(c.input, "HTTP/2.0"));
       }},
      {"a method that llhttp does not know", "RFC 9110 §9.1",
       "a method is any token, of which a server may know few",
       [](const Case& c) {
         return c.role == Role::kServer && c.our_message() != nullptr && c.theirs.refused &&
                is_token(value(c.our_message()->fields, ":method")) &&
                (they_say(c, "method") || they_say(c, "Expected space after"));
       }},
      {"a later minor version", "RFC 9110 §2.5", "HTTP/1.2 and later are read as HTTP/1.1",
       [](const Case& c) { return they_alone_refuse(c, "Invalid HTTP version"); }},
      // --- Fields
      {"a folded value", "RFC 9112 §5.2",
       "llhttp joins folded lines in requests, too, and not with a space",
       [](const Case& c) {
         if (!has_folds(c.input)) return false;
         return c.refused_by(kFold) || c.refused_by(kSpaceBeforeFields) ||
                (c.role == Role::kClient && differs_in_white_space(c));
       }},
      {"an empty field name", "RFC 9112 §5", "a name is a token, and has an octet at least",
       [](const Case& c) {
         const Message* const message = c.their_message();
         return c.refused_by(kFieldName) && message != nullptr &&
                count(message->fields, "") + count(message->trailers, "") > 0;
       }},
      // --- Host and target: llhttp leaves them to its caller
      {"a request of HTTP/1.1 without Host", "RFC 9112 §3.2",
       "it is answered 400; llhttp leaves Host and target to its caller",
       [](const Case& c) {
         return c.refused_by(kHostMissing) && count(c.their_fields(), "host") == 0;
       }},
      {"Host twice", "RFC 9112 §3.2", "two recipients could take either",
       [](const Case& c) {
         return c.refused_by(kHostTwice) && count(c.their_fields(), "host") > 1;
       }},
      {"a malformed Host", "RFC 9110 §7.2", "it is a host and an optional port",
       [](const Case& c) {
         return c.refused_by(kHost) && !reference::is_authority(value(c.their_fields(), "host"));
       }},
      {"Host and target differ", "RFC 9112 §3.2.2", "two recipients could take either",
       [](const Case& c) {
         return c.refused_by(kHostDiffers) &&
                theirs(c, ":authority") != value(c.their_fields(), "host");
       }},
      {"a target of no form", "RFC 9112 §3.2",
       "a path or an absolute URI, of OPTIONS also *, and nothing else",
       [](const Case& c) {
         const std::string path = theirs(c, ":path");
         return c.refused_by(kTargetForm) && !path.empty() && path[0] != '/' &&
                (path != "*" || theirs(c, ":method") != "OPTIONS");
       }},
      {"a scheme of more than letters", "RFC 3986 §3.1",
       "digits, +, - and . are allowed behind one",
       [](const Case& c) {
         return c.our_message() != nullptr && they_say(c, "Unexpected char in url schema") &&
                value(c.our_message()->fields, ":scheme").find_first_of("0123456789+-.") !=
                    std::string::npos;
       }},
      {"a fragment", "RFC 9112 §3.2", "a target has none; Options::accept_path_fragment takes it",
       [](const Case& c) { return c.refused_by(kTargetFragment) && has(theirs(c, ":path"), "#"); }},
      {"the authority of a target with userinfo, or malformed", "RFC 9110 §4.2.4",
       "it is a host and an optional port, too",
       [](const Case& c) {
         return c.refused_by(kTargetAuthority) && !reference::is_authority(theirs(c, ":authority"));
       }},
      {"CONNECT to what is no host and port", "RFC 9112 §3.2.3",
       "there is nothing else to connect to",
       [](const Case& c) {
         return c.refused_by(kConnectTarget) && !is_connect_target(theirs(c, ":authority"));
       }},
      {"CONNECT with content", "RFC 9110 §9.3.6",
       "it has none, and octets behind it are the tunnel's for some and content for others",
       [](const Case& c) {
         return c.refused_by(kConnectContent) && is_connect(c) &&
                count(c.their_fields(), "content-length") +
                        count(c.their_fields(), "transfer-encoding") >
                    0;
       }},
      {"an upgrade in HTTP/1.0", "RFC 9110 §7.8", "it is to be ignored there",
       [](const Case& c) {
         const Message* const ours = c.our_message();
         const Message* const message = c.their_message();
         return c.role == Role::kServer && their_minor(c) == 0 && ours != nullptr &&
                message->tunnel && !ours->tunnel;
       }},
      // --- Where content ends
      {"transfer-encoding in HTTP/1.0", "RFC 9112 §6.1", "400, as whoever forwards may not see it",
       [](const Case& c) { return c.refused_by(kCodingInHttp10) && their_minor(c) == 0; }},
      {"a list of codings that is none", "RFC 9112 §6.1",
       "llhttp looks at the last word only, and not at an empty list",
       [](const Case& c) {
         const std::string list = codings(c);
         return (c.refused_by(kCodingSyntax) && list != "chunked") ||
                (c.refused_by(kBothLengths) && list.empty());
       }},
      {"another coding than chunked", "RFC 9112 §6.3",
       "llhttp takes codings in front of chunked, and in responses without it",
       [](const Case& c) {
         return (c.refused_by(kCodingUnknown) || c.refused_by(kChunkedLast) ||
                 c.refused_by(kChunkedOnce)) &&
                codings(c) != "chunked";
       }},
      {"a length of 2^63 or more, or of many zeros", "RFC 9110 §15.5.14",
       "we count in signed numbers, and read no more than 32 digits",
       [](const Case& c) {
         const std::string length = value(c.their_fields(), "content-length");
         return (c.refused_by(kContentSize) || c.refused_by(kLength)) &&
                (is_large(length) || length.size() > 32);
       }},
      {"equal lengths in a response", "RFC 9112 §6.3", "a recipient may take them for one",
       [](const Case& c) {
         const Message* const ours = c.our_message();
         return c.role == Role::kClient && ours != nullptr &&
                find_field(ours->fields, "content-length") != nullptr &&
                (they_say(c, "Content-Length"));
       }},
      {"content of 1xx, 204 and 304", "RFC 9112 §6.3", "they have none, whatever their fields say",
       [](const Case& c) {
         const std::string status = theirs(c, ":status");
         const Message* const ours = c.our_message();
         return (status == "204" || status == "304" || status[0] == '1') && ours != nullptr &&
                ours->complete && ours->content.empty();
       }},
      // --- Chunks and trailers
      {"extensions of a quoted string and of white space", "RFC 9112 §7.1.1",
       "llhttp does not take all of the grammar",
       [](const Case& c) { return they_alone_refuse(c, "chunk extension"); }},
      {"white space around chunk sizes", "RFC 9112 §7.1.1",
       "in responses we take it, because servers send it",
       [](const Case& c) { return c.role == Role::kClient && they_alone_refuse(c, "chunk size"); }},
      {"trailers of framing, routing, authentication and content", "RFC 9110 §6.5.1",
       "a sender must not send them, and who merges them changes what was checked",
       [](const Case& c) { return c.refused_by(kTrailerField) && has_forbidden_trailer(c); }},
      // --- Responses
      {"a status that is none", "RFC 9112 §4", "three digits, from 100 to 999",
       [](const Case& c) {
         const std::string status = theirs(c, ":status");
         return c.refused_by(kStatusLine) && !status.empty() && status[0] == '0';
       }},
      {"control characters in a reason phrase", "RFC 9112 §4", "llhttp looks for its end only",
       [](const Case& c) {
         return c.role == Role::kClient && c.refused_by(kFieldValue) && has_control(c.input);
       }},
      {"what follows an interim response that ends the connection", "RFC 9110 §15.2",
       "the final response follows 1xx, whatever that says; llhttp reads no more",
       [](const Case& c) {
         return c.role == Role::kClient && c.number > 0 && c.their_message() == nullptr &&
                !c.theirs.refused && c.theirs.interim_ends;
       }},
      {"101 that nobody asked for", "RFC 9110 §15.2.2", "it answers an offer",
       [](const Case& c) {
         return c.refused_by(kSwitchNotOffered) && theirs(c, ":status") == "101";
       }},
  };
  return kDifferences;
}

}  // namespace headrace::fuzz::http1_differential

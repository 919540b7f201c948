#include "headrace/field/field_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

#include "headrace/field/known_names.h"
#include "headrace/field/same_text.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// By token.
constexpr std::array<std::string_view, kFieldNameCount> kNames = {
    "",  // kUnresolved
    "",  // kOther
    "",  // kOtherPseudo
    ":method",
    ":scheme",
    ":authority",
    ":path",
    ":status",
    ":protocol",
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
    "te",
    "host",
    "content-length",
    "cookie",
    "priority",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "accept",
    "access-control-allow-origin",
    "age",
    "allow",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expect",
    "expires",
    "from",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "refresh",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
    "user-agent",
    "vary",
    "via",
    "www-authenticate",
};

consteval std::array<KnownName, kFieldNameCount> make_known_names() {
  std::array<KnownName, kFieldNameCount> known{};
  for (size_t token = 0; token < kNames.size(); ++token) {
    std::copy(kNames[token].begin(), kNames[token].end(), known[token].octets.begin());
    known[token].size = static_cast<uint8_t>(kNames[token].size());
    known[token].token = static_cast<FieldName>(token);
  }
  return known;
}

}  // namespace

constexpr std::array<KnownName, kFieldNameCount> KnownNames::kByToken = make_known_names();

constexpr std::array<FieldName, KnownNames::kSlotCount> KnownNames::kSlots = [] {
  std::array<FieldName, kSlotCount> slots{};
  for (const KnownName& known : kByToken) {
    if (known.size > 0) slots[slot_of(known.text())] = known.token;
  }
  for (const KnownName& known : kByToken) {
    if (known.size > 0 && slots[slot_of(known.text())] != known.token) std::abort();
  }
  return slots;
}();

FieldName resolve_field_name(std::string_view name) {
  if (name.empty()) return FieldName::kOther;
  if (name.size() >= KnownNames::kMinSize) {
    const KnownName& known = KnownNames::candidate(name);
    if (same_text(known.text(), name)) return known.token;
  }
  return name.front() == ':' ? FieldName::kOtherPseudo : FieldName::kOther;
}

FieldName resolve_field_name_in_any_case(std::string_view name) {
  const FieldName token = resolve_field_name(name);
  if (is_known(token) || name.size() > KnownName::kMaxSize) return token;
  const auto is_upper = [](char c) { return 'A' <= c && c <= 'Z'; };
  if (std::none_of(name.begin(), name.end(), is_upper)) return token;
  std::array<char, KnownName::kMaxSize> lower;
  std::transform(name.begin(), name.end(), lower.begin(),
                 [&](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return resolve_field_name({lower.data(), name.size()});
}

HEADRACE_ABI_END
}  // namespace headrace

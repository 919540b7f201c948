#include "headrace/field/field_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

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

// A hash without collisions among the names: the length and three characters, multiplied. The
// multiplier was found by trial.
constexpr size_t kSlots = 256;
constexpr uint32_t kMultiplier = 0x8babf391;

constexpr uint32_t slot_of(std::string_view name) {
  const auto octet = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(name[i])); };
  const uint32_t key = static_cast<uint32_t>(name.size()) | octet(0) << 8 |
                       octet(name.size() / 2) << 16 | octet(name.size() - 1) << 24;
  return (key * kMultiplier) >> 24;
}

consteval std::array<FieldName, kSlots> make_slots() {
  std::array<FieldName, kSlots> slots{};
  for (size_t token = 0; token < kNames.size(); ++token) {
    if (!kNames[token].empty()) slots[slot_of(kNames[token])] = static_cast<FieldName>(token);
  }
  return slots;
}
constexpr std::array<FieldName, kSlots> kTokens = make_slots();

consteval bool each_name_has_its_slot() {
  for (size_t token = 0; token < kNames.size(); ++token) {
    if (kNames[token].empty()) continue;
    if (kTokens[slot_of(kNames[token])] != static_cast<FieldName>(token)) return false;
  }
  return true;
}
static_assert(each_name_has_its_slot());

}  // namespace

FieldName resolve_field_name(std::string_view name) {
  if (name.empty()) return FieldName::kOther;
  const FieldName token = kTokens[slot_of(name)];
  if (same_text(kNames[static_cast<size_t>(token)], name)) return token;
  return name.front() == ':' ? FieldName::kOtherPseudo : FieldName::kOther;
}

FieldName resolve_field_name_in_any_case(std::string_view name) {
  constexpr size_t kLongest = std::string_view("access-control-allow-origin").size();
  if (name.size() > kLongest) return resolve_field_name(name);
  std::array<char, kLongest> lower;
  std::transform(name.begin(), name.end(), lower.begin(), [](char c) {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return resolve_field_name({lower.data(), name.size()});
}

HEADRACE_ABI_END
}  // namespace headrace

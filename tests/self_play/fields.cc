#include "tests/self_play/fields.h"

#include <array>
#include <string_view>

namespace headrace::self_play {
namespace {

using namespace std::string_view_literals;

constexpr std::array kRequestNames = {"accept"sv,        "user-agent"sv, "cookie"sv,  "x-one"sv,
                                      "authorization"sv, "x-two"sv,      "referer"sv, "x-three"sv};
constexpr std::array kResponseNames = {"server"sv, "set-cookie"sv, "etag"sv,  "content-type"sv,
                                       "vary"sv,   "x-one"sv,      "x-two"sv, "x-three"sv};
constexpr std::array kTrailerNames = {"x-sum"sv, "x-one"sv, "server-timing"sv, "x-two"sv};
constexpr std::array kValues = {""sv,
                                "1"sv,
                                "text/html"sv,
                                "a=1; b=2; c=the third of three"sv,
                                "session=0123456789abcdef0123456789"sv,
                                "Mozilla/5.0 (self-play; of no platform)"sv,
                                "\x80\xff, latin or not"sv,
                                "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"sv};

std::string random_value(Random* random) {
  if (!random->one_in(4)) return std::string(random->pick(kValues));
  const uint32_t longest = random->one_in(200) ? 30000 : random->one_in(20) ? 2000 : 40;
  std::string value(1 + random->up_to(longest), 'v');
  for (char& c : value) c = static_cast<char>('!' + random->below('~' - '!'));
  return value;
}

// Cookie pairs joined, behind all other fields.
Fields normalized(const Fields& fields) {
  Fields result;
  std::string cookie;
  bool any = false;
  for (const OwnedField& field : fields) {
    if (field.name != "cookie") {
      result.push_back(field);
      continue;
    }
    if (any) cookie += "; ";
    any = true;
    cookie += field.value;
  }
  if (any) result.push_back({"cookie", cookie});
  return result;
}

Fields owned(FieldsView fields) {
  Fields result;
  for (const Field& field : fields) {
    result.push_back({std::string(field.name), std::string(field.value), field.never_indexed});
  }
  return result;
}

}  // namespace

std::vector<Field> views(const Fields& fields) {
  std::vector<Field> result;
  for (const OwnedField& field : fields) {
    result.push_back({field.name, field.value, field.never_indexed});
  }
  return result;
}

void add_random_fields(Section section, Random* random, Fields* fields) {
  const uint32_t count = random->one_in(40) ? random->below(60) : random->below(6);
  for (uint32_t i = 0; i < count; ++i) {
    OwnedField field;
    switch (section) {
      case Section::kRequest:
        field.name = random->pick(kRequestNames);
        break;
      case Section::kResponse:
        field.name = random->pick(kResponseNames);
        break;
      case Section::kTrailers:
        field.name = random->pick(kTrailerNames);
        break;
    }
    if (random->one_in(20)) field.name = "x-" + std::to_string(random->below(1000));
    field.value = random_value(random);
    field.never_indexed = random->one_in(20);
    if (list_size(*fields) + field.value.size() > 60000) return;
    fields->push_back(std::move(field));
  }
}

size_t list_size(const Fields& fields, bool split_cookies) {
  size_t size = 0;
  for (const OwnedField& field : fields) {
    size += field.name.size() + field.value.size() + 32;
    if (!split_cookies || field.name != "cookie") continue;
    for (size_t at = 0; (at = field.value.find("; ", at)) != std::string::npos; at += 2) {
      size += field.name.size() + 32 - 2;
    }
  }
  return size;
}

bool is_same(const Fields& sent, FieldsView received) {
  const Fields left = normalized(sent);
  const Fields right = normalized(owned(received));
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].name != right[i].name || left[i].value != right[i].value) return false;
    // RFC 7541 §7.1.3: what was never indexed stays so.
    if (left[i].never_indexed && !right[i].never_indexed) return false;
  }
  return true;
}

std::string describe(FieldsView fields) {
  std::string text;
  for (const Field& field : fields) {
    text.append(" ").append(field.name).append("=");
    text.append(field.value.substr(0, 30));
    if (field.value.size() > 30) text += "...(" + std::to_string(field.value.size()) + ")";
  }
  return text;
}

}  // namespace headrace::self_play

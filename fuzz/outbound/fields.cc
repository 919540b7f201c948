#include "fuzz/outbound/fields.h"

#include <array>
#include <utility>

namespace headrace::fuzz {
namespace {

using Text = const char*;

void add_length(Draws* draws, size_t size, DrawnFields* fields) {
  const uint32_t kind = draws->below(8);
  if (kind < 4) return;
  static constexpr std::array<Text, 4> kOthers = {"", "abc", "-1", "18446744073709551616"};
  if (kind == 4) return fields->add("content-length", std::to_string(size));
  if (kind == 5) return fields->add("content-length", std::to_string(size + 1 + draws->below(9)));
  if (kind == 6) return fields->add("content-length", std::to_string(size / 2));
  fields->add("content-length", draws->pick(kOthers));
}

void add_usual(Draws* draws, DrawnFields* fields) {
  static constexpr std::array<std::pair<Text, Text>, 8> kUsual = {{{"x-a", "1"},
                                                                   {"x-empty", ""},
                                                                   {"accept", "*/*"},
                                                                   {"cookie", "a=1; b=2"},
                                                                   {"priority", "u=1, i"},
                                                                   {"authorization", "secret"},
                                                                   {"cache-control", "no-cache"},
                                                                   {"x-inner", "a\tb \x80"}}};
  for (uint32_t count = draws->below(3); count > 0; --count) {
    const auto& [name, value] = draws->pick(kUsual);
    fields->add(name, value);
  }
  if (draws->seldom(12)) fields->add("x-large", std::string(20 * draws->octet() * 10, 'x'));
}

void add_mistake(Draws* draws, DrawnFields* fields) {
  static constexpr std::array<std::pair<Text, Text>, 16> kMistakes = {
      {{"Upper-Case", "1"},
       {"na me", "1"},
       {"", "1"},
       {"x-padded", " 1"},
       {"x-lines", "a\r\nb"},
       {"connection", "close"},
       {"transfer-encoding", "chunked"},
       {"upgrade", "h2c"},
       {"te", "gzip"},
       {"host", "other.example"},
       {"host", "a b"},
       {":path", "/late"},
       {":unknown", "1"},
       {":status", "200"},
       {":method", "GET"},
       {"content-length", "5"}}};
  const auto& [name, value] = draws->pick(kMistakes);
  fields->add(name, value);
}

}  // namespace

void DrawnFields::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

std::vector<Field> DrawnFields::views() const {
  std::vector<Field> views;
  for (const auto& [name, value] : fields_) views.push_back({name, value});
  return views;
}

DrawnFields draw_request(Draws* draws, bool mistakes, bool protocol, size_t size) {
  static constexpr std::array<Text, 8> kMethods = {"GET",  "POST", "HEAD",    "CONNECT",
                                                   "POST", "PUT",  "OPTIONS", "X-ANY"};
  static constexpr std::array<Text, 8> kPaths = {"/", "/a?b", "/", "/", "*", "", "a", "/a b"};
  DrawnFields fields;
  const std::string method = draws->pick(kMethods);
  const bool tunnel = method == "CONNECT" && !(protocol && draws->seldom(2));
  fields.add(":method", mistakes && draws->seldom(16) ? "GE T" : method);
  if (method == "CONNECT" && !tunnel) fields.add(":protocol", "websocket");
  if (!tunnel || (mistakes && draws->seldom(16))) {
    // (What a path is under other schemes only they know; nghttp2 judges them alike.)
    fields.add(":scheme", !mistakes && draws->seldom(8) ? "ftp" : "http");
    fields.add(":path", mistakes ? draws->pick(kPaths) : "/");
  }
  // (Without one RFC 9113 §8.3.1 lets a request be, and nghttp2 does not.)
  fields.add(":authority", tunnel ? "a.example:443" : "a.example");
  if (draws->seldom(8)) fields.add("te", "trailers");
  add_usual(draws, &fields);
  // (A tunnel has no length, RFC 9110 §9.3.6; nghttp2 counts that of an extended CONNECT.)
  const bool extended = method == "CONNECT" && !tunnel;
  if (!extended) add_length(draws, size, &fields);
  if (mistakes && !extended && draws->seldom(4)) add_mistake(draws, &fields);
  return fields;
}

DrawnFields draw_response(Draws* draws, bool mistakes, bool interim, size_t size, bool vouches) {
  static constexpr std::array<Text, 8> kFinal = {"200", "204", "205", "304",
                                                 "404", "500", "299", "206"};
  static constexpr std::array<Text, 4> kInterim = {"100", "103", "199", "102"};
  static constexpr std::array<Text, 8> kWrong = {"101", "099", "1000", "",
                                                 "abc", "100", "20",   "200"};
  DrawnFields fields;
  std::string status = interim ? draws->pick(kInterim) : draws->pick(kFinal);
  if (mistakes && draws->seldom(8)) status = draws->pick(kWrong);
  fields.add(":status", status);
  add_usual(draws, &fields);
  // (RFC 9110 §8.6: neither has a length.)
  const bool bare = vouches && (interim || status == "204");
  if (!bare) add_length(draws, size, &fields);
  if (draws->seldom(6)) fields.add("content-type", "text/plain");
  if (mistakes && !bare && draws->seldom(4)) add_mistake(draws, &fields);
  return fields;
}

DrawnFields draw_trailers(Draws* draws, bool mistakes) {
  DrawnFields fields;
  if (draws->seldom(6)) return fields;
  fields.add("x-sum", "1");
  add_usual(draws, &fields);
  if (mistakes && draws->seldom(3)) add_mistake(draws, &fields);
  return fields;
}

}  // namespace headrace::fuzz

#include <algorithm>
#include <array>

#include "fuzz/conversation/peer.h"

namespace headrace::fuzz {

// Of the newest ones; seldom one that was never used, or not yet.
uint32_t ServerPeer::some_stream(Draws* draws) const {
  const uint32_t draw = draws->octet();
  if (draw >= 240) return 2 * (draw - 240);
  std::vector<uint32_t> used = seen_.requests;
  used.insert(used.end(), promised_.begin(), promised_.end());
  if (used.empty()) return 1;
  if (draw >= 224) return used.back() + 2;
  return used[used.size() - 1 - draw % std::min(used.size(), size_t{8})];
}

std::string ServerPeer::message(Draws* draws, uint32_t choice) {
  if (choice < 7) return answer(draws);
  if (choice < 9) return interim(draws);
  if (choice < 11) return promise(draws);
  const uint32_t id = some_stream(draws);
  if (choice < 13) return data(draws, id);
  if (choice == 13) return trailers(draws, id);
  return choice == 14 ? response(draws, id) : malformed(draws);
}

// What may come next on a stream.
std::string ServerPeer::answer(Draws* draws) {
  const uint32_t id = some_stream(draws);
  Answer& answer = answers_[id];
  if (!answer.head) return response(draws, id);
  if (draws->seldom(4)) {
    answer.ended = true;
    return trailers(draws, id);
  }
  std::string frame = data(draws, id);
  answer.ended = (frame[4] & reference::END_STREAM) != 0;
  return frame;
}

std::string ServerPeer::response(Draws* draws, uint32_t stream_id) {
  static const std::array<std::string, 8> kStatus = {"200", "204", "304", "404",
                                                     "206", "503", "200", "200"};
  const uint32_t kind = draws->octet();
  Fields fields = {{":status", kStatus[kind >> 1 & 7]}, {"server", "fuzz"}};
  if ((kind & 0x30) == 0x30) fields.push_back({"content-length", std::to_string(draws->octet())});
  if ((kind & 0x40) != 0) fields.push_back({"x-filler", std::string(draws->octet() * 4u, 'f')});
  const bool end_stream = (kind & 1) != 0;
  answers_[stream_id] = {.head = true, .ended = end_stream};
  return field_block(draws, stream_id, end_stream, fields);
}

std::string ServerPeer::interim(Draws* draws) {
  static const std::array<std::string, 4> kStatus = {"100", "103", "199", "101"};
  const uint32_t id = some_stream(draws);
  const Fields fields = {{":status", draws->pick(kStatus)}, {"link", "</a>"}};
  return field_block(draws, id, draws->seldom(16), fields);
}

// A server pushes to who wants it, most of the time.
std::string ServerPeer::promise(Draws* draws) {
  static const std::array<std::string, 4> kMethods = {"GET", "HEAD", "GET", "POST"};
  if (!seen_.push_allowed && !draws->seldom(32)) return answer(draws);
  const uint32_t on = some_stream(draws);
  const uint32_t kind = draws->octet();
  uint32_t promised = next_promise_;
  if (kind >= 240) {
    promised = kind - 240;
  } else {
    next_promise_ += kind >= 224 ? 4 : 2;
    promised_.push_back(promised);
  }
  Fields fields = {{":method", kMethods[kind & 3]},
                   {":scheme", "https"},
                   {":authority", "example.org"},
                   {":path", "/pushed"}};
  if ((kind & 0x10) != 0) fields.push_back({"content-length", std::to_string(kind & 1)});
  if ((kind & 0x20) != 0) {
    fields.insert(fields.end(), {{"cookie", "a=1"}, {"cookie", "b=2"}});
  }
  return field_block(draws, on, false, fields, promised == 0 ? 0x80000000 : promised);
}

std::string ServerPeer::malformed(Draws* draws) {
  static const std::array<Fields, 8> kHeads = {{
      {},
      {{":status", "20"}},
      {{":status", "200"}, {":status", "200"}},
      {{"server", "fuzz"}, {":status", "200"}},
      {{":status", "200"}, {":path", "/"}},
      {{":status", "200"}, {"Bad Name", "x"}},
      {{":status", "200"}, {"connection", "close"}},
      {{":status", "200"}, {"x-padded", " x "}},
  }};
  const uint32_t id = some_stream(draws);
  return field_block(draws, id, false, draws->pick(kHeads));
}

// RFC 9113 §6.8: nothing above is looked at; or the notice of it.
std::string ServerPeer::goaway(Draws* draws) {
  const uint32_t last = draws->below(4) == 0 ? 0x7fffffff : some_stream(draws);
  return reference::encode(reference::GOAWAY, 0, 0,
                           reference::goaway(last, draws->below(2), "bye"));
}

std::string ServerPeer::extension(Draws* draws) {
  const uint32_t id = draws->below(2) == 0 ? 0 : some_stream(draws);
  switch (draws->below(4)) {
    case 0:
      return reference::encode(reference::ALTSVC, 0, id,
                               reference::altsvc(id == 0 ? "https://a.b" : "", "h2=\":8000\""));
    case 1:
      return reference::encode(reference::ORIGIN, 0, id,
                               reference::origins({"https://a.b", "null", "https://c.d:8000"}));
    case 2:
      return reference::encode(reference::ORIGIN, 0, id, draws->octets(8));
    default:
      return reference::encode(reference::PRIORITY_UPDATE, 0, 0,
                               reference::priority_update(id, "u=1"));
  }
}

}  // namespace headrace::fuzz

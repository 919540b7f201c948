#include <array>

#include "fuzz/conversation/peer.h"

namespace headrace::fuzz {

std::string ClientPeer::preface(Draws* draws) {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings(draws);
}

uint32_t ClientPeer::some_stream(Draws* draws) const {
  uint32_t draw = draws->octet();
  if (draw == 255) return 2;
  uint32_t used = next_stream_ / 2;
  return 2 * (draw % (used + 1)) + 1;
}

std::string ClientPeer::message(Draws* draws, uint32_t choice) {
  if (choice < 8) return request(draws);
  const uint32_t id = some_stream(draws);
  return choice < 14 ? data(draws, id) : trailers(draws, id);
}

std::string ClientPeer::goaway(Draws*) {
  return reference::encode(reference::GOAWAY, 0, 0, reference::goaway(0, 0, "bye"));
}

// RFC 9218 §7.1, of streams that are there and of such that may come.
std::string ClientPeer::extension(Draws* draws) {
  static const std::array<std::string, 5> kValues = {"u=1", "i", "u=9, i=?0", "", "u=\"x"};
  const uint32_t id = some_stream(draws) + (draws->below(2) == 0 ? 0 : 4);
  return reference::encode(reference::PRIORITY_UPDATE, 0, 0,
                           reference::priority_update(id, draws->pick(kValues)));
}

std::string ClientPeer::request(Draws* draws) {
  uint32_t kind = draws->octet();
  bool end_stream = (kind & 1) != 0;
  uint32_t id = next_stream_;
  if (draws->seldom(32)) {
    id = some_stream(draws);
  } else {
    next_stream_ += draws->seldom(16) ? 4 : 2;
  }
  Fields fields;
  if ((kind & 0x0e) == 0x0e) {
    fields = {{":method", "CONNECT"}, {":authority", "example.org:443"}};
  } else {
    static const std::array<std::string, 4> kMethods = {"GET", "POST", "HEAD", "PUT"};
    fields = {{":method", draws->pick(kMethods)},
              {":scheme", "https"},
              {":authority", "example.org"},
              {":path", "/" + std::to_string(draws->below(4))}};
  }
  if ((kind & 0x8e) == 0x8e) {  // RFC 8441
    fields.insert(fields.end(), {{":protocol", "websocket"}, {":scheme", "https"}, {":path", "/"}});
  }
  if ((kind & 0x30) == 0x30) fields.push_back({"content-length", std::to_string(draws->octet())});
  if ((kind & 0x40) != 0) fields.push_back({"x-filler", std::string(draws->octet() * 4u, 'f')});
  if ((kind & 0x80) != 0) {
    fields.insert(fields.end(), {{"cookie", "a=1"}, {"priority", "u=5, i"}, {"cookie", "b=2"}});
  }
  if (draws->seldom(32)) fields.push_back({"Bad Name", "x"});
  return field_block(draws, id, end_stream, fields);
}

}  // namespace headrace::fuzz

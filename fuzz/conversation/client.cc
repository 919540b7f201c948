#include "fuzz/conversation/client.h"

#include <algorithm>
#include <array>
#include <utility>

namespace headrace::fuzz {
namespace {

constexpr std::array<uint16_t, 8> kSettings = {1, 2, 3, 4, 4, 5, 6, 0x7777};
constexpr std::array<uint32_t, 12> kSettingValues = {
    0, 1, 10, 100, 4096, 16384, 16385, 65535, 70000, 0x7fffffff, 0x7fffff00, 0xffffffff};
constexpr std::array<uint32_t, 8> kIncrements = {1, 10,     1000,       16384,
                                                 0, 100000, 0x7fff0000, 0x7fffffff};
constexpr std::array<uint32_t, 6> kErrorCodes = {0, 8, 7, 1, 0xb, 0xdeadbeef};

}  // namespace

uint32_t Client::some_stream(Draws* draws) const {
  uint32_t draw = draws->octet();
  if (draw == 255) return 2;
  uint32_t used = next_stream_ / 2;
  return 2 * (draw % (used + 1)) + 1;
}

std::string Client::write(Draws* draws) {
  std::string frame;
  uint32_t choice = draws->below(32);
  if (choice < 8) {
    frame = request(draws);
  } else if (choice < 14) {
    frame = data(draws);
  } else if (choice < 16) {
    frame = trailers(draws);
  } else if (choice < 18) {
    uint32_t id = some_stream(draws);
    frame =
        reference::encode(reference::RST_STREAM, 0, id, reference::u32(draws->pick(kErrorCodes)));
  } else if (choice < 22) {
    frame = window_update(draws);
  } else if (choice < 24) {
    frame = settings(draws);
  } else if (choice < 26) {
    frame = reference::encode(reference::SETTINGS, reference::ACK, 0);
  } else if (choice < 28) {
    uint8_t flags = draws->below(2) == 0 ? 0 : reference::ACK;
    uint64_t opaque = draws->seldom(4) ? 0x6865616472616365 : draws->octet();
    frame = reference::encode(reference::PING, flags, 0, reference::u64(opaque));
  } else if (choice == 28) {
    uint32_t id = some_stream(draws);
    frame = reference::encode(reference::PRIORITY, 0, id,
                              reference::priority(false, draws->seldom(4) ? id : 0, 15));
  } else if (choice == 29) {
    frame = reference::encode(reference::GOAWAY, 0, 0, reference::goaway(0, 0, "bye"));
  } else if (choice == 30) {
    uint32_t id = some_stream(draws);
    frame = reference::encode(0xfa, draws->octet(), id, draws->octets(draws->below(20)));
  } else {
    return draws->octets(draws->below(64));
  }
  return draws->seldom(64) ? broken(draws, std::move(frame)) : frame;
}

std::string Client::settings(Draws* draws) {
  reference::Settings entries;
  for (uint32_t count = draws->below(4); count > 0; --count) {
    uint16_t id = draws->pick(kSettings);
    entries.emplace_back(id, draws->pick(kSettingValues));
  }
  return reference::encode(reference::SETTINGS, 0, 0, reference::settings(entries));
}

std::string Client::request(Draws* draws) {
  uint32_t kind = draws->octet();
  bool end_stream = (kind & 1) != 0;
  uint32_t id = next_stream_;
  if (draws->seldom(32)) {
    id = some_stream(draws);
  } else {
    next_stream_ += draws->seldom(16) ? 4 : 2;
  }
  std::vector<reference::HeaderField> fields;
  if ((kind & 0x0e) == 0x0e) {
    fields = {{":method", "CONNECT"}, {":authority", "example.org:443"}};
  } else {
    static const std::array<std::string, 4> kMethods = {"GET", "POST", "HEAD", "PUT"};
    fields = {{":method", draws->pick(kMethods)},
              {":scheme", "https"},
              {":authority", "example.org"},
              {":path", "/" + std::to_string(draws->below(4))}};
  }
  if ((kind & 0x30) == 0x30) fields.push_back({"content-length", std::to_string(draws->octet())});
  if ((kind & 0x40) != 0) fields.push_back({"x-filler", std::string(draws->octet() * 4u, 'f')});
  if (draws->seldom(32)) fields.push_back({"Bad Name", "x"});
  return field_block(draws, id, end_stream, fields);
}

std::string Client::trailers(Draws* draws) {
  uint32_t id = some_stream(draws);
  return field_block(draws, id, !draws->seldom(8), {{"x-checksum", "0"}});
}

// HEADERS, and CONTINUATION when the draws cut the block.
std::string Client::field_block(Draws* draws, uint32_t stream_id, bool end_stream,
                                const std::vector<reference::HeaderField>& fields) {
  std::string block;
  if (draws->seldom(16)) encoder_.write_size_update(draws->octet() * 16u, &block);
  block += encoder_.encode(fields);
  uint8_t shape = draws->octet();
  uint8_t flags = end_stream ? reference::END_STREAM : 0;
  std::string first = block;
  size_t pieces = (shape & 3) == 3 ? 1 + draws->below(4) : 0;
  size_t piece = block.size() / (pieces + 1) + 1;
  if (pieces > 0) first.resize(std::min(piece, first.size()));
  std::string rest = block.substr(first.size());
  if (rest.empty()) flags |= reference::END_HEADERS;
  if ((shape & 0x10) != 0) {
    flags |= reference::HAS_PRIORITY;
    first = reference::priority(false, (shape & 0xe0) == 0xe0 ? stream_id : 0, 15) + first;
  }
  if ((shape & 0x0c) == 0x0c) {
    flags |= reference::PADDED;
    first = reference::padded(first, draws->octet());
  }
  std::string frames = reference::encode(reference::HEADERS, flags, stream_id, first);
  while (!rest.empty()) {
    std::string fragment = rest.substr(0, piece);
    rest.erase(0, fragment.size());
    uint8_t ends = rest.empty() ? reference::END_HEADERS : 0;
    frames += reference::encode(reference::CONTINUATION, ends, stream_id, fragment);
  }
  return frames;
}

std::string Client::data(Draws* draws) {
  static constexpr std::array<uint32_t, 8> kSizes = {1, 0, 5, 17, 100, 600, 1200, 8000};
  uint32_t id = some_stream(draws);
  uint8_t shape = draws->octet();
  std::string content(draws->pick(kSizes), 'd');
  uint8_t flags = (shape & 7) == 7 ? reference::END_STREAM : 0;
  if ((shape & 0x18) == 0x18) {
    flags |= reference::PADDED;
    content = reference::padded(content, draws->octet());
  }
  return reference::encode(reference::DATA, flags, id, content);
}

std::string Client::window_update(Draws* draws) {
  uint32_t id = draws->below(3) == 0 ? 0 : some_stream(draws);
  return reference::encode(reference::WINDOW_UPDATE, 0, id,
                           reference::u32(draws->pick(kIncrements)));
}

// One octet of the frame is another; or it is cut, or said to be longer.
std::string Client::broken(Draws* draws, std::string frame) {
  size_t at = draws->number() % frame.size();
  frame[at] = static_cast<char>(draws->octet());
  if (draws->seldom(4)) frame.resize(at);
  return frame;
}

}  // namespace headrace::fuzz

#include "fuzz/conversation/peer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace headrace::fuzz {
namespace {

constexpr std::array<uint16_t, 12> kSettings = {1, 2, 3, 4, 4, 5, 6, 0x7777, 8, 9, 3, 3};
constexpr std::array<uint32_t, 12> kSettingValues = {
    0, 1, 10, 100, 4096, 16384, 16385, 65535, 70000, 0x7fffffff, 0x7fffff00, 0xffffffff};
constexpr std::array<uint32_t, 8> kIncrements = {1, 10,     1000,       16384,
                                                 0, 100000, 0x7fff0000, 0x7fffffff};
constexpr std::array<uint32_t, 6> kErrorCodes = {0, 8, 7, 1, 0xb, 0xdeadbeef};

}  // namespace

std::string RawPeer::preface(Draws*) {
  const std::string settings = reference::encode(reference::SETTINGS, 0, 0);
  return role_ == Role::kClient ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings : settings;
}

std::string RawPeer::write(Draws* draws) {
  const std::string_view octets = octets_.substr(0, size_t{1} + draws->octet());
  octets_.remove_prefix(octets.size());
  return std::string(octets);
}

std::string FramePeer::write(Draws* draws) {
  std::string frame;
  uint32_t choice = draws->below(48);
  if (choice < 16) {
    frame = message(draws, choice);
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
    frame = ping(draws);
  } else if (choice == 28) {
    uint32_t id = some_stream(draws);
    frame = reference::encode(reference::PRIORITY, 0, id,
                              reference::priority(false, draws->seldom(4) ? id : 0, 15));
  } else if (choice == 29) {
    frame = goaway(draws);
  } else if (choice == 30) {
    uint32_t id = some_stream(draws);
    const uint8_t flags = draws->octet();
    frame = reference::encode(0xfa, flags, id, draws->octets(draws->below(20)));
  } else if (choice == 31) {
    return draws->octets(draws->below(64));
  } else if (choice < 34) {
    // What we asked last is answered.
    const std::string opaque = seen_.pings.empty() ? reference::u64(0) : seen_.pings.back();
    frame = reference::encode(reference::PING, reference::ACK, 0, opaque);
  } else if (choice == 34) {
    frame = extension(draws);
  } else {
    frame = message(draws, choice - 35);
  }
  return draws->seldom(64) ? broken(draws, std::move(frame)) : frame;
}

std::string FramePeer::ping(Draws* draws) const {
  uint8_t flags = draws->below(2) == 0 ? 0 : reference::ACK;
  uint64_t opaque = draws->seldom(4) ? 0x6865616472616365 : draws->octet();
  return reference::encode(reference::PING, flags, 0, reference::u64(opaque));
}

std::string FramePeer::settings(Draws* draws) {
  reference::Settings entries;
  for (uint32_t count = draws->below(4); count > 0; --count) {
    uint16_t id = draws->pick(kSettings);
    entries.emplace_back(id, draws->pick(kSettingValues));
  }
  return reference::encode(reference::SETTINGS, 0, 0, reference::settings(entries));
}

std::string FramePeer::trailers(Draws* draws, uint32_t stream_id) {
  return field_block(draws, stream_id, !draws->seldom(8), {{"x-checksum", "0"}});
}

std::string FramePeer::field_block(Draws* draws, uint32_t stream_id, bool end_stream,
                                   const Fields& fields, uint32_t promised_id) {
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
  if (promised_id != 0) {
    first = reference::u32(promised_id) + first;
  } else if ((shape & 0x10) != 0) {
    flags |= reference::HAS_PRIORITY;
    first = reference::priority(false, (shape & 0xe0) == 0xe0 ? stream_id : 0, 15) + first;
  }
  if ((shape & 0x0c) == 0x0c) {
    flags |= reference::PADDED;
    first = reference::padded(first, draws->octet());
  }
  const uint8_t type = promised_id != 0 ? reference::PUSH_PROMISE : reference::HEADERS;
  std::string frames = reference::encode(type, flags, stream_id, first);
  while (!rest.empty()) {
    std::string fragment = rest.substr(0, piece);
    rest.erase(0, fragment.size());
    uint8_t ends = rest.empty() ? reference::END_HEADERS : 0;
    frames += reference::encode(reference::CONTINUATION, ends, stream_id, fragment);
  }
  return frames;
}

std::string FramePeer::data(Draws* draws, uint32_t stream_id) {
  static constexpr std::array<uint32_t, 8> kSizes = {1, 0, 5, 17, 100, 600, 1200, 8000};
  uint8_t shape = draws->octet();
  std::string content(draws->pick(kSizes), 'd');
  uint8_t flags = (shape & 7) == 7 ? reference::END_STREAM : 0;
  if ((shape & 0x18) == 0x18) {
    flags |= reference::PADDED;
    content = reference::padded(content, draws->octet());
  }
  return reference::encode(reference::DATA, flags, stream_id, content);
}

std::string FramePeer::window_update(Draws* draws) {
  uint32_t id = draws->below(3) == 0 ? 0 : some_stream(draws);
  return reference::encode(reference::WINDOW_UPDATE, 0, id,
                           reference::u32(draws->pick(kIncrements)));
}

// One octet of the frame is another; or it is cut, or said to be longer.
std::string FramePeer::broken(Draws* draws, std::string frame) {
  size_t at = draws->number() % frame.size();
  frame[at] = static_cast<char>(draws->octet());
  if (draws->seldom(4)) frame.resize(at);
  return frame;
}

}  // namespace headrace::fuzz

#ifndef HEADRACE_ADAPTERS_DUMP_ITEM_H_
#define HEADRACE_ADAPTERS_DUMP_ITEM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/hpack/late_decoder.h"

namespace headrace::dump {

// Something that was found in a stream: a frame, the head of a message, a piece of content, or a
// note about octets that could not be read.
struct Item {
  enum class Kind : uint8_t { kFrame, kMessage, kContent, kNote };
  Kind kind = Kind::kNote;
  uint64_t offset = 0;    // of its first octet, in the stream
  uint64_t size = 0;      // octets on the wire
  std::string direction;  // "192.0.2.1:5000 > 192.0.2.2:80", in a capture of packets

  // "HEADERS", "request", "chunks"; the text of a note.
  std::string name;
  // The rest of its line: "1 END_STREAM END_HEADERS (31)".
  std::string line;
  // The same for programs: numbers as they are, and texts.
  std::vector<std::pair<std::string_view, uint64_t>> numbers;
  std::vector<std::pair<std::string_view, std::string>> texts;
  std::vector<hpack::SeenField> fields;
  // Of content, and of payloads other than fields.
  std::string octets;
};

// Takes the items in their order.
class ItemSink {
 public:
  virtual ~ItemSink() = default;
  virtual void take(const Item& item) = 0;
};

// Reads a stream in any pieces.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual void read(std::string_view octets) = 0;
  // The stream has ended.
  virtual void end() = 0;
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_ITEM_H_

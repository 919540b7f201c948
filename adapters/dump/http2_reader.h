#ifndef HEADRACE_ADAPTERS_DUMP_HTTP2_READER_H_
#define HEADRACE_ADAPTERS_DUMP_HTTP2_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/dump/item.h"
#include "headrace/hpack/late_decoder.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace::dump {

// The place in `octets` where frames most likely begin (RFC 9113 §4.1): from there on, three
// headers that make sense follow each other, or headers up to the end. Nothing if there is no such
// place.
std::optional<size_t> find_frames(std::string_view octets);

// Reads the frames of one direction of a connection.
class Http2Reader final : public Reader {
 public:
  struct Begin {
    bool preface = false;  // the stream begins with a client's preface (RFC 9113 §3.4)
    bool late = false;     // it begins anywhere in a connection
  };
  Http2Reader(const Begin& begin, ItemSink* sink);

  void read(std::string_view octets) override;
  void end() override;

 private:
  bool begin();
  bool read_frame();
  void take(const FrameHeader& header, std::string_view payload);
  // The part of a payload that belongs to a field block. Puts the fields before it into `*item`.
  std::string_view fragment(const FrameHeader& header, std::string_view payload, Item* item);
  void read_block(const FrameHeader& header, std::string_view fragment, Item* item);
  void note(std::string text);

  ItemSink& sink_;
  const bool preface_;
  bool begun_ = false;
  bool ended_ = false;
  std::string buffer_;   // octets that were not read yet
  uint64_t offset_ = 0;  // of its first octet
  hpack::LateDecoder decoder_;
  std::optional<std::string> block_;  // of frames without END_HEADERS
  bool lost_ = false;                 // a block cannot be read, so those behind it cannot either
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_HTTP2_READER_H_

#ifndef HEADRACE_ADAPTERS_DUMP_HTTP1_READER_H_
#define HEADRACE_ADAPTERS_DUMP_HTTP1_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "headrace/adapters/dump/item.h"

namespace headrace::dump {

// Whether a line, without its end, begins a message of HTTP/1.x (RFC 9112 §3, §4): a request of a
// method that is in use, so that one whose beginning is missing is not taken for whole.
bool is_request_line(std::string_view line);
bool is_status_line(std::string_view line);

// Reads the messages of one direction of a connection. It trusts their framing fields, because it
// shows messages that two ends have accepted, and judges neither end.
class Http1Reader final : public Reader {
 public:
  // `late`: the stream begins anywhere in a connection, so that it is read from the first line that
  // begins a message.
  Http1Reader(bool late, ItemSink* sink)
      : sink_(*sink), state_(late ? State::kSearch : State::kStart) {}

  void read(std::string_view octets) override;
  void end() override;

 private:
  enum class State : uint8_t {
    kSearch,     // for the beginning of a message
    kStart,      // a message
    kFields,     // header section, up to an empty line
    kContent,    // left_ octets
    kChunkSize,  // a line
    kChunk,      // left_ octets, and the end of a line
    kTrailers,   // up to an empty line
    kUntilEnd,   // all further octets
  };

  bool step();
  bool take_line(std::string* line);
  bool read_line(const std::string& line);
  bool read_content();
  void read_start(const std::string& line);
  void read_field(const std::string& line);
  void end_head();
  void end_message();
  void give_content(std::string_view octets);

  ItemSink& sink_;
  State state_;
  bool ended_ = false;
  std::string buffer_;
  uint64_t offset_ = 0;  // of its first octet
  uint64_t skipped_ = 0;

  Item head_;  // the one that is being read
  bool is_response_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
  bool tunnels_ = false;
  uint64_t left_ = 0;  // of the content or the chunk
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_HTTP1_READER_H_

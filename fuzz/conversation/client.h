#ifndef HEADRACE_FUZZ_CONVERSATION_CLIENT_H_
#define HEADRACE_FUZZ_CONVERSATION_CLIENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/conversation/draws.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::fuzz {

// A client that means well most of the time: it writes frames by the reference codecs, as the draws
// say, and now and then breaks one.
class Client {
 public:
  static std::string preface() { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"; }

  // The next frame or field block.
  std::string write(Draws* draws);
  std::string settings(Draws* draws);

  // A stream that the client has used, most of the time.
  uint32_t some_stream(Draws* draws) const;

 private:
  std::string request(Draws* draws);
  std::string trailers(Draws* draws);
  std::string field_block(Draws* draws, uint32_t stream_id, bool end_stream,
                          const std::vector<reference::HeaderField>& fields);
  std::string data(Draws* draws);
  std::string window_update(Draws* draws);
  static std::string broken(Draws* draws, std::string frame);

  reference::HpackEncoder encoder_;
  uint32_t next_stream_ = 1;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_CLIENT_H_

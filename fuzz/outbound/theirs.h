#ifndef HEADRACE_FUZZ_OUTBOUND_THEIRS_H_
#define HEADRACE_FUZZ_OUTBOUND_THEIRS_H_

#include <nghttp2/nghttp2.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/outbound/ours.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::fuzz {

// libnghttp2's session in the place of our receiver: told to do what that does, so that it knows
// the same streams and settings, and given the same octets. What it says goes nowhere; what it
// finds fault with ends the case. Its windows and limits are wider.
class Shadow {
 public:
  Shadow(Role role, const std::vector<Setting>& settings);

  void mirror(const PeerAct& act);
  void feed(std::string_view octets);

 private:
  static int invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int error, void* self);
  static int invalid_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                            size_t name_size, const uint8_t* value, size_t value_size,
                            uint8_t flags, void* self);
  static ssize_t read_nothing(nghttp2_session*, int32_t stream_id, uint8_t* room, size_t size,
                              uint32_t* flags, nghttp2_data_source* source, void* self);
  void submit(const std::vector<Setting>& settings);
  void drain();

  std::string reason_;  // what it said of the last that it did not like
  std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_OUTBOUND_THEIRS_H_

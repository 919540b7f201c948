#ifndef HEADRACE_FUZZ_DIFFERENTIAL_THEIRS_H_
#define HEADRACE_FUZZ_DIFFERENTIAL_THEIRS_H_

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/differential/observed.h"
#include "fuzz/differential/setup.h"

namespace headrace::fuzz {

// libnghttp2's session, with the application that the setup asks for.
class Theirs {
 public:
  explicit Theirs(const Setup& setup);

  // Takes the input whole and sends all that can go out.
  Observed feed(std::string_view input);
  // It would take more. Not when a GOAWAY came, and no stream is open.
  bool reads() const { return nghttp2_session_want_read(session_.get()) != 0; }

 private:
  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                    size_t name_size, const uint8_t* value, size_t value_size, uint8_t flags,
                    void* self);
  static int invalid_header(nghttp2_session* session, const nghttp2_frame* frame,
                            const uint8_t* name, size_t name_size, const uint8_t* value,
                            size_t value_size, uint8_t flags, void* self);
  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int data_received(nghttp2_session*, uint8_t flags, int32_t stream_id, const uint8_t* data,
                           size_t size, void* self);
  static int stream_closed(nghttp2_session*, int32_t stream_id, uint32_t code, void* self);
  static ssize_t read_body(nghttp2_session*, int32_t stream_id, uint8_t* room, size_t size,
                           uint32_t* flags, nghttp2_data_source* source, void* self);

  void request();
  void drain();
  void on_frame(const nghttp2_frame& frame);
  void on_headers(const nghttp2_frame& frame);
  void ended(int32_t stream_id);

  const Setup setup_;
  Observed observed_;
  uint64_t data_sent_ = 0;
  std::string fields_;                // of the field block that is being read
  bool peer_closes_ = false;          // RST_STREAM or GOAWAY is being read
  std::map<int32_t, size_t> bodies_;  // octets of each that are still to be sent
  std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_DIFFERENTIAL_THEIRS_H_

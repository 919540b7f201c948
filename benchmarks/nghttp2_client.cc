#include <nghttp2/nghttp2.h>

#include <gsl/span>
#include <vector>

#include "benchmarks/peer.h"

// A client on libnghttp2 as its tutorial writes one.

namespace headrace::benchmarks {
namespace {

uint8_t* octets(const std::string& text) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
}

int on_header(nghttp2_session*, const nghttp2_frame*, const uint8_t*, size_t name_size,
              const uint8_t*, size_t value_size, uint8_t, void* user_data) {
  static_cast<Round*>(user_data)->tally.field_octets += name_size + value_size;
  return 0;
}

int on_frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
  if (frame->hd.type == NGHTTP2_HEADERS) ++static_cast<Round*>(user_data)->tally.requests;
  return 0;
}

int on_data_chunk_recv(nghttp2_session*, uint8_t, int32_t, const uint8_t*, size_t size,
                       void* user_data) {
  static_cast<Round*>(user_data)->tally.data_octets += size;
  return 0;
}

int on_stream_close(nghttp2_session*, int32_t, uint32_t, void* user_data) {
  ++static_cast<Round*>(user_data)->tally.streams_closed;
  return 0;
}

nghttp2_session* make_session(Round* round) {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) fail("libnghttp2 has no callbacks");
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk_recv);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session* session = nullptr;
  const int error = nghttp2_session_client_new2(&session, callbacks, round, nullptr);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
  };
  if (error != 0 || nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 2) != 0 ||
      nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kWindow) != 0) {
    fail("libnghttp2 makes no session");
  }
  return session;
}

void drain(nghttp2_session* session, FlatOutput* output) {
  const uint8_t* data = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session, &data)) > 0) {
    output->append(data, static_cast<size_t>(size));
  }
  if (size < 0) fail("libnghttp2 does not send");
}

}  // namespace

void ask_with_nghttp2(Round* round) {
  std::vector<nghttp2_nv> fields;
  nghttp2_session* session = make_session(round);
  const auto ask = [&](size_t number) {
    fields.clear();
    for (const auto& [name, value] : round->workload->requests[number]) {
      fields.push_back({octets(name), octets(value), name.size(), value.size(),
                        NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE});
    }
    if (nghttp2_submit_request(session, nullptr, fields.data(), fields.size(), nullptr, nullptr) <
        0) {
      fail("libnghttp2 refuses a request");
    }
  };
  round->for_each_chunk(
      [&](gsl::span<const uint8_t> bytes) {
        drain(session, round->output);
        const ssize_t taken = nghttp2_session_mem_recv(session, bytes.data(), bytes.size());
        if (taken != static_cast<ssize_t>(bytes.size())) fail("libnghttp2 does not take its input");
        drain(session, round->output);
      },
      ask);
  nghttp2_session_del(session);
}

}  // namespace headrace::benchmarks

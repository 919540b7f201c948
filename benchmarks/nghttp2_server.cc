#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <gsl/span>
#include <vector>

#include "benchmarks/peer.h"

// A server on libnghttp2 as its tutorial writes one: callbacks, mem_recv() and mem_send(), flow
// control left to the library. Header fields are submitted without copies.

namespace headrace::benchmarks {
namespace {

uint8_t* octets(const std::string& text) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
}

struct Application {
  Round* round;
  std::vector<nghttp2_nv> response;
  size_t endless_sent = 0;  // of a body that does not go out at once; there is one stream then
};

ssize_t read_body(nghttp2_session*, int32_t, uint8_t* room, size_t size, uint32_t* flags,
                  nghttp2_data_source* source, void*) {
  auto* application = static_cast<Application*>(source->ptr);
  const std::string_view body = application->round->workload->body;
  size_t* sent = &application->endless_sent;
  const size_t now = std::min(size, body.size() - *sent);
  std::memcpy(room, body.data() + *sent, now);
  *sent += now;
  if (*sent == body.size()) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    *sent = 0;
  }
  return static_cast<ssize_t>(now);
}

int on_header(nghttp2_session*, const nghttp2_frame*, const uint8_t*, size_t name_size,
              const uint8_t*, size_t value_size, uint8_t, void* user_data) {
  static_cast<Application*>(user_data)->round->tally.field_octets += name_size + value_size;
  return 0;
}

int on_frame_recv(nghttp2_session* session, const nghttp2_frame* frame, void* user_data) {
  auto* application = static_cast<Application*>(user_data);
  const bool request = frame->hd.type == NGHTTP2_HEADERS;
  if (request) ++application->round->tally.requests;
  if (!request && frame->hd.type != NGHTTP2_DATA) return 0;
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  nghttp2_data_provider body{};
  body.source.ptr = application;
  body.read_callback = read_body;
  const bool bare = application->round->workload->body.empty();
  return nghttp2_submit_response(session, frame->hd.stream_id, application->response.data(),
                                 application->response.size(), bare ? nullptr : &body);
}

int on_data_chunk_recv(nghttp2_session*, uint8_t, int32_t, const uint8_t* data, size_t size,
                       void* user_data) {
  Round* round = static_cast<Application*>(user_data)->round;
  round->tally.data_octets += size;
  if (round->workload->sum_payload) round->tally.payload_sum += sum_octets(data, size);
  return 0;
}

int on_stream_close(nghttp2_session*, int32_t, uint32_t, void* user_data) {
  ++static_cast<Application*>(user_data)->round->tally.streams_closed;
  return 0;
}

nghttp2_session* make_session(Application* application) {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) fail("libnghttp2 has no callbacks");
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk_recv);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session* session = nullptr;
  const int error = nghttp2_session_server_new2(&session, callbacks, application, nullptr);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kConcurrentStreams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
  };
  if (error != 0 || nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 2) != 0 ||
      nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kWindow) != 0) {
    fail("libnghttp2 makes no session");
  }
  return session;
}

}  // namespace

void serve_with_nghttp2(Round* round) {
  Application application{round, {}};
  for (const auto& [name, value] : round->workload->response) {
    application.response.push_back({octets(name), octets(value), name.size(), value.size(),
                                    NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE});
  }
  nghttp2_session* session = make_session(&application);
  round->for_each_chunk([&](gsl::span<const uint8_t> bytes) {
    const ssize_t taken = nghttp2_session_mem_recv(session, bytes.data(), bytes.size());
    if (taken != static_cast<ssize_t>(bytes.size())) fail("libnghttp2 does not take its input");
    const uint8_t* data = nullptr;
    ssize_t size = 0;
    while ((size = nghttp2_session_mem_send(session, &data)) > 0) {
      round->output->append(data, static_cast<size_t>(size));
    }
    if (size < 0) fail("libnghttp2 does not send");
  });
  nghttp2_session_del(session);
}

}  // namespace headrace::benchmarks

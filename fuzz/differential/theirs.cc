#include "fuzz/differential/theirs.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "fuzz/require.h"

namespace headrace::fuzz {
namespace {

constexpr size_t kNoLimit = 1 << 20;

Theirs& of(void* self) { return *static_cast<Theirs*>(self); }

std::vector<nghttp2_nv> views_of(const FieldList& list) {
  std::vector<nghttp2_nv> fields;
  for (const auto& [name, value] : list) {
    // (nghttp2's pointers are not const, but it only reads.)
    fields.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                      reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                      value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return fields;
}

}  // namespace

Theirs::Theirs(const Setup& setup) : setup_(setup), session_(nullptr, nghttp2_session_del) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  require(nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0,
          "nghttp2 has no memory");
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, header);
  nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, invalid_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_received);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data_received);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_closed);
  nghttp2_option_set_max_outbound_ack(option, kNoLimit);
  nghttp2_option_set_max_settings(option, kNoLimit);
  nghttp2_session* session = nullptr;
  require((setup.role == Role::kServer ? nghttp2_session_server_new2 : nghttp2_session_client_new2)(
              &session, callbacks, this, option) == 0,
          "nghttp2 has no session");
  session_.reset(session);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_option_del(option);

  std::vector<nghttp2_settings_entry> entries;
  for (const auto& [id, value] : setup.settings()) entries.push_back({id, value});
  require(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, entries.data(), entries.size()) == 0,
          "nghttp2 takes no settings");
  if (setup.role == Role::kClient) request();
  drain();
}

void Theirs::request() {
  nghttp2_data_provider body{};
  body.read_callback = read_body;
  for (const Request& request : requests()) {
    const std::vector<nghttp2_nv> fields = views_of(request.fields);
    const int32_t id = nghttp2_submit_request(session_.get(), nullptr, fields.data(), fields.size(),
                                              request.has_body ? &body : nullptr, nullptr);
    require(id > 0, "nghttp2 takes no request");
    bodies_[id] = kBodySize;
  }
}

Observed Theirs::feed(std::string_view input) {
  observed_ = Observed();
  auto read = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const uint8_t*>(input.data()), input.size());
  // It comes to a payload of no octets with the next input only.
  if (read >= 0) read = nghttp2_session_mem_recv(session_.get(), nullptr, 0);
  // A preface that is none is the only fatal one here; there is a GOAWAY for the rest.
  if (read < 0) observed_.error = NGHTTP2_PROTOCOL_ERROR;
  peer_closes_ = false;
  drain();
  for (const auto& [id, value] : initial_settings()) {
    observed_.settings[id] =
        nghttp2_session_get_remote_settings(session_.get(), static_cast<nghttp2_settings_id>(id));
  }
  data_sent_ += std::exchange(observed_.data_sent, 0);
  observed_.data_sent = data_sent_;
  observed_.normalize();
  return std::move(observed_);
}

void Theirs::drain() {
  std::string output;
  const uint8_t* data = nullptr;
  for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_.get(), &data)) > 0;) {
    output.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
  }
  if (output.starts_with("PRI")) output.erase(0, NGHTTP2_CLIENT_MAGIC_LEN);
  for (const reference::Frame& frame : reference::parse_all(output)) observed_.add_output(frame);
}

int Theirs::begin_headers(nghttp2_session*, const nghttp2_frame*, void* self) {
  of(self).fields_.clear();
  return 0;
}

int Theirs::header(nghttp2_session*, const nghttp2_frame*, const uint8_t* name, size_t name_size,
                   const uint8_t* value, size_t value_size, uint8_t, void* self) {
  of(self)
      .fields_.append(" ")
      .append(reinterpret_cast<const char*>(name), name_size)
      .append(": ")
      .append(reinterpret_cast<const char*>(value), value_size)
      .append(";");
  return 0;
}

// Left alone nghttp2 drops such a field; RFC 9113 §8.2.1 has the message malformed.
int Theirs::invalid_header(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t*,
                           size_t, const uint8_t*, size_t, uint8_t, void*) {
  const int32_t id = frame->hd.type == NGHTTP2_PUSH_PROMISE ? frame->push_promise.promised_stream_id
                                                            : frame->hd.stream_id;
  nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR);
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int Theirs::frame_received(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  of(self).on_frame(*frame);
  return 0;
}

int Theirs::data_received(nghttp2_session*, uint8_t, int32_t stream_id, const uint8_t* data,
                          size_t size, void* self) {
  of(self).observed_.add_data(static_cast<uint32_t>(stream_id),
                              {reinterpret_cast<const char*>(data), size});
  return 0;
}

int Theirs::stream_closed(nghttp2_session*, int32_t stream_id, uint32_t code, void* self) {
  of(self).bodies_.erase(stream_id);
  if (of(self).peer_closes_) {
    of(self).observed_.streams[static_cast<uint32_t>(stream_id)].push_back("closed by peer " +
                                                                           std::to_string(code));
  }
  return 0;
}

ssize_t Theirs::read_body(nghttp2_session*, int32_t stream_id, uint8_t* room, size_t size,
                          uint32_t* flags, nghttp2_data_source*, void* self) {
  size_t& left = of(self).bodies_[stream_id];
  size = std::min(size, left);
  std::memset(room, 'b', size);
  left -= size;
  if (left == 0) *flags = NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(size);
}

void Theirs::on_frame(const nghttp2_frame& frame) {
  const auto id = static_cast<uint32_t>(frame.hd.stream_id);
  switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
      return on_headers(frame);
    case NGHTTP2_PUSH_PROMISE:
      observed_.streams[id].push_back(
          "promise " + std::to_string(frame.push_promise.promised_stream_id) + fields_);
      return;
    case NGHTTP2_DATA:
      if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) ended(frame.hd.stream_id);
      return;
    case NGHTTP2_RST_STREAM:
      peer_closes_ = true;
      return;
    case NGHTTP2_SETTINGS:
      if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0) {
        observed_.connection.emplace_back("settings acknowledged");
      }
      return;
    case NGHTTP2_PING: {
      const std::string opaque(reinterpret_cast<const char*>(frame.ping.opaque_data), 8);
      if ((frame.hd.flags & NGHTTP2_FLAG_ACK) == 0)
        observed_.connection.push_back("ping " + opaque);
      return;
    }
    case NGHTTP2_GOAWAY:
      peer_closes_ = true;
      observed_.connection.push_back(
          "goaway " + std::to_string(frame.goaway.last_stream_id) + " " +
          std::to_string(frame.goaway.error_code) + " " +
          std::string(reinterpret_cast<const char*>(frame.goaway.opaque_data),
                      frame.goaway.opaque_data_len));
      return;
    default:
      return;
  }
}

void Theirs::on_headers(const nghttp2_frame& frame) {
  const auto id = static_cast<uint32_t>(frame.hd.stream_id);
  const bool interim = fields_.starts_with(" :status: 1");
  const bool head = frame.headers.cat != NGHTTP2_HCAT_HEADERS || fields_.starts_with(" :status");
  const char* kind = interim ? "interim" : head ? "head" : "trailers";
  observed_.streams[id].push_back(kind + fields_);
  if (setup_.resets && Setup::is_reset(id) && head && !interim) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, frame.hd.stream_id,
                              NGHTTP2_CANCEL);
  } else if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
    ended(frame.hd.stream_id);
  }
}

void Theirs::ended(int32_t stream_id) {
  observed_.streams[static_cast<uint32_t>(stream_id)].emplace_back("end");
  if (setup_.role != Role::kServer || !setup_.answers) return;
  bodies_[stream_id] = kBodySize;
  nghttp2_data_provider body{};
  body.read_callback = read_body;
  const std::vector<nghttp2_nv> fields = views_of(response());
  nghttp2_submit_response(session_.get(), stream_id, fields.data(), fields.size(), &body);
}

}  // namespace headrace::fuzz

#include "fuzz/outbound/theirs.h"

#include <cstdint>
#include <string>

#include "fuzz/require.h"
#include "tests/reference/frames.h"

namespace headrace::fuzz {
namespace {

constexpr int32_t kWidest = 0x7fffffff;

// Errors that nobody of ours can be blamed for: the mirrored resets, and races about how many
// streams there are.
bool is_blameless(uint32_t code) {
  return code == NGHTTP2_NO_ERROR || code == NGHTTP2_CANCEL || code == NGHTTP2_REFUSED_STREAM;
}

uint32_t number(std::string_view octets) {
  uint32_t value = 0;
  for (const char octet : octets) value = value << 8 | static_cast<uint8_t>(octet);
  return value;
}

}  // namespace

Shadow::Shadow(Role role, const std::vector<Setting>& settings)
    : session_(nullptr, nghttp2_session_del) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  require(nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0,
          "nghttp2 has no memory");
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, invalid_frame);
  nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, invalid_header);
  nghttp2_option_set_max_outbound_ack(option, 1 << 20);
  nghttp2_option_set_max_reserved_remote_streams(option, 1 << 20);
  nghttp2_session* session = nullptr;
  require((role == Role::kServer ? nghttp2_session_server_new2 : nghttp2_session_client_new2)(
              &session, callbacks, this, option) == 0,
          "nghttp2 has no session");
  session_.reset(session);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_option_del(option);
  submit(settings);
  require(nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kWidest) == 0,
          "nghttp2 takes no window");
  drain();
}

int Shadow::invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int error, void* self) {
  static_cast<Shadow*>(self)->reason_ = std::string(nghttp2_strerror(error)) + ", frame type " +
                                        std::to_string(frame->hd.type) + " on stream " +
                                        std::to_string(frame->hd.stream_id);
  return 0;
}

int Shadow::invalid_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                           size_t name_size, const uint8_t*, size_t, uint8_t, void*) {
  const std::string field(reinterpret_cast<const char*>(name), name_size);
  require(false, ("nghttp2: an invalid field " + field + " on stream " +
                  std::to_string(frame->hd.stream_id))
                     .c_str());
  return 0;
}

ssize_t Shadow::read_nothing(nghttp2_session*, int32_t, uint8_t*, size_t, uint32_t*,
                             nghttp2_data_source*, void*) {
  return NGHTTP2_ERR_DEFERRED;
}

// As many frames as our receiver sends, since each acknowledgement answers one.
void Shadow::submit(const std::vector<Setting>& settings) {
  std::vector<nghttp2_settings_entry> entries;
  for (const Setting& setting : settings) {
    const bool narrows = setting.id == SettingId::kMaxConcurrentStreams ||
                         setting.id == SettingId::kMaxHeaderListSize;
    if (narrows) continue;
    const bool window = setting.id == SettingId::kInitialWindowSize;
    entries.push_back({static_cast<int32_t>(setting.id),
                       window ? static_cast<uint32_t>(kWidest) : setting.value});
  }
  require(nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, entries.data(),
                                  entries.size()) == 0,
          "nghttp2 takes no settings");
}

void Shadow::mirror(const PeerAct& act) {
  switch (act.kind) {
    case PeerAct::Kind::kNothing:
      return;
    case PeerAct::Kind::kRequest: {
      std::vector<nghttp2_nv> fields;
      for (const Field& field : act.fields) {
        fields.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(field.name.data())),
                          reinterpret_cast<uint8_t*>(const_cast<char*>(field.value.data())),
                          field.name.size(), field.value.size(), NGHTTP2_NV_FLAG_NONE});
      }
      nghttp2_data_provider open{};
      open.read_callback = read_nothing;
      const int32_t id =
          nghttp2_submit_request(session_.get(), nullptr, fields.data(), fields.size(),
                                 act.end_stream ? nullptr : &open, nullptr);
      require(id == static_cast<int32_t>(act.stream_id), "the shadow's stream is another");
      break;
    }
    case PeerAct::Kind::kReset:
      nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE,
                                static_cast<int32_t>(act.stream_id), NGHTTP2_CANCEL);
      break;
    case PeerAct::Kind::kSettings:
      submit(act.settings);
      break;
  }
  drain();
}

void Shadow::feed(std::string_view octets) {
  const auto read = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const uint8_t*>(octets.data()), octets.size());
  require(read >= 0, "nghttp2 cannot read on");
  drain();
}

void Shadow::drain() {
  std::string output;
  const uint8_t* data = nullptr;
  for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_.get(), &data)) > 0;) {
    output.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
  }
  if (output.starts_with("PRI")) output.erase(0, NGHTTP2_CLIENT_MAGIC_LEN);
  for (const reference::Frame& frame : reference::parse_all(output)) {
    uint32_t code = NGHTTP2_NO_ERROR;
    if (frame.type == reference::RST_STREAM) code = number(frame.payload);
    if (frame.type == reference::GOAWAY) code = number(frame.payload.substr(4, 4));
    require(is_blameless(code), ("nghttp2: error " + std::to_string(code) + " on stream " +
                                 std::to_string(frame.stream_id) + ": " + reason_ + " " +
                                 (frame.type == reference::GOAWAY ? frame.payload.substr(8) : ""))
                                    .c_str());
  }
}

}  // namespace headrace::fuzz

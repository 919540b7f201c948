#include "fuzz/conversation/options.h"

#include <array>
#include <chrono>
#include <cstdint>

#include "headrace/protocol/interface/padding_policy.h"

namespace headrace::fuzz {
namespace {

// As much as may be, none, or something in between, by the frame alone.
class SomePadding : public PaddingPolicy {
 public:
  size_t padding(const FrameHeader& frame, size_t room) override {
    const size_t draw = frame.length * 7 + frame.stream_id;
    return draw % 5 == 0 ? room : draw % (room + 1);
  }
};

void draw_limits(uint8_t bits, Options* options) {
  if ((bits & 1) != 0) options->initial_window_size = 100;
  options->automatic_credit = (bits & 2) == 0;
  options->explicit_release = (bits & 4) != 0;
  options->trim_field_values = (bits & 8) != 0;
  if ((bits & 16) != 0) {
    options->limits.queued_replies = 4;
    options->limits.concurrent_streams = 3;
    options->limits.useless_burst = 20;
    options->limits.reset_burst = 10;
  }
  if ((bits & 32) != 0) options->limits.field_list_size = 300;
  // (What is below 65,535 changes nothing, RFC 9113 §6.9.2.)
  options->connection_window_size = (bits & 64) != 0 ? 200000 : 20;
  options->send_buffer_size = (bits & 128) != 0 ? 300 : 4096;
}

void draw_policies(uint8_t bits, Options* options) {
  static SomePadding padding;  // it has no state
  static constexpr std::array<WindowPolicy, 4> kWindows = {
      WindowPolicy::kHalfWindow, WindowPolicy::kImmediate, WindowPolicy::kAutoTuned,
      WindowPolicy::kAutoTuned};
  options->window_policy = kWindows[bits & 3];
  if ((bits & 3) == 3) options->max_window_size = 100000;
  if ((bits & 4) != 0) options->padding = &padding;
  if ((bits & 8) != 0) options->scheduler = Scheduling::kRoundRobin;
  if ((bits & 16) != 0) {
    options->limits.keepalive_interval = std::chrono::seconds(10);
    options->limits.keepalive_timeout = std::chrono::seconds(5);
  }
  if ((bits & 32) != 0) {
    options->limits.idle_timeout = std::chrono::seconds(20);
    options->limits.stream_stall_timeout = std::chrono::seconds(10);
  }
  if ((bits & 64) != 0) {
    options->split_cookies = true;
    options->join_cookies = false;
  }
  if ((bits & 128) != 0) options->validate_outbound = false;
}

void draw_more(uint8_t bits, Options* options) {
  if ((bits & 1) != 0) options->no_rfc7540_priorities = true;
  if ((bits & 2) != 0) options->limits.remembered_streams = 2;
  if ((bits & 4) != 0) options->max_frame_size = 20000;
  if ((bits & 8) != 0) options->header_table_size = 100;
  if ((bits & 16) != 0) options->announce_field_list_size = true;
  if ((bits & 32) != 0) {
    options->settings = {
        {SettingId::kInitialWindowSize, 3000}, {SettingId::kHeaderTableSize, 0},
        {static_cast<SettingId>(0x0a0a), 7},   {SettingId::kMaxConcurrentStreams, 5},
        {SettingId::kHeaderTableSize, 8192},   {SettingId::kEnablePush, 0}};
  }
  if ((bits & 64) != 0) {
    options->limits.settings_ack_timeout = std::chrono::milliseconds(0);
    options->limits.preface_timeout = std::chrono::milliseconds(0);
  }
}

void draw_client(uint8_t bits, Options* options) {
  static constexpr std::array<uint32_t, 4> kConcurrency = {100, 1, 2, 0};
  static constexpr std::array<uint32_t, 4> kFirst = {0, 3, 0x7ffffff9, 0x7fffffff};
  options->enable_push = (bits & 1) != 0;
  options->assumed_concurrent_streams = kConcurrency[bits >> 1 & 3];
  options->first_stream_id = kFirst[bits >> 3 & 3];
  if ((bits & 32) != 0) options->limits.informational_responses = 2;
  options->receive_altsvc = (bits & 64) != 0;
  options->receive_origin = options->secure_transport = (bits & 128) != 0;
}

void draw_server(uint8_t bits, Options* options) {
  options->enable_connect_protocol = (bits & 1) != 0;
  if ((bits & 2) != 0) options->first_stream_id = 0x7ffffffc;
  if ((bits & 4) != 0) options->limits.priority_updates_per_stream = 1;
  options->complete_heads = (bits & 8) != 0;
  if ((bits & 16) != 0) options->limits.output_backlog = 1000;
  if ((bits & 32) != 0) options->limits.connection_age = std::chrono::seconds(30);
}

}  // namespace

Options draw_options(Role role, Draws* draws) {
  Options options;
  draw_limits(draws->octet(), &options);
  draw_policies(draws->octet(), &options);
  draw_more(draws->octet(), &options);
  const uint8_t bits = draws->octet();
  if (role == Role::kClient) {
    draw_client(bits, &options);
  } else {
    draw_server(bits, &options);
  }
  return options;
}

}  // namespace headrace::fuzz

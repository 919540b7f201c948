#include "tests/self_play/options.h"

#include <array>

namespace headrace::self_play {
namespace {

constexpr std::array<uint32_t, 6> kTables = {4096, 4096, 0, 64, 1000, 65536};
constexpr std::array<uint32_t, 8> kWindows = {65535, 65535, 1, 100, 1000, 16384, 200000, 1 << 20};
constexpr std::array<uint32_t, 4> kConnectionWindows = {65535, 20, 70000, 1 << 20};
constexpr std::array<uint32_t, 5> kFrames = {16384, 16384, 16385, 1 << 20, (1 << 24) - 1};
constexpr std::array<uint32_t, 6> kStreams = {100, 100, 1, 2, 5, 30};
constexpr std::array<uint32_t, 3> kAssumed = {100, 1, 3};
constexpr std::array<uint32_t, 5> kBuffers = {65536, 4096, 300, 10, 1};
constexpr std::array<uint32_t, 4> kRemembered = {256, 16, 1, 0};
constexpr std::array<uint32_t, 4> kReplies = {64, 64, 4, 1};

// What the members say, in an order of its own, among settings that nobody knows.
void set_settings(Role role, Random* random, Options* options) {
  std::vector<Setting>& settings = options->settings;
  settings = {{static_cast<SettingId>(0x4a4a), random->below(100)},
              {SettingId::kMaxFrameSize, options->max_frame_size},
              {SettingId::kInitialWindowSize, 0x1000},
              {SettingId::kInitialWindowSize, options->initial_window_size},
              {SettingId::kHeaderTableSize, options->header_table_size},
              {SettingId::kMaxConcurrentStreams, options->limits.concurrent_streams}};
  if (options->no_rfc7540_priorities) settings.push_back({SettingId::kNoRfc7540Priorities, 1});
  if (role == Role::kClient) {
    settings.push_back({SettingId::kEnablePush, options->enable_push ? 1u : 0u});
  }
}

}  // namespace

Options random_options(Role role, Allocation allocation, Random* random) {
  Options options;
  options.allocation = allocation;
  options.complete_heads = false;  // the model compares heads with what was submitted
  options.header_table_size = random->pick(kTables);
  options.initial_window_size = random->pick(kWindows);
  options.max_frame_size = random->pick(kFrames);
  options.announce_field_list_size = random->one_in(2);
  options.enable_push = role == Role::kClient && random->one_in(2);
  options.enable_connect_protocol = role == Role::kServer && random->one_in(2);
  options.assumed_concurrent_streams = random->pick(kAssumed);
  // Ids that run out, now and then.
  if (random->one_in(8)) {
    options.first_stream_id =
        kMaxStreamId - (role == Role::kServer ? 1 : 0) - 2 * random->below(30);
  }
  options.no_rfc7540_priorities = random->one_in(2);
  options.scheduler = static_cast<Scheduling>(random->below(2));
  options.connection_window_size = random->pick(kConnectionWindows);
  options.window_policy = static_cast<WindowPolicy>(random->below(3));
  options.max_window_size = random->one_in(2) ? 16 * 1024 * 1024 : 100000;
  options.automatic_credit = random->one_in(2);
  options.explicit_release = random->one_in(2);
  options.validate_outbound = !random->one_in(4);
  options.trim_field_values = random->one_in(4);
  options.join_cookies = !random->one_in(4);
  options.split_cookies = random->one_in(2);
  options.reset_after_early_response = !random->one_in(4);
  options.send_buffer_size = random->pick(kBuffers);
  options.limits.concurrent_streams = random->pick(kStreams);
  options.limits.remembered_streams = random->pick(kRemembered);
  options.limits.queued_replies = random->pick(kReplies);
  if (random->one_in(4)) options.limits.keepalive_interval = std::chrono::seconds(5);
  options.limits.reset_burst = 1 << 30;
  options.limits.useless_burst = 1 << 30;
  if (random->one_in(4)) set_settings(role, random, &options);
  return options;
}

}  // namespace headrace::self_play

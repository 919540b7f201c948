#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/outbound/application.h"
#include "fuzz/outbound/ours.h"
#include "fuzz/outbound/theirs.h"
#include "fuzz/require.h"
#include "fuzz/story.h"
#include "headrace/protocol/interface/padding_policy.h"

// Whatever an application does through the public interface, what goes out is legal: a strict
// receiver takes every octet. There are two, a connection of ours in the other role, and
// libnghttp2's session. The application (fuzz/outbound/application.h) calls anything with anything;
// our options are drawn, too.
//
// Input: choices (Draws).

namespace {

using namespace headrace;
using namespace headrace::fuzz;
using namespace std::chrono_literals;

constexpr int kMostSteps = 400;

class Padding : public PaddingPolicy {
 public:
  size_t padding(const FrameHeader&, size_t most) override { return std::min<size_t>(most, 9); }
};

Options draw_options(Draws* draws, Padding* padding) {
  static constexpr std::array<uint32_t, 6> kWindows = {65535, 0, 1, 100'000, 1 << 24, 65536};
  static constexpr std::array<uint32_t, 2> kIllegalWindows = {1u << 31, 0xffffffff};
  static constexpr std::array<uint32_t, 4> kFrames = {16384, 16385, 1 << 20, (1 << 24) - 1};
  static constexpr std::array<uint32_t, 4> kIllegalFrames = {16383, 10, 0, 1 << 24};
  static constexpr std::array<uint32_t, 4> kBuffers = {64 * 1024, 1, 100, 1 << 20};
  static constexpr std::array<WindowPolicy, 3> kPolicies = {
      WindowPolicy::kHalfWindow, WindowPolicy::kImmediate, WindowPolicy::kAutoTuned};
  Options options;
  options.allocation = draws->seldom(2) ? Allocation::kFresh : Allocation::kReuse;
  options.initial_window_size =
      draws->seldom(32) ? draws->pick(kIllegalWindows) : draws->pick(kWindows);
  options.max_frame_size = draws->seldom(16) ? draws->pick(kIllegalFrames) : draws->pick(kFrames);
  options.header_table_size = draws->seldom(4) ? 0 : 4096;
  options.announce_field_list_size = draws->seldom(2);
  options.enable_push = draws->seldom(2);
  options.enable_connect_protocol = draws->seldom(2);
  const uint32_t kind = draws->below(8);
  options.no_rfc7540_priorities = kind % 2 == 1;
  options.complete_heads = kind < 5;
  options.connection_window_size = draws->pick(kWindows);
  options.window_policy = draws->pick(kPolicies);
  options.automatic_credit = !draws->seldom(3);
  options.split_cookies = draws->seldom(2);
  options.send_buffer_size = draws->pick(kBuffers);
  options.reset_after_early_response = !draws->seldom(2);
  if (draws->seldom(4)) options.padding = padding;
  if (draws->seldom(8)) options.first_stream_id = draws->octet();
  if (draws->seldom(4)) options.limits.keepalive_interval = 30s;
  return options;
}

std::vector<Setting> draw_peer_settings(Draws* draws, Role role) {
  static constexpr std::array<Setting, 6> kFirst = {{{SettingId::kHeaderTableSize, 0},
                                                     {SettingId::kHeaderTableSize, 200},
                                                     {SettingId::kInitialWindowSize, 0},
                                                     {SettingId::kInitialWindowSize, 100},
                                                     {SettingId::kMaxFrameSize, 32768},
                                                     {SettingId::kNoRfc7540Priorities, 1}}};
  std::vector<Setting> settings;
  if (role == Role::kClient) settings.push_back({SettingId::kEnablePush, draws->below(2)});
  for (uint32_t count = draws->below(3); count > 0; --count)
    settings.push_back(draws->pick(kFirst));
  if (role == Role::kServer && draws->seldom(2)) {
    settings.push_back({SettingId::kEnableConnectProtocol, 1});
  }
  return settings;
}

class Case {
 public:
  Case(Draws* draws, Role role, const Options& options)
      : draws_(*draws),
        application_(draws, role, !options.complete_heads),
        sender_(role, options, now_),
        peer_settings_(draw_peer_settings(draws, other(role))),
        ours_(other(role), peer_settings_, now_),
        theirs_(other(role), peer_settings_) {}

  void play() {
    pump(kWhole);
    for (int step = 0; step < kMostSteps && !draws_.done(); ++step) {
      switch (draws_.below(8)) {
        default:
          application_.act(sender_);
          break;
        case 0:
        case 1:
          theirs_.mirror(ours_.act(&draws_));
          break;
        case 2:
          now_ += draws_.seldom(8) ? 200'000ms : std::chrono::milliseconds(draws_.octet() * 40);
          hear(sender_.advance(now_));
          break;
        case 3:
          pump(draws_.octet() * 40 + 1);
          continue;
      }
      if (!draws_.seldom(3)) pump(kWhole);
    }
    pump(kWhole);
  }

 private:
  static constexpr size_t kWhole = 64 * 1024;
  static Role other(Role role) { return role == Role::kServer ? Role::kClient : Role::kServer; }

  void hear(EventRange events) {
    for (EventPtr event : events) {
      if (is_told()) tell('!', event_name(*event));
      application_.on_event(*event);
    }
  }

  // Until nobody has anything more to say; with little room, a little.
  void pump(size_t room) {
    for (bool moved = true; moved;) {
      std::string output;
      for (const ConstBuffer& span : sender_.pending_output(room)) {
        output.append(reinterpret_cast<const char*>(span.data), span.size);
      }
      sender_.sent(output.size());
      ours_.feed(output, now_);
      theirs_.feed(output);
      const std::string replies = ours_.take_output();
      hear(sender_.receive(replies, now_));
      while (sender_.has_events()) hear(sender_.advance(now_));
      moved = room == kWhole && (!output.empty() || !replies.empty());
    }
  }

  Draws& draws_;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  Application application_;
  Connection sender_;
  const std::vector<Setting> peer_settings_;
  Ours ours_;
  Shadow theirs_;
};

void play_case(std::string_view input) {
  Draws draws(input);
  Padding padding;
  const Role role = draws.seldom(2) ? Role::kClient : Role::kServer;
  const Options options = draw_options(&draws, &padding);
  // What is refused here would have been announced.
  if (const Rule* rule = options.check(role)) {
    if (is_told()) tell('.', rule->text);
    return;
  }
  Case(&draws, role, options).play();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, play_case);
}

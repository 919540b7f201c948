// Every class of attacks that docs/security.md lists, against a connection with the default limits,
// in both allocation modes: what it may make the library hold and send, what has to come of it, and
// honest traffic that looks like it. HEADRACE_TEST_TLS=1: over TLS. (instructions_test bounds what
// it may make it do.)

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include "tests/attacks/attack.h"
#include "tests/attacks/wire.h"
#include "tests/memory/heap_use.h"

namespace headrace::attacks {
namespace {

using testing::HeapUse;

Transport transport() {
  const char* const tls = std::getenv("HEADRACE_TEST_TLS");
  return tls != nullptr && *tls == '1' ? Transport::kTls : Transport::kClear;
}

// Over TLS one of them: what differs between them is not what is read of the octets.
std::vector<Allocation> allocations() {
  if (transport() == Transport::kTls) return {Allocation::kReuse};
  return {Allocation::kReuse, Allocation::kFresh};
}

// Ciphertext that waits for a peer that does not read: of as much output as is asked for at once.
size_t waiting_ciphertext() { return transport() == Transport::kTls ? size_t{80} << 10 : 0; }

Options options_for(const HonestTraffic& honest, Allocation allocation) {
  Options options;
  options.allocation = allocation;
  options.protocol = honest.version;
  return options;
}

// The connection stands, and whoever else is on it is served.
void expect_served(Conversation& c) {
  ASSERT_TRUE(c.is_open());
  const uint64_t before = c.tally().answered;
  const uint32_t id = c.next_stream();
  if (c.is_text()) {
    c.send(c.role() == Role::kServer ? kTextGet : kTextOk);
  } else {
    c.send(headers(id, c.head("/"), true) + window_update(id, 1000));
  }
  EXPECT_EQ(c.tally().answered, before + 1);
}

// It has got all its answers, and no limit was reached.
void expect_honest(Conversation& c, uint64_t answers) {
  EXPECT_TRUE(c.is_open());
  EXPECT_EQ(c.tally().answered, answers);
  EXPECT_EQ(c.tally().refused, 0u);
  EXPECT_EQ(c.tally().connections, 0u) << describe(c.tally().error);
  EXPECT_EQ(c.connection().statistics().limits_hit.last(), std::nullopt);
}

class AttackTest : public ::testing::TestWithParam<std::tuple<Attack, Allocation>> {};

TEST_P(AttackTest, CostsLittle) {
  const auto& [attack, allocation] = GetParam();
  const Options options = attack.library_options(allocation);
  const bool against_client =
      attack.role == Role::kClient && attack.client_honest_traffic != nullptr;
  const HonestTraffic& honest =
      against_client ? *attack.client_honest_traffic : attack.honest_traffic;
  Conversation neighbour(honest.role, options_for(honest, allocation), transport());
  honest.round(neighbour);
  const size_t before = HeapUse::live();
  size_t waiting = 0;
  {
    Conversation idle(attack.role, options, transport());
    waiting = HeapUse::live() - before;
  }
  HeapUse::reset_peak();
  {
    Conversation c(attack.role, options, transport());
    attack.play(c, attack.repetitions);
    const Tally tally = c.tally();
    if (HeapUse::counts()) {
      EXPECT_LE(HeapUse::peak() - before, waiting + attack.heap + waiting_ciphertext());
    }
    EXPECT_LE(c.connection().statistics().memory_peak, options.limits.connection_memory);
    EXPECT_LE(static_cast<double>(tally.output - tally.body),
              static_cast<double>(tally.input) * attack.output + 1024);
    EXPECT_LE(tally.messages, attack.max_messages);
    if (attack.error) {
      EXPECT_GE(tally.connections, 1u);
      EXPECT_EQ(to_string(tally.error.code), std::string(to_string(*attack.error)));
      EXPECT_EQ(tally.error.bound, attack.limit) << describe(tally.error);
    } else {
      EXPECT_EQ(tally.connections, 0u) << describe(tally.error);
      expect_served(c);
    }
  }
  EXPECT_EQ(HeapUse::live(), before) << "it has leaked";
  honest.round(neighbour);
  expect_honest(neighbour, honest.answers * 2);
}

std::string printable(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}
std::string mode(Allocation allocation) {
  return allocation == Allocation::kReuse ? "_reuse" : "_fresh";
}

INSTANTIATE_TEST_SUITE_P(All, AttackTest,
                         ::testing::Combine(::testing::ValuesIn(all_attacks()),
                                            ::testing::ValuesIn(allocations())),
                         [](const auto& info) {
                           const Attack& attack = std::get<0>(info.param);
                           return printable(attack.name) +
                                  (attack.role == Role::kClient ? "_on_a_client" : "") +
                                  mode(std::get<1>(info.param));
                         });

class HonestTrafficTest : public ::testing::TestWithParam<std::tuple<HonestTraffic, Allocation>> {};

TEST_P(HonestTrafficTest, IsServed) {
  const auto& [honest, allocation] = GetParam();
  Conversation c(honest.role, options_for(honest, allocation), transport());
  for (int i = 0; i < honest.rounds; ++i) honest.round(c);
  expect_honest(c, honest.answers * static_cast<uint64_t>(honest.rounds));
}

INSTANTIATE_TEST_SUITE_P(All, HonestTrafficTest,
                         ::testing::Combine(::testing::ValuesIn(all_honest_traffic()),
                                            ::testing::ValuesIn(allocations())),
                         [](const auto& info) {
                           return printable(std::get<0>(info.param).name) +
                                  mode(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace headrace::attacks

#include "headrace/adapters/socket/listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <set>
#include <string>

namespace headrace::adapters {
namespace {

uint16_t port_of(const UniqueFd& socket) {
  const std::string authority = local_authority(socket);
  return static_cast<uint16_t>(std::atoi(authority.substr(authority.rfind(':') + 1).c_str()));
}

TEST(ListenOnTest, PicksAFreePortAndSaysWhich) {
  const auto sockets = listen_on("127.0.0.1", 0, 1);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
  EXPECT_NE(port_of(sockets->front()), 0);
  EXPECT_EQ(local_authority(sockets->front()).substr(0, 10), "127.0.0.1:");
}

TEST(ListenOnTest, SeveralSocketsShareThePort) {
  const auto sockets = listen_on("127.0.0.1", 0, 3);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
  ASSERT_EQ(sockets->size(), 3u);
  std::set<uint16_t> ports;
  for (const UniqueFd& socket : *sockets) ports.insert(port_of(socket));
  EXPECT_EQ(ports.size(), 1u);
}

// Also when both sides would share: the kernel alone would let two servers of one user in.
TEST(ListenOnTest, ATakenPortIsAnError) {
  for (int held : {1, 2}) {
    for (int wanted : {1, 2}) {
      const auto holder = listen_on("127.0.0.1", 0, held);
      ASSERT_TRUE(holder.ok()) << holder.status();
      const uint16_t port = port_of(holder->front());
      const auto second = listen_on("127.0.0.1", port, wanted);
      ASSERT_FALSE(second.ok()) << held << " " << wanted;
      const std::string message(second.status().message());
      EXPECT_EQ(message,
                "cannot listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use");
    }
  }
}

TEST(ListenOnTest, AnAddressThatIsNoneIsAnError) {
  const auto sockets = listen_on("not-an-address.invalid", 0, 1);
  ASSERT_FALSE(sockets.ok());
  EXPECT_NE(std::string(sockets.status().message()).find("not-an-address"), std::string::npos);
}

TEST(ListenOnTest, WritesIpv6InBrackets) {
  const auto sockets = listen_on("::1", 0, 1);
  if (!sockets.ok()) GTEST_SKIP() << "no IPv6 here: " << sockets.status();
  EXPECT_EQ(local_authority(sockets->front()).substr(0, 6), "[::1]:");
}

}  // namespace
}  // namespace headrace::adapters

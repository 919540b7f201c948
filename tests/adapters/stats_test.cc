#include "headrace/adapters/serve/stats.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "headrace/adapters/serve/site_service.h"
#include "headrace/adapters/socket/address.h"
#include "tests/connection/test_client.h"

namespace headrace::serve {
namespace {

using testing::TestClient;

// Says that the client is at `host`.
class RemoteDriver : public adapters::Driver {
 public:
  void attend() override {}
  adapters::SocketAddress remote() const override { return adapters::resolve(host, 1)->front(); }
  std::string host;
};

TEST(StatsTest, AreForThisMachineUnlessTheyAreForAll) {
  for (const bool to_all : {false, true}) {
    for (const auto& [host, is_here] :
         {std::pair{"127.0.0.1", true}, std::pair{"127.9.9.9", true}, std::pair{"::1", true},
          std::pair{"::ffff:127.0.0.1", true}, std::pair{"192.0.2.1", false},
          std::pair{"::2", false}, std::pair{"::ffff:192.0.2.1", false}}) {
      Site site;
      site.stats_to_all = to_all;
      SiteService service(&site);
      RemoteDriver driver;
      driver.host = host;
      Options options;
      options.complete_heads = true;
      Connection connection(Role::kServer, options, TimePoint{});
      const auto handler = service.open(connection, driver);
      TestClient client;
      const std::string input = TestClient::preface() + client.request(1, true, "/stats");
      for (EventPtr event : connection.receive(testing::octets(input), TimePoint{})) {
        handler->handle(std::move(event));
      }
      const std::string output = testing::drain(&connection);
      EXPECT_EQ(output.find("403 Forbidden") == std::string::npos, is_here || to_all) << host;
      EXPECT_EQ(output.find("uptime_seconds") != std::string::npos, is_here || to_all) << host;
    }
  }
}

}  // namespace
}  // namespace headrace::serve

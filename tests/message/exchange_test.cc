#include "headrace/protocol/message/exchange.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

// RFC 9110 §9.3.6: 2xx, and no other status, opens the tunnel.
TEST(ExchangeTest, ATunnelIsOpenedBySuccess) {
  RequestHead connect;
  connect.is_connect = true;
  EXPECT_TRUE(opens_tunnel(connect, 200));
  EXPECT_TRUE(opens_tunnel(connect, 204));
  EXPECT_FALSE(opens_tunnel(connect, 101));
  EXPECT_FALSE(opens_tunnel(connect, 407));
  EXPECT_FALSE(opens_tunnel(RequestHead{}, 200));
}

// RFC 9110 §6.4.1.
TEST(ExchangeTest, SomeResponsesHaveNoContentWhateverTheirLength) {
  RequestHead head;
  head.is_head = true;
  for (const auto& [request, status] :
       {std::pair(head, 200), std::pair(RequestHead{}, 204), std::pair(RequestHead{}, 304)}) {
    Exchange exchange;
    exchange.set_request(request);
    ResponseHead response;
    response.status = static_cast<uint16_t>(status);
    response.content_length = 10;
    EXPECT_EQ(exchange.receive_response(response), 0) << status;
  }
}

TEST(ExchangeTest, ATunnelHasNoLength) {
  RequestHead connect;
  connect.is_connect = true;
  ResponseHead response;
  response.status = 200;
  response.content_length = 10;
  Exchange exchange;
  exchange.set_request(connect);
  EXPECT_EQ(exchange.receive_response(response), kNoContentLength);
  EXPECT_TRUE(exchange.is_tunnel());
}

TEST(ExchangeTest, AResponseSaysHowMuchContentFollows) {
  RequestHead request;
  request.has_priority = true;
  Exchange exchange;
  EXPECT_FALSE(exchange.head_received());
  exchange.receive_request(request);
  EXPECT_TRUE(exchange.head_received());
  EXPECT_TRUE(exchange.request().has_priority);
  EXPECT_FALSE(exchange.request().is_head);
  ResponseHead response;
  response.status = 200;
  EXPECT_EQ(exchange.receive_response(response), kNoContentLength);
  response.content_length = 5;
  EXPECT_EQ(exchange.receive_response(response), 5);
  EXPECT_FALSE(exchange.ends_with_head());
}

TEST(ExchangeTest, TellsHowFarAMessageOfOursIs) {
  Exchange exchange;
  EXPECT_FALSE(exchange.head_sent());
  EXPECT_FALSE(exchange.head_shown(1000)) << "of no head";
  exchange.note_head_sent(/*end_offset=*/100);
  EXPECT_TRUE(exchange.head_sent());
  EXPECT_FALSE(exchange.head_shown(99));
  EXPECT_TRUE(exchange.head_shown(100));
  exchange.note_sending_ended();
  EXPECT_TRUE(exchange.sending_ended());
}

}  // namespace
}  // namespace headrace

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
    EXPECT_TRUE(exchange.receive_response(response, /*ends=*/true)) << status;
    EXPECT_FALSE(exchange.received().allows(1, /*end=*/false)) << status;
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
  EXPECT_TRUE(exchange.receive_response(response, /*ends=*/false));
  EXPECT_TRUE(exchange.is_tunnel());
  EXPECT_TRUE(exchange.received().allows(1'000, /*end=*/true));
}

// RFC 9113 §8.1.1.
TEST(ExchangeTest, AMessageThatEndsWithItsHeadHasLengthZeroOrNone) {
  RequestHead request;
  Exchange without;
  EXPECT_TRUE(without.receive_request(request, /*ends=*/true));
  request.content_length = 5;
  Exchange with;
  EXPECT_FALSE(with.receive_request(request, /*ends=*/true));
  Exchange goes_on;
  EXPECT_TRUE(goes_on.receive_request(request, /*ends=*/false));
  EXPECT_TRUE(goes_on.head_received());
  goes_on.receive_content(4);
  EXPECT_FALSE(goes_on.received().allows(2, /*end=*/false));
  EXPECT_TRUE(goes_on.received().allows(1, /*end=*/true));
}

TEST(ExchangeTest, WhatIsSentIsCountedByItself) {
  Exchange exchange;
  ContentLength length;
  length.announce(3);
  exchange.begin_sending(length, /*tunnel=*/false);
  exchange.send_content(3);
  EXPECT_TRUE(exchange.sent().allows(0, /*end=*/true));
  EXPECT_EQ(exchange.received().counted(), 0u);
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

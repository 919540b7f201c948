#include "headrace/adapters/serve/websocket_handshake.h"

#include <gtest/gtest.h>

namespace headrace::serve {
namespace {

TEST(WebSocketHandshakeTest, AcceptsAKeyAsTheRfcsExampleDoes) {  // RFC 6455 §1.3
  EXPECT_TRUE(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshakeTest, AKeyIsSixteenOctets) {
  for (const char* key :
       {"", "x", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZWY=", "dGhlIHNhbXBsZSBub25jZWZn",
        "dGhlIHNhbXBs*SBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ== ", "dGhlIHNhbXBsZSBub25jZQ="}) {
    EXPECT_FALSE(is_websocket_key(key)) << key;
  }
}

TEST(WebSocketHandshakeTest, IsOfferedByName) {
  EXPECT_TRUE(offers_websocket({{"upgrade", "websocket"}}));
  EXPECT_TRUE(offers_websocket({{"upgrade", "h2c, WebSocket"}}));
  EXPECT_TRUE(offers_websocket({{"upgrade", "h2c"}, {"upgrade", "websocket"}}));
  EXPECT_FALSE(offers_websocket({{"upgrade", "h2c"}}));
  EXPECT_FALSE(offers_websocket({{"upgrade", "websocket2, web socket"}}));
  EXPECT_FALSE(offers_websocket({{"x", "websocket"}}));
  EXPECT_FALSE(offers_websocket({}));
}

}  // namespace
}  // namespace headrace::serve

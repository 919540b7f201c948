#include "headrace/field/field_name.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace headrace {
namespace {

const std::vector<std::pair<FieldName, std::string>> kNames = {
    {FieldName::kMethod, ":method"},
    {FieldName::kScheme, ":scheme"},
    {FieldName::kAuthority, ":authority"},
    {FieldName::kPath, ":path"},
    {FieldName::kStatus, ":status"},
    {FieldName::kProtocol, ":protocol"},
    {FieldName::kConnection, "connection"},
    {FieldName::kKeepAlive, "keep-alive"},
    {FieldName::kProxyConnection, "proxy-connection"},
    {FieldName::kTransferEncoding, "transfer-encoding"},
    {FieldName::kUpgrade, "upgrade"},
    {FieldName::kTe, "te"},
    {FieldName::kHost, "host"},
    {FieldName::kContentLength, "content-length"},
    {FieldName::kContentType, "content-type"},
    {FieldName::kCookie, "cookie"},
    {FieldName::kSetCookie, "set-cookie"},
    {FieldName::kAuthorization, "authorization"},
    {FieldName::kProxyAuthorization, "proxy-authorization"},
    {FieldName::kDate, "date"},
    {FieldName::kExpect, "expect"},
    {FieldName::kPriority, "priority"},
};

TEST(FieldName, EveryTokenHasItsName) {
  // One name for each token behind kOther.
  EXPECT_EQ(kNames.size(),
            static_cast<size_t>(FieldName::kPriority) - static_cast<size_t>(FieldName::kOther));
  for (const auto& [token, name] : kNames) EXPECT_EQ(resolve_field_name(name), token) << name;
}

TEST(FieldName, OtherNamesHaveNone) {
  for (const char* name : {"", "x", "age", "etag", "accept", "referer", "location", "user-agent",
                           "content-types", "a-name-that-is-longer-than-all-of-them"}) {
    EXPECT_EQ(resolve_field_name(name), FieldName::kOther) << name;
  }
}

TEST(FieldName, OneCharacterMakesTheDifference) {
  for (const auto& [token, name] : kNames) {
    for (size_t i = 0; i < name.size(); ++i) {
      std::string changed = name;
      changed[i] = '#';
      EXPECT_EQ(resolve_field_name(changed), FieldName::kOther) << changed;
    }
    EXPECT_EQ(resolve_field_name(name + "#"), FieldName::kOther);
  }
}

TEST(FieldName, IsCaseSensitive) {
  EXPECT_EQ(resolve_field_name("Host"), FieldName::kOther);
  EXPECT_EQ(resolve_field_name("CONTENT-LENGTH"), FieldName::kOther);
}

}  // namespace
}  // namespace headrace

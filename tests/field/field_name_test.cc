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
    {FieldName::kCookie, "cookie"},
    {FieldName::kPriority, "priority"},
    {FieldName::kAcceptCharset, "accept-charset"},
    {FieldName::kAcceptEncoding, "accept-encoding"},
    {FieldName::kAcceptLanguage, "accept-language"},
    {FieldName::kAcceptRanges, "accept-ranges"},
    {FieldName::kAccept, "accept"},
    {FieldName::kAccessControlAllowOrigin, "access-control-allow-origin"},
    {FieldName::kAge, "age"},
    {FieldName::kAllow, "allow"},
    {FieldName::kAuthorization, "authorization"},
    {FieldName::kCacheControl, "cache-control"},
    {FieldName::kContentDisposition, "content-disposition"},
    {FieldName::kContentEncoding, "content-encoding"},
    {FieldName::kContentLanguage, "content-language"},
    {FieldName::kContentLocation, "content-location"},
    {FieldName::kContentRange, "content-range"},
    {FieldName::kContentType, "content-type"},
    {FieldName::kDate, "date"},
    {FieldName::kEtag, "etag"},
    {FieldName::kExpect, "expect"},
    {FieldName::kExpires, "expires"},
    {FieldName::kFrom, "from"},
    {FieldName::kIfMatch, "if-match"},
    {FieldName::kIfModifiedSince, "if-modified-since"},
    {FieldName::kIfNoneMatch, "if-none-match"},
    {FieldName::kIfRange, "if-range"},
    {FieldName::kIfUnmodifiedSince, "if-unmodified-since"},
    {FieldName::kLastModified, "last-modified"},
    {FieldName::kLink, "link"},
    {FieldName::kLocation, "location"},
    {FieldName::kMaxForwards, "max-forwards"},
    {FieldName::kProxyAuthenticate, "proxy-authenticate"},
    {FieldName::kProxyAuthorization, "proxy-authorization"},
    {FieldName::kRange, "range"},
    {FieldName::kReferer, "referer"},
    {FieldName::kRefresh, "refresh"},
    {FieldName::kRetryAfter, "retry-after"},
    {FieldName::kServer, "server"},
    {FieldName::kSetCookie, "set-cookie"},
    {FieldName::kStrictTransportSecurity, "strict-transport-security"},
    {FieldName::kUserAgent, "user-agent"},
    {FieldName::kVary, "vary"},
    {FieldName::kVia, "via"},
    {FieldName::kWwwAuthenticate, "www-authenticate"},
};

TEST(FieldName, EveryTokenHasItsName) {
  EXPECT_EQ(kNames.size() + 3, kFieldNameCount) << "three tokens stand for many names";
  for (const auto& [token, name] : kNames) {
    EXPECT_EQ(resolve_field_name(name), token) << name;
    EXPECT_TRUE(is_known(token));
  }
}

// Those that begin with a colon have a token of their own.
FieldName unlisted(std::string_view name) {
  return name.starts_with(':') ? FieldName::kOtherPseudo : FieldName::kOther;
}

TEST(FieldName, OtherNamesHaveNoTokenOfTheirOwn) {
  for (const char* name : {"", "x", ":", ":x", ":host", "content-types", "x-forwarded-for",
                           "a-name-that-is-longer-than-all-of-them"}) {
    EXPECT_EQ(resolve_field_name(name), unlisted(name)) << name;
    EXPECT_FALSE(is_known(resolve_field_name(name)));
  }
}

TEST(FieldName, OneCharacterMakesTheDifference) {
  for (const auto& [token, name] : kNames) {
    for (size_t i = 0; i < name.size(); ++i) {
      std::string changed = name;
      changed[i] = '#';
      EXPECT_EQ(resolve_field_name(changed), unlisted(changed)) << changed;
    }
    EXPECT_EQ(resolve_field_name(name + "#"), unlisted(name));
  }
}

TEST(FieldName, IsCaseSensitive) {
  EXPECT_EQ(resolve_field_name("Host"), FieldName::kOther);
  EXPECT_EQ(resolve_field_name("CONTENT-LENGTH"), FieldName::kOther);
}

}  // namespace
}  // namespace headrace

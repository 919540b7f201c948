#include "benchmarks/header_sets.h"

#include <cstdint>
#include <cstdio>
#include <random>
#include <string_view>

namespace headrace::benchmarks {
namespace {

constexpr const char* kFirefox =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
constexpr const char* kChrome =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36";

// Strings that no two requests share.
class Unique {
 public:
  explicit Unique(uint32_t seed) : random_(seed) {}

  std::string hex(size_t digits) { return of("0123456789abcdef", digits); }
  std::string base64(size_t size) {
    return of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", size);
  }
  uint32_t number(uint32_t bound) { return random_() % bound; }

 private:
  std::string of(std::string_view alphabet, size_t size) {
    std::string text;
    while (text.size() < size) text.push_back(alphabet[random_() % alphabet.size()]);
    return text;
  }
  std::mt19937 random_;
};

std::string http_date(uint32_t second) {
  char text[40];
  std::snprintf(text, sizeof(text), "Tue, 16 Jul 2024 %02u:%02u:%02u GMT", 9 + second / 3600,
                second / 60 % 60, second % 60);
  return text;
}

HeaderSet browser_requests() {
  Unique unique(1);
  HeaderSet set{"browser requests", {}};
  const std::string cookie =
      "sid=" + unique.base64(32) + "; theme=dark; _ga=GA1.2." + unique.hex(16);
  for (int i = 0; i < 60; ++i) {
    const bool image = i % 3 != 0;
    set.lists.push_back(
        {{":method", "GET"},
         {":scheme", "https"},
         {":authority", i % 5 == 0 ? "cdn.example.net" : "www.example.org"},
         {":path", "/assets/" + std::string(image ? "img/photo-" : "js/chunk-") + unique.hex(8) +
                       (image ? ".jpg?v=" : ".js?v=") + unique.hex(8)},
         {"user-agent", kFirefox},
         {"accept", image ? "image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8" : "*/*"},
         {"accept-language", "en-US,en;q=0.5"},
         {"accept-encoding", "gzip, deflate, br, zstd"},
         {"referer", "https://www.example.org/articles/" + std::to_string(i / 12)},
         {"cookie", cookie},
         {"sec-fetch-dest", image ? "image" : "script"},
         {"sec-fetch-mode", "no-cors"},
         {"sec-fetch-site", "same-origin"},
         {"priority", image ? "u=5, i" : "u=2"},
         {"te", "trailers"}});
  }
  return set;
}

HeaderSet browser_navigation() {
  Unique unique(2);
  HeaderSet set{"browser navigation", {}};
  for (int i = 0; i < 12; ++i) {
    set.lists.push_back({{":method", i % 4 == 3 ? "POST" : "GET"},
                         {":authority", "shop.example.com"},
                         {":scheme", "https"},
                         {":path", "/category/" + std::to_string(unique.number(40)) +
                                       "?page=" + std::to_string(i) + "&sort=price_asc"},
                         {"cache-control", "max-age=0"},
                         {"sec-ch-ua", "\"Not/A)Brand\";v=\"8\", \"Chromium\";v=\"126\""},
                         {"sec-ch-ua-mobile", "?0"},
                         {"sec-ch-ua-platform", "\"Windows\""},
                         {"upgrade-insecure-requests", "1"},
                         {"user-agent", kChrome},
                         {"accept",
                          "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
                          "image/webp,image/apng,*/*;q=0.8"},
                         {"sec-fetch-site", "none"},
                         {"sec-fetch-mode", "navigate"},
                         {"sec-fetch-user", "?1"},
                         {"sec-fetch-dest", "document"},
                         {"accept-encoding", "gzip, deflate, br"},
                         {"accept-language", "de-DE,de;q=0.9,en;q=0.8"},
                         {"cookie", "cart=" + unique.base64(24)},
                         {"cookie", "last_seen=" + std::to_string(1721120000 + 37 * i)}});
  }
  return set;
}

HeaderSet api_requests() {
  Unique unique(3);
  HeaderSet set{"api requests", {}};
  const std::string token = "Bearer " + unique.base64(180);
  for (int i = 0; i < 80; ++i) {
    const std::string trace = unique.hex(32);
    set.lists.push_back({{":method", i % 2 == 0 ? "GET" : "POST"},
                         {":scheme", "https"},
                         {":authority", "api.example.com"},
                         {":path", "/v2/accounts/" + unique.hex(24) + "/orders?limit=50"},
                         {"accept", "application/json"},
                         {"content-type", "application/json"},
                         {"content-length", std::to_string(20 + unique.number(3000))},
                         {"authorization", token},
                         {"user-agent", "example-sdk/4.12.0 (java 17; linux)"},
                         {"x-request-id", unique.hex(32)},
                         {"traceparent", "00-" + trace + "-" + unique.hex(16) + "-01"}});
  }
  return set;
}

HeaderSet rpc_requests() {
  HeaderSet set{"rpc requests", {}};
  for (int i = 0; i < 80; ++i) {
    set.lists.push_back({{":method", "POST"},
                         {":scheme", "http"},
                         {":path", "/example.inventory.v1.Inventory/" +
                                       std::string(i % 3 == 0 ? "Reserve" : "GetItem")},
                         {":authority", "inventory.internal:8443"},
                         {"content-type", "application/grpc"},
                         {"user-agent", "grpc-c++/1.60.0 grpc-c/37.0.0 (linux; chttp2)"},
                         {"te", "trailers"},
                         {"grpc-accept-encoding", "identity, deflate, gzip"},
                         {"grpc-timeout", std::to_string(900 + i % 7) + "m"}});
  }
  return set;
}

HeaderSet file_responses() {
  Unique unique(5);
  HeaderSet set{"file responses", {}};
  for (int i = 0; i < 60; ++i) {
    set.lists.push_back({{":status", i % 9 == 8 ? "304" : "200"},
                         {"server", "nginx/1.27.0"},
                         {"date", http_date(static_cast<uint32_t>(i) / 10)},
                         {"content-type", i % 3 == 0 ? "application/javascript" : "image/jpeg"},
                         {"content-length", std::to_string(500 + unique.number(200000))},
                         {"last-modified", http_date(unique.number(30000))},
                         {"etag", "\"" + unique.hex(8) + "-" + unique.hex(5) + "\""},
                         {"cache-control", "public, max-age=31536000, immutable"},
                         {"accept-ranges", "bytes"},
                         {"vary", "accept-encoding"}});
  }
  return set;
}

HeaderSet api_responses() {
  Unique unique(6);
  HeaderSet set{"api responses", {}};
  for (int i = 0; i < 80; ++i) {
    HeaderList list = {{":status", i % 20 == 19 ? "404" : "200"},
                       {"date", http_date(static_cast<uint32_t>(i) / 4)},
                       {"content-type", "application/json; charset=utf-8"},
                       {"content-length", std::to_string(50 + unique.number(9000))},
                       {"x-request-id", unique.hex(32)},
                       {"x-ratelimit-limit", "5000"},
                       {"x-ratelimit-remaining", std::to_string(4999 - i)},
                       {"strict-transport-security", "max-age=63072000; includeSubDomains"},
                       {"x-content-type-options", "nosniff"},
                       {"vary", "origin, accept-encoding"},
                       {"access-control-allow-origin", "https://app.example.com"}};
    if (i % 10 == 0) {
      list.push_back({"set-cookie", "sid=" + unique.base64(40) + "; Path=/; Secure; HttpOnly"});
    }
    set.lists.push_back(list);
  }
  return set;
}

HeaderSet content_network_responses() {
  Unique unique(7);
  HeaderSet set{"content network responses", {}};
  for (int i = 0; i < 40; ++i) {
    set.lists.push_back({{":status", "200"},
                         {"accept-ranges", "bytes"},
                         {"age", std::to_string(unique.number(90000))},
                         {"cache-control", "public, max-age=86400"},
                         {"content-length", std::to_string(500 + unique.number(200000))},
                         {"content-type", "image/webp"},
                         {"date", http_date(100 + static_cast<uint32_t>(i) / 8)},
                         {"etag", "\"" + unique.hex(32) + "\""},
                         {"last-modified", http_date(unique.number(30000))},
                         {"server", "ECAcc (bsa/EAB" + unique.hex(1) + ")"},
                         {"via", "1.1 varnish, 1.1 " + unique.hex(8) + ".example-cdn.net"},
                         {"x-cache", unique.number(4) == 0 ? "MISS" : "HIT"},
                         {"x-cache-hits", std::to_string(unique.number(30))},
                         {"x-served-by", "cache-fra-" + std::to_string(unique.number(8))},
                         {"x-timer", "S172112" + std::to_string(unique.number(10000)) + ",VS0,VE1"},
                         {"alt-svc", "h3=\":443\"; ma=86400"},
                         {"access-control-allow-origin", "*"},
                         {"timing-allow-origin", "*"}});
  }
  return set;
}

}  // namespace

std::vector<HeaderSet> realistic_header_sets() {
  return {browser_requests(),
          browser_navigation(),
          api_requests(),
          rpc_requests(),
          file_responses(),
          api_responses(),
          content_network_responses()};
}

}  // namespace headrace::benchmarks

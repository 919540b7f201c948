#ifndef HEADRACE_TESTS_CONNECTION_TEST_CLIENT_H_
#define HEADRACE_TESTS_CONNECTION_TEST_CLIENT_H_

#include <cstdint>
#include <gsl/span>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::testing {

inline gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// What a client writes, made by the reference codecs.
class TestClient {
 public:
  static std::string preface(const reference::Settings& settings = {}) {
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
           reference::encode(reference::SETTINGS, 0, 0, reference::settings(settings));
  }
  std::string request(StreamId id, bool end_stream, std::string_view path = "/",
                      std::string_view method = "GET") {
    return headers(id, end_stream,
                   {{":method", std::string(method)},
                    {":scheme", "https"},
                    {":authority", "example.org"},
                    {":path", std::string(path)},
                    {"user-agent", "a test"}});
  }
  std::string headers(StreamId id, bool end_stream,
                      const std::vector<reference::HeaderField>& fields) {
    uint8_t flags = reference::END_HEADERS | (end_stream ? reference::END_STREAM : 0);
    return reference::encode(reference::HEADERS, flags, id, encoder_.encode(fields));
  }
  static std::string data(StreamId id, std::string_view bytes, bool end_stream) {
    return reference::encode(reference::DATA, end_stream ? reference::END_STREAM : 0, id,
                             std::string(bytes));
  }

 private:
  reference::HpackEncoder encoder_;
};

// All of the pending output, taken at once.
inline std::string drain(Connection* connection, size_t max_bytes = size_t{1} << 30) {
  std::string bytes;
  for (const ConstBuffer& buffer : connection->pending_output(max_bytes)) {
    bytes.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  connection->sent(bytes.size());
  return bytes;
}

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_CONNECTION_TEST_CLIENT_H_

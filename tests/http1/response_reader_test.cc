#include "headrace/protocol/http1/response_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/http1/rules.h"

namespace headrace::http1 {
namespace {

using Kind = ContentEnd::Kind;

// A reader whose input comes in parts of one size, each in memory of its own that goes away.
class ResponseReaderTest : public testing::TestWithParam<size_t> {
 protected:
  bool read(std::string_view text, const RequestHead& request = {}) {
    reader_.begin();
    for (; !text.empty(); text.remove_prefix(std::min(GetParam(), text.size()))) {
      parts_.push_back(std::string(text.substr(0, GetParam())));
      const std::string& part = parts_.back();
      input_.give({reinterpret_cast<const uint8_t*>(part.data()), part.size()});
      const ResponseReader::Status status = reader_.read(request, &input_, &lines_);
      if (status != ResponseReader::Status::kNothing) {
        return status == ResponseReader::Status::kHead;
      }
      EXPECT_TRUE(reader_.keep());
      EXPECT_TRUE(input_.keep_rest());
      std::fill(parts_.back().begin(), parts_.back().end(), '?');
    }
    return false;
  }
  std::string fields() {
    std::string text;
    for (const Field& field : section_.storage().fields()) {
      text.append(field.name).append("=").append(field.value).append("|");
    }
    return text;
  }
  const ReceivedStatus& received() const { return reader_.received(); }

  Ledger ledger_{1 << 20};
  InputQueue input_{&ledger_};
  LineReader lines_{&ledger_};
  SectionReader section_{&ledger_, {1000, 10, Limit::kFieldsPerResponse, true}, 16, 1024};
  ResponseReader reader_{&section_, {100, false}};
  std::vector<std::string> parts_;
};

TEST_P(ResponseReaderTest, MakesFieldsOfAHead) {
  ASSERT_TRUE(
      read("HTTP/1.1 404 Not Found\r\nDate: now\r\nContent-Length: 3\r\ncontent-length:3,3\r\n"
           "Transfer-Encodin: x\r\nX:\r\n  y \r\n z\r\n\r\n"));
  EXPECT_EQ(fields(), ":status=404|date=now|content-length=3|transfer-encodin=x|x=y z|");
  EXPECT_EQ(received().status, 404);
  EXPECT_EQ(received().content.kind, Kind::kLength);
  EXPECT_EQ(received().content.length, 3u);
  EXPECT_TRUE(received().may_persist);
}

TEST_P(ResponseReaderTest, FindsTheEndOfTheContent) {
  ASSERT_TRUE(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  EXPECT_EQ(received().content.kind, Kind::kChunked);
  EXPECT_EQ(fields(), ":status=200|");
  ASSERT_TRUE(read("HTTP/1.1 200 OK\r\n\r\n"));
  EXPECT_EQ(received().content.kind, Kind::kUntilClose);
  EXPECT_FALSE(received().may_persist);
  RequestHead head;
  head.is_head = true;
  ASSERT_TRUE(read("HTTP/1.1 200 OK\r\n\r\n", head));
  EXPECT_EQ(received().content.kind, Kind::kNone);
  EXPECT_TRUE(received().may_persist);
  ASSERT_TRUE(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"));
  EXPECT_EQ(received().content.kind, Kind::kNone);
  RequestHead connect;
  connect.is_connect = true;
  ASSERT_TRUE(read("HTTP/1.1 204 No Content\r\nContent-Length: x\r\n\r\n", connect));
  EXPECT_TRUE(received().opens_tunnel);
  ASSERT_TRUE(read("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  EXPECT_TRUE(received().opens_tunnel);
  ASSERT_TRUE(read("HTTP/1.1 103 Early Hints\r\n\r\n"));
  EXPECT_TRUE(received().is_interim);
}

TEST_P(ResponseReaderTest, KnowsWhetherTheConnectionGoesOn) {
  ASSERT_TRUE(read("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n"));
  EXPECT_FALSE(received().may_persist);
  ASSERT_TRUE(read("HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: x, Keep-Alive\r\n\r\n"));
  EXPECT_TRUE(received().may_persist);
  ASSERT_TRUE(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: Close\r\n\r\n"));
  EXPECT_FALSE(received().may_persist);
}

TEST_P(ResponseReaderTest, RefusesWhatCanBeReadInTwoWays) {
  const auto rule = [this](std::string_view fields) {
    EXPECT_FALSE(read("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n"));
    return reader_.refusal().rule;
  };
  EXPECT_EQ(rule("Content-Length: 1\r\nContent-Length: 2\r\n"), &kLengthsDiffer);
  EXPECT_EQ(rule("Content-Length: 1, 2\r\n"), &kLengthsDiffer);
  EXPECT_EQ(rule("Content-Length: 1\r\n 2\r\n"), &kLength);
  EXPECT_EQ(rule("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), &kBothLengths);
  EXPECT_EQ(rule("Transfer-Encoding: chunked\r\n , x\r\n"), &kChunkedLast);
  EXPECT_EQ(rule(" a: b\r\n"), &kSpaceBeforeFields);
}

// The end of the section always fits, and so does a fold of as many octets, where LF ends a line.
TEST(ResponseReaderBoundTest, AFoldAtTheBoundDoesNotLiftIt) {
  for (size_t size = 1; size < 60; ++size) {
    Ledger ledger{1 << 20};
    InputQueue input{&ledger};
    LineReader lines{&ledger, /*accept_bare_lf=*/true};
    SectionReader section{&ledger, {100, 10, Limit::kFieldsPerResponse, true}, 16, 1024};
    ResponseReader reader{&section, {100, false}};
    reader.begin();
    const std::string head = "HTTP/1.1 200 OK\r\nName: " + std::string(size, 'v') +
                             "\r\n \nOther: " + std::string(100, 'v') + "\r\n\r\n";
    input.give({reinterpret_cast<const uint8_t*>(head.data()), head.size()});
    EXPECT_EQ(reader.read({}, &input, &lines), ResponseReader::Status::kRefused) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, ResponseReaderTest, testing::Values(1, 2, 3, 7, 1000));

}  // namespace
}  // namespace headrace::http1

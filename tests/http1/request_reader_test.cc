#include "headrace/protocol/http1/request_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/http1/rules.h"

namespace headrace::http1 {
namespace {

// A reader whose input comes in parts of one size, each in memory of its own that goes away.
class RequestReaderTest : public testing::TestWithParam<size_t> {
 protected:
  bool read(std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min(GetParam(), text.size()))) {
      parts_.push_back(std::string(text.substr(0, GetParam())));
      const std::string& part = parts_.back();
      input_.give({reinterpret_cast<const uint8_t*>(part.data()), part.size()});
      const RequestReader::Status status = reader_.read(&input_, &lines_);
      if (status != RequestReader::Status::kNothing) return status == RequestReader::Status::kHead;
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

  Ledger ledger_{1 << 20};
  InputQueue input_{&ledger_};
  LineReader lines_{&ledger_};
  SectionReader section_{&ledger_, {1000, 10, Limit::kFieldsPerRequest}, 16, 1024};
  RequestReader reader_{&section_, {"http", 100, 0, false, false}};
  std::vector<std::string> parts_;
};

TEST_P(RequestReaderTest, MakesFieldsOfAHead) {
  reader_.begin();
  ASSERT_TRUE(
      read("POST /a HTTP/1.1\r\nUser-Agent: x y\r\nHOST:example.org \r\n"
           "Content-Length: 3\r\nConnection: close\r\nEmpty:\r\n\r\n"));
  EXPECT_EQ(fields(),
            ":method=POST|:scheme=http|:authority=example.org|:path=/a|user-agent=x y|"
            "content-length=3|connection=close|empty=|");
  EXPECT_EQ(reader_.facts().content.length, 3u);
  EXPECT_FALSE(reader_.facts().may_persist);
  EXPECT_FALSE(reader_.facts().is_http10);
}

TEST_P(RequestReaderTest, ReadsOneHeadBehindTheOther) {
  reader_.begin();
  ASSERT_TRUE(read("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_EQ(fields(), ":method=GET|:scheme=http|:path=/a|connection=keep-alive|");
  EXPECT_TRUE(reader_.facts().may_persist);
  reader_.begin();
  ASSERT_TRUE(read("CONNECT b:1 HTTP/1.1\r\nHost: b\r\n\r\n"));
  EXPECT_EQ(fields(), ":method=CONNECT|:authority=b:1|");
}

TEST_P(RequestReaderTest, NamesTheFieldThatIsWrong) {
  reader_.begin();
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(reader_.refusal().rule, &kHostTwice);
  EXPECT_EQ(reader_.refusal().field, "host");
  EXPECT_EQ(reader_.refusal().status, 400);
}

INSTANTIATE_TEST_SUITE_P(Parts, RequestReaderTest, testing::Values(1, 3, 16, 1000));

}  // namespace
}  // namespace headrace::http1

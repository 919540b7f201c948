// The sizes of records, the memory of output, and what is copied where.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/tls/certificates.h"
#include "tests/tls/ends.h"

namespace headrace::tls {
namespace {

// What a record of TLS 1.3 with AES-GCM has besides the plaintext: header, type, tag.
constexpr size_t kOverhead = 5 + 1 + 16;

class RecordsTest : public ::testing::Test {
 protected:
  RecordsTest() { ends_.settle(); }

  // Of the plaintext in each record of `octets`.
  static std::vector<size_t> sizes(const std::string& octets) {
    std::vector<size_t> found;
    for (size_t at = 0; at < octets.size();) {
      const size_t size =
          static_cast<uint8_t>(octets[at + 3]) << 8 | static_cast<uint8_t>(octets[at + 4]);
      found.push_back(size + 5 - kOverhead);
      at += 5 + size;
    }
    return found;
  }

  const Authority authority_{"an authority"};
  const std::unique_ptr<Server> server_ = make_server(server_options(authority_.issue()));
  const std::unique_ptr<Client> client_ = make_client(client_options(authority_));
  Ends ends_ = connect(*server_, *client_);
};

TEST_F(RecordsTest, SmallAtTheStartOfAResponseAndLargeInBulk) {
  const std::vector<size_t> first = {1350, 1350, 1350, 1350, 16384, 16384, 16384, 11'048};
  const std::string body(5'400 + 3 * 16'384 + 11'048, 'b');
  EXPECT_EQ(write(*ends_.server, body), body.size());
  EXPECT_EQ(sizes(take_output(*ends_.server)), first);
  // It goes on.
  EXPECT_EQ(write(*ends_.server, std::string(40'000, 'b')), 40'000u);
  EXPECT_EQ(sizes(take_output(*ends_.server)), (std::vector<size_t>{16384, 16384, 7'232}));
  // Its end; then a short one, and another: each begins anew.
  write(*ends_.server, "the end");
  EXPECT_EQ(sizes(take_output(*ends_.server)), std::vector<size_t>{7});
  EXPECT_EQ(write(*ends_.server, std::string(3'000, 'c')), 3'000u);
  EXPECT_EQ(sizes(take_output(*ends_.server)), (std::vector<size_t>{1350, 1350, 300}));
  EXPECT_EQ(write(*ends_.server, std::string(3'000, 'c')), 3'000u);
  EXPECT_EQ(sizes(take_output(*ends_.server)), (std::vector<size_t>{1350, 1350, 300}));
}

TEST_F(RecordsTest, BuffersOfAllSizesBecomeFullRecords) {
  std::string all;
  std::vector<std::string> parts;
  for (const size_t size : {9, 1'000, 9, 16'384, 0, 1, 30'000, 9, 16'375, 5, 50'000, 1}) {
    parts.emplace_back(size, static_cast<char>('a' + parts.size()));
    all += parts.back();
  }
  std::vector<ConstBuffer> buffers;
  for (const std::string& part : parts) {
    buffers.push_back({reinterpret_cast<const uint8_t*>(part.data()), part.size()});
  }
  ASSERT_EQ(ends_.server->write(buffers), all.size());
  const std::string octets = take_output(*ends_.server);
  const std::vector<size_t> records = sizes(octets);
  for (size_t i = 0; i + 1 < records.size(); ++i) EXPECT_EQ(records[i], i < 4 ? 1350u : 16384u);
  EXPECT_TRUE(give(*ends_.client, octets) == all);
}

// The octets stay where and as they are until they are sent, whatever is appended.
TEST_F(RecordsTest, OutputIsStableWhileMoreIsWritten) {
  write(*ends_.server, std::string(20'000, 'x'));
  const auto shown = ends_.server->pending_output();
  const std::vector<ConstBuffer> before(shown.begin(), shown.end());
  std::string copy;
  for (const ConstBuffer& buffer : before) {
    copy.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  for (int i = 0; i < 20; ++i) write(*ends_.server, std::string(5'000, 'y'));
  std::string now;
  for (const ConstBuffer& buffer : before) {
    now.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  EXPECT_TRUE(now == copy);
  const auto longer = ends_.server->pending_output();
  ASSERT_GE(longer.size(), before.size());
  EXPECT_EQ(longer[0].data, before[0].data);
}

TEST_F(RecordsTest, SentInPiecesAndReleasedLater) {
  const std::string text(50'000, 'z');
  write(*ends_.server, text);
  std::string octets;
  size_t unreleased = 0;
  while (ends_.server->wants_output()) {
    const ConstBuffer first = ends_.server->pending_output()[0];
    const size_t size = std::min<size_t>(first.size, 777);
    octets.append(reinterpret_cast<const char*>(first.data), size);
    ends_.server->sent(size, /*released=*/false);
    unreleased += size;
  }
  ends_.server->released(unreleased);
  EXPECT_TRUE(give(*ends_.client, octets) == text);
}

TEST_F(RecordsTest, OctetsThatWaitAreCounted) {
  const size_t idle = ends_.server->memory();
  write(*ends_.server, std::string(100'000, 'x'));
  EXPECT_GE(ends_.server->memory(), idle + 100'000);
  take_output(*ends_.server);
  ends_.server->trim();
  EXPECT_EQ(ends_.server->memory(), idle);
}

}  // namespace
}  // namespace headrace::tls

#include "adapters/get/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace headrace::get {
namespace {

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

class OutputTest : public testing::Test {
 protected:
  OutputTest() : directory_(testing::TempDir() + "/output_XXXXXX") {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    path_ = directory_ + "/file";
    signal(SIGPIPE, SIG_IGN);
  }
  ~OutputTest() override {
    ::unlink(path_.c_str());
    ::rmdir(directory_.c_str());
  }
  // An output to a pipe; what comes out of it is read with `reader_`.
  std::unique_ptr<Output> open_pipe() {
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
    reader_ = adapters::UniqueFd(::open(path_.c_str(), O_RDONLY | O_NONBLOCK));
    auto output = Output::open(path_);
    EXPECT_TRUE(output.ok()) << output.status();
    return std::move(*output);
  }
  std::string read_pipe() {
    std::string all;
    char buffer[65536];
    ssize_t n;
    while ((n = ::read(reader_.get(), buffer, sizeof(buffer))) > 0) {
      all.append(buffer, static_cast<size_t>(n));
    }
    return all;
  }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  std::string directory_;
  std::string path_;
  adapters::UniqueFd reader_;
};

TEST_F(OutputTest, AFileIsMadeAnew) {
  std::ofstream(path_) << "something longer that was there";
  const auto output = Output::open(path_);
  ASSERT_TRUE(output.ok()) << output.status();
  Download download(**output, nullptr);
  EXPECT_EQ(download.add(octets("new")), 3u);
  EXPECT_FALSE(download.is_done());
  download.end();
  EXPECT_TRUE(download.is_done());
  EXPECT_EQ(content(), "new");
}

TEST_F(OutputTest, WhatCannotBeOpened) {
  const auto output = Output::open("/no/such/directory/file");
  ASSERT_FALSE(output.ok());
  EXPECT_NE(output.status().message().find("/no/such/directory/file"), std::string::npos);
}

// However they arrive.
TEST_F(OutputTest, BodiesFollowOneAnother) {
  const auto output = Output::open(path_);
  ASSERT_TRUE(output.ok());
  std::vector<size_t> passed_on;
  auto first = std::make_unique<Download>(**output, nullptr);
  Download second(**output, [&](size_t size) { passed_on.push_back(size); });
  Download third(**output, [](size_t) {});
  EXPECT_EQ(second.add(octets("second")), 0u);
  second.end();
  EXPECT_EQ(third.add(octets("third")), 0u);
  EXPECT_EQ(first->add(octets("first")), 5u);
  EXPECT_FALSE((*output)->wants_flush()) << "the first one may have more";
  first->end();
  first.reset();
  ASSERT_TRUE((*output)->wants_flush());
  (*output)->flush();
  EXPECT_EQ(passed_on, std::vector<size_t>{6});
  EXPECT_TRUE(second.is_done());
  EXPECT_EQ(content(), "firstsecondthird");
  EXPECT_FALSE((*output)->wants_flush());
  EXPECT_EQ(third.add(octets("!")), 1u);
}

TEST_F(OutputTest, OneThatWasGivenUpLetsTheNextHaveItsTurn) {
  const auto output = Output::open(path_);
  auto first = std::make_unique<Download>(**output, nullptr);
  auto second = std::make_unique<Download>(**output, nullptr);
  Download third(**output, [](size_t) {});
  EXPECT_EQ(third.add(octets("third")), 0u);
  second.reset();
  first.reset();
  (*output)->flush();
  EXPECT_EQ(content(), "third");
}

// Nothing waits for a slow reader, and nothing is lost.
TEST_F(OutputTest, APipeThatIsFull) {
  const auto output = open_pipe();
  size_t told = 0;
  Download download(*output, [&](size_t size) { told += size; });
  std::string all;
  for (int i = 0; i < 100'000; ++i) all += std::to_string(i);
  const size_t at_once = download.add(octets(all));
  EXPECT_LT(at_once, all.size());
  EXPECT_GE(output->waits_for(), 0);
  EXPECT_FALSE(output->wants_flush());
  EXPECT_EQ(download.add(octets("the end")), 0u);
  download.end();
  std::string read;
  while (!download.is_done()) {
    read += read_pipe();
    output->flush();
  }
  read += read_pipe();
  EXPECT_EQ(read, all + "the end");
  EXPECT_EQ(at_once + told, read.size());
  EXPECT_EQ(output->waits_for(), -1);
}

TEST_F(OutputTest, NobodyReadsAnyMore) {
  const auto output = open_pipe();
  Download download(*output, nullptr);
  reader_.reset();
  EXPECT_EQ(download.add(octets("lost")), 4u);
  EXPECT_EQ(output->error(), EPIPE);
  EXPECT_EQ(download.add(octets("as well")), 7u);
  download.end();
  EXPECT_TRUE(download.is_done());
}

TEST_F(OutputTest, NowhereTakesEverythingFromEverybody) {
  const auto output = Output::nowhere();
  Download first(*output, nullptr);
  Download second(*output, nullptr);
  EXPECT_EQ(second.add(octets("second")), 6u);
  second.end();
  EXPECT_TRUE(second.is_done());
  EXPECT_EQ(first.add(octets("first")), 5u);
}

}  // namespace
}  // namespace headrace::get

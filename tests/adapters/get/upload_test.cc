#include "headrace/adapters/get/upload.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace headrace::get {
namespace {

std::string drain(Upload& upload, size_t room_size) {
  std::string all;
  std::vector<uint8_t> room(room_size);
  while (true) {
    const BodySource::Filled filled = upload.fill(room);
    EXPECT_FALSE(filled.failed);
    all.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(filled.size));
    if (filled.end || filled.failed || filled.size == 0) return all;
  }
}

class UploadTest : public testing::Test {
 protected:
  // A file with this content.
  std::string make_file(const std::string& content) {
    std::string path = testing::TempDir() + "/upload_XXXXXX";
    const adapters::UniqueFd file(mkstemp(path.data()));
    EXPECT_EQ(::write(file.get(), content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    paths_.push_back(path);
    return path;
  }
  ~UploadTest() override {
    for (const std::string& path : paths_) ::unlink(path.c_str());
  }

 private:
  std::vector<std::string> paths_;
};

TEST_F(UploadTest, Text) {
  const auto data = UploadData::open("some text");
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->size(), 9u);
  const auto upload = data->start();
  EXPECT_EQ(drain(*upload, 2), "some text");
  EXPECT_EQ(upload->sent(), 9u);
}

// Each request reads the file by itself.
TEST_F(UploadTest, AFileSeveralTimesAtOnce) {
  const auto data = UploadData::open("@" + make_file("0123456789"));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->size(), 10u);
  EXPECT_TRUE(data->is_repeatable());
  const auto first = data->start();
  const auto second = data->start();
  std::array<uint8_t, 4> room;
  (void)first->fill(room);
  EXPECT_EQ(drain(*second, 3), "0123456789");
  EXPECT_EQ(drain(*first, 100), "456789");
  EXPECT_EQ(first->sent(), 10u);
}

TEST_F(UploadTest, AFileThatBecameShorterFails) {
  const std::string path = make_file("0123456789");
  const auto data = UploadData::open("@" + path);
  const auto upload = data->start();
  ASSERT_EQ(truncate(path.c_str(), 4), 0);
  std::array<uint8_t, 100> room;
  const BodySource::Filled first = upload->fill(room);
  EXPECT_EQ(first.size, 4u);
  EXPECT_FALSE(first.end);
  EXPECT_TRUE(upload->fill(room).failed);
  EXPECT_EQ(upload->error(), EIO);
}

// What was announced is sent, and not what came behind it meanwhile.
TEST_F(UploadTest, AFileThatGrew) {
  const std::string path = make_file("0123456789");
  const auto data = UploadData::open("@" + path);
  const auto upload = data->start();
  ASSERT_EQ(truncate(path.c_str(), 20), 0);
  EXPECT_EQ(drain(*upload, 100), "0123456789");
}

TEST_F(UploadTest, APipeWaitsAndEnds) {
  const std::string path = make_file("");
  ::unlink(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  adapters::UniqueFd writer(::open(path.c_str(), O_RDWR));  // lets nobody wait for an opener
  const auto data = UploadData::open("@" + path);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_FALSE(data->size().has_value());
  EXPECT_FALSE(data->is_repeatable());
  const auto upload = data->start();
  std::array<uint8_t, 4> room;

  BodySource::Filled filled = upload->fill(room);
  EXPECT_EQ(filled.size, 0u);
  EXPECT_FALSE(filled.end);
  EXPECT_FALSE(filled.failed);
  EXPECT_GE(upload->waits_for(), 0);

  ASSERT_EQ(::write(writer.get(), "abcdef", 6), 6);
  filled = upload->fill(room);
  EXPECT_EQ(filled.size, 4u);
  EXPECT_FALSE(filled.end);
  EXPECT_EQ(upload->waits_for(), -1);
  EXPECT_EQ(upload->fill(room).size, 2u);

  writer.reset();
  EXPECT_TRUE(upload->fill(room).end);
  EXPECT_EQ(upload->sent(), 6u);
}

TEST_F(UploadTest, WhatCannotBeOpened) {
  EXPECT_NE(UploadData::open("@/no/such/file").status().message().find("/no/such/file"),
            std::string::npos);
  EXPECT_FALSE(UploadData::open("@/tmp").ok()) << "a directory";
}

}  // namespace
}  // namespace headrace::get

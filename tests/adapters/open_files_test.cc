#include "headrace/adapters/serve/open_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/file_body.h"
#include "headrace/adapters/serve/file_cache.h"
#include "headrace/adapters/socket/address.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::serve {
namespace {

namespace fs = std::filesystem;

// While it lives the process can open no file.
class NoDescriptors {
 public:
  NoDescriptors() {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit none_left{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
  }
  ~NoDescriptors() { EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before_), 0); }

 private:
  rlimit before_{};
};

// The connection of bodies that nobody sends.
class Nobody : public adapters::Driver {
 public:
  explicit Nobody(OpenFiles& files)
      : cache_(nullptr, files, {}), client{*this, files, cache_, share} {}

  void attend() override { ++attended; }
  adapters::SocketAddress remote() const override {
    return adapters::SocketAddress::local(adapters::UniqueFd());
  }

  int attended = 0;
  Connection connection{Role::kServer, Options{}, {}};
  OpenFiles::Share share;

 private:
  FileCache cache_;

 public:
  const Client client;
};

class OpenFilesTest : public testing::Test {
 protected:
  OpenFilesTest() {
    std::string pattern = testing::TempDir() + "/open_files_XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    for (const char* name : {"a", "b", "c", "d"}) write(name, std::string("content of ") + name);
    absl::StatusOr<DocumentRoot> root = DocumentRoot::open(directory_);
    EXPECT_TRUE(root.ok()) << root.status();
    root_.emplace(std::move(*root));
  }
  ~OpenFilesTest() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& content) {
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }
  std::shared_ptr<OpenFile> open(OpenFiles& files, const std::string& name,
                                 OpenFiles::Share& share) {
    return files.keep(files.open(name), name, share);
  }
  // All of a file, or what errno says.
  static std::string text(OpenFile& file, OpenFiles::Share& share) {
    std::array<char, 100> room;
    const ssize_t n = file.read(room.data(), room.size(), 0, share);
    if (n >= 0 && !file.is_current()) return "written to";
    return n < 0 ? strerrorname_np(errno) : std::string(room.data(), static_cast<size_t>(n));
  }
  static size_t descriptors() {
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
    return count;
  }

  fs::path directory_;
  std::optional<DocumentRoot> root_;
};

TEST_F(OpenFilesTest, ResponsesFromOneVersionShareADescriptor) {
  OpenFiles files(&*root_, 10, 10);
  OpenFiles::Share one, other;
  const size_t before = descriptors();
  std::vector<std::shared_ptr<OpenFile>> all;
  for (int i = 0; i < 50; ++i) all.push_back(open(files, "a", i % 2 ? one : other));
  EXPECT_EQ(files.count(), 1u);
  EXPECT_EQ(descriptors(), before + 1);
  write("a", "something else");
  all.push_back(open(files, "a", one));
  EXPECT_EQ(files.count(), 2u);
  EXPECT_EQ(text(*all.front(), one), "written to");
  EXPECT_EQ(text(*all.back(), one), "something else");
  all.clear();
  EXPECT_EQ(files.count(), 0u);
  EXPECT_EQ(descriptors(), before);
}

TEST_F(OpenFilesTest, TheLeastRecentlyReadIsClosedAndOpenedAgain) {
  OpenFiles files(&*root_, 2, 2);
  OpenFiles::Share share;
  const size_t before = descriptors();
  const auto a = open(files, "a", share);
  const auto b = open(files, "b", share);
  EXPECT_EQ(text(*a, share), "content of a");
  const auto c = open(files, "c", share);  // in place of b
  EXPECT_EQ(descriptors(), before + 2);
  fs::remove(directory_ / "a");
  EXPECT_EQ(text(*a, share), "content of a") << "it is open";
  EXPECT_EQ(text(*b, share), "content of b");  // in place of c
  EXPECT_EQ(text(*c, share), "content of c");  // in place of a
  EXPECT_EQ(text(*a, share), "ENOENT");
  EXPECT_EQ(descriptors(), before + 2);
}

// Octets of two versions never come together in one response.
TEST_F(OpenFilesTest, AnotherVersionIsNotReadOn) {
  OpenFiles files(&*root_, 1, 1);
  OpenFiles::Share share;
  const auto a = open(files, "a", share);
  const auto b = open(files, "b", share);
  write("new", "CONTENT OF A");
  fs::rename(directory_ / "new", directory_ / "a");
  EXPECT_EQ(text(*a, share), "ESTALE");
  EXPECT_EQ(text(*open(files, "a", share), share), "CONTENT OF A");
  EXPECT_EQ(text(*a, share), "ESTALE");
}

TEST_F(OpenFilesTest, AConnectionHasAShare) {
  OpenFiles files(&*root_, 4, 2);
  OpenFiles::Share greedy, modest;
  const auto a = open(files, "a", modest);
  const auto b = open(files, "b", greedy);
  const auto c = open(files, "c", greedy);
  const auto d = open(files, "d", greedy);
  EXPECT_EQ(files.count(), 3u);
  fs::remove(directory_ / "a");
  EXPECT_EQ(text(*a, modest), "content of a") << "it was closed for another connection's";
}

TEST_F(OpenFilesTest, WhatOthersReadStaysWhenWhoOpenedItGoes) {
  OpenFiles files(&*root_, 4, 4);
  OpenFiles::Share stays;
  std::shared_ptr<OpenFile> shared;
  {
    OpenFiles::Share goes;
    const auto first = open(files, "a", goes);
    shared = open(files, "a", stays);
  }
  EXPECT_EQ(text(*shared, stays), "content of a");
  EXPECT_EQ(files.count(), 1u);
}

// Where the process has no descriptor left, those of files are what can be given back.
TEST_F(OpenFilesTest, MakesRoomForItself) {
  OpenFiles files(&*root_, 10, 10);
  OpenFiles::Share share;
  const auto a = open(files, "a", share);
  OpenFiles::Opened b;
  int error = 0;
  {
    const NoDescriptors none_left;
    b = files.open("b");
    error = errno;
  }
  EXPECT_FALSE(b.descriptor.valid());
  EXPECT_EQ(error, EMFILE);
  EXPECT_EQ(files.count(), 0u) << "nothing was left to close";
  EXPECT_EQ(text(*a, share), "content of a");
}

TEST_F(OpenFilesTest, ABodyIsThePartThatWasAskedFor) {
  write("digits", "0123456789");
  OpenFiles files(&*root_, 1, 1);
  Nobody nobody(files);
  FileBody body(open(files, "digits", nobody.share), nobody.client, nobody.connection, 1, 2, 5);
  std::array<uint8_t, 2> room;
  std::string text;
  BodySource::Filled filled;
  do {
    filled = body.fill(room);
    ASSERT_FALSE(filled.failed);
    text.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(filled.size));
    files.close_one();
  } while (!filled.end);
  EXPECT_EQ(text, "23456");
  EXPECT_EQ(body.body_size(), 5u);
}

// Nothing is lost where there is no descriptor for a while, if the file is still the same then.
TEST_F(OpenFilesTest, ABodyWaitsForADescriptor) {
  for (const bool replaced : {false, true}) {
    write("digits", "0123456789");
    OpenFiles files(&*root_, 1, 1);
    Nobody nobody(files);
    FileBody body(open(files, "digits", nobody.share), nobody.client, nobody.connection, 1, 0, 10);
    std::array<uint8_t, 6> room;
    ASSERT_EQ(body.fill(room).size, 6u);
    EXPECT_EQ(files.next_deadline(), TimePoint::max());
    files.close_one();
    for (int i = 1; i <= 3; ++i) {
      const NoDescriptors none_left;
      const BodySource::Filled none = body.fill(room);
      EXPECT_EQ(none.size, 0u);
      EXPECT_FALSE(none.failed);
      EXPECT_FALSE(none.end);
      EXPECT_LT(files.next_deadline(), TimePoint::max());
      files.resume_waiters();
      EXPECT_EQ(nobody.attended, i);
      EXPECT_EQ(files.next_deadline(), TimePoint::max());
    }
    if (replaced) {
      write("new", "9876543210");
      fs::rename(directory_ / "new", directory_ / "digits");
    }
    const BodySource::Filled rest = body.fill(room);
    EXPECT_EQ(rest.failed, replaced);
    EXPECT_EQ(rest.end, !replaced);
    if (replaced) continue;
    EXPECT_EQ(std::string(room.begin(), room.begin() + 4), "6789");
  }
}

TEST_F(OpenFilesTest, ABodyThatEndsWaitsNoMore) {
  OpenFiles files(&*root_, 1, 1);
  Nobody nobody(files);
  {
    FileBody body(open(files, "a", nobody.share), nobody.client, nobody.connection, 1, 0, 10);
    files.close_one();
    const NoDescriptors none_left;
    std::array<uint8_t, 6> room;
    EXPECT_EQ(body.fill(room).size, 0u);
  }
  EXPECT_EQ(files.next_deadline(), TimePoint::max());
}

TEST_F(OpenFilesTest, ABodyFailsWhenTheFileBecameShorter) {
  write("digits", "0123456789");
  OpenFiles files(&*root_, 1, 1);
  Nobody nobody(files);
  FileBody body(open(files, "digits", nobody.share), nobody.client, nobody.connection, 1, 0, 10);
  ASSERT_EQ(truncate((directory_ / "digits").c_str(), 4), 0);
  std::array<uint8_t, 100> room;
  const BodySource::Filled first = body.fill(room);
  EXPECT_TRUE(first.failed);
}

// Its first octets may have been sent, but no whole body of two versions.
TEST_F(OpenFilesTest, ABodyFailsBeforeItsEndWhenTheFileWasWrittenTo) {
  write("digits", "0123456789");
  OpenFiles files(&*root_, 1, 1);
  Nobody nobody(files);
  FileBody body(open(files, "digits", nobody.share), nobody.client, nobody.connection, 1, 0, 10);
  std::array<uint8_t, 5> room;
  EXPECT_EQ(body.fill(room).size, 5u);
  write("digits", "98765432109");
  const BodySource::Filled last = body.fill(room);
  EXPECT_TRUE(last.failed);
  EXPECT_FALSE(last.end);
}

// A large body is looked at while it is sent.
TEST_F(OpenFilesTest, ABodyFailsWithinAMebibyteWhenTheFileWasWrittenTo) {
  constexpr size_t kMebibyte = 1024 * 1024;
  write("large", std::string(4 * kMebibyte, 'a'));
  OpenFiles files(&*root_, 1, 1);
  Nobody nobody(files);
  FileBody body(open(files, "large", nobody.share), nobody.client, nobody.connection, 1, 0,
                4 * kMebibyte);
  std::vector<uint8_t> room(16 * 1024);
  EXPECT_EQ(body.fill(room).size, room.size());
  write("large", std::string(5 * kMebibyte, 'b'));
  size_t sent = room.size();
  for (;;) {
    const BodySource::Filled filled = body.fill(room);
    if (filled.failed) break;
    sent += filled.size;
    ASSERT_LT(sent, kMebibyte);
  }
}

}  // namespace
}  // namespace headrace::serve

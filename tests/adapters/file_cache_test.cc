#include "headrace/adapters/serve/file_cache.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace headrace::serve {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr size_t kMemory = 1 << 20;

class FileCacheTest : public testing::Test {
 protected:
  FileCacheTest() {
    std::string pattern = testing::TempDir() + "/file_cache_XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    write("small", "content");
    write("large", std::string(FileCache::kMostContent + 1, 'x'));
    absl::StatusOr<DocumentRoot> root = DocumentRoot::open(directory_);
    EXPECT_TRUE(root.ok()) << root.status();
    root_.emplace(std::move(*root));
    files_.emplace(&*root_, 10, 10);
  }
  ~FileCacheTest() override {
    cache_.reset();
    fs::remove_all(directory_);
  }

  void make(FileCache::Limits limits) { cache_.emplace(&*root_, *files_, limits); }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }
  void replace(const std::string& name, const std::string& content) {
    write("new", content);
    fs::rename(directory_ / "new", directory_ / name);
  }
  ServedFile::Reference add(const std::string& name) {
    return cache_->add(name, name, files_->open(name), share_);
  }
  static std::string content_of(ServedFile* file) {
    return file == nullptr ? "none" : file->content().value_or("not kept");
  }

  fs::path directory_;
  std::optional<DocumentRoot> root_;
  std::optional<OpenFiles> files_;
  OpenFiles::Share share_;
  std::optional<FileCache> cache_;
};

TEST_F(FileCacheTest, AFileIsReadOnce) {
  make({.memory = kMemory, .recheck = hours(1)});
  EXPECT_EQ(cache_->find("small"), nullptr);
  const ServedFile::Reference added = add("small");
  ASSERT_NE(added, nullptr);
  EXPECT_EQ(content_of(added.get()), "content");
  EXPECT_EQ(cache_->find("small"), added.get());
  EXPECT_EQ(files_->count(), 0u) << "its octets are here";
}

TEST_F(FileCacheTest, ALargeOneStaysOpen) {
  make({.memory = kMemory, .recheck = hours(1)});
  (void)add("large");
  EXPECT_EQ(files_->count(), 1u);
  ServedFile* file = cache_->find("large");
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(file->content());
  char octet = 0;
  EXPECT_EQ(file->file()->read(&octet, 1, 0, share_), 1);
  EXPECT_EQ(octet, 'x');
}

// What is done to a file.
class FileChangeTest : public FileCacheTest, public testing::WithParamInterface<const char*> {
 protected:
  void apply(const std::string& file) {
    const std::string change = GetParam();
    const fs::path path = directory_ / file;
    const std::string same_size(fs::file_size(path), 'y');
    if (change == "Replaced") replace(file, same_size);
    if (change == "Written") std::fstream(path, std::ios::in | std::ios::out) << "y";
    if (change == "Truncated") fs::resize_file(path, 3);
    if (change == "Longer") std::ofstream(path, std::ios::app) << "more";
    if (change == "Deleted") fs::remove(path);
    if (change == "Forbidden") fs::permissions(path, fs::perms::none);
    if (change == "Moved") fs::rename(path, directory_ / "elsewhere");
    if (change == "ADirectory") {
      fs::remove(path);
      fs::create_directory(path);
    }
    if (change == "ALink") {
      fs::rename(path, directory_ / "elsewhere");
      fs::create_symlink("/etc/hostname", path);
    }
  }
};

TEST_P(FileChangeTest, OfASmallFileShowsAtTheNextLook) {
  make({.memory = kMemory, .recheck = milliseconds(0), .settled = milliseconds(0)});
  (void)add("small");
  apply("small");
  EXPECT_EQ(cache_->find("small"), nullptr);
  EXPECT_EQ(cache_->memory(), 0u);
}

TEST_P(FileChangeTest, OfALargeFileShowsAtOnce) {
  make({.memory = kMemory, .recheck = hours(1)});
  (void)add("large");
  apply("large");
  EXPECT_EQ(cache_->find("large"), nullptr);
  EXPECT_EQ(files_->count(), 0u);
}

TEST_P(FileChangeTest, OfASmallFileDoesNotShowBetweenLooks) {
  make({.memory = kMemory, .recheck = hours(1)});
  (void)add("small");
  apply("small");
  EXPECT_EQ(content_of(cache_->find("small")), "content");
}

INSTANTIATE_TEST_SUITE_P(All, FileChangeTest,
                         testing::Values("Replaced", "Written", "Truncated", "Longer", "Deleted",
                                         "Forbidden", "Moved", "ADirectory", "ALink"),
                         [](const auto& change) { return std::string(change.param); });

TEST_F(FileCacheTest, IsLookedAtAgainAfterTheInterval) {
  make({.memory = kMemory, .recheck = milliseconds(1), .settled = milliseconds(0)});
  (void)add("small");
  replace("small", "CONTENT");
  // The old one may show for a millisecond, and then never.
  std::this_thread::sleep_for(milliseconds(2));
  EXPECT_EQ(cache_->find("small"), nullptr);
}

// A write within one tick of the file system's clock shows in no timestamp.
TEST_F(FileCacheTest, AFileThatWasJustWrittenIsReadAnew) {
  make({.memory = kMemory, .recheck = milliseconds(0)});
  (void)add("small");
  EXPECT_EQ(cache_->find("small"), nullptr) << "though its status is the same";
  make({.memory = kMemory, .recheck = milliseconds(0), .settled = milliseconds(0)});
  (void)add("small");
  EXPECT_EQ(content_of(cache_->find("small")), "content");
}

TEST_F(FileCacheTest, ResponsesKeepTheVersionThatTheyHave) {
  make({.memory = kMemory, .recheck = milliseconds(0)});
  const ServedFile::Reference before = add("small");
  replace("small", "CONTENT");
  EXPECT_EQ(cache_->find("small"), nullptr);
  const ServedFile::Reference after = add("small");
  EXPECT_EQ(content_of(before.get()), "content");
  EXPECT_EQ(content_of(after.get()), "CONTENT");
  EXPECT_NE(before->validators().etag, after->validators().etag);
  EXPECT_EQ(cache_->memory(), 2 * ServedFile::memory_of("small", 7));
}

TEST_F(FileCacheTest, ForgetsTheLeastRecentlyUsedOverItsBound) {
  for (const char* name : {"a", "b", "c"}) write(name, std::string(10'000, *name));
  make({.memory = 2 * ServedFile::memory_of("a", 10'000), .recheck = hours(1)});
  (void)add("a");
  (void)add("b");
  EXPECT_NE(cache_->find("a"), nullptr);
  (void)add("c");
  EXPECT_EQ(cache_->find("b"), nullptr);
  EXPECT_NE(cache_->find("a"), nullptr);
  EXPECT_NE(cache_->find("c"), nullptr);
}

// Clients that take nothing cannot make it hold more: what they wait for is read from the file.
TEST_F(FileCacheTest, MemoryThatResponsesHoldCounts) {
  for (const char* name : {"a", "b", "c"}) write(name, std::string(10'000, *name));
  const size_t bound = 2 * ServedFile::memory_of("a", 10'000);
  make({.memory = bound, .recheck = hours(1)});
  const ServedFile::Reference a = add("a");
  const ServedFile::Reference b = add("b");
  ServedFile::Reference c = add("c");
  EXPECT_FALSE(c->content());
  EXPECT_NE(c->file(), nullptr);
  EXPECT_EQ(cache_->find("c"), nullptr);
  EXPECT_EQ(content_of(cache_->find("a")), std::string(10'000, 'a'));
  c.reset();
  EXPECT_EQ(files_->count(), 0u);
  EXPECT_LE(cache_->memory(), bound);
}

TEST_F(FileCacheTest, KeepsNothingWithoutMemory) {
  make({.memory = 0, .recheck = hours(1)});
  ServedFile::Reference file = add("small");
  EXPECT_EQ(cache_->find("small"), nullptr);
  char octets[7];
  EXPECT_EQ(file->file()->read(octets, sizeof(octets), 0, share_), 7);
  EXPECT_EQ(std::string(octets, sizeof(octets)), "content");
  file.reset();
  EXPECT_EQ(cache_->memory(), 0u);
  EXPECT_EQ(files_->count(), 0u);
}

// Each of the names "a//b", "a///b" and so on is one of the same file.
TEST_F(FileCacheTest, AFileHasNoEndlessNumberOfNames) {
  fs::create_directory(directory_ / "dir");
  write("dir/file", "content");
  make({.memory = kMemory, .recheck = hours(1)});
  (void)add("dir//file");
  EXPECT_EQ(cache_->find("dir//file"), nullptr);
  (void)add("dir/file");
  EXPECT_NE(cache_->find("dir/file"), nullptr);
}

// The space of a file that was deleted is free once nobody has it open.
TEST_F(FileCacheTest, WhatNobodyAsksForIsClosed) {
  make({.memory = kMemory, .recheck = hours(1)});
  EXPECT_EQ(cache_->next_deadline(), TimePoint::max());
  (void)add("large");
  const TimePoint deadline = cache_->next_deadline();
  EXPECT_LE(deadline, std::chrono::steady_clock::now() + FileCache::kUnused);
  cache_->forget_unused(deadline - milliseconds(1));
  EXPECT_EQ(files_->count(), 1u);
  cache_->forget_unused(deadline);
  EXPECT_EQ(files_->count(), 0u);
  EXPECT_EQ(cache_->next_deadline(), TimePoint::max());
}

// The files that responses are read from are not.
TEST_F(FileCacheTest, WhatIsBeingReadStaysOpen) {
  make({.memory = kMemory, .recheck = hours(1)});
  const std::shared_ptr<OpenFile> body = add("large")->file();
  fs::remove(directory_ / "large");
  cache_->forget_unused(TimePoint::max() - milliseconds(1));
  char octet = 0;
  EXPECT_EQ(body->read(&octet, 1, 0, share_), 1);
}

TEST_F(FileCacheTest, HeadsSayWhatTheFileIs) {
  write("page.html", "0123456789");
  make({.memory = kMemory, .recheck = hours(1)});
  const ServedFile::Reference file = add("page.html");
  const FieldsView whole = file->whole().fields();
  EXPECT_EQ(whole.get(":status"), "200");
  EXPECT_EQ(whole.get("content-length"), "10");
  EXPECT_EQ(whole.get("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(whole.get("etag"), file->validators().etag);
  EXPECT_EQ(file->part().fields().get(":status"), "206");
  EXPECT_FALSE(file->part().fields().has("content-length"));
  // RFC 9110 §15.4.5
  EXPECT_EQ(file->not_modified().fields().get(":status"), "304");
  EXPECT_FALSE(file->not_modified().fields().has("content-type"));
  for (const PreparedHead* head : {&file->whole(), &file->part(), &file->not_modified()}) {
    EXPECT_EQ(head->broken(), nullptr);
  }
}

}  // namespace
}  // namespace headrace::serve

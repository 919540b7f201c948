#include "headrace/adapters/serve/document_root.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

namespace headrace::serve {
namespace {

namespace fs = std::filesystem;

TEST(DecodePathTest, UndoesPercentEncoding) {
  EXPECT_EQ(decode_path("/"), ".");
  EXPECT_EQ(decode_path("/a/b.txt"), "a/b.txt");
  EXPECT_EQ(decode_path("/a%20b%2Fc%c3%A9"), "a b/c\xc3\xa9");
  EXPECT_EQ(decode_path("//a"), "a");
  EXPECT_EQ(decode_path("/a+b"), "a+b");
  EXPECT_EQ(decode_path("/%252e"), "%2e");  // once only
}

TEST(DecodePathTest, RefusesWhatIsMalformed) {
  for (const char* path : {"/%", "/%2", "/a%zz", "/%2g", "/%00", "/a%00.txt"}) {
    EXPECT_EQ(decode_path(path), std::nullopt) << path;
  }
}

TEST(IsHiddenTest, SegmentsThatBeginWithADot) {
  for (const char* name : {"..", "../a", "a/..", "a/../b", ".git/config", "a/.env", "./a", "..."}) {
    EXPECT_TRUE(is_hidden(name)) << name;
  }
  for (const char* name : {".", "a", "a.b", "a/b.c", "a..b", ".well-known/acme", "a/b/"}) {
    EXPECT_FALSE(is_hidden(name)) << name;
  }
}

// A root with something next to it that must not be reached.
class DocumentRootTest : public testing::TestWithParam<DocumentRoot::Resolution> {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/document_root_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    base_ = pattern;
    fs::create_directories(base_ / "root/dir/deep");
    write("secret", "secret");
    write("root/a.txt", "a");
    write("root/dir/deep/b.txt", "b");
  }
  void TearDown() override { fs::remove_all(base_); }

  void write(const std::string& name, const std::string& content) {
    std::ofstream(base_ / name) << content;
  }
  // The file's content, or the reason why it was not opened.
  std::string read(const std::string& name) {
    absl::StatusOr<DocumentRoot> root = DocumentRoot::open(base_ / "root");
    if (!root.ok()) return "no root";
    const adapters::UniqueFd file = root->open_file(name, GetParam());
    if (!file.valid()) return "closed";
    char content[64];
    const ssize_t n = ::read(file.get(), content, sizeof(content));
    return n < 0 ? "not a file" : std::string(content, static_cast<size_t>(n));
  }

  fs::path base_;
};

INSTANTIATE_TEST_SUITE_P(BothResolutions, DocumentRootTest,
                         testing::Values(DocumentRoot::Resolution::kKernel,
                                         DocumentRoot::Resolution::kWalk));

TEST_P(DocumentRootTest, OpensWhatIsBeneath) {
  EXPECT_EQ(read("a.txt"), "a");
  EXPECT_EQ(read("dir/deep/b.txt"), "b");
  EXPECT_EQ(read("dir//deep/b.txt"), "b");
  EXPECT_EQ(read("dir"), "not a file");
  EXPECT_EQ(read("dir/"), "not a file");
  EXPECT_EQ(read("."), "not a file");
  EXPECT_EQ(read("missing"), "closed");
  EXPECT_EQ(read("a.txt/below"), "closed");
}

TEST_P(DocumentRootTest, NothingAbove) {
  EXPECT_EQ(read("../secret"), "closed");
  EXPECT_EQ(read("dir/../../secret"), "closed");
  EXPECT_EQ(read("dir/deep/../../../secret"), "closed");
  EXPECT_NE(read(base_ / "secret"), "secret");
  EXPECT_NE(read("/" + (base_ / "secret").string()), "secret");
}

TEST_P(DocumentRootTest, NoLinkThatLeadsOut) {
  fs::create_symlink("../secret", base_ / "root/relative");
  fs::create_symlink(base_ / "secret", base_ / "root/absolute");
  fs::create_directory_symlink("..", base_ / "root/up");
  fs::create_symlink("relative", base_ / "root/chain");
  EXPECT_EQ(read("relative"), "closed");
  EXPECT_EQ(read("absolute"), "closed");
  EXPECT_EQ(read("up/secret"), "closed");
  EXPECT_EQ(read("chain"), "closed");
}

TEST_P(DocumentRootTest, LinksInside) {
  fs::create_symlink("dir/deep/b.txt", base_ / "root/inside");
  EXPECT_EQ(read("inside"), GetParam() == DocumentRoot::Resolution::kKernel ? "b" : "closed");
}

TEST_P(DocumentRootTest, DoesNotWaitForAFifo) {
  ASSERT_EQ(mkfifo((base_ / "root/fifo").c_str(), 0600), 0);
  EXPECT_EQ(read("fifo"), "");  // open(2) without O_NONBLOCK would never return
}

TEST_P(DocumentRootTest, SaysWhyThereIsNoRoot) {
  const absl::StatusOr<DocumentRoot> root = DocumentRoot::open(base_ / "nowhere");
  ASSERT_FALSE(root.ok());
  EXPECT_NE(std::string(root.status().message()).find("nowhere"), std::string::npos);
  EXPECT_FALSE(DocumentRoot::open(base_ / "root/a.txt").ok());
}

}  // namespace
}  // namespace headrace::serve

#include "headrace/adapters/get/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <gsl/span>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace headrace::get {
namespace {

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Where the tests run as root: file modes hold for them as for everybody.
class WithoutPrivileges {
 public:
  WithoutPrivileges() {
    EXPECT_EQ(syscall(SYS_capget, &header_, before_), 0);
    __user_cap_data_struct changed[2] = {before_[0], before_[1]};
    changed[0].effective &= ~(1u << CAP_DAC_OVERRIDE);
    EXPECT_EQ(syscall(SYS_capset, &header_, changed), 0);
  }
  ~WithoutPrivileges() { syscall(SYS_capset, &header_, before_); }
  WithoutPrivileges(const WithoutPrivileges&) = delete;
  WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2]{};
};

class OutputTest : public testing::Test {
 protected:
  OutputTest() : directory_(testing::TempDir() + "/output_XXXXXX") {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    path_ = directory_ + "/file";
    signal(SIGPIPE, SIG_IGN);
  }
  ~OutputTest() override { std::filesystem::remove_all(directory_); }
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
  std::string content() const { return content(path_); }
  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      found.insert(entry.path().filename());
    }
    return found;
  }
  unsigned mode() const {
    struct stat status {};
    EXPECT_EQ(stat(path_.c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  void replace(const std::string& text) {
    const auto output = Output::open(path_);
    ASSERT_TRUE(output.ok()) << output.status();
    Download download(**output, nullptr);
    EXPECT_EQ(download.add(octets(text)), text.size());
    EXPECT_TRUE((*output)->commit().ok());
  }

  std::string directory_;
  std::string path_;
  adapters::UniqueFd reader_;
};

TEST_F(OutputTest, AFileStaysAsItWasUntilTheContentIsComplete) {
  std::ofstream(path_) << "something longer that was there";
  const auto output = Output::open(path_);
  ASSERT_TRUE(output.ok()) << output.status();
  Download download(**output, nullptr);
  EXPECT_EQ(download.add(octets("new")), 3u);
  EXPECT_FALSE(download.is_done());
  download.end();
  EXPECT_TRUE(download.is_done());
  EXPECT_EQ(content(), "something longer that was there");
  EXPECT_TRUE((*output)->commit().ok());
  EXPECT_EQ(content(), "new");
  EXPECT_EQ(names(), std::set<std::string>{"file"});
}

TEST_F(OutputTest, WhatFailsLeavesTheFileAsItWas) {
  std::ofstream(path_) << "old";
  for (const bool keeps_part : {false, true}) {
    const auto output = Output::open(path_, keeps_part);
    ASSERT_TRUE(output.ok()) << output.status();
    Download download(**output, nullptr);
    EXPECT_EQ(download.add(octets("half")), 4u);
    EXPECT_EQ((*output)->give_up(), keeps_part ? path_ + ".part" : "");
    EXPECT_EQ(content(), "old");
  }
  EXPECT_EQ(content(path_ + ".part"), "half");
  EXPECT_EQ(names(), (std::set<std::string>{"file", "file.part"}));
}

TEST_F(OutputTest, NothingIsNoPart) {
  EXPECT_EQ((*Output::open(path_, true))->give_up(), "");
  EXPECT_EQ(names(), std::set<std::string>{});
}

TEST_F(OutputTest, ANewFileIsThereWhenItIsComplete) {
  const mode_t before = umask(027);
  const auto output = Output::open(path_);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE((*output)->commit().ok());
  umask(before);
  EXPECT_EQ(mode(), 0640u);
}

TEST_F(OutputTest, ModeAndOwnerStay) {
  std::ofstream(path_) << "old";
  (void)!chown(path_.c_str(), 12, 34);  // where we may; elsewhere it is ours, and stays so
  ASSERT_EQ(chmod(path_.c_str(), 04751), 0);
  struct stat before {};
  ASSERT_EQ(stat(path_.c_str(), &before), 0);
  replace("new");
  EXPECT_EQ(content(), "new");
  struct stat after {};
  ASSERT_EQ(stat(path_.c_str(), &after), 0);
  EXPECT_NE(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
}

TEST_F(OutputTest, SymbolicLinksGoOnPointing) {
  std::filesystem::create_directory(directory_ + "/inner");
  std::filesystem::create_symlink("inner/link", path_);
  std::filesystem::create_symlink("target", directory_ + "/inner/link");
  for (const char* text : {"first", "second"}) {  // where it leads to is nothing, then a file
    replace(text);
    EXPECT_TRUE(std::filesystem::is_symlink(path_));
    EXPECT_TRUE(std::filesystem::is_symlink(directory_ + "/inner/link"));
    EXPECT_EQ(content(directory_ + "/inner/target"), text);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_ + "/inner"), {}), 2);
  }
}

TEST_F(OutputTest, ADirectoryThatCannotBeWrittenTo) {
  std::ofstream(path_) << "old";
  ASSERT_EQ(chmod(directory_.c_str(), 0555), 0);
  {
    const WithoutPrivileges without;
    for (const std::string& path : {path_, directory_ + "/new"}) {
      const auto output = Output::open(path);
      ASSERT_FALSE(output.ok());
      const std::string message(output.status().message());
      EXPECT_NE(message.find("in the directory " + directory_), std::string::npos) << message;
      EXPECT_NE(message.find("Permission denied"), std::string::npos) << message;
    }
  }
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  EXPECT_EQ(content(), "old");
  EXPECT_EQ(names(), std::set<std::string>{"file"});
}

TEST_F(OutputTest, AFileThatMayNotBeWrittenTo) {
  std::ofstream(path_) << "old";
  ASSERT_EQ(chmod(path_.c_str(), 0444), 0);
  const WithoutPrivileges without;
  EXPECT_FALSE(Output::open(path_).ok());
  EXPECT_EQ(content(), "old");
}

TEST_F(OutputTest, DevicesAndDescriptorsAreWrittenToDirectly) {
  const auto device = Output::open("/dev/null");
  ASSERT_TRUE(device.ok()) << device.status();
  Download download(**device, nullptr);
  EXPECT_EQ(download.add(octets("gone")), 4u);
  EXPECT_TRUE((*device)->commit().ok());
  struct stat status {};
  ASSERT_EQ(stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));

  // A regular file that is open already has more than one writer.
  const adapters::UniqueFd open(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
  ASSERT_EQ(::write(open.get(), "before ", 7), 7);
  for (const char* directory : {"/dev/fd/", "/proc/self/fd/"}) {
    const auto named = Output::open(directory + std::to_string(open.get()));
    ASSERT_TRUE(named.ok()) << named.status();
    Download more(**named, nullptr);
    EXPECT_EQ(more.add(octets("more ")), 5u);
  }
  EXPECT_EQ(content(), "before more more ");
}

TEST_F(OutputTest, ASignalLeavesNothingBehind) {
  std::ofstream(path_) << "old";
  for (const bool keeps_part : {false, true}) {
    EXPECT_EXIT(
        {
          const auto output = Output::open(path_, keeps_part);
          Download download(**output, nullptr);
          (void)download.add(octets("half"));
          raise(SIGTERM);
        },
        testing::KilledBySignal(SIGTERM), "");
    EXPECT_EQ(content(), "old");
    EXPECT_EQ(names().size(), keeps_part ? 2u : 1u);
  }
  EXPECT_EQ(content(path_ + ".part"), "half");
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
  EXPECT_FALSE((*output)->wants_flush());
  EXPECT_EQ(third.add(octets("!")), 1u);
  EXPECT_TRUE((*output)->commit().ok());
  EXPECT_EQ(content(), "firstsecondthird!");
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
  EXPECT_TRUE((*output)->commit().ok());
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

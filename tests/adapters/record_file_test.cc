// Records of connections as files: bounded, and whole whatever becomes of the program.

#include "headrace/adapters/program/record_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "headrace/headrace.h"
#include "tests/flight_recorder/record.h"
#include "tests/flight_recorder/repeat.h"

namespace headrace::program {
namespace {

using recording::Record;

class RecordFiles : public testing::Test {
 protected:
  RecordFiles() : directory_(testing::TempDir() + "records") {
    std::filesystem::remove_all(directory_);
  }

  std::vector<std::string> files() const {
    std::set<std::string> sorted;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      sorted.insert(entry.path().string());
    }
    return {sorted.begin(), sorted.end()};
  }
  static std::string octets_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream octets;
    octets << file.rdbuf();
    return octets.str();
  }
  static Record read(const std::string& path) {
    Record record;
    std::string error;
    EXPECT_TRUE(recording::read_record(octets_of(path), &record, &error)) << error;
    return record;
  }
  // A connection that answers a PING so many times.
  static void play(RecordSink* sink, int pings) {
    Options options;
    options.record = sink;
    TimePoint now{};
    Connection connection(Role::kServer, options, now);
    const auto receive = [&](std::string_view octets) {
      for (EventPtr event : connection.receive(octets, now)) event.reset();
      size_t size = 0;
      for (const ConstBuffer& buffer : connection.pending_output()) size += buffer.size;
      connection.sent(size, now);
    };
    receive({"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", 33});
    for (int i = 0; i < pings; ++i) receive({"\0\0\x08\x06\0\0\0\0\0PINGPING", 17});
  }

  const std::string directory_;
};

TEST_F(RecordFiles, AreTheRecord) {
  RecordDirectory records(directory_, 10, size_t{1} << 20);
  ASSERT_TRUE(records.check().ok());
  play(records.open().get(), 3);
  ASSERT_EQ(files().size(), 1u);
  struct stat state {};
  ASSERT_EQ(stat(files()[0].c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777u, 0600u) << "others may read what was sent";
  const Record record = read(files()[0]);
  EXPECT_EQ(record.entries.back().type, RecordEntry::kEnd);
  EXPECT_EQ(recording::repeat(record).departure, "");
}

// Over several windows of the file, and up to its bound.
TEST_F(RecordFiles, AreBounded) {
  constexpr size_t kMost = 700'000;
  RecordDirectory records(directory_, 1, kMost);
  ASSERT_TRUE(records.check().ok());
  play(records.open().get(), 20'000);
  EXPECT_EQ(records.open(), nullptr) << "one file more than there may be";
  ASSERT_EQ(files().size(), 1u);
  const size_t size = std::filesystem::file_size(files()[0]);
  EXPECT_LE(size, kMost);
  EXPECT_GT(size, kMost - 100);
  const Record record = read(files()[0]);
  EXPECT_EQ(record.entries.back().type, RecordEntry::kCut);
  const recording::Repeated repeated = recording::repeat(record);
  EXPECT_EQ(repeated.departure, "");
  EXPECT_NE(repeated.transcript.find("# CUT"), std::string::npos);
}

TEST_F(RecordFiles, AreThereWhenTheProgramStopsWithoutAWord) {
  RecordDirectory records(directory_, 10, size_t{1} << 20);
  ASSERT_TRUE(records.check().ok());
  const pid_t child = fork();
  if (child == 0) {
    std::unique_ptr<RecordSink> sink = records.open();
    Options options;
    options.record = sink.get();
    Connection connection(Role::kServer, options, TimePoint());
    (void)connection.submit_frame(0xf0, 0, 0, std::string_view("the last word"));
    kill(getpid(), SIGKILL);
  }
  ASSERT_GT(child, 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(files().size(), 1u);
  const Record record = read(files()[0]);
  ASSERT_EQ(record.entries.size(), 1u);
  EXPECT_EQ(record.entries[0].octets, "the last word");
}

TEST_F(RecordFiles, HaveNamesOfTheirOwnOnManyThreads) {
  RecordDirectory records(directory_, 100, size_t{1} << 20);
  ASSERT_TRUE(records.check().ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 40; ++n) play(records.open().get(), 1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(files().size(), 100u);
}

TEST(RecordDirectory, SaysWhyItCannotBeUsed) {
  EXPECT_FALSE(RecordDirectory("/proc/none/such", 1, 1).check().ok());
}

}  // namespace
}  // namespace headrace::program

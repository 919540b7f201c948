#ifndef HEADRACE_ADAPTERS_PROGRAM_RECORD_FILE_H_
#define HEADRACE_ADAPTERS_PROGRAM_RECORD_FILE_H_

#include <absl/status/status.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "headrace/adapters/loop/record_sinks.h"
#include "headrace/adapters/socket/unique_fd.h"
#include "headrace/protocol/interface/record_sink.h"

namespace headrace::program {

// The record of a connection as a file, which is there to the last entry even if the program stops
// without a word: it is written through memory that the system shares with the file, one window at
// a time, whose place on the disk is reserved before.
class RecordFile final : public RecordSink {
 public:
  // `most`: octets of the file. An entry beyond them is left out, and all that follow.
  RecordFile(adapters::UniqueFd file, size_t most);
  ~RecordFile() override;
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  void begin(std::span<const uint8_t> preamble) override;
  void append(std::span<const uint8_t> entry) override;
  size_t octets_of_a_body() const override { return size_t{1} << 20; }

 private:
  static constexpr size_t kWindow = size_t{256} << 10;

  // False: the file takes no more, for example because the disk is full.
  bool write(std::span<const uint8_t> octets);
  bool open_window();
  void close_window();

  const adapters::UniqueFd file_;
  const size_t most_;
  uint8_t* window_ = nullptr;  // of kWindow octets, those before size_ written
  size_t size_ = 0;            // of the file
  bool full_ = false;
};

// A directory with the records of connections, PID-NUMBER.record, which only their owner may read:
// they have in clear what both sides sent.
class RecordDirectory final : public adapters::RecordSinks {
 public:
  // At most `files` records of at most `most` octets each.
  RecordDirectory(std::string path, uint32_t files, size_t most)
      : path_(std::move(path)), files_(files), most_(most) {}

  // Whether files can be made there; makes the directory if it does not exist.
  absl::Status check() const;
  // Safe on several threads.
  std::unique_ptr<RecordSink> open() override;

 private:
  const std::string path_;
  const uint32_t files_;
  const size_t most_;
  std::atomic<uint32_t> opened_ = 0;
};

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_RECORD_FILE_H_

#ifndef HEADRACE_ADAPTERS_DUMP_CAPTURE_READER_H_
#define HEADRACE_ADAPTERS_DUMP_CAPTURE_READER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/adapters/dump/capture_file.h"
#include "headrace/adapters/dump/detect.h"
#include "headrace/adapters/dump/item.h"
#include "headrace/adapters/dump/tcp_stream.h"

namespace headrace::dump {

// Reads a capture of packets: each direction of each TCP connection in it is a stream of its own.
class CaptureReader final : public Reader {
 public:
  // `wanted`: the version, or kUnknown.
  CaptureReader(Stream::Version wanted, ItemSink* sink);
  ~CaptureReader() override;

  void read(std::string_view octets) override;
  void end() override;

 private:
  class Direction;
  using Ends = std::pair<std::string, std::string>;  // from, to

  void take(LinkType link_type, std::string_view packet);
  void note(std::string text);

  const Stream::Version wanted_;
  ItemSink& sink_;
  CaptureFile file_;
  std::map<Ends, std::unique_ptr<Direction>> directions_;
  bool told_error_ = false;
};

// Reads a file of either kind: a capture of packets, or the octets of one direction.
class FileReader final : public Reader {
 public:
  FileReader(Stream::Version wanted, ItemSink* sink) : wanted_(wanted), sink_(*sink) {}

  void read(std::string_view octets) override;
  void end() override;

 private:
  void decide();

  const Stream::Version wanted_;
  ItemSink& sink_;
  std::string begin_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_CAPTURE_READER_H_

#ifndef HEADRACE_ADAPTERS_DUMP_DETECT_H_
#define HEADRACE_ADAPTERS_DUMP_DETECT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/adapters/dump/item.h"

namespace headrace::dump {

// The version and sender of a stream, as far as its beginning shows them.
struct Stream {
  enum class Version : uint8_t { kUnknown, kHttp1, kHttp2 };
  enum class From : uint8_t { kUnknown, kClient, kServer };
  Version version = Version::kUnknown;
  From from = From::kUnknown;
  bool late = false;  // it begins in the middle of a connection
};

// Looks at the first octets of a stream; `whole`: there are no more. kUnknown: more octets are
// needed or, if they are whole, they are neither version's.
Stream detect(std::string_view begin, bool whole);

// "HTTP/2, from a client": for people.
std::string describe(const Stream& stream);

// Reads a stream of either version, once its beginning has shown which it is.
class DetectingReader final : public Reader {
 public:
  // `wanted`: the version, or kUnknown.
  DetectingReader(Stream::Version wanted, ItemSink* sink) : wanted_(wanted), sink_(*sink) {}

  void read(std::string_view octets) override;
  void end() override;

 private:
  void decide(bool whole);

  const Stream::Version wanted_;
  ItemSink& sink_;
  std::string begin_;  // the octets until the version is known
  std::unique_ptr<Reader> reader_;
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_DETECT_H_

#ifndef HEADRACE_ADAPTERS_DUMP_WRITER_H_
#define HEADRACE_ADAPTERS_DUMP_WRITER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "headrace/adapters/dump/item.h"

namespace headrace::dump {

using Write = std::function<void(std::string_view text)>;

// Writes items for people: a line each, and the lines of its fields below it.
class TextWriter final : public ItemSink {
 public:
  // `octets`: the most of content and payloads that is shown.
  TextWriter(bool colours, size_t octets, Write write)
      : colours_(colours), octets_(octets), write_(std::move(write)) {}
  void take(const Item& item) override;

 private:
  std::string coloured(const char* colour, std::string_view text) const;
  std::string field_line(const hpack::SeenField& field) const;

  const bool colours_;
  const size_t octets_;
  const Write write_;
  std::string direction_;  // of the last item
};

// Writes items for programs: a JSON object each, on its own line. Octets above 0x7e in strings are
// \u00NN, even if they are UTF-8, so that nothing is lost.
class JsonWriter final : public ItemSink {
 public:
  JsonWriter(size_t octets, Write write) : octets_(octets), write_(std::move(write)) {}
  void take(const Item& item) override;

 private:
  const size_t octets_;
  const Write write_;
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_WRITER_H_

#ifndef HEADRACE_FUZZ_HTTP1_RECORD_H_
#define HEADRACE_FUZZ_HTTP1_RECORD_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "fuzz/require.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::fuzz {

// What a connection has told and sent, as a text that is the same however its input was cut: the
// pieces of a body are one.
class Record {
 public:
  explicit Record(Connection* connection) : connection_(*connection) {}

  void add(const Event& event) {
    require(!closed_ || std::holds_alternative<BodyReleased>(event), "an event behind the last");
    closed_ = closed_ || std::holds_alternative<ConnectionClosed>(event);
    if (const auto* data = std::get_if<DataReceived>(&event)) {
      (joins_ ? events_ : events_ += "data ") += data->bytes.text();
      joins_ = !data->end_stream;
      if (data->end_stream) events_ += " end\n";
      return;
    }
    if (std::exchange(joins_, false)) events_ += "\n";
    events_ += describe(event) + "\n";
  }
  void add(const FieldSection& fields) {
    for (const Field& field : fields) {
      events_.append(field.name).append(": ").append(field.value).append("\n");
      require(field.value.find_first_of("\r\n") == field.value.npos, "a value of two lines");
    }
  }
  // The output leaves. Whether there was any.
  bool drain(TimePoint now) {
    bool any = false;
    while (connection_.wants_output()) {
      size_t size = 0;
      for (const ConstBuffer& buffer : connection_.pending_output()) {
        output_.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
        size += buffer.size;
      }
      if (size == 0) break;
      connection_.sent(size, now);
      any = true;
    }
    return any;
  }

  // The end of the connection was told.
  bool closed() const { return closed_; }
  const std::string& output() const { return output_; }
  std::string text() const { return events_ + "\n---\n" + output_; }

 private:
  Connection& connection_;
  std::string events_, output_;
  bool joins_ = false;
  bool closed_ = false;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_HTTP1_RECORD_H_

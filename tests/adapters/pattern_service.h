#ifndef HEADRACE_TESTS_ADAPTERS_PATTERN_SERVICE_H_
#define HEADRACE_TESTS_ADAPTERS_PATTERN_SERVICE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/adapters/loop/handler.h"

namespace headrace::adapters {

// The octets 0, 1, 2, ... 250, 0, ...
inline std::string pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i % 251);
  return text;
}

class PatternSource : public BodySource {
 public:
  explicit PatternSource(size_t size) : size_(size) {}
  Filled fill(std::span<uint8_t> room) override {
    const size_t count = std::min(room.size(), size_ - position_);
    for (size_t i = 0; i < count; ++i) room[i] = static_cast<uint8_t>((position_ + i) % 251);
    position_ += count;
    return {.size = count, .end = position_ == size_};
  }

 private:
  const size_t size_;
  size_t position_ = 0;
};

// Answers a GET of /N with N octets of the pattern; notes how connections and streams end.
class PatternService : public Service {
 public:
  std::unique_ptr<Handler> open(Connection& connection, Driver&) override {
    ++opened;
    return std::make_unique<PatternHandler>(*this, connection);
  }

  int opened = 0;
  int destroyed = 0;
  int requests = 0;
  std::vector<ClosedBy> streams_closed;
  std::vector<ErrorCode> connections_closed;

 private:
  class PatternHandler : public Handler {
   public:
    PatternHandler(PatternService& service, Connection& connection)
        : service_(service), connection_(connection) {}
    ~PatternHandler() override { ++service_.destroyed; }

    void handle(EventPtr event) override {
      std::visit(Overloaded{[&](const RequestReceived& request) { answer(request); },
                            [&](const StreamClosed& closed) {
                              service_.streams_closed.push_back(closed.closed_by);
                            },
                            [&](const ConnectionClosed& closed) {
                              service_.connections_closed.push_back(closed.error.code);
                            },
                            [](const auto&) {}},
                 *event);
    }

   private:
    void answer(const RequestReceived& request) {
      ++service_.requests;
      const std::string path(request.fields.get(":path"));
      bodies_.emplace_back(static_cast<size_t>(std::atoll(path.c_str() + 1)));
      EXPECT_TRUE(connection_
                      .submit_response(request.stream_id, {{":status", "200"}},
                                       Body::source(&bodies_.back()))
                      .ok());
    }

    PatternService& service_;
    Connection& connection_;
    std::deque<PatternSource> bodies_;
  };
};

}  // namespace headrace::adapters

#endif  // HEADRACE_TESTS_ADAPTERS_PATTERN_SERVICE_H_

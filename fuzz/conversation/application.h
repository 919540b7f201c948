#ifndef HEADRACE_FUZZ_CONVERSATION_APPLICATION_H_
#define HEADRACE_FUZZ_CONVERSATION_APPLICATION_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "fuzz/conversation/draws.h"
#include "fuzz/conversation/event_rules.h"
#include "protocol/connection/connection.h"

namespace headrace::fuzz {

// The application above a connection: answers requests by a plan that was drawn beforehand, so that
// what it does depends on nothing but the events, and calls commands as the draws say.
class Application {
 public:
  Application(Connection* connection, Draws* draws);
  ~Application();

  // The event of a step; it may call commands.
  void on_event(const Event& event);
  // A command with drawn arguments.
  void command(Draws* draws, uint32_t stream_id);
  void respond(uint32_t stream_id, uint32_t kind);
  // Sources that said "not yet" go on.
  void resume_all();
  // Whether a source was asked since the last call.
  bool take_source_asked() { return std::exchange(source_asked_, false); }

  // The stream's credit is given back automatically, and always was.
  bool is_automatic(uint32_t stream_id) const;
  EventRules& rules() { return rules_; }

 private:
  class Source;
  struct Stream {
    std::unique_ptr<std::vector<uint8_t>> view;
    std::unique_ptr<Source> source;
    uint64_t streamed = 0;  // octets that send_data() took
    bool manual_credit = false;
  };

  std::vector<uint8_t> octets(uint32_t stream_id, uint64_t offset, size_t size) const;
  Body body(uint32_t stream_id, uint32_t kind, size_t size);
  void send_some(uint32_t stream_id, size_t size, bool end_stream);
  void on_request(const RequestReceived& request);
  void settings(Draws* draws);

  Connection* connection_;
  EventRules rules_;
  std::array<uint8_t, 8> plans_;
  std::map<uint32_t, Stream> streams_;
  bool source_asked_ = false;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_APPLICATION_H_

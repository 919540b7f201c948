#ifndef HEADRACE_TESTS_TRANSCRIPT_APPLICATION_H_
#define HEADRACE_TESTS_TRANSCRIPT_APPLICATION_H_

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/transcript/arguments.h"
#include "tests/transcript/item.h"

namespace headrace::transcript {

// As a `?` line has it: "ok", "StreamGone".
std::string_view submit_error_name(SubmitError error);

// A body that is produced as the transcript says: `! source 1 "text" end`.
class ScriptedSource : public BodySource {
 public:
  Filled fill(std::span<uint8_t> room) override;

  std::string waiting;
  bool ends = false;
  bool ends_late = false;  // in a fill() of its own
  bool fails = false;
  // Said before all of that: what each fill() answers.
  struct Answer {
    std::string octets;
    bool ends = false;
    bool fails = false;
  };
  std::deque<Answer> answers;
};

// The application of a transcript: its `!` lines, the storage it lends to the connection, and what
// every application may rely on, whatever the transcript expects.
class Application {
 public:
  explicit Application(Connection* connection) : connection_(*connection) {}

  // Whether the command is one of the connection's; otherwise it belongs to the runner.
  static bool knows(std::string_view command);
  // Runs it. The result is `ok`, the name of a SubmitError, or `mistake` for a line that is wrong.
  Item run(const Item& command);

  // Whether a body has come from a source: output that is wanted may turn out not to be there.
  bool has_sources() const { return has_sources_; }

  // Looks at every event. Returns what is wrong with it, or "".
  std::string observe(const Event& event);

 private:
  struct Stream {
    uintptr_t user_data = 0;
    bool announced = false;  // received, submitted or promised
    bool own = false;        // submitted: a request of ours, or a push
    bool answered = false;   // the final response has come
    bool ended = false;      // no more of the message can come
    bool closed = false;
    int views_lent = 0;
    std::vector<std::unique_ptr<std::vector<uint8_t>>> views;
    std::unique_ptr<ScriptedSource> source = std::make_unique<ScriptedSource>();
  };
  // A body as a command says, and what it refers to.
  struct ScriptedBody {
    Body body = Body::none();
    std::unique_ptr<std::vector<uint8_t>> view;
    std::unique_ptr<ScriptedSource> source;
  };

  SubmitResult submit(const Item& command, Arguments* arguments);
  SubmitResult submit_on_stream(const Item& command, StreamId stream_id, Arguments* arguments);
  Item send_data(const Item& command, Arguments* arguments);
  static ScriptedBody take_body(const Item& command, Arguments* arguments);
  void lend(ScriptedBody body, Stream* stream);
  SubmitResult submit_response(const Item& command, StreamId stream_id, Arguments* arguments);
  Item submit_request(const Item& command, Arguments* arguments);
  Item submit_push(const Item& command, Arguments* arguments);
  SubmitResult submit_frame(const Item& command, Arguments* arguments);
  Item opened(const RequestResult& result, uintptr_t user_data);

  Connection& connection_;
  std::map<StreamId, Stream> streams_;
  bool connection_closed_ = false;
  bool has_sources_ = false;
};

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_APPLICATION_H_

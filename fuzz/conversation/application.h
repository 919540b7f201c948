#ifndef HEADRACE_FUZZ_CONVERSATION_APPLICATION_H_
#define HEADRACE_FUZZ_CONVERSATION_APPLICATION_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/conversation/event_rules.h"
#include "fuzz/draws.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::fuzz {

// The application above a connection: follows a plan that was drawn beforehand, so that what it
// does depends on nothing but the events, and calls commands as the draws say.
class Application {
 public:
  Application(Role role, const Options& options, Connection* connection, Draws* draws);
  virtual ~Application();

  // What it does before anything comes in.
  virtual void start(Draws*) {}
  // The event of a step; it may call commands.
  void on_event(const Event& event);
  // A command with drawn arguments.
  void command(Draws* draws, uint32_t stream_id);
  // Sources that said "not yet" go on.
  void resume_all();
  // Whether a source was asked since the last call.
  bool take_source_asked() { return std::exchange(source_asked_, false); }

  // The stream's credit is given back automatically, and always was.
  bool is_automatic(uint32_t stream_id) const;
  EventRules& rules() { return rules_; }

 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  // What to do about messages, by role. `choice` is below 8.
  virtual void react(const Event& event) = 0;
  virtual void message_command(Draws* draws, uint32_t choice, uint32_t stream_id) = 0;

  uint8_t plan(uint32_t stream_id) const { return plans_[stream_id / 2 % 8]; }
  // `kind` of a message: 3 bits of body, 3 of its size, 1 of trailers. Nothing may be lent already.
  static size_t body_size(uint32_t kind);
  Body body(uint32_t stream_id, uint32_t kind, bool expects_trailers);
  bool lends(uint32_t stream_id) const;
  // The message was taken, or it was not: what was made ready for it is used or given up.
  void message_taken(uint32_t stream_id, uint32_t kind, bool expects_trailers);
  void message_refused(uint32_t stream_id);
  void send_some(uint32_t stream_id, size_t size, bool end_stream);

  static bool gone(SubmitError error);

  Connection* connection_;
  // What breaks a rule is refused (Options::validate_outbound), so that it may be tried.
  const bool validated_;
  EventRules rules_;

 private:
  class Source;
  struct Stream {
    std::unique_ptr<std::vector<uint8_t>> view;
    std::unique_ptr<Source> source;
    uint64_t streamed = 0;  // octets that send_data() took
    bool manual_credit = false;
  };

  std::vector<uint8_t> octets(uint32_t stream_id, uint64_t offset, size_t size) const;
  Body bare_body(uint32_t stream_id, uint32_t kind, size_t size);
  void settings(Draws* draws);
  void own_frame(Draws* draws, uint32_t stream_id);
  void prioritize(Draws* draws, uint32_t stream_id);
  void look(uint32_t stream_id) const;

  std::array<uint8_t, 8> plans_;
  std::map<uint32_t, Stream> streams_;
  bool source_asked_ = false;
};

// Answers requests, and pushes.
class ServerApplication : public Application {
 public:
  ServerApplication(const Options& options, Connection* connection, Draws* draws)
      : Application(Role::kServer, options, connection, draws) {}

 private:
  void react(const Event& event) override;
  void message_command(Draws* draws, uint32_t choice, uint32_t stream_id) override;
  void on_request(const RequestReceived& request);
  void respond(uint32_t stream_id, uint32_t kind, bool expects_trailers = false);
  void push(uint32_t stream_id, uint32_t kind);

  uint32_t last_push_ = 0;
};

// Sends requests.
class ClientApplication : public Application {
 public:
  ClientApplication(const Options& options, Connection* connection, Draws* draws)
      : Application(Role::kClient, options, connection, draws),
        next_request_(options.first_stream_id == 0 ? 1 : options.first_stream_id) {}

  void start(Draws* draws) override;
  // One that it was given, most of the time.
  uint32_t some_stream(Draws* draws) const;

 private:
  void react(const Event& event) override;
  void message_command(Draws* draws, uint32_t choice, uint32_t stream_id) override;
  // `form`: 3 bits of method, others of fields.
  void request(uint32_t kind, uint32_t form);
  static Fields request_fields(uint32_t kind, uint32_t form);

  std::vector<uint32_t> known_;  // requests and promises
  uint32_t next_request_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_APPLICATION_H_

#ifndef HEADRACE_FUZZ_OUTBOUND_APPLICATION_H_
#define HEADRACE_FUZZ_OUTBOUND_APPLICATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/draws.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::fuzz {

// An application that calls whatever it can, on whatever stream, in whatever order, right or wrong.
// What it must not do is left out: submit_frame(), Options::validate_outbound = false and
// Options::settings, by which it vouches for what goes out.
class Application {
 public:
  // `vouches`: for the heads of its responses, which go out as they are.
  Application(Draws* draws, Role role, bool vouches);
  // Bodies that were lent outlive the connection.
  ~Application();

  void act(Connection& connection);
  void on_event(const Event& event);

  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

 private:
  class Source;

  Body draw_body(size_t size);
  void open(Connection& connection);
  void answer(Connection& connection);
  void act_on_stream(Connection& connection);
  void act_on_connection(Connection& connection);
  StreamId draw_stream();
  uint32_t draw_window();

  Draws& draws_;
  const Role role_;
  const bool vouches_;
  std::vector<StreamId> streams_;
  std::vector<StreamId> tunnels_;  // asked for, by CONNECT
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::unique_ptr<std::string>> views_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_OUTBOUND_APPLICATION_H_

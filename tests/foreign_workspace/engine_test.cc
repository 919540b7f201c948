#include <headrace/headrace.h>

#include <string_view>

// A client's preface and SETTINGS are answered.
int main() {
  const headrace::TimePoint now{};
  headrace::Connection server(headrace::Role::kServer, {}, now);
  constexpr std::string_view kHello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  bool settings = false;
  for (headrace::EventPtr event : server.receive(kHello, now)) {
    settings = settings || std::holds_alternative<headrace::SettingsReceived>(*event);
  }
  return settings && server.wants_output() ? 0 : 1;
}

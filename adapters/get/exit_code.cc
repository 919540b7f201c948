#include "headrace/adapters/get/exit_code.h"

#include <array>

namespace headrace::get {
namespace {

struct Meaning {
  ExitCode code;
  const char* text;
};

constexpr auto kMeanings = std::to_array<Meaning>({
    {ExitCode::kOk, "every request was answered (with --fail: with a status below 400)"},
    {ExitCode::kInternal, "the program failed, for example for lack of descriptors"},
    {ExitCode::kUsage, "the command line is wrong"},
    {ExitCode::kNotConnected, "no connection: unknown host, refused, or timed out"},
    {ExitCode::kConnectionLost, "the connection ended before the response did"},
    {ExitCode::kProtocolError, "the server broke a rule of HTTP, or reported that get did"},
    {ExitCode::kStreamReset, "the server reset the request's stream"},
    {ExitCode::kTimeout, "the response was not complete in time"},
    {ExitCode::kHttpStatus, "the status is 400 or above, with --fail"},
    {ExitCode::kWriteError, "the output cannot be written"},
    {ExitCode::kReadError, "the data to send cannot be read"},
    {ExitCode::kTls, "no TLS: the server's certificate is not accepted, or the handshake failed"},
});

}  // namespace

std::string describe_exit_codes() {
  std::string text;
  for (const Meaning& meaning : kMeanings) {
    const std::string number = std::to_string(static_cast<int>(meaning.code));
    text.append(4 - number.size(), ' ').append(number).append("  ").append(meaning.text);
    text.append("\n");
  }
  return text;
}

}  // namespace headrace::get

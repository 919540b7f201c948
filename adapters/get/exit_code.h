#ifndef HEADRACE_ADAPTERS_GET_EXIT_CODE_H_
#define HEADRACE_ADAPTERS_GET_EXIT_CODE_H_

#include <string>

namespace headrace::get {

// The exit codes of the program. They never change, because scripts rely on them.
enum class ExitCode {
  kOk = 0,
  kInternal = 1,
  kUsage = 2,
  kNotConnected = 3,
  kConnectionLost = 4,
  kProtocolError = 5,
  kStreamReset = 6,
  kTimeout = 7,
  kHttpStatus = 8,
  kWriteError = 9,
  kReadError = 10,
  kTls = 11,
};

// How one request ended.
struct Outcome {
  ExitCode code = ExitCode::kOk;
  std::string reason;  // a sentence for people, if it failed

  bool ok() const { return code == ExitCode::kOk; }
};

// All codes with their meaning, a line each, for --help.
std::string describe_exit_codes();

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_EXIT_CODE_H_

// A small client of HTTP/2 and HTTP/1.1 on Headrace. `get --help` describes it.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <gsl/span>
#include <string>

#include "headrace/adapters/get/client.h"
#include "headrace/adapters/get/config.h"
#include "headrace/adapters/get/console.h"
#include "headrace/adapters/program/command_line.h"
#include "headrace/adapters/program/write_all.h"

namespace headrace::get {
namespace {

int fail(Console& console, ExitCode code, const std::string& reason) {
  console.line("get: " + reason);
  return static_cast<int>(code);
}

int run(gsl::span<char* const> arguments) {
  Console console(STDERR_FILENO);
  const absl::StatusOr<Config> config = read_config(arguments);
  if (!config.ok()) {
    return fail(console, ExitCode::kUsage, std::string(config.status().message()));
  }
  if (config->help || config->version) {
    const std::string text = config->help ? usage() : program::version_text("get");
    if (program::write_all(STDOUT_FILENO, text)) return 0;
    return fail(console, ExitCode::kWriteError,
                std::string("writing the help text: ") + strerror(errno));
  }
  signal(SIGPIPE, SIG_IGN);  // an output without a reader is an error like others
  Client client(&*config, &console);
  const Outcome prepared = client.prepare();
  if (!prepared.ok()) return fail(console, prepared.code, prepared.reason);
  const ExitCode code = client.run();
  // Not on the standard output if bodies are written there, because it would look like one.
  const bool bodies_on_output =
      config->outputs.end() != std::find(config->outputs.begin(), config->outputs.end(), "-");
  if (config->counts) {
    if (!program::write_all(bodies_on_output ? STDERR_FILENO : STDOUT_FILENO, client.summary())) {
      return fail(console, ExitCode::kWriteError,
                  std::string("writing the summary: ") + strerror(errno));
    }
  }
  return static_cast<int>(code);
}

}  // namespace
}  // namespace headrace::get

int main(int argc, char** argv) {
  return headrace::get::run(gsl::span<char* const>(argv, static_cast<size_t>(argc)).subspan(1));
}

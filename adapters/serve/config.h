#ifndef HEADRACE_ADAPTERS_SERVE_CONFIG_H_
#define HEADRACE_ADAPTERS_SERVE_CONFIG_H_

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>

#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/program/io.h"

namespace headrace::serve {

// What the program ends with. Scripts rely on these numbers: they never change.
enum class ExitCode {
  kFailed = 1,  // while it served
  kUsage = 2,
  kNotListening = 3,
};

// What the command line and the environment ask for, checked.
struct Config {
  bool help = false;  // print the usage; nothing else is set
  std::string address;
  uint16_t port = 0;
  int threads = 1;
  std::string root;           // empty: the built-in site
  bool diagnostics = true;    // as in Site
  bool stats_to_all = false;  // likewise
  size_t open_files = 0;      // over all threads; 0: a part of the descriptors there are
  std::string log;            // empty: none; "-": the standard output
  program::Io io = program::Io::kEpoll;
  adapters::LoopOptions loop;  // max_connections is one loop's share
};

// An error is one line that says what is wrong. HEADRACE_REUSE_FRAMES=0 in the environment switches
// frame reuse off, whatever --allocation says: it is there for the operator of a deployed program.
absl::StatusOr<Config> read_config(gsl::span<char* const> arguments);

// What --help prints.
std::string usage();

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_CONFIG_H_

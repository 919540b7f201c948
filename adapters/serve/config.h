#ifndef HEADRACE_ADAPTERS_SERVE_CONFIG_H_
#define HEADRACE_ADAPTERS_SERVE_CONFIG_H_

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>

#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/program/io.h"
#include "headrace/adapters/serve/tls_setup.h"

namespace headrace::serve {

// The exit codes of the program. They never change, because scripts rely on them.
enum class ExitCode {
  kFailed = 1,  // while serving
  kUsage = 2,
  kNotListening = 3,
};

// The values of the command line and the environment, checked.
struct Config {
  bool help = false;     // print the help text; no other member is set then
  bool version = false;  // likewise
  std::string address;
  uint16_t port = 0;
  int threads = 1;
  std::string root;           // empty: the built-in site
  bool diagnostics = true;    // as in Site
  bool stats_to_all = false;  // likewise
  size_t open_files = 0;      // over all threads; 0: an eighth of all descriptors
  size_t file_memory = 0;     // octets, over all threads
  std::chrono::nanoseconds file_recheck{};
  std::string log;            // empty: none; "-": the standard output
  std::string record;         // the directory for records of connections; empty: none
  uint32_t record_files = 0;  // at most
  size_t record_size = 0;     // most octets of each
  program::Io io = program::Io::kEpoll;
  TlsConfig tls;
  adapters::LoopOptions loop;  // max_connections is one loop's share
};

// An error is one line. HEADRACE_REUSE_FRAMES in the environment: see program::read_allocation().
absl::StatusOr<Config> read_config(gsl::span<char* const> arguments);

// The help text.
std::string usage();

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_CONFIG_H_

#ifndef HEADRACE_ADAPTERS_GET_CONFIG_H_
#define HEADRACE_ADAPTERS_GET_CONFIG_H_

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <gsl/span>
#include <optional>
#include <string>
#include <vector>

#include "headrace/adapters/get/request_head.h"
#include "headrace/adapters/get/url.h"
#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/program/io.h"

namespace headrace::get {

// What the command line and the environment ask for, checked.
struct Config {
  bool help = false;  // print the usage; nothing else is set
  std::vector<Url> urls;
  std::string method;
  std::vector<GivenField> fields;
  std::optional<std::string> data;   // the argument of -d, its path made absolute
  std::vector<std::string> outputs;  // of the first, second, ... URL; the last one takes the rest
  bool keep_part = false;            // of a file that is not complete
  size_t requests = 0;               // over the URLs in turn
  size_t at_once = 0;
  bool counts = false;     // -n was given: a summary is wanted, bodies are not unless -o says so
  bool show_head = false;  // -I
  bool fail_on_status = false;
  bool verbose = false;
  bool progress = true;
  std::chrono::milliseconds timeout{0};  // 0: none
  Options connection;
  program::Io io = program::Io::kEpoll;
  adapters::LoopOptions loop;
};

// An error is one line that says what is wrong. HEADRACE_REUSE_FRAMES=0 in the environment switches
// frame reuse off, whatever --allocation says.
absl::StatusOr<Config> read_config(gsl::span<char* const> arguments);

// What --help prints.
std::string usage();

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_CONFIG_H_

#ifndef HEADRACE_ADAPTERS_GET_CONFIG_H_
#define HEADRACE_ADAPTERS_GET_CONFIG_H_

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>
#include <vector>

#include "headrace/adapters/get/request_head.h"
#include "headrace/adapters/get/url.h"
#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/program/io.h"

namespace headrace::get {

// The version of HTTP to speak (--http).
enum class HttpChoice {
  k2,     // HTTP/2 alone
  k11,    // HTTP/1.1 alone
  kAuto,  // over TLS by ALPN; without it HTTP/2, and HTTP/1.1 if the server answers in that
};

// The values of the command line and the environment, checked.
struct Config {
  bool help = false;     // print the help text; no other member is set then
  bool version = false;  // likewise: print the version
  std::vector<Url> urls;
  std::string method;
  std::vector<GivenField> fields;
  std::optional<std::string> data;   // the argument of -d, its path made absolute
  std::vector<std::string> outputs;  // for the first, second, ... URL; the last one for the rest
  bool keep_part = false;            // keep the part of a file whose transfer fails
  size_t requests = 0;               // to the URLs in turn
  size_t at_once = 0;
  bool counts = false;  // -n or --duration: print a summary, and discard bodies without -o
  std::chrono::milliseconds duration{0};  // of sending requests; 0: until all are sent
  std::chrono::milliseconds warm_up{0};   // of sending others before, which are not counted
  uint32_t rate = 0;                      // requests a second; 0: as they are answered
  uint32_t connections = 1;               // to each server
  bool plot = false;                      // percentiles as bars in the summary
  bool show_head = false;                 // -I
  bool fail_on_status = false;
  bool verbose = false;
  bool progress = true;
  std::chrono::milliseconds timeout{0};  // 0: none
  HttpChoice http = HttpChoice::k2;
  Options connection;
  std::string ca;           // a file; empty: the system's authorities
  bool insecure = false;    // --insecure
  std::string certificate;  // files; empty: no client certificate
  std::string key;
  program::Io io = program::Io::kEpoll;
  adapters::LoopOptions loop;
};

// An error is one line. HEADRACE_REUSE_FRAMES in the environment: see program::read_allocation().
absl::StatusOr<Config> read_config(gsl::span<char* const> arguments);

// The help text.
std::string usage();

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_CONFIG_H_

// Shows a byte stream of HTTP as frames, messages and fields. `dump --help` describes it.

#include <absl/flags/flag.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <gsl/span>
#include <memory>
#include <string>

#include "headrace/adapters/dump/capture_reader.h"
#include "headrace/adapters/dump/writer.h"
#include "headrace/adapters/program/command_line.h"
#include "headrace/adapters/program/environment.h"
#include "headrace/adapters/program/printable.h"
#include "headrace/adapters/program/write_all.h"
#include "headrace/adapters/socket/retry.h"
#include "headrace/adapters/socket/unique_fd.h"

ABSL_FLAG(bool, json, false, "Write a JSON object for each item, each on its own line.");
ABSL_FLAG(std::string, color, "auto",
          "Colours: always, never, or auto (on a terminal, unless NO_COLOR is set).");
ABSL_FLAG(std::string, http, "detect", "The version of HTTP: 2, 1.1, or detect.");
ABSL_FLAG(uint32_t, octets, 64, "Most octets of content and of other payloads that are shown.");

namespace headrace::dump {
namespace {

enum ExitCode { kOk = 0, kFailed = 1, kUsage = 2 };

constexpr size_t kAtOnce = size_t{64} << 10;

std::string usage() {
  return "Shows one direction of a connection, as it was captured from cleartext, as frames\n"
         "(HTTP/2) or messages (HTTP/1.1), with decoded fields; or, from a capture of packets\n"
         "(pcap, pcapng), every direction of every TCP connection. The version and the sender\n"
         "are detected. A capture may begin anywhere: then it is read from the first whole frame\n"
         "or message on, and fields that were sent before and are only referred to are shown as\n"
         "unknown entries of the HPACK table.\n\n"
         "Usage: dump [--flag=value...] [FILE...]      (no FILE, or -: the standard input)\n\n" +
         program::describe_flags() +
         "\nExit codes: 0 if all was read; 1 if a file cannot be read or the output cannot be\n"
         "written; 2 if the command line is wrong.\n";
}

int fail(ExitCode code, const std::string& reason) {
  program::write_all(STDERR_FILENO, "dump: " + program::escape_controls(reason) + "\n");
  return code;
}

bool wants_colours(const std::string& color) {
  if (color != "auto") return color == "always";
  return isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

// False if it cannot be read; errno has the reason. Stops early where `goes_on` says so.
template <typename GoesOn>
bool read_all(const std::string& path, Reader* reader, GoesOn goes_on) {
  adapters::UniqueFd file;
  int descriptor = STDIN_FILENO;
  if (path != "-") {
    const std::string name = program::from_users_directory(path);
    file = adapters::UniqueFd(
        adapters::retry_interrupted([&] { return ::open(name.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (!file.valid()) return false;
    descriptor = file.get();
  }
  const auto room = std::make_unique<std::array<char, kAtOnce>>();
  while (goes_on()) {
    const ssize_t size =
        adapters::retry_interrupted([&] { return ::read(descriptor, room->data(), room->size()); });
    if (size < 0) return false;
    if (size == 0) break;
    reader->read({room->data(), static_cast<size_t>(size)});
  }
  reader->end();
  return true;
}

int run(gsl::span<char* const> arguments) {
  const absl::StatusOr<program::CommandLine> parsed = program::parse_command_line(arguments);
  if (!parsed.ok()) return fail(kUsage, std::string(parsed.status().message()));
  if (parsed->help || parsed->version) {
    const std::string text = parsed->help ? usage() : program::version_text("dump");
    return program::write_all(STDOUT_FILENO, text) ? kOk : kFailed;
  }
  const std::string color = absl::GetFlag(FLAGS_color);
  if (color != "auto" && color != "always" && color != "never") {
    return fail(kUsage, "--color must be auto, always or never");
  }
  const std::string http = absl::GetFlag(FLAGS_http);
  if (http != "detect" && http != "1.1" && http != "2") {
    return fail(kUsage, "--http must be 2, 1.1 or detect");
  }
  const Stream::Version wanted = http == "2"     ? Stream::Version::kHttp2
                                 : http == "1.1" ? Stream::Version::kHttp1
                                                 : Stream::Version::kUnknown;
  int write_error = 0;  // of the first write that failed
  const Write write = [&write_error](std::string_view text) {
    if (write_error == 0 && !program::write_all(STDOUT_FILENO, text)) write_error = errno;
  };
  const size_t octets = absl::GetFlag(FLAGS_octets);
  std::unique_ptr<ItemSink> sink;
  if (absl::GetFlag(FLAGS_json)) {
    sink = std::make_unique<JsonWriter>(octets, write);
  } else {
    sink = std::make_unique<TextWriter>(wants_colours(color), octets, write);
  }
  std::vector<std::string> files = parsed->arguments;
  if (files.empty()) files.emplace_back("-");
  for (const std::string& file : files) {
    FileReader reader(wanted, sink.get());
    const bool read = read_all(file, &reader, [&] { return write_error == 0; });
    if (!read) return fail(kFailed, file + ": " + strerror(errno));
    if (write_error != 0) return fail(kFailed, std::string("writing: ") + strerror(write_error));
  }
  return kOk;
}

}  // namespace
}  // namespace headrace::dump

int main(int argc, char** argv) {
  return headrace::dump::run(gsl::span<char* const>(argv, static_cast<size_t>(argc)).subspan(1));
}

// bazel run //tests:replay -- FILE.h2t: plays a transcript and shows the conversation.
// bazel run //tests:replay -- FILE.record: makes a transcript of a connection's record.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/adapters/program/printable.h"
#include "tests/flight_recorder/record.h"
#include "tests/flight_recorder/repeat.h"
#include "tests/transcript/runner.h"
#include "tests/transcript/transcript.h"

namespace headrace::transcript {
namespace {

constexpr char kHelp[] =
    "replay [--allocation=reuse|fresh] [--cut=CUT] FILE.h2t...\n"
    "replay FILE.record...\n"
    "\n"
    "Plays each transcript (docs/transcripts.md) against a connection and prints the conversation\n"
    "as it happens: < what the peer sends, > what we send, = events, ! commands, ? results,\n"
    "@ time. If the connection departs from the transcript, the line, the expected and the "
    "observed\n"
    "step are printed, and the exit code is 1. If a file cannot be read, the exit code is 2.\n"
    "\n"
    "A FILE.record is a record (docs/flight-recorder.md; `serve --record`): its run is repeated "
    "and printed "
    "as\n"
    "a transcript, which gives the same events and the same output. The exit code is 1 if the run\n"
    "departs from the record, and if the record has lost its beginning: its calls are printed "
    "then.\n"
    "\n"
    "  --allocation  reuse (the default) or fresh, as Options::allocation\n"
    "  --cut         how each input is cut into receive() calls: whole (the default), octets,\n"
    "                random:SEED, or INPUT:OFFSET (input 0 is the first; cut behind OFFSET "
    "octets)\n";

// A path as the user typed it: `bazel run` starts us elsewhere.
std::string from_working_directory(const std::string& path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  return directory == nullptr || path.starts_with("/") ? path : directory + ("/" + path);
}

// `text` with each of its lines escaped, and `indentation` before all but the first.
std::string escape_lines(std::string_view text, std::string_view indentation = "") {
  std::string escaped;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!escaped.empty()) escaped += indentation;
    escaped += program::escape_controls(line) + "\n";
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return escaped;
}

void print_step(int line, char sign, const std::string& text) {
  std::printf("%5d  %c %s", line, sign, escape_lines(text, "         ").c_str());
}

void complain(std::string_view text) { std::cerr << escape_lines(text); }

struct Arguments {
  RunOptions options;
  std::vector<std::string> files;
};

// False: `*exit_code` is how to end.
bool read_arguments(int argc, char** argv, Arguments* arguments, int* exit_code) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      std::cout << kHelp;
      *exit_code = 0;
      return false;
    }
    if (argument == "--allocation=fresh") {
      arguments->options.allocation = Allocation::kFresh;
    } else if (argument == "--allocation=reuse") {
      arguments->options.allocation = Allocation::kReuse;
    } else if (argument.starts_with("--cut=") && parse_cuts(argument.substr(6))) {
      arguments->options.cuts = *parse_cuts(argument.substr(6));
    } else if (argument.starts_with("-")) {
      complain("replay: unknown argument " + std::string(argument) + " (see --help)");
      return false;
    } else {
      arguments->files.emplace_back(argument);
    }
  }
  if (arguments->files.empty()) complain("replay: no file is given (see --help)");
  return !arguments->files.empty();
}

// Whether the file begins as a record does.
bool is_record(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string line;
  return std::getline(stream, line) && line == kRecordMark;
}

int replay_record(const std::string& file) {
  std::ifstream stream(from_working_directory(file), std::ios::binary);
  std::ostringstream octets;
  octets << stream.rdbuf();
  recording::Record record;
  std::string error;
  if (!recording::read_record(octets.str(), &record, &error)) {
    complain(file + ": " + error);
    return 2;
  }
  if (!recording::can_be_repeated(record, &error)) {
    std::cout << "# " << error << ".\n" << recording::list_calls(record) << std::flush;
    complain(file + ": " + error);
    return 1;
  }
  const recording::Repeated repeated = recording::repeat(record);
  std::cout << repeated.transcript << std::flush;
  if (repeated.departure.empty()) return 0;
  complain(file + ": " + repeated.departure);
  return 1;
}

int replay(const std::string& file, RunOptions options) {
  if (is_record(from_working_directory(file))) return replay_record(file);
  Transcript transcript;
  std::string error;
  if (!load_transcript(from_working_directory(file), &transcript, &error)) {
    complain(error);
    return 2;
  }
  transcript.path = file;
  options.trace = print_step;
  const auto departure = run_transcript(transcript, options);
  std::fflush(stdout);
  if (!departure) return 0;
  complain(describe(transcript, options, *departure));
  return 1;
}

}  // namespace
}  // namespace headrace::transcript

int main(int argc, char** argv) {
  using namespace headrace::transcript;
  Arguments arguments;
  int exit_code = 2;
  if (!read_arguments(argc, argv, &arguments, &exit_code)) return exit_code;
  exit_code = 0;
  for (const std::string& file : arguments.files) {
    exit_code = std::max(exit_code, replay(file, arguments.options));
  }
  return exit_code;
}

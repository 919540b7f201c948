#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/reference/frames.h"
#include "tests/transcript/transcript.h"

// Seeds of fuzzers, made from transcripts: what their peers send, in the form that each fuzzer
// reads. `transcript_seeds DIRECTORY FILE...` writes DIRECTORY/FUZZER/FILE.

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 §3.4

void write(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string all_input(const headrace::transcript::Transcript& transcript) {
  std::string input;
  for (const auto& turn : transcript.turns) input += turn.input;
  if (input.starts_with(kPreface)) input.erase(0, kPreface.size());
  return input;
}

// frame_reader: pieces of 13 octets, then the frames.
std::string for_frame_reader(const std::string& input) { return "\x0d" + input; }

// hpack_decoder: the limit of the table, then each field block behind its size.
std::string for_hpack_decoder(const std::string& input, uint32_t table_size) {
  std::string seed = reference::u16(static_cast<uint16_t>(0x8000 | (table_size & 0x3fff)));
  std::string block;
  for (const reference::Frame& frame : reference::parse_all(input)) {
    if (frame.type != reference::HEADERS && frame.type != reference::PUSH_PROMISE &&
        frame.type != reference::CONTINUATION) {
      continue;
    }
    block += reference::content(frame).value_or("");
    if ((frame.flags & reference::END_HEADERS) == 0) continue;
    if (block.size() < 0x8000) seed += reference::u16(static_cast<uint16_t>(block.size())) + block;
    block.clear();
  }
  return seed;
}

// connection and client_connection: how many octets are drawn from, and those: options (a client
// takes pushes), plan, no refusal, a client's four requests, a preface; turns that write 256 octets
// of the input and deliver them.
std::string for_connection(const std::string& input, bool server) {
  constexpr size_t kMost = 255;
  std::string draws =
      server ? std::string(14, '\0')
             : std::string("\0\0\0\1", 4) + std::string(9, '\0') + "\4" + std::string(9, '\0');
  for (size_t sent = 0; sent < input.size() && draws.size() + 3 <= kMost; sent += 256) {
    draws += std::string("\0\xff\0", 3);
  }
  return static_cast<char>(draws.size()) + draws + input;
}

// server_ and client_differential: applications that answer, or that take pushes; then the input.
std::string for_differential(const std::string& input, bool server) {
  return (server ? "\x01" : "\x04") + input;
}

// http1_*: a plan of the application's, cuts, and what the peer says; http1_client has turns.
std::string for_text(uint8_t plan, const std::string& input) {
  return static_cast<char>(plan) + std::string("\x03\x01\x07\x14") + input;
}

void write_text_seeds(const std::filesystem::path& directory, const std::string& name,
                      const headrace::transcript::Transcript& transcript) {
  std::string turns;
  for (const auto& turn : transcript.turns)
    turns += turn.input + (turn.input.empty() ? "" : "\xff");
  const std::string input = all_input(transcript);
  const bool server = transcript.role == headrace::Role::kServer;
  const std::string role = server ? "http1_server" : "http1_client";
  write(directory / role / name, for_text(0, server ? input : turns));
  write(directory / (role + "_differential") / name, for_text(0, input));
  write(directory / "http1_parser" / name, for_text(server ? 0 : 1, input));
  const size_t head = input.find("\r\n\r\n");
  if (head != input.npos && input.find("chunked") < head) {  // chunks by themselves
    write(directory / "http1_parser" / (name + ".content"),
          for_text(server ? 2 : 3, input.substr(head + 4)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: transcript_seeds DIRECTORY FILE...\n");
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    headrace::transcript::Transcript transcript;
    std::string error;
    if (!load_transcript(path, &transcript, &error)) {
      std::fprintf(stderr, "%s\n", error.c_str());
      return 1;
    }
    const std::string name = path.parent_path().filename().string() + "." + path.stem().string();
    if (transcript.is_text) {
      write_text_seeds(directory, name, transcript);
      continue;
    }
    const std::string input = all_input(transcript);
    write(directory / "frame_reader" / name, for_frame_reader(input));
    write(directory / "hpack_decoder" / name,
          for_hpack_decoder(input, transcript.options.header_table_size));
    const bool server = transcript.role == headrace::Role::kServer;
    write(directory / (server ? "connection" : "client_connection") / name,
          for_connection(input, server));
    write(directory / (server ? "server_differential" : "client_differential") / name,
          for_differential(input, server));
    std::ifstream text(path, std::ios::binary);
    write(directory / "transcript_parser" / name, {std::istreambuf_iterator<char>(text), {}});
  }
  return 0;
}

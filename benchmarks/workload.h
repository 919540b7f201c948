#ifndef HEADRACE_BENCHMARKS_WORKLOAD_H_
#define HEADRACE_BENCHMARKS_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headrace::benchmarks {

// What the application has seen of a round.
struct Tally {
  uint64_t requests = 0;
  uint64_t field_octets = 0;  // names and values of the requests
  uint64_t data_octets = 0;
  uint64_t payload_sum = 0;  // of the octets of DATA, where the workload asks for it
  uint64_t streams_closed = 0;

  bool operator==(const Tally&) const = default;
};

using FieldPairs = std::vector<std::pair<std::string, std::string>>;

// How a server gives the body of its answers.
enum class BodyKind : uint8_t { kView, kStream, kSource };

// One round of a benchmark: what a client sends to a fresh server session (or, in the role of the
// client, a server's answers), and what must come of it. The octets are written by the codecs of
// tests/reference, which share no code with the library.
struct Workload {
  std::string name;
  size_t operations = 0;  // a round
  std::string input;
  std::vector<size_t> chunk_ends;  // offsets into `input`; output is drained after each chunk
  bool sum_payload = false;        // the application reads what it receives

  // The answer to every request, given when it has come to its end; or what a client gets.
  FieldPairs response;
  std::string_view body;  // none when empty
  BodyKind body_kind = BodyKind::kView;
  bool prepared = false;  // its head is prepared, where the server can do that

  // The session is a client's: what it asks for, so many before each chunk but the first.
  bool client = false;
  std::vector<FieldPairs> requests;
  size_t requests_a_chunk = 0;

  // --- What must come of it.

  Tally tally;
  uint64_t responses = 0;
  uint64_t data_sent = 0;
  uint64_t settings_acks = 0;
  std::vector<uint64_t> ping_acks;  // the opaque octets, in order

  // One more chunk that is sent when a round is checked and never when it is timed: it ends the
  // request that W3 keeps open, so that the answer shows how wide the windows have become.
  std::string epilogue;
  uint64_t epilogue_data_sent = 0;
};

enum class Size : uint8_t {
  kFull,
  kTiny,  // the same things a few times: for tests
};

// Whatever the sizes below say: both sides announce and receive the same.
inline constexpr uint32_t kWindow = 16 * 1024 * 1024;  // of streams and connection
inline constexpr uint32_t kConcurrentStreams = 100;

// How every client begins: preface, SETTINGS, and a WINDOW_UPDATE of the connection (RFC 9113
// §3.4).
std::string client_preface();

// W1, W1b, W2, ..., and responses by their body; docs/performance.md says what each is.
std::vector<std::string> protocol_workloads();
std::vector<std::string> body_workloads();
Workload make_workload(std::string_view name, Size size);

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_WORKLOAD_H_

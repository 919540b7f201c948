#ifndef HEADRACE_BENCHMARKS_WIRE_H_
#define HEADRACE_BENCHMARKS_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "headrace/memory/const_buffer.h"

namespace headrace::benchmarks {

// Carries octets from one connection to the other.
class Wire {
 public:
  virtual ~Wire() = default;
  // Takes octets from the front and returns how many. The caller keeps them until read() has
  // returned nothing.
  virtual size_t write(std::span<const ConstBuffer> octets) = 0;
  // The next octets at the other end, in the memory of the wire or of its caller, until the next
  // call. Empty when all that was written has been read.
  virtual std::span<const uint8_t> read() = 0;
};

struct Wires {
  std::unique_ptr<Wire> to_server;
  std::unique_ptr<Wire> to_client;
};

// What one end shows is what the other receives, and nothing is copied in between.
Wires make_direct_wires();
// A TCP connection over the loopback interface: its two directions.
Wires make_tcp_wires();

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_WIRE_H_

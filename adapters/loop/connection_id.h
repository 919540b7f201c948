#ifndef HEADRACE_ADAPTERS_LOOP_CONNECTION_ID_H_
#define HEADRACE_ADAPTERS_LOOP_CONNECTION_ID_H_

#include <cstdint>

namespace headrace::adapters {

// Identifies a connection of a loop to the system, which returns the id with each notification,
// perhaps after the connection was destroyed. An id is reused only after its slot has held a
// million other connections.
struct ConnectionId {
  static constexpr int kSlotBits = 24;  // more than a process can have descriptors
  static constexpr int kGenerationBits = 20;
  static constexpr int kBits = kSlotBits + kGenerationBits;

  static ConnectionId from(uint64_t value) {
    return {static_cast<uint32_t>(value >> kGenerationBits) & ((1u << kSlotBits) - 1),
            static_cast<uint32_t>(value) & ((1u << kGenerationBits) - 1)};
  }
  // Below 2^kBits.
  uint64_t value() const { return uint64_t{slot} << kGenerationBits | generation; }
  friend bool operator==(const ConnectionId&, const ConnectionId&) = default;

  uint32_t slot = 0;
  uint32_t generation = 0;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_CONNECTION_ID_H_

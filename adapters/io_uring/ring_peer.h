#ifndef HEADRACE_ADAPTERS_IO_URING_RING_PEER_H_
#define HEADRACE_ADAPTERS_IO_URING_RING_PEER_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "adapters/io_uring/release_queue.h"
#include "adapters/io_uring/zero_copy.h"
#include "adapters/loop/output_buffers.h"
#include "adapters/loop/peer.h"

namespace headrace::adapters {

// One connection of an IoUringLoop, and what is under way for it. It stays until all of that has
// ended: the memory that the system reads outlives the reading.
struct RingPeer : Peer {
  RingPeer(Loop& owner, UniqueFd fd, const IoUringOptions& options)
      : Peer(owner, std::move(fd)), zero_copy(options) {}

  uint32_t slot = 0;
  uint32_t operations = 0;                 // under way on the socket
  uint32_t releases_due = 0;               // zero-copy sends whose bytes are still read
  uint32_t sends = 0;                      // numbers them
  std::unique_ptr<OutputBuffers> sending;  // the send under way
  ReleaseQueue sent;
  ZeroCopy zero_copy;
  bool receiving = false;
  bool receive_cancelled = false;
  bool hangup_watched = false;
  bool reads_first = false;  // it is new, and perhaps there is something to answer already
  bool starved = false;      // found no buffer for input in this turn
  bool touched = false;      // waits to be settled
  bool closing = false;      // the loop is through with it
};

// Finds a connection by the number that its operations carry.
class PeerSlots {
 public:
  void add(RingPeer* peer) {
    if (free_.empty()) {
      free_.push_back(static_cast<uint32_t>(peers_.size()));
      peers_.push_back(nullptr);
    }
    peer->slot = free_.back();
    free_.pop_back();
    peers_[peer->slot] = peer;
  }
  void remove(const RingPeer& peer) { free_.push_back(peer.slot); }
  RingPeer& operator[](uint32_t slot) const { return *peers_[slot]; }

 private:
  std::vector<RingPeer*> peers_;
  std::vector<uint32_t> free_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_RING_PEER_H_

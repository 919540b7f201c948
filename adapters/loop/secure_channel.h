#ifndef HEADRACE_ADAPTERS_LOOP_SECURE_CHANNEL_H_
#define HEADRACE_ADAPTERS_LOOP_SECURE_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "headrace/memory/const_buffer.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/guard/time_point.h"

namespace headrace::adapters {

// What encrypts one connection (TLS), without I/O: ciphertext of the transport in and plaintext of
// the connection out, and back. Time is an argument. adapters/tls/channel.h implements it with
// OpenSSL; the loops know this interface only.
//
// Input: receive() the transport's octets, then read() until it returns 0. Output: write() while
// is_open(), and whatever wants_output(), also during the handshake.
class SecureChannel {
 public:
  // How the input has ended.
  enum class End : uint8_t {
    kNone,
    kCloseNotify,  // the peer has said that nothing follows (RFC 8446 §6.1)
    kTruncated,    // the transport ended before the peer has said so
    kFailed,       // of the handshake, or by an error of the peer's: failure() says why
  };

  SecureChannel() = default;
  virtual ~SecureChannel() = default;
  SecureChannel(const SecureChannel&) = delete;
  SecureChannel& operator=(const SecureChannel&) = delete;

  // --- Input.

  // The transport delivered `ciphertext`, which must outlive the calls of read() up to the one that
  // returns 0. After end() it is discarded.
  virtual void receive(std::span<const uint8_t> ciphertext) = 0;
  // Continues the handshake, and writes the next octets of plaintext to `into`, as many as fit.
  // Returns their number; 0 if there are none until the next receive().
  virtual size_t read(std::span<uint8_t> into) = 0;
  // The transport will deliver no more octets: EOF, or an error.
  virtual void end_of_input() = 0;
  // deadline() has passed.
  virtual void expire(TimePoint now) = 0;

  // --- Output.

  // Encrypts all of `plaintext`, which need not outlive the call, and returns its size. Before
  // is_open(), after close() and after a failure it takes nothing and returns 0.
  virtual size_t write(std::span<const ConstBuffer> plaintext) = 0;
  // Says that nothing follows (close_notify).
  virtual void close() = 0;
  // All octets for the transport. They do not change until they are sent; later calls only append.
  // The list is valid until the next call of the object.
  virtual std::span<const ConstBuffer> pending_output() = 0;
  virtual bool wants_output() const = 0;
  // The transport took the first `size` octets of pending_output(). If it does not copy them,
  // `released` is false, and a call of released() follows.
  virtual void sent(size_t size, bool released = true) = 0;
  virtual void released(size_t size) = 0;

  // --- State.

  // Whether the handshake is complete, so that protocol() is known and write() takes octets.
  virtual bool is_open() const = 0;
  virtual End end() const = 0;
  // For people, one line, if end() is kFailed or there is a violation().
  virtual const std::string& failure() const = 0;
  // The code with which the connection has to be ended (GOAWAY) because of its encryption: a cipher
  // that HTTP/2 forbids, a renegotiation, a flood. Nothing more is read. kNoError if there is none.
  virtual ErrorCode violation() const = 0;
  // The protocol agreed by ALPN (RFC 7301), "h2" for example; empty if none was.
  virtual std::string_view protocol() const = 0;
  // Whether the certificate that we have shown is for this host (a name, or an IP address without
  // brackets), so that the peer may ask us for it (RFC 9110 §7.4). False if that is not known.
  virtual bool covers(std::string_view /*host*/) const { return false; }
  // When to call expire(); TimePoint::max() if there is no deadline.
  virtual TimePoint deadline() const = 0;
  // Octets that the channel holds, roughly.
  virtual size_t memory() const = 0;
  // Frees caches, for connections that are idle.
  virtual void trim() = 0;
};

// Makes the channels of new connections, in one role. For one loop or for several at once: its
// function may be called on any thread.
class SecureChannels {
 public:
  virtual ~SecureChannels() = default;
  // The transport is connected. Null if there is no memory.
  virtual std::unique_ptr<SecureChannel> open(TimePoint now) = 0;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_SECURE_CHANNEL_H_

#ifndef HEADRACE_ADAPTERS_TLS_CHANNEL_H_
#define HEADRACE_ADAPTERS_TLS_CHANNEL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/memory/abi.h"

struct ssl_st;

namespace headrace {
HEADRACE_ABI_BEGIN
class OutputQueue;
HEADRACE_ABI_END
}  // namespace headrace

namespace headrace::tls {

class Context;

// One TLS connection (RFC 8446, RFC 5246) by OpenSSL, without I/O. Server::accept() and
// Client::connect() make it, and must outlive it. Used by one thread at a time.
//
//   // whenever the loop has read bytes:
//   channel->receive(bytes);
//   while (const size_t n = channel->read(plaintext)) {
//     for (headrace::EventPtr event : connection.receive({plaintext, n}, now)) ...
//   }
//   // whenever the socket is writable:
//   if (!channel->wants_output()) connection.sent(channel->write(connection.pending_output()));
//   const auto output = headrace::to_iovec(channel->pending_output());
//   if (ssize_t n = writev(socket, output.data(), output.size()); n > 0) channel->sent(n);
class Channel final : public adapters::SecureChannel {
 public:
  // For Server and Client. `ssl` has its role, and becomes the channel's.
  Channel(const Context& context, ssl_st* ssl, std::string host, TimePoint now);
  ~Channel() override;

  void receive(std::span<const uint8_t> ciphertext) override;
  size_t read(std::span<uint8_t> into) override;
  void end_of_input() override;
  void expire(TimePoint now) override;

  size_t write(std::span<const ConstBuffer> plaintext) override;
  void close() override;
  std::span<const ConstBuffer> pending_output() override;
  bool wants_output() const override;
  void sent(size_t size, bool released = true) override;
  void released(size_t size) override;

  bool is_open() const override { return open_; }
  End end() const override { return end_; }
  const std::string& failure() const override { return failure_; }
  ErrorCode violation() const override { return violation_; }
  std::string_view protocol() const override { return protocol_; }
  // (No certificate is shown when a session is resumed. Then it is whether one is that the server
  // would show now.)
  bool covers(std::string_view host) const override;
  TimePoint deadline() const override;
  size_t memory() const override;
  void trim() override;

  // --- About the peer, once is_open().

  // "TLSv1.3", "TLS_AES_128_GCM_SHA256".
  std::string_view version() const;
  std::string_view cipher() const;
  // The host name that the client asked for (SNI), or the one that it was given.
  const std::string& host() const { return host_; }
  bool is_resumed() const;
  // The peer's certificate in PEM, or empty if it has shown none. It is verified unless
  // ClientOptions::verify is false.
  std::string peer_certificate() const;

  // OpenSSL's object, for what has no function here.
  ssl_st* ssl() const { return ssl_.get(); }

 private:
  friend class ChannelBio;
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };

  bool shake_hands();
  void on_result(int result);
  static void on_message(int is_sent, int version, int type, const void* data, size_t size,
                         ssl_st* ssl, void* channel);
  void on_post_handshake(uint8_t type);
  void fail(std::string reason);
  void violate(ErrorCode error, std::string_view reason);
  std::string describe_failure() const;
  void answer_cleartext();
  void refuse_http11();
  bool write_record(std::span<const uint8_t> plaintext);
  size_t record_size() const;

  const Context& context_;
  const bool server_;
  bool began_ = false;  // octets were received
  bool open_ = false;
  bool closing_ = false;
  End end_ = End::kNone;
  ErrorCode violation_ = ErrorCode::kNoError;
  int alert_ = -1;  // the last that was received
  std::span<const uint8_t> input_;
  const std::unique_ptr<OutputQueue> output_;
  std::string protocol_;
  std::string host_;
  std::string failure_;
  TimePoint deadline_;
  uint64_t octets_read_ = 0;              // of plaintext
  uint64_t post_handshake_ = 0;           // messages received after the handshake
  uint64_t records_of_key_ = 0;           // written since the last change of keys
  size_t burst_ = 0;                      // octets written since the output ran dry
  size_t last_write_ = 0;                 // octets
  std::unique_ptr<ssl_st, FreeSsl> ssl_;  // last: it refers to the others
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_CHANNEL_H_

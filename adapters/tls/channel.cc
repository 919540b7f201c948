#include "headrace/adapters/tls/channel.h"

#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <gsl/span>
#include <utility>

#include "headrace/adapters/tls/channel_bio.h"
#include "headrace/adapters/tls/context.h"
#include "headrace/adapters/tls/openssl.h"
#include "headrace/memory/output_queue.h"

namespace headrace::tls {
namespace {

// A record of this many octets fits into one segment of TCP over Ethernet, so the peer can read the
// beginning of a response before the next segment has arrived. After kSmallRecords of them the
// largest records (RFC 8446 §5.1) cost least.
constexpr size_t kSmallRecord = 1'350;
constexpr size_t kSmallRecords = 4;
constexpr size_t kLargeRecord = 16 << 10;

// RFC 8446 §5.5: AES-GCM encrypts 2^24.5 full records with one key; half of them are enough.
constexpr uint64_t kMostRecordsOfAKey = uint64_t{1} << 23;

// Messages after the handshake (KeyUpdate, NewSessionTicket) cost a derivation of keys each. Honest
// peers send a handful, and a KeyUpdate after gigabytes.
constexpr uint64_t kPostHandshakeMessages = 32;
constexpr uint64_t kOctetsOfAMessage = 1 << 20;  // of plaintext, that allow another one

// Types of handshake messages (RFC 8446 §4, RFC 5246 §7.4).
constexpr uint8_t kHelloRequest = 0;
constexpr uint8_t kClientHello = 1;

// The octets that OpenSSL holds for a connection, without the buffers that it frees while idle.
constexpr size_t kMemory = 16 << 10;

constexpr std::string_view kCleartextAnswer =
    "HTTP/1.1 400 Bad Request\r\n"
    "content-type: text/plain; charset=utf-8\r\n"
    "connection: close\r\n"
    "\r\n"
    "This port speaks TLS. The URL has to begin with https:// instead of http://\n";

constexpr std::string_view kHttp11Answer =
    "HTTP/1.1 505 HTTP Version Not Supported\r\n"
    "content-type: text/plain; charset=utf-8\r\n"
    "connection: close\r\n"
    "\r\n"
    "This server speaks HTTP/2, which a client has to offer in its TLS handshake (ALPN: h2)\n";

}  // namespace

void Channel::FreeSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Channel::Channel(const Context& context, ssl_st* ssl, std::string host, TimePoint now)
    : context_(context),
      server_(SSL_is_server(ssl) == 1),
      output_(std::make_unique<OutputQueue>()),
      host_(std::move(host)),
      deadline_(context.handshake_timeout().count() > 0 ? now + context.handshake_timeout()
                                                        : TimePoint::max()),
      ssl_(ssl) {
  ChannelBio::attach(*this);
  SSL_set_app_data(ssl, this);
  SSL_set_msg_callback(ssl, on_message);
  SSL_set_msg_callback_arg(ssl, this);
  if (!server_) shake_hands();  // the ClientHello
}

Channel::~Channel() {
  // Otherwise OpenSSL would make the session useless: in HTTP connections often end without
  // close_notify.
  if (end_ != End::kFailed) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// --- Input.

void Channel::receive(std::span<const uint8_t> ciphertext) {
  input_ = ciphertext;
  if (began_ || ciphertext.empty()) return;
  began_ = true;
  // A record of a handshake begins with 22 (RFC 8446 §5.1), a request of HTTP with its method.
  if (server_ && ciphertext[0] >= 'A' && ciphertext[0] <= 'Z') answer_cleartext();
}

size_t Channel::read(std::span<uint8_t> into) {
  size_t size = 0;
  while (end_ == End::kNone && violation_ == ErrorCode::kNoError && size < into.size()) {
    if (!open_ && !shake_hands()) break;
    // Asking in vain costs OpenSSL as much as a small record does.
    if (input_.empty() && SSL_has_pending(ssl_.get()) == 0) break;
    size_t octets = 0;
    clear_errors();
    const int result = SSL_read_ex(ssl_.get(), into.data() + size, into.size() - size, &octets);
    size += octets;
    octets_read_ += octets;
    if (result != 1) {
      on_result(result);
      break;
    }
  }
  if (end_ != End::kNone || violation_ != ErrorCode::kNoError) input_ = {};
  return size;
}

// Whether it is complete.
bool Channel::shake_hands() {
  clear_errors();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    on_result(result);
    return false;
  }
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
  protocol_.assign(reinterpret_cast<const char*>(protocol), size);
  if (server_) {
    const char* host = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    if (host != nullptr) host_ = host_of(host);
  }
  if (protocol_.empty() && !context_.has_http11()) {
    refuse_http11();
    return false;
  }
  open_ = true;
  deadline_ = TimePoint::max();
  if (protocol_ == "h2" && is_inadequate(ssl_.get())) {
    violate(ErrorCode::kInadequateSecurity, "a cipher that HTTP/2 forbids (RFC 9113 §9.2.2)");
  }
  return violation_ == ErrorCode::kNoError;
}

void Channel::on_result(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ) return;
  if (error == SSL_ERROR_ZERO_RETURN && open_) {
    end_ = End::kCloseNotify;
  } else if (violation_ == ErrorCode::kNoError) {
    fail(describe_failure());
  }
  clear_errors();
}

void Channel::end_of_input() {
  if (end_ != End::kNone) return;
  if (open_) {
    end_ = End::kTruncated;
  } else {
    fail(began_ ? "the peer has closed the connection during the TLS handshake"
                : "the peer has closed the connection before the TLS handshake");
  }
}

void Channel::expire(TimePoint now) {
  if (now < deadline_ || end_ != End::kNone) return;
  fail("the TLS handshake was not complete in " +
       std::to_string(context_.handshake_timeout().count()) + " ms");
}

TimePoint Channel::deadline() const { return end_ == End::kNone ? deadline_ : TimePoint::max(); }

void Channel::fail(std::string reason) {
  end_ = End::kFailed;
  failure_ = std::move(reason);
  input_ = {};
}

// Sees every message. (What is not watched here, OpenSSL bounds: empty records and warnings in a
// row, the size of a handshake's messages.)
void Channel::on_message(int is_sent, int, int type, const void* data, size_t size, ssl_st*,
                         void* channel) {
  if (is_sent != 0 || size == 0) return;
  Channel& self = *static_cast<Channel*>(channel);
  const auto* octets = static_cast<const uint8_t*>(data);
  if (type == SSL3_RT_ALERT && size >= 2) self.alert_ = octets[1];
  if (type == SSL3_RT_HANDSHAKE && self.open_) self.on_post_handshake(octets[0]);
}

void Channel::on_post_handshake(uint8_t type) {
  if (type == kHelloRequest || type == kClientHello) {
    violate(ErrorCode::kProtocolError, "TLS is not renegotiated (RFC 9113 §9.2.1)");
  } else if (++post_handshake_ > kPostHandshakeMessages + octets_read_ / kOctetsOfAMessage) {
    violate(ErrorCode::kEnhanceYourCalm,
            "too many messages of TLS after the handshake (KeyUpdate)");
  }
}

void Channel::violate(ErrorCode error, std::string_view reason) {
  violation_ = error;
  failure_ = reason;
  input_ = {};
}

std::string Channel::describe_failure() const {
  const long verified = SSL_get_verify_result(ssl_.get());
  const bool checks = (SSL_get_verify_mode(ssl_.get()) & SSL_VERIFY_PEER) != 0;
  if (verified != X509_V_OK && checks && alert_ < 0) {
    std::string text = "the peer's certificate is not accepted: ";
    text.append(X509_verify_cert_error_string(verified));
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
      text.append(" (it is not for ").append(host_).append(")");
    }
    return text;
  }
  if (alert_ >= 0) {
    // (OpenSSL 3.0 has no words for one of TLS 1.3's.)
    return std::string("the peer has ended the TLS connection: ") +
           (alert_ == SSL_AD_CERTIFICATE_REQUIRED ? "certificate required"
                                                  : SSL_alert_desc_string_long(alert_));
  }
  return "TLS: " + take_error("the peer has broken a rule");
}

// A person has typed http:// for https://, or a program has.
void Channel::answer_cleartext() {
  uint8_t* const memory = output_->reserve(kCleartextAnswer.size());
  std::memcpy(memory, kCleartextAnswer.data(), kCleartextAnswer.size());
  output_->commit(memory + kCleartextAnswer.size());
  fail("the client speaks HTTP without TLS");
}

// RFC 9113 §3.2: HTTP/2 over TLS is agreed by ALPN. Who has not agreed speaks HTTP/1.1, and is
// answered in it.
void Channel::refuse_http11() {
  if (server_) {
    size_t taken = 0;
    SSL_write_ex(ssl_.get(), kHttp11Answer.data(), kHttp11Answer.size(), &taken);
    SSL_shutdown(ssl_.get());
    clear_errors();
  }
  fail(server_ ? "the client offers no protocol (ALPN), so it does not speak HTTP/2"
               : "the server has agreed to no protocol (ALPN), so it does not speak HTTP/2");
}

// --- Output.

size_t Channel::record_size() const {
  return burst_ < kSmallRecords * kSmallRecord ? kSmallRecord : kLargeRecord;
}

size_t Channel::write(std::span<const ConstBuffer> plaintext) {
  if (!open_ || closing_ || end_ == End::kFailed) return 0;
  // Nothing waited, and the last time it was not much: a response begins.
  if (output_->unsent() == 0 && last_write_ < kLargeRecord) burst_ = 0;
  std::array<uint8_t, kLargeRecord> record;  // of buffers that are smaller than one
  size_t filled = 0;
  size_t written = 0;
  for (const ConstBuffer& buffer : plaintext) {
    std::span<const uint8_t> rest(buffer.data, buffer.size);
    while (!rest.empty()) {
      const size_t size = std::min(record_size() - filled, rest.size());
      const std::span<const uint8_t> part = rest.first(size);
      rest = rest.subspan(size);
      const bool whole = filled + size == record_size();
      if (filled > 0 || !whole) {
        std::memcpy(record.data() + filled, part.data(), size);
        filled += size;
      }
      if (!whole) continue;
      if (!write_record(filled > 0 ? std::span<const uint8_t>(record.data(), filled) : part)) {
        return written;
      }
      written += std::max(filled, size);
      filled = 0;
    }
  }
  if (filled > 0 && write_record({record.data(), filled})) written += filled;
  last_write_ = written;
  return written;
}

bool Channel::write_record(std::span<const uint8_t> plaintext) {
  if (++records_of_key_ > kMostRecordsOfAKey && SSL_version(ssl_.get()) >= TLS1_3_VERSION) {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
    records_of_key_ = 0;
  }
  size_t taken = 0;
  clear_errors();
  const int result = SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &taken);
  if (result != 1) {
    on_result(result);
    return false;
  }
  burst_ += plaintext.size();
  return true;
}

void Channel::close() {
  if (std::exchange(closing_, true) || !open_ || end_ == End::kFailed) return;
  clear_errors();
  SSL_shutdown(ssl_.get());
  clear_errors();
}

std::span<const ConstBuffer> Channel::pending_output() {
  const gsl::span<const ConstBuffer> all = output_->show(output_->unsent());
  return {all.data(), all.size()};
}

bool Channel::wants_output() const { return output_->unsent() > 0; }

void Channel::trim() { output_->trim(); }

void Channel::sent(size_t size, bool released) {
  output_->sent(size);
  if (released) this->released(size);
}

void Channel::released(size_t size) {
  output_->released(size, [](uint32_t, size_t) {});
  if (output_->unsent() == 0) output_->rest();
}

// --- State.

size_t Channel::memory() const { return kMemory + output_->unsent(); }

std::string_view Channel::version() const { return SSL_get_version(ssl_.get()); }
std::string_view Channel::cipher() const { return SSL_get_cipher_name(ssl_.get()); }
bool Channel::is_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

bool Channel::covers(std::string_view host) const {
  if (is_resumed()) {
    const std::string name(host);
    return std::ranges::any_of(context_.identities().for_host(host_),
                               [&](const Identity& identity) { return identity.covers(name); });
  }
  X509* const certificate = SSL_get_certificate(ssl_.get());
  return certificate != nullptr && is_for(certificate, host);
}

std::string Channel::peer_certificate() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace headrace::tls

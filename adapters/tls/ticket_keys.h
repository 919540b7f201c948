#ifndef HEADRACE_ADAPTERS_TLS_TICKET_KEYS_H_
#define HEADRACE_ADAPTERS_TLS_TICKET_KEYS_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {

// The keys that encrypt a server's session tickets (RFC 5077 §4, RFC 8446 §4.6.1): random, in
// memory only, changed as time passes, and the former one accepted for as long as it was in use. So
// a key that leaks later opens the sessions of two lifetimes at most. May be used on any thread.
class TicketKeys {
 public:
  explicit TicketKeys(std::chrono::seconds lifetime) : lifetime_(lifetime) {}

  // SSL_CTX_set_tlsext_ticket_key_evp_cb(3). `now`: the time of day or any other that moves on.
  int use(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
          bool encrypt, std::chrono::seconds now);

 private:
  static constexpr size_t kNameSize = 16;
  struct Key {
    std::array<unsigned char, kNameSize> name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
    std::chrono::seconds made;
  };
  static std::optional<Key> make(std::chrono::seconds now);
  void change(std::chrono::seconds now);
  // A copy, because another thread may change them.
  std::optional<Key> current(std::chrono::seconds now);
  std::optional<Key> find(const unsigned char* name, std::chrono::seconds now, bool* former);

  const std::chrono::seconds lifetime_;
  std::mutex mutex_;
  std::optional<Key> current_;
  std::optional<Key> former_;
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_TICKET_KEYS_H_

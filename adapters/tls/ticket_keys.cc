#include "headrace/adapters/tls/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace headrace::tls {
namespace {

// The results of the callback.
constexpr int kFailed = -1;
constexpr int kUnknown = 0;  // a full handshake follows
constexpr int kDone = 1;
constexpr int kRenew = 2;  // the client gets a new ticket

}  // namespace

std::optional<TicketKeys::Key> TicketKeys::make(std::chrono::seconds now) {
  Key key{.name = {}, .cipher = {}, .mac = {}, .made = now};
  const bool random = RAND_bytes(key.name.data(), key.name.size()) == 1 &&
                      RAND_priv_bytes(key.cipher.data(), key.cipher.size()) == 1 &&
                      RAND_priv_bytes(key.mac.data(), key.mac.size()) == 1;
  return random ? std::optional(key) : std::nullopt;
}

void TicketKeys::change(std::chrono::seconds now) {
  if (former_ && now >= former_->made + 2 * lifetime_) former_.reset();
  if (current_ && now < current_->made + lifetime_) return;
  former_ = current_ && now < current_->made + 2 * lifetime_ ? current_ : std::nullopt;
  current_ = make(now);
}

std::optional<TicketKeys::Key> TicketKeys::current(std::chrono::seconds now) {
  const std::scoped_lock lock(mutex_);
  change(now);
  return current_;
}

std::optional<TicketKeys::Key> TicketKeys::find(const unsigned char* name, std::chrono::seconds now,
                                                bool* former) {
  const std::scoped_lock lock(mutex_);
  change(now);
  for (const std::optional<Key>* key : {&current_, &former_}) {
    *former = key == &former_;
    if (*key && std::memcmp((*key)->name.data(), name, kNameSize) == 0) return *key;
  }
  return std::nullopt;
}

int TicketKeys::use(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                    EVP_MAC_CTX* mac, bool encrypt, std::chrono::seconds now) {
  bool former = false;
  std::optional<Key> key = encrypt ? current(now) : find(name, now, &former);
  if (!key) return encrypt ? kFailed : kUnknown;
  const EVP_CIPHER* const aes = EVP_aes_256_cbc();
  if (encrypt) {
    std::ranges::copy(key->name, name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(aes)) != 1) return kFailed;
  }
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac.data(), key->mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(mac, parameters) != 1 ||
      EVP_CipherInit_ex(cipher, aes, nullptr, key->cipher.data(), iv, encrypt ? 1 : 0) != 1) {
    return kFailed;
  }
  return former ? kRenew : kDone;
}

}  // namespace headrace::tls

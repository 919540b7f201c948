#ifndef HEADRACE_TESTS_TLS_CERTIFICATES_H_
#define HEADRACE_TESTS_TLS_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "headrace/adapters/tls/identity.h"

namespace headrace::tls {

enum class KeyKind { kEcdsa, kRsa };

// What a certificate says.
struct Certified {
  // Names and IP addresses, or "DNS:..." and "IP:..." where it is not to be guessed.
  std::vector<std::string> hosts = {"example.org"};
  std::string common_name = "a test";
  KeyKind kind = KeyKind::kEcdsa;
  int from_days = -1;  // from now
  int until_days = 30;
  bool for_clients = false;
  std::string key_usage = {};  // RFC 5280 §4.2.1.3; empty: any
};

// What an authority's own certificate says of it.
struct Certifying {
  bool may_sign = true;
  int path_length = -1;  // authorities below it (RFC 5280 §4.2.1.9); -1: any number
  int from_days = -1;    // from now
  int until_days = 30;
  std::string permitted = {};  // the only domain that it may name (§4.2.1.10); empty: any
};

// A certificate and its key in PEM, as files have them.
struct Pem {
  std::string certificates;  // with the chain
  std::string key;
  Identity identity() const;
};

// Signs certificates: one's own authority, or one that another has signed.
class Authority {
 public:
  explicit Authority(const std::string& name, const Authority* signer = nullptr,
                     const Certifying& certifying = {});

  // Its own certificate, which clients trust.
  std::string pem() const;
  // A certificate with the chain up to, and without, the authority that nobody has signed.
  Pem issue(const Certified& certified = {}) const;
  // The same without a chain.
  Pem issue_alone(const Certified& certified = {}) const;

 private:
  struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
  std::string chain_;
};

// A certificate that has signed itself.
Pem self_signed(const Certified& certified = {});

}  // namespace headrace::tls

#endif  // HEADRACE_TESTS_TLS_CERTIFICATES_H_

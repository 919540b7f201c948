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
  std::vector<std::string> hosts = {"example.org"};  // names and IP addresses
  std::string common_name = "a test";
  KeyKind kind = KeyKind::kEcdsa;
  int from_days = -1;  // from now
  int until_days = 30;
  bool for_clients = false;
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
  explicit Authority(const std::string& name, const Authority* signer = nullptr);

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

#ifndef HEADRACE_ADAPTERS_TLS_IDENTITY_H_
#define HEADRACE_ADAPTERS_TLS_IDENTITY_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/adapters/socket/status.h"

struct evp_pkey_st;
struct stack_st_X509;
struct x509_st;

namespace headrace::tls {

struct OcspAnswer;

// A certificate with its chain, and its private key: what one end of a connection shows. It is
// immutable; a copy refers to the same object.
class Identity {
 public:
  // From text in PEM: the certificate first, then the certificates of its chain, if any. Refuses a
  // key that does not belong to the certificate. Errors are one line, in which the two texts have
  // the names `where` and `key_where`: of their files, for example.
  static adapters::StatusOr<Identity> from_pem(std::string_view certificates, std::string_view key,
                                               const std::string& where = "the certificate",
                                               const std::string& key_where = "the key");
  // A new one for these host names and IP addresses that nobody has signed, valid for two weeks.
  static adapters::StatusOr<Identity> throw_away(std::span<const std::string> hosts);

  // The same with an OCSP response about it (RFC 6960, in DER), which a server staples to the
  // certificate (RFC 6066 §8). Refuses one that is not about it, does not call it good, or is not
  // valid now. Errors are one line, in which the response has the name `where`.
  adapters::StatusOr<Identity> with_ocsp(std::string_view response,
                                         const std::string& where = "the OCSP response") const;
  // The response, as long as it is valid; otherwise empty.
  std::string_view ocsp_response() const;

  // Not OK if the certificate has expired or is not valid yet, by the system's time of day.
  adapters::Status check_validity() const;
  // Whether the certificate is for this host name (RFC 6125; wildcards are names of one label).
  bool covers(const std::string& host) const;
  // The certificate without its chain, in PEM: what a client has to trust (a CA file) if nobody has
  // signed it.
  std::string certificate_pem() const;

  // The SHA-256 of the public key in base64, by which clients can accept a certificate that nobody
  // has signed (curl --pinnedpubkey, RFC 7469 §2.4).
  std::string pin() const;

  // OpenSSL's objects, which live as long as this one.
  x509_st* certificate() const;
  evp_pkey_st* key() const;
  stack_st_X509* chain() const;

 private:
  struct Parts;
  explicit Identity(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
  std::shared_ptr<const OcspAnswer> ocsp_;  // null: none
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_IDENTITY_H_

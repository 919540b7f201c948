#ifndef HEADRACE_ADAPTERS_TLS_OPENSSL_H_
#define HEADRACE_ADAPTERS_TLS_OPENSSL_H_

// For the .cc files of this folder, whose headers do not include OpenSSL's.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace headrace::tls {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

// RFC 9110 §4.3.4: names are those of subjectAltName, never the subject's common name.
inline constexpr unsigned kHostFlags =
    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;

// Whether a host is an IP address, not a name.
bool is_address(const std::string& host);

// A host as certificates and SNI have it: a name goes without the dot that may end it (RFC 6066
// §3). Empty if it is no host: OpenSSL takes a dot before a name for "any host below it", and reads
// up to the first octet 0.
std::string host_of(std::string_view text);

// Whether a certificate is for a host.
bool is_for(X509* certificate, std::string_view host);

// Empties the thread's queue of errors, which has to be empty before a call that may add to it. (It
// mostly is, and ERR_clear_error() looks at each of its places.)
inline void clear_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

// The first error of the thread's queue in OpenSSL's words, and `otherwise` if there is none.
// Empties the queue.
std::string take_error(const char* otherwise);

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_OPENSSL_H_

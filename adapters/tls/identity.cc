#include "headrace/adapters/tls/identity.h"

#include <openssl/pem.h>
#include <openssl/rand.h>

#include <ctime>
#include <utility>

#include "headrace/adapters/tls/ocsp.h"
#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {
namespace {

constexpr long kThrowAwaySeconds = 14 * 24 * 3600;
constexpr long kClockSkewSeconds = 24 * 3600;

struct FreeChain {
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};

adapters::Status mistake(std::string text) { return adapters::Status::invalid(std::move(text)); }

// A passphrase cannot be asked for here.
int no_passphrase(char*, int, int, void*) { return -1; }

std::string to_text(const ASN1_TIME* time) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  char* text = nullptr;
  ASN1_TIME_print(out.get(), time);
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

BioPtr reader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  // Positive, and of 16 octets always, most of them random (RFC 5280 §4.1.2.2).
  uint8_t serial[16];
  if (RAND_bytes(serial, sizeof(serial)) != 1) return false;
  serial[0] = (serial[0] & 0x3f) | 0x40;
  return ASN1_STRING_set(X509_get_serialNumber(certificate), serial, sizeof(serial)) == 1;
}

bool fill_throw_away(X509* certificate, EVP_PKEY* key, const std::string& names) {
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kClockSkewSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kThrowAwaySeconds);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>("Headrace throw-away certificate");
  return set_random_serial(certificate) && X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 &&
         // No CA: whoever trusts it trusts these names only.
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, NID_subject_alt_name, names) &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

struct Identity::Parts {
  CertificatePtr certificate;
  KeyPtr key;
  std::string where;
  std::unique_ptr<STACK_OF(X509), FreeChain> chain;
};

adapters::StatusOr<Identity> Identity::from_pem(std::string_view certificates, std::string_view key,
                                                const std::string& where,
                                                const std::string& key_where) {
  auto parts = std::make_shared<Parts>();
  const BioPtr in = reader(certificates);
  parts->certificate.reset(PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr));
  if (parts->certificate == nullptr) {
    ERR_clear_error();
    return mistake(where + ": there is no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  }
  parts->chain.reset(sk_X509_new_null());
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr)) {
    sk_X509_push(parts->chain.get(), next);
  }
  // The end of the text is an error, too, in OpenSSL's words.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!whole) return mistake(where + ": a certificate of the chain is damaged");
  const BioPtr key_in = reader(key);
  parts->key.reset(PEM_read_bio_PrivateKey(key_in.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (parts->key == nullptr) {
    return mistake(key_where +
                   ": there is no private key in PEM without a passphrase "
                   "(-----BEGIN PRIVATE KEY-----)");
  }
  if (X509_check_private_key(parts->certificate.get(), parts->key.get()) != 1) {
    ERR_clear_error();
    return mistake(key_where + ": the key does not belong to the certificate in " + where);
  }
  parts->where = where;
  return Identity(std::move(parts));
}

adapters::StatusOr<Identity> Identity::throw_away(std::span<const std::string> hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    // A comma would begin another kind of name.
    if (host.find_first_of(",\n") != std::string::npos) return mistake(host + " is no host");
    if (!names.empty()) names.append(",");
    names.append(is_address(host) ? "IP:" : "DNS:").append(host);
  }
  auto parts = std::make_shared<Parts>();
  parts->chain.reset(sk_X509_new_null());
  parts->key.reset(EVP_EC_gen("P-256"));
  parts->certificate.reset(X509_new());
  if (parts->key == nullptr ||
      !fill_throw_away(parts->certificate.get(), parts->key.get(), names)) {
    return adapters::Status::unavailable("a throw-away certificate: " +
                                         take_error("OpenSSL failed"));
  }
  return Identity(std::move(parts));
}

adapters::StatusOr<Identity> Identity::with_ocsp(std::string_view response,
                                                 const std::string& where) const {
  adapters::StatusOr<std::shared_ptr<const OcspAnswer>> answer =
      read_ocsp_answer(response, certificate(), where);
  if (!answer.ok()) return answer.status();
  Identity stapled = *this;
  stapled.ocsp_ = std::move(*answer);
  return stapled;
}

std::string_view Identity::ocsp_response() const {
  const bool valid = ocsp_ != nullptr && std::time(nullptr) < ocsp_->until;
  return valid ? std::string_view(ocsp_->der) : std::string_view();
}

adapters::Status Identity::check_validity() const {
  const ASN1_TIME* until = X509_get0_notAfter(parts_->certificate.get());
  const ASN1_TIME* from = X509_get0_notBefore(parts_->certificate.get());
  if (X509_cmp_current_time(until) < 0) {
    return mistake(parts_->where + ": the certificate has expired on " + to_text(until));
  }
  if (X509_cmp_current_time(from) > 0) {
    return mistake(parts_->where + ": the certificate is not valid before " + to_text(from));
  }
  return adapters::Status();
}

bool Identity::covers(const std::string& host) const {
  return is_for(parts_->certificate.get(), host);
}

std::string Identity::certificate_pem() const {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), parts_->certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

std::string Identity::pin() const {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(parts_->certificate.get()), &encoded);
  unsigned char digest[32];
  EVP_Digest(encoded, static_cast<size_t>(size), digest, nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  unsigned char text[4 * ((sizeof(digest) + 2) / 3) + 1];
  const int length = EVP_EncodeBlock(text, digest, sizeof(digest));
  return std::string(reinterpret_cast<const char*>(text), static_cast<size_t>(length));
}

X509* Identity::certificate() const { return parts_->certificate.get(); }
EVP_PKEY* Identity::key() const { return parts_->key.get(); }
STACK_OF(X509) * Identity::chain() const { return parts_->chain.get(); }

}  // namespace headrace::tls

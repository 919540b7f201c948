#include "tests/tls/certificates.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cctype>

namespace headrace::tls {
namespace {

std::string take(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string taken(text, static_cast<size_t>(size));
  BIO_free(bio);
  return taken;
}

std::string to_pem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return take(bio);
}

std::string to_pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return take(bio);
}

// One of each kind serves all certificates of the process: making an RSA key takes long.
EVP_PKEY* key_of(KeyKind kind) {
  static EVP_PKEY* const ecdsa = EVP_EC_gen("P-256");
  static EVP_PKEY* const rsa = EVP_RSA_gen(2048);
  return kind == KeyKind::kRsa ? rsa : ecdsa;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  ASSERT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make(const std::string& name, EVP_PKEY* key, int from_days, int until_days) {
  static long serial = 0;
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_time_adj_ex(X509_getm_notBefore(certificate), from_days, 0, nullptr);
  X509_time_adj_ex(X509_getm_notAfter(certificate), until_days, 0, nullptr);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate, key);
  return certificate;
}

// `issuer` null: signs itself.
Pem make_leaf(const Certified& certified, X509* issuer, EVP_PKEY* issuer_key) {
  EVP_PKEY* const key = key_of(certified.kind);
  X509* leaf = make(certified.common_name, key, certified.from_days, certified.until_days);
  X509_set_issuer_name(leaf, X509_get_subject_name(issuer == nullptr ? leaf : issuer));
  std::string names;
  for (const std::string& host : certified.hosts) {
    const bool said = host.starts_with("DNS:") || host.starts_with("IP:");
    const bool address = host.find(':') != std::string::npos ||
                         std::isdigit(static_cast<unsigned char>(host.back())) != 0;
    names.append(names.empty() ? "" : ",");
    names.append(said ? "" : address ? "IP:" : "DNS:").append(host);
  }
  extend(leaf, issuer == nullptr ? leaf : issuer, NID_basic_constraints, "critical,CA:FALSE");
  if (!names.empty()) extend(leaf, leaf, NID_subject_alt_name, names);
  if (!certified.key_usage.empty()) extend(leaf, leaf, NID_key_usage, certified.key_usage);
  extend(leaf, leaf, NID_ext_key_usage, certified.for_clients ? "clientAuth" : "serverAuth");
  X509_sign(leaf, issuer == nullptr ? key : issuer_key, EVP_sha256());
  Pem pem{.certificates = to_pem(leaf), .key = to_pem(key)};
  X509_free(leaf);
  return pem;
}

}  // namespace

Identity Pem::identity() const {
  adapters::StatusOr<Identity> made = Identity::from_pem(certificates, key);
  EXPECT_TRUE(made.ok()) << made.status();
  return *made;
}

Authority::Authority(const std::string& name, const Authority* signer, const Certifying& certifying)
    : key_(EVP_EC_gen("P-256")),
      certificate_(make(name, key_.get(), certifying.from_days, certifying.until_days)) {
  X509* const own = certificate_.get();
  X509* const issuer = signer == nullptr ? own : signer->certificate_.get();
  X509_set_issuer_name(own, X509_get_subject_name(issuer));
  std::string constraints = certifying.may_sign ? "critical,CA:TRUE" : "critical,CA:FALSE";
  if (certifying.path_length >= 0) {
    constraints.append(",pathlen:").append(std::to_string(certifying.path_length));
  }
  extend(own, issuer, NID_basic_constraints, constraints);
  extend(own, issuer, NID_key_usage, "critical,keyCertSign");
  if (!certifying.permitted.empty()) {
    extend(own, issuer, NID_name_constraints, "critical,permitted;DNS:" + certifying.permitted);
  }
  X509_sign(certificate_.get(), signer == nullptr ? key_.get() : signer->key_.get(), EVP_sha256());
  if (signer != nullptr) chain_ = to_pem(certificate_.get()) + signer->chain_;
}

std::string Authority::pem() const { return to_pem(certificate_.get()); }

Pem Authority::issue(const Certified& certified) const {
  Pem pem = issue_alone(certified);
  pem.certificates.append(chain_);
  return pem;
}

Pem Authority::issue_alone(const Certified& certified) const {
  return make_leaf(certified, certificate_.get(), key_.get());
}

Pem self_signed(const Certified& certified) { return make_leaf(certified, nullptr, nullptr); }

}  // namespace headrace::tls

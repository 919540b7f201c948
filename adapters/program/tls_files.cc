#include "headrace/adapters/program/tls_files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace headrace::program {
namespace {

constexpr size_t kMost = 4 << 20;  // octets; the authorities of a whole system have 200 KB

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

absl::Status failure(const std::string& path) {
  return absl::InvalidArgumentError(path + ": " + strerror(errno));
}

}  // namespace

absl::StatusOr<std::string> read_pem_file(const std::string& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) return failure(path);
  std::string text(kMost, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failure(path);  // a directory, for example
  return text;
}

absl::StatusOr<tls::Identity> read_identity(const std::string& certificate,
                                            const std::string& key) {
  const absl::StatusOr<std::string> certificate_text = read_pem_file(certificate);
  if (!certificate_text.ok()) return certificate_text.status();
  const absl::StatusOr<std::string> key_text = read_pem_file(key);
  if (!key_text.ok()) return key_text.status();
  const adapters::StatusOr<tls::Identity> identity =
      tls::Identity::from_pem(*certificate_text, *key_text, certificate, key);
  if (!identity.ok()) return absl::InvalidArgumentError(identity.status().message());
  const adapters::Status valid = identity->check_validity();
  if (!valid.ok()) return absl::InvalidArgumentError(valid.message());
  return *identity;
}

absl::StatusOr<tls::Identity> with_ocsp_file(const tls::Identity& identity,
                                             const std::string& path) {
  const absl::StatusOr<std::string> response = read_pem_file(path);
  if (!response.ok()) return response.status();
  const adapters::StatusOr<tls::Identity> stapled = identity.with_ocsp(*response, path);
  if (!stapled.ok()) return absl::InvalidArgumentError(stapled.status().message());
  return *stapled;
}

}  // namespace headrace::program

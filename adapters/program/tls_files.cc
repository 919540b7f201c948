#include "headrace/adapters/program/tls_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "headrace/adapters/socket/retry.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::program {
namespace {

constexpr size_t kMost = 4 << 20;  // octets; the authorities of a whole system have 200 KB

absl::Status failure(const std::string& path) {
  return absl::InvalidArgumentError(path + ": " + strerror(errno));
}

}  // namespace

absl::StatusOr<std::string> read_pem_file(const std::string& path) {
  const adapters::UniqueFd file(
      adapters::retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!file.valid()) return failure(path);
  std::string text(kMost, '\0');
  size_t size = 0;
  ssize_t n = 1;
  while (n > 0 && size < text.size()) {
    n = adapters::retry_interrupted(
        [&] { return ::read(file.get(), text.data() + size, text.size() - size); });
    if (n < 0) return failure(path);  // a directory, for example
    size += static_cast<size_t>(n);
  }
  text.resize(size);
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

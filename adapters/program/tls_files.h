#ifndef HEADRACE_ADAPTERS_PROGRAM_TLS_FILES_H_
#define HEADRACE_ADAPTERS_PROGRAM_TLS_FILES_H_

#include <absl/status/statusor.h>

#include <string>

#include "headrace/adapters/tls/identity.h"

namespace headrace::program {

// The content of a file of certificates, keys or an OCSP response. An error is one line that names
// the file.
absl::StatusOr<std::string> read_pem_file(const std::string& path);

// A certificate and its key from two files (or twice the same one). An error is one line that names
// the file: it cannot be read, key and certificate do not match, or the certificate has expired.
absl::StatusOr<tls::Identity> read_identity(const std::string& certificate, const std::string& key);

// The same certificate with the OCSP response (DER) in a file. An error is one line that names the
// file.
absl::StatusOr<tls::Identity> with_ocsp_file(const tls::Identity& identity,
                                             const std::string& path);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_TLS_FILES_H_

#ifndef HEADRACE_ADAPTERS_TLS_OCSP_H_
#define HEADRACE_ADAPTERS_TLS_OCSP_H_

#include <ctime>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/adapters/socket/status.h"

struct x509_st;

namespace headrace::tls {

// An authority's answer that a certificate is good (OCSP, RFC 6960), which a server staples to it
// (RFC 6066 §8).
struct OcspAnswer {
  std::string der;
  std::time_t until = std::numeric_limits<std::time_t>::max();  // nextUpdate, if it has one
};

// Reads an answer in DER. Refuses one that is not about this certificate, does not call it good, or
// is not valid now. Its signature is left to the clients. Errors are one line that begins with
// `where`.
adapters::StatusOr<std::shared_ptr<const OcspAnswer>> read_ocsp_answer(std::string_view der,
                                                                       x509_st* certificate,
                                                                       const std::string& where);

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_OCSP_H_

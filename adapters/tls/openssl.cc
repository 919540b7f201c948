#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {

bool is_address(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, Free<ASN1_OCTET_STRING_free>> address(
      a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

std::string take_error(const char* otherwise) {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  const char* text = ERR_reason_error_string(first);
  return text != nullptr ? text : otherwise;
}

}  // namespace headrace::tls

#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {

bool is_address(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, Free<ASN1_OCTET_STRING_free>> address(
      a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

std::string host_of(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const bool is_host = !text.starts_with('.') && text.find('\0') == text.npos;
  return std::string(is_host ? text : std::string_view());
}

bool is_for(X509* certificate, std::string_view host) {
  const std::string text = host_of(host);
  if (text.empty()) return false;
  return is_address(text)
             ? X509_check_ip_asc(certificate, text.c_str(), 0) == 1
             : X509_check_host(certificate, text.data(), text.size(), kHostFlags, nullptr) == 1;
}

std::string take_error(const char* otherwise) {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  const char* text = ERR_reason_error_string(first);
  return text != nullptr ? text : otherwise;
}

}  // namespace headrace::tls

#include "headrace/adapters/tls/ocsp.h"

#include <openssl/ocsp.h>

#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {
namespace {

constexpr long kClockSkewSeconds = 300;

// The part of an answer that is about the certificate; null if there is none.
OCSP_SINGLERESP* find_answer(OCSP_BASICRESP* answers, const X509* certificate) {
  for (int i = 0; i < OCSP_resp_count(answers); ++i) {
    OCSP_SINGLERESP* const answer = OCSP_resp_get0(answers, i);
    ASN1_INTEGER* serial = nullptr;
    auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(answer));
    if (OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, id) == 1 &&
        ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0) {
      return answer;
    }
  }
  return nullptr;
}

}  // namespace

adapters::StatusOr<std::shared_ptr<const OcspAnswer>> read_ocsp_answer(std::string_view der,
                                                                       X509* certificate,
                                                                       const std::string& where) {
  const auto mistake = [&](const char* text) {
    ERR_clear_error();
    return adapters::Status::invalid(where + ": " + text);
  };
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* at = begin;
  const std::unique_ptr<OCSP_RESPONSE, Free<OCSP_RESPONSE_free>> response(
      d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (response == nullptr || at != begin + der.size()) {
    return mistake("there is no OCSP response in DER");
  }
  if (OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return mistake("the OCSP response is an error of the responder's");
  }
  const std::unique_ptr<OCSP_BASICRESP, Free<OCSP_BASICRESP_free>> answers(
      OCSP_response_get1_basic(response.get()));
  OCSP_SINGLERESP* const answer =
      answers == nullptr ? nullptr : find_answer(answers.get(), certificate);
  if (answer == nullptr) return mistake("the OCSP response is not about the certificate");
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  const int status = OCSP_single_get0_status(answer, nullptr, nullptr, &from, &until);
  if (status != V_OCSP_CERTSTATUS_GOOD) {
    return mistake("the OCSP response does not call the certificate good");
  }
  if (OCSP_check_validity(from, until, kClockSkewSeconds, -1) != 1) {
    return mistake("the OCSP response is not valid at this time");
  }
  auto read = std::make_shared<OcspAnswer>();
  read->der = der;
  std::tm end{};
  if (until != nullptr && ASN1_TIME_to_tm(until, &end) == 1) read->until = timegm(&end);
  return std::shared_ptr<const OcspAnswer>(std::move(read));
}

}  // namespace headrace::tls

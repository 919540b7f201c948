#include "adapters/serve/reflection.h"

#include <charconv>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

namespace headrace::serve {
namespace {

// Octets of fields, as RFC 9113 §6.5.2 counts them. A few octets of a field block can stand for
// thousands here, and the answer waits for as long as its reader likes. 20 KiB of cookies are
// common.
constexpr size_t kMostFields = 48 * 1024;

size_t list_size(FieldsView fields) {
  size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size() + 32;
  return size;
}

}  // namespace

std::string fields_as_json(FieldsView fields) {
  using Json = nlohmann::ordered_json;
  Json object = Json::object();
  for (const Field& field : fields) {
    Json& entry = object[std::string(field.name)];
    if (entry.is_null()) {
      entry = std::string(field.value);
    } else if (entry.is_string()) {
      entry = Json::array({entry, std::string(field.value)});
    } else {
      entry.push_back(std::string(field.value));
    }
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void answer_headers(Responder& responder) {
  // RFC 6585 §5
  if (list_size(responder.fields()) > kMostFields) return responder.respond_error(431);
  responder.respond_owned(200,
                          {{"content-type", "application/json"}, {"cache-control", "no-store"}},
                          fields_as_json(responder.fields()));
}

void answer_status(Responder& responder, std::string_view status) {
  int number = 0;
  const auto [end, error] = std::from_chars(status.data(), status.data() + status.size(), number);
  if (error != std::errc() || end != status.data() + status.size() || status.size() != 3 ||
      number < 200 || number > 599) {
    return responder.respond_text(400, "400 Bad Request: /status/NNN, with NNN from 200 to 599\n");
  }
  responder.respond_text(number, "status " + std::string(status) + "\n");
}

}  // namespace headrace::serve

#include "headrace/adapters/serve/reflection.h"

#include <charconv>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/fields_json.h"
#include "headrace/adapters/serve/made_body.h"

namespace headrace::serve {
namespace {

// Most octets of fields, as RFC 9113 §6.5.2 counts them. A few octets of a field block can refer to
// thousands, which are held until the client has read the response. 20 KiB of cookies are common.
constexpr size_t kMostFields = 48 * 1024;

size_t list_size(FieldsView fields) {
  size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size() + 32;
  return size;
}

// A request's fields as JSON. The request is kept until the last of them is written.
class FieldsBody : public MadeBody {
 public:
  void set(EventPtr request) { request_ = std::move(request); }

 private:
  bool make_next(std::string* piece) override {
    return json_.write_next(std::get<RequestReceived>(*request_).fields, piece);
  }

  EventPtr request_;
  FieldsJson json_;
};

}  // namespace

void answer_headers(Responder& responder) {
  // RFC 6585 §5
  if (list_size(responder.fields()) > kMostFields) return responder.respond_error(431);
  auto body = std::make_unique<FieldsBody>();
  FieldsBody& fields = *body;
  responder.respond_made(200, {{"content-type", "application/json"}, {"cache-control", "no-store"}},
                         std::move(body), memory_of(responder.fields()));
  if (!responder.is_head()) fields.set(responder.keep_request());
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

#include "headrace/adapters/serve/fields_json.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

namespace headrace::serve {
namespace {

std::string quoted(std::string_view text) {
  using Json = nlohmann::json;
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void FieldsJson::arrange(FieldsView fields) {
  absl::flat_hash_map<std::string_view, size_t> first_of_name;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string_view name = fields[i].name;
    order_.push_back({first_of_name.try_emplace(name, i).first->second, i});
  }
  std::ranges::sort(order_, {}, [](const Place& p) { return std::tuple(p.first, p.field); });
}

bool FieldsJson::write_next(FieldsView fields, std::string* text) {
  if (order_.empty()) arrange(fields);
  if (order_.empty()) {
    text->append("{}\n");
    return false;
  }
  const Place place = order_[at_];
  const bool first_of_name = at_ == 0 || order_[at_ - 1].first != place.first;
  text->append(at_ == 0 ? "{" : ",");
  ++at_;
  const bool last = at_ == order_.size();
  const bool last_of_name = last || order_[at_].first != place.first;

  if (first_of_name) text->append("\n  ").append(quoted(fields[place.field].name)).append(": ");
  const bool in_array = !(first_of_name && last_of_name);
  if (in_array) text->append(first_of_name ? "[\n    " : "\n    ");
  text->append(quoted(fields[place.field].value));
  if (in_array && last_of_name) text->append("\n  ]");
  if (last) text->append("\n}\n");
  return !last;
}

}  // namespace headrace::serve

#include "headrace/adapters/get/url.h"

#include <cstddef>
#include <string>

namespace headrace::get {

absl::StatusOr<Url> parse_url(std::string_view text) {
  // "host:8080/path" and "host/?of=http://" have none.
  const size_t scheme_end = text.find("://");
  const bool has_scheme =
      scheme_end != std::string_view::npos && scheme_end + 1 == text.find_first_of("/?#");
  std::string whole(has_scheme ? "" : "http://");
  whole.append(text);
  Url url;
  const Rule* const broken = headrace::parse_url(whole, &url);
  if (broken == nullptr) return url;
  std::string mistake(text);
  mistake.append(": ").append(broken->text);
  if (text.find('@') != std::string_view::npos) {
    mistake.append(" (-H 'authorization: ...' sends them)");
  }
  return absl::InvalidArgumentError(mistake);
}

}  // namespace headrace::get

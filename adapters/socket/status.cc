#include "headrace/adapters/socket/status.h"

#include <cstring>
#include <ostream>

namespace headrace::adapters {

Status Status::from_errno(int error, std::string_view what) {
  std::string reason(what);
  return unavailable(reason.append(": ").append(std::strerror(error)));
}

std::ostream& operator<<(std::ostream& out, const Status& status) {
  return out << (status.ok() ? "ok" : status.message());
}

}  // namespace headrace::adapters

#include "headrace/protocol/stream/body.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

template <typename T>
void destroy(void* object) {
  delete static_cast<T*>(object);
}

}  // namespace

Body Body::owned(std::string bytes) {
  auto* const container = new std::string(std::move(bytes));
  return owned({container, destroy<std::string>}, *container);
}

Body Body::owned(std::vector<uint8_t> bytes) {
  auto* const container = new std::vector<uint8_t>(std::move(bytes));
  return owned({container, destroy<std::vector<uint8_t>>}, *container);
}

Body Body::owned(Owner owner, ByteView bytes) {
  Body body(Kind::kOwned);
  body.owner_ = std::move(owner);
  body.bytes_ = bytes;
  return body;
}

Body Body::source(std::unique_ptr<BodySource> source) {
  HEADRACE_EXPECTS(source != nullptr, "Body::source()", "the source is not null");
  return owned_source(source.release());
}

Body Body::owned_source(BodySource* source) {
  Body body(Kind::kSource);
  body.owner_ = {source, destroy<BodySource>};
  body.source_ = source;
  return body;
}

std::optional<size_t> Body::size() const {
  if (kind_ == Kind::kSource || kind_ == Kind::kStream) return std::nullopt;
  return bytes_.size();
}

HEADRACE_ABI_END
}  // namespace headrace

#include "benchmarks/wire.h"

namespace headrace::benchmarks {
namespace {

class DirectWire : public Wire {
 public:
  size_t write(std::span<const ConstBuffer> octets) override {
    unread_ = octets;
    size_t size = 0;
    for (const ConstBuffer& span : octets) size += span.size;
    return size;
  }
  std::span<const uint8_t> read() override {
    if (unread_.empty()) return {};
    const ConstBuffer& next = unread_.front();
    unread_ = unread_.subspan(1);
    return {next.data, next.size};
  }

 private:
  std::span<const ConstBuffer> unread_;
};

}  // namespace

Wires make_direct_wires() {
  return {std::make_unique<DirectWire>(), std::make_unique<DirectWire>()};
}

}  // namespace headrace::benchmarks

#ifndef HEADRACE_ADAPTERS_SERVE_MADE_BODY_H_
#define HEADRACE_ADAPTERS_SERVE_MADE_BODY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/protocol/stream/body.h"

namespace headrace::serve {

// A text that is generated in pieces while the client reads it, so a request costs only the work
// for the pieces that are read, and the memory of one piece.
class MadeBody : public Exchange, public BodySource {
 public:
  Filled fill(std::span<uint8_t> room) final;
  size_t memory() const override { return piece_.capacity(); }
  uint64_t body_size() const final { return sent_; }

 private:
  // Appends the next piece, at least one octet. False if it was the last.
  virtual bool make_next(std::string* piece) = 0;

  std::string piece_;
  size_t taken_ = 0;  // octets at the front of piece_ that were sent
  uint64_t sent_ = 0;
  bool complete_ = false;  // piece_ is the last one
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_MADE_BODY_H_

#ifndef HEADRACE_ADAPTERS_SERVE_MADE_BODY_H_
#define HEADRACE_ADAPTERS_SERVE_MADE_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/protocol/stream/body.h"

namespace headrace::serve {

// A text that is made piece by piece as the client takes it: a request costs no more work than its
// answer's reader lets through, and no memory but for one piece.
class MadeBody : public Exchange, public BodySource {
 public:
  Filled fill(gsl::span<uint8_t> room) final;
  size_t memory() const override { return piece_.capacity(); }
  uint64_t body_size() const final { return sent_; }

 private:
  // Appends the next piece, of one octet or more. False: it was the last.
  virtual bool make_next(std::string* piece) = 0;

  std::string piece_;
  size_t taken_ = 0;  // of it, from the front
  uint64_t sent_ = 0;
  bool complete_ = false;  // it is the last
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_MADE_BODY_H_

#ifndef HEADRACE_ADAPTERS_SERVE_FILE_BODY_H_
#define HEADRACE_ADAPTERS_SERVE_FILE_BODY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/protocol/stream/body.h"

namespace headrace::serve {

// A part of a file as a body, which is read while it is sent, so only the octets to send next are
// in memory.
class FileBody : public Exchange, public BodySource {
 public:
  // `share` must outlive it.
  FileBody(std::shared_ptr<OpenFile> file, OpenFiles::Share& share, uint64_t first, uint64_t size)
      : file_(std::move(file)), share_(share), first_(first), position_(first), left_(size) {}
  // Fails if the file was shortened or replaced meanwhile, or cannot be read.
  Filled fill(std::span<uint8_t> room) override;
  uint64_t body_size() const override { return position_ - first_; }

 private:
  const std::shared_ptr<OpenFile> file_;
  OpenFiles::Share& share_;
  const uint64_t first_;
  uint64_t position_;
  uint64_t left_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_FILE_BODY_H_

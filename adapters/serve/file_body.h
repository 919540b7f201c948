#ifndef HEADRACE_ADAPTERS_SERVE_FILE_BODY_H_
#define HEADRACE_ADAPTERS_SERVE_FILE_BODY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/stream/body.h"

namespace headrace::serve {

// A part of a file as a body, which is read while it is sent, so only the octets to send next are
// in memory.
class FileBody : public Exchange, public BodySource, public OpenFiles::Waiter {
 public:
  // `client` must outlive it. `connection`, `stream_id`: of the stream that it is the body of.
  FileBody(std::shared_ptr<OpenFile> file, const Client& client, Connection& connection,
           StreamId stream_id, uint64_t first, uint64_t size)
      : file_(std::move(file)),
        client_(client),
        connection_(connection),
        stream_id_(stream_id),
        first_(first),
        position_(first),
        left_(size) {}
  // Fails if the file cannot be read, or before the body's last octets if it was written to or
  // replaced meanwhile. Has no octets yet if there is no descriptor to read it with.
  Filled fill(std::span<uint8_t> room) override;
  void try_again() override;
  uint64_t body_size() const override { return position_ - first_; }

 private:
  // Octets behind which the file is looked at, so that not much of a file is sent in vain.
  static constexpr uint64_t kLookedAtEvery = 1024 * 1024;

  const std::shared_ptr<OpenFile> file_;
  const Client& client_;
  Connection& connection_;
  const StreamId stream_id_;
  const uint64_t first_;
  uint64_t position_;
  uint64_t left_;
  uint64_t unlooked_ = 0;  // octets read since the last look
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_FILE_BODY_H_

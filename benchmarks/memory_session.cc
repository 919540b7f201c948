#include "benchmarks/memory_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <gsl/span>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "benchmarks/headrace_session.h"
#include "benchmarks/peer.h"
#include "tests/memory/heap_use.h"

namespace headrace::benchmarks {
namespace {

using testing::HeapUse;

// Around every call of a library.
struct Counted {
  Counted() { HeapUse::enter(); }
  ~Counted() { HeapUse::leave(); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

gsl::span<const uint8_t> bytes(std::string_view octets) {
  return {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()};
}

// --- Headrace

class Headrace : public MemorySession {
 public:
  // `shared`: options of several connections; null: each has its own.
  Headrace(Allocation allocation, const Terms& terms, std::shared_ptr<const Options> shared = {})
      : answer_(terms.answer) {
    if (answer_ != nullptr) {
      for (const auto& [name, value] : answer_->response) head_.push_back({name, value});
    }
    Options options = headrace_options(allocation);
    options.limits.concurrent_streams = terms.concurrent_streams;
    // (Streams are counted in the budget for what the peer makes us hold.)
    if (terms.concurrent_streams > kConcurrentStreams) {
      options.limits.connection_memory = size_t{1} << 30;
    }
    const Counted counted;
    connection_ = shared != nullptr
                      ? std::make_unique<Connection>(std::move(shared), Role::kServer, kNow)
                      : std::make_unique<Connection>(Role::kServer, options, kNow);
  }

  void receive(std::string_view octets, std::string* output) override {
    const Counted counted;
    look(connection_->receive(bytes(octets), kNow));
    send(output);
    look(connection_->advance(kNow));
  }
  void trim() override {
    const Counted counted;
    connection_->trim();
  }

 private:
  void look(EventRange range) {
    for (EventPtr event : range) {
      std::visit(
          Overloaded{
              [&](const RequestReceived& request) {
                ++requests_;
                if (answer_ == nullptr) return;
                if (!connection_
                         ->submit_response(request.stream_id, head_, Body::view(answer_->body))
                         .ok()) {
                  fail("a response is refused");
                }
              },
              [&](const StreamClosed&) { ++closed_; },
              [](const ConnectionClosed&) { fail("a connection is closed"); },
              [](const auto&) {},
          },
          *event);
    }
  }
  void send(std::string* output) {
    while (connection_->wants_output()) {
      size_t size = 0;
      for (const ConstBuffer& span : connection_->pending_output()) {
        size += span.size;
        if (output != nullptr) {
          output->append(reinterpret_cast<const char*>(span.data), span.size);
        }
      }
      connection_->sent(size);
    }
  }

  const Workload* const answer_;
  std::vector<Field> head_;
  std::unique_ptr<Connection> connection_;
};

// --- libnghttp2, which takes its allocator as an argument

void* allocate(size_t size, void*) {
  const Counted counted;
  return ::operator new(size);
}
void* allocate_zeros(size_t count, size_t size, void*) {
  return std::memset(allocate(count * size, nullptr), 0, count * size);
}
void release(void* block, void*) { ::operator delete(block); }
void* resize(void* block, size_t size, void*) {
  const Counted counted;
  return HeapUse::resize(block, size);
}

uint8_t* octets(const std::string& text) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
}

class Nghttp2 : public MemorySession {
 public:
  explicit Nghttp2(const Terms& terms) : answer_(terms.answer) {
    if (answer_ != nullptr) {
      for (const auto& [name, value] : answer_->response) {
        head_.push_back({octets(name), octets(value), name.size(), value.size(),
                         NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE});
      }
    }
    nghttp2_session_callbacks* callbacks = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) fail("libnghttp2 has no callbacks");
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_mem allocator = {nullptr, allocate, release, allocate_zeros, resize};
    const int error = nghttp2_session_server_new3(&session_, callbacks, this, nullptr, &allocator);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, terms.concurrent_streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
    };
    if (error != 0 || nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, 2) != 0 ||
        nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow) != 0) {
      fail("libnghttp2 makes no session");
    }
  }
  ~Nghttp2() override { nghttp2_session_del(session_); }
  Nghttp2(const Nghttp2&) = delete;
  Nghttp2& operator=(const Nghttp2&) = delete;

  void receive(std::string_view octets, std::string* output) override {
    const ssize_t taken = nghttp2_session_mem_recv(session_, bytes(octets).data(), octets.size());
    if (taken != static_cast<ssize_t>(octets.size())) fail("libnghttp2 does not take its input");
    const uint8_t* data = nullptr;
    ssize_t size = 0;
    while ((size = nghttp2_session_mem_send(session_, &data)) > 0) {
      if (output != nullptr) {
        output->append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
      }
    }
    if (size < 0) fail("libnghttp2 does not send");
  }
  void trim() override {}

 private:
  static int on_frame_recv(nghttp2_session* session, const nghttp2_frame* frame, void* user_data) {
    auto* self = static_cast<Nghttp2*>(user_data);
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    ++self->requests_;
    if (self->answer_ == nullptr) return 0;
    nghttp2_data_provider body{};
    body.read_callback = read_body;
    return nghttp2_submit_response(session, frame->hd.stream_id, self->head_.data(),
                                   self->head_.size(), &body);
  }
  static int on_stream_close(nghttp2_session*, int32_t, uint32_t, void* user_data) {
    ++static_cast<Nghttp2*>(user_data)->closed_;
    return 0;
  }
  // The body fits into one frame.
  static ssize_t read_body(nghttp2_session*, int32_t, uint8_t* room, size_t size, uint32_t* flags,
                           nghttp2_data_source*, void* user_data) {
    const std::string_view body = static_cast<Nghttp2*>(user_data)->answer_->body;
    if (size < body.size()) fail("there is no room for a body");
    std::memcpy(room, body.data(), body.size());
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(body.size());
  }

  const Workload* const answer_;
  std::vector<nghttp2_nv> head_;
  nghttp2_session* session_ = nullptr;
};

}  // namespace

std::unique_ptr<MemorySession> make_headrace_reuse(const MemorySession::Terms& terms) {
  return std::make_unique<Headrace>(Allocation::kReuse, terms);
}
std::unique_ptr<MemorySession> make_headrace_fresh(const MemorySession::Terms& terms) {
  return std::make_unique<Headrace>(Allocation::kFresh, terms);
}
std::unique_ptr<MemorySession> make_headrace_shared(const MemorySession::Terms& terms) {
  static const auto* const options =
      new auto(std::make_shared<const Options>(headrace_options(Allocation::kReuse)));
  return std::make_unique<Headrace>(Allocation::kReuse, terms, *options);
}
std::unique_ptr<MemorySession> make_nghttp2(const MemorySession::Terms& terms) {
  return std::make_unique<Nghttp2>(terms);
}

}  // namespace headrace::benchmarks

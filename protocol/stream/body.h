#ifndef HEADRACE_PROTOCOL_STREAM_BODY_H_
#define HEADRACE_PROTOCOL_STREAM_BODY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A message body that is produced as it is sent. Called only inside pending_output(), so it must
// not call the connection.
class BodySource {
 public:
  struct Filled {
    size_t size = 0;   // octets written to `room`; 0 without `end`: not yet, resume() will follow
    bool end = false;  // these were the last
    bool failed = false;  // there is no more to come: the stream is reset with INTERNAL_ERROR
  };
  virtual ~BodySource() = default;
  // Fills the front of `room` (never empty) with the next octets.
  virtual Filled fill(std::span<uint8_t> room) = 0;
};

// The body of a message to send. It is moved, not copied, because it may own its source.
class Body {
 public:
  enum class Kind : uint8_t { kNone, kView, kOwned, kSource, kStream };

  // No body: the message ends at its HEADERS.
  static Body none() { return Body(Kind::kNone); }
  // The caller's bytes, by reference: unchanged until BodyReleased (or StreamClosed says the same).
  static Body view(ByteView bytes HEADRACE_LIFETIME_BOUND) {
    Body body(Kind::kView);
    body.bytes_ = bytes;
    return body;
  }
  // A text that ends with a NUL, which is not sent: a literal.
  static Body view(const char* text HEADRACE_LIFETIME_BOUND) {
    Body body(Kind::kView);
    body.bytes_ = {text, std::char_traits<char>::length(text)};
    return body;
  }
  // A container by value is gone before it is sent; owned() keeps it.
  template <TemporaryOwner T>
  static Body view(T&& dies_before_it_is_sent) = delete;
  // Bytes that the connection owns from now on.
  static Body owned(std::string bytes);
  static Body owned(std::vector<uint8_t> bytes);
  // Bytes of an object that the connection owns from now on. A deleter that drops a reference
  // lets many bodies share one; it must not call the connection.
  template <typename T, typename Deleter>
  requires std::is_empty_v<Deleter>
  static Body owned(std::unique_ptr<T, Deleter> owner, ByteView bytes) {
    return owned({owner.release(), [](void* o) { Deleter()(static_cast<T*>(o)); }}, bytes);
  }
  // The source must outlive the stream (StreamClosed).
  static Body source(BodySource* source) {
    HEADRACE_EXPECTS(source != nullptr, "Body::source()", "the source is not null");
    Body body(Kind::kSource);
    body.source_ = source;
    return body;
  }
  // A source that the connection owns from now on, and destroys at the latest with the stream. Its
  // destructor must not call the connection either.
  static Body source(std::unique_ptr<BodySource> source);
  // The same from a function that is BodySource::fill(): [](std::span<uint8_t> room) { ... }.
  template <typename Fill>
  requires std::is_invocable_r_v<BodySource::Filled, Fill&, std::span<uint8_t>>
  static Body source(Fill fill) {
    class Function : public BodySource {
     public:
      explicit Function(Fill fill) : fill_(std::move(fill)) {}
      Filled fill(std::span<uint8_t> room) override { return fill_(room); }

     private:
      Fill fill_;
    };
    return owned_source(new Function(std::move(fill)));
  }
  // Open-ended: send_data() and send_trailers() follow.
  static Body stream() { return Body(Kind::kStream); }

  // send_trailers() will follow: the end of the body is not the end of the message. (Without it
  // trailers can be given as long as the last byte is not out.)
  Body expect_trailers() && {
    trailers_expected_ = true;
    return std::move(*this);
  }
  bool trailers_expected() const { return trailers_expected_; }

  Kind kind() const { return kind_; }
  // The bytes of a view or of an owned body; none of the others.
  std::span<const uint8_t> bytes() const { return {bytes_.data(), bytes_.size()}; }
  // The body's size in octets, when it is known beforehand.
  std::optional<size_t> size() const;
  // The source of a body from one, whoever owns it; otherwise null.
  BodySource* source() const { return source_; }

 private:
  friend class SendBody;  // which takes the octets from the front

  // A pointer to an object of any type, which it destroys.
  class Owner {
   public:
    Owner() = default;
    Owner(void* object, void (*destroy)(void*)) : object_(object), destroy_(destroy) {}
    Owner(Owner&& other) noexcept
        : object_(std::exchange(other.object_, nullptr)), destroy_(other.destroy_) {}
    Owner& operator=(Owner&& other) noexcept {
      std::swap(object_, other.object_);
      std::swap(destroy_, other.destroy_);
      return *this;
    }
    ~Owner() {
      if (object_ != nullptr) destroy_(object_);
    }

   private:
    void* object_ = nullptr;
    void (*destroy_)(void*) = nullptr;
  };

  explicit Body(Kind kind) : kind_(kind) {}
  static Body owned(Owner owner, ByteView bytes);
  static Body owned_source(BodySource* source);

  ByteView bytes_;
  BodySource* source_ = nullptr;
  Owner owner_;  // of an owned body's container, or of a source that came as a unique_ptr
  Kind kind_;
  bool trailers_expected_ = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_BODY_H_

#ifndef HEADRACE_PROTOCOL_STREAM_BODY_H_
#define HEADRACE_PROTOCOL_STREAM_BODY_H_

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/contract.h"
#include "headrace/memory/temporary.h"

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
  // No body: the message ends at its HEADERS.
  static Body none() { return Body(None{}); }
  // The caller's bytes, by reference: they must stay as they are until BodyReleased.
  static Body view(ByteView bytes HEADRACE_LIFETIME_BOUND) {
    return Body(std::span<const uint8_t>(bytes));
  }
  // A text that ends with a NUL, which is not sent: a literal.
  static Body view(const char* text HEADRACE_LIFETIME_BOUND) {
    return view(std::string_view(text));
  }
  // A container by value is gone before it is sent; owned() keeps it.
  template <TemporaryOwner T>
  static Body view(T&& dies_before_it_is_sent) = delete;
  // Bytes that the connection owns from now on.
  static Body owned(std::string bytes) { return Body(std::move(bytes)); }
  static Body owned(std::vector<uint8_t> bytes) { return Body(std::move(bytes)); }
  // The source must outlive the stream (StreamClosed).
  static Body source(BodySource* source) {
    HEADRACE_EXPECTS(source != nullptr, "Body::source()", "the source is not null");
    return Body(source);
  }
  // A source that the connection owns from now on, and destroys at the latest with the stream. Its
  // destructor must not call the connection either.
  static Body source(std::unique_ptr<BodySource> source) {
    HEADRACE_EXPECTS(source != nullptr, "Body::source()", "the source is not null");
    return Body(std::move(source));
  }
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
    return source(std::unique_ptr<BodySource>(std::make_unique<Function>(std::move(fill))));
  }
  // Open-ended: send_data() and send_trailers() follow.
  static Body stream() { return Body(Stream{}); }

  // send_trailers() will follow: the end of the body is not the end of the message. (Without it
  // trailers can be given as long as the last byte is not out.)
  Body expect_trailers() && {
    trailers_expected_ = true;
    return std::move(*this);
  }
  bool trailers_expected() const { return trailers_expected_; }

  // The bytes of a view or of an owned body; none of the others.
  std::span<const uint8_t> bytes() const;
  // The body's size in octets, when it is known beforehand.
  std::optional<size_t> size() const;
  // Of a body from a source, whoever owns it; otherwise null.
  BodySource* source() const;

  struct None {};
  struct Stream {};
  using Kind = std::variant<None, std::span<const uint8_t>, std::string, std::vector<uint8_t>,
                            BodySource*, std::unique_ptr<BodySource>, Stream>;
  const Kind& kind() const { return kind_; }
  Kind& kind() { return kind_; }

 private:
  template <typename T>
  explicit Body(T kind) : kind_(std::in_place_type<T>, std::move(kind)) {}
  Kind kind_;
  bool trailers_expected_ = false;
};

inline std::span<const uint8_t> Body::bytes() const {
  struct Visitor {
    using Bytes = std::span<const uint8_t>;
    Bytes operator()(Bytes bytes) const { return bytes; }
    Bytes operator()(const std::string& text) const {
      return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
    }
    Bytes operator()(const std::vector<uint8_t>& bytes) const { return bytes; }
    Bytes operator()(const None&) const { return {}; }
    Bytes operator()(BodySource*) const { return {}; }
    Bytes operator()(const std::unique_ptr<BodySource>&) const { return {}; }
    Bytes operator()(const Stream&) const { return {}; }
  };
  return std::visit(Visitor{}, kind_);
}

inline std::optional<size_t> Body::size() const {
  struct Visitor {
    std::optional<size_t> operator()(const None&) const { return 0; }
    std::optional<size_t> operator()(std::span<const uint8_t> bytes) const { return bytes.size(); }
    std::optional<size_t> operator()(const std::string& bytes) const { return bytes.size(); }
    std::optional<size_t> operator()(const std::vector<uint8_t>& bytes) const {
      return bytes.size();
    }
    std::optional<size_t> operator()(BodySource*) const { return std::nullopt; }
    std::optional<size_t> operator()(const std::unique_ptr<BodySource>&) const {
      return std::nullopt;
    }
    std::optional<size_t> operator()(const Stream&) const { return std::nullopt; }
  };
  return std::visit(Visitor{}, kind_);
}

inline BodySource* Body::source() const {
  if (const auto* source = std::get_if<BodySource*>(&kind_)) return *source;
  if (const auto* source = std::get_if<std::unique_ptr<BodySource>>(&kind_)) return source->get();
  return nullptr;
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_BODY_H_

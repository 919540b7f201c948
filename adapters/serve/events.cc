#include "headrace/adapters/serve/events.h"

#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "headrace/adapters/serve/made_body.h"

namespace headrace::serve {
namespace {

constexpr uint32_t kMostEvents = 1'000'000;

class EventsBody : public MadeBody {
 public:
  // Those above `last`, up to `count`, which is larger.
  EventsBody(uint32_t last, uint32_t count) : last_(last), count_(count) {}

 private:
  bool make_next(std::string* piece) override {
    const std::string number = std::to_string(++last_);
    piece->append("id: ").append(number).append("\ndata: ").append(number).append("\n\n");
    return last_ < count_;
  }

  uint32_t last_;
  const uint32_t count_;
};

// A number up to `most`.
std::optional<uint32_t> read_number(std::string_view text, uint32_t most) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool read = error == std::errc() && end == text.data() + text.size() && number <= most;
  return read ? std::optional(number) : std::nullopt;
}

}  // namespace

void answer_events(Responder& responder, std::string_view count) {
  if (!responder.require_get_or_head()) return;
  const std::optional<uint32_t> number = read_number(count, kMostEvents);
  if (!number) {
    return responder.respond_text(
        400, "400 Bad Request: /events/N, with N from 0 to " + std::to_string(kMostEvents) + "\n");
  }
  // An id that is not one of ours is as none.
  const uint32_t last = read_number(responder.fields().get("last-event-id"), *number).value_or(0);
  if (last == *number) return responder.respond_without_body(204, {});
  responder.respond_made(200,
                         {{"content-type", "text/event-stream"}, {"cache-control", "no-store"}},
                         std::make_unique<EventsBody>(last, *number), sizeof(EventsBody));
}

}  // namespace headrace::serve

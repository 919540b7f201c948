#include "tests/transcript/refusal.h"

#include <optional>

#include "headrace/memory/ledger.h"
#include "tests/transcript/driver.h"

namespace headrace::transcript {
namespace {

void act(const Turn& turn, Driver* driver) {
  switch (turn.kind) {
    case Turn::Kind::kStart:
      break;
    case Turn::Kind::kInput:
      for (const Line& line : turn.sent) {
        if (line.item.name != "SETTINGS" || line.item.has_word("ACK")) continue;
        const bool has_size = line.item.attribute("HEADER_TABLE_SIZE") != nullptr;
        driver->peer_sent_settings(
            has_size ? std::optional(line.item.number("HEADER_TABLE_SIZE", 0)) : std::nullopt);
      }
      driver->receive(turn.input, {turn.input.size()});
      break;
    case Turn::Kind::kEndOfInput:
      driver->end_of_input(turn.in_order);
      break;
    case Turn::Kind::kCommand:
      // Their sizes are those of the usual output.
      if (turn.command.name == "sent" || turn.command.name == "released") break;
      driver->run(turn.command);
      break;
    case Turn::Kind::kTime:
      driver->pass(turn.elapsed);
      break;
  }
}

bool is_of_stream(const Item& event) {
  return !event.numbers.empty() && event.name != "PingReceived" && event.name != "PingAcknowledged";
}

}  // namespace

RefusedRun run_refused(const Transcript& transcript, uint64_t nth) {
  RefusedRun result;
  Driver driver(transcript.role, transcript.options, Holding::kDrop, 0,
                {.is_text = transcript.is_text});
  Ledger& ledger = driver.connection().ledger();
  if (nth != 0) ledger.refuse_reservation(ledger.reservations() + nth);
  const uint64_t before = ledger.reservations();
  for (const Turn& turn : transcript.turns) {
    act(turn, &driver);
    driver.settle();
    for (const Item& event : driver.take_events()) {
      if (event.name == "DataReceived") {
        result.data[event.numbers[0]] += *event.bytes;
      } else {
        result.events[is_of_stream(event) ? event.numbers[0] : 0].push_back(format_item(event));
      }
    }
    for (const Item& frame : driver.take_output()) {
      if (frame.name != "RST_STREAM") continue;
      result.we_reset[frame.numbers[0]].push_back(format_item(frame));
    }
  }
  result.reservations = ledger.reservations() - before;
  result.limits_hit = driver.connection().statistics().limits_hit.of(Limit::kConnectionMemory);
  driver.finish();
  result.broken_rule = driver.broken_rule();
  return result;
}

}  // namespace headrace::transcript

#include "benchmarks/round.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::benchmarks {
namespace {

std::string differs(const std::string& what, uint64_t is, uint64_t should_be) {
  if (is == should_be) return "";
  return what + ": " + std::to_string(is) + " instead of " + std::to_string(should_be);
}

// What the peer has written, added up.
class Reader {
 public:
  explicit Reader(const Workload& workload) : workload_(workload) {}

  std::string read(const std::string& output) {
    size_t position = 0;
    if (workload_.client) {
      if (!output.starts_with(kPreface)) return "the client's preface is missing";
      position = kPreface.size();
    }
    while (std::optional<reference::Frame> frame = reference::parse(output, &position)) {
      if (std::string fault = read_frame(*frame); !fault.empty()) return fault;
    }
    if (position != output.size()) return "the output ends within a frame";
    return compare();
  }

 private:
  static constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // §3.4

  std::string read_frame(const reference::Frame& frame) {
    const bool ack = (frame.flags & reference::ACK) != 0;
    const bool end_stream = (frame.flags & reference::END_STREAM) != 0;
    switch (frame.type) {
      case reference::SETTINGS:
        if (ack) {
          ++settings_acks_;
        } else {
          settings_ = reference::parse_settings(frame.payload);
        }
        return "";
      case reference::WINDOW_UPDATE:
        credit_[frame.stream_id] += reference::number(frame.payload);
        return "";
      case reference::PING:
        if (ack) ping_acks_.push_back(reference::number(frame.payload));
        return "";
      case reference::HEADERS:
        ends_ += end_stream;
        return read_head(frame.payload);
      case reference::DATA:
        ends_ += end_stream;
        return read_data(frame);
      default:
        return "an unexpected frame of type " + std::to_string(frame.type);
    }
  }

  std::string read_head(const std::string& block) {
    const auto fields = decoder_.decode(block);
    if (!fields) return "a head is not decoded: " + decoder_.error();
    FieldPairs head;
    for (const reference::HeaderField& field : *fields) head.emplace_back(field.name, field.value);
    if (workload_.client && heads_ >= workload_.requests.size()) return "a request too many";
    if (head != (workload_.client ? workload_.requests[heads_] : workload_.response)) {
      return "a head has other fields";
    }
    ++heads_;
    return "";
  }

  std::string read_data(const reference::Frame& frame) {
    uint64_t* sent = &sent_[frame.stream_id];
    if (workload_.body.substr(*sent, frame.payload.size()) != frame.payload) {
      return "a response has another body";
    }
    *sent += frame.payload.size();
    data_sent_ += frame.payload.size();
    return "";
  }

  std::string compare() {
    const bool epilogue = !workload_.epilogue.empty();
    const bool whole = workload_.epilogue_data_sent == 0;  // W3's answer fills the window
    const uint64_t heads =
        workload_.client ? workload_.requests.size() : workload_.responses + epilogue;
    for (const std::string& fault : {
             differs(workload_.client ? "requests sent" : "responses", heads_, heads),
             differs("ends of streams", ends_, whole ? heads : 0),
             differs("octets of DATA sent", data_sent_,
                     workload_.data_sent + workload_.epilogue_data_sent),
             differs("acknowledged SETTINGS", settings_acks_, workload_.settings_acks),
             compare_credit(0),
             compare_credit(1),
         }) {
      if (!fault.empty()) return fault;
    }
    if (ping_acks_ != workload_.ping_acks) return "PINGs are not answered as they came";
    return compare_settings();
  }

  std::string compare_settings() {
    // (Of the others a client has its own opinion.)
    if (workload_.client) std::erase_if(settings_, [](auto& entry) { return entry.first != 0x4; });
    reference::Settings expected = {{0x3, kConcurrentStreams}, {0x4, kWindow}};
    if (workload_.client) expected.erase(expected.begin());
    return settings_ == expected ? "" : "other settings are announced";
  }

  // Windows are refilled when half of them is used up, and never beyond their size.
  std::string compare_credit(uint32_t stream_id) {
    const uint64_t initial = stream_id == 0 ? kWindow - 65535 : 0;
    const uint64_t given = credit_[stream_id];
    const uint64_t received = workload_.tally.data_octets;
    if (given < initial || given - initial > received) return "receive credit is wrong";
    // A stream that has ended needs no more.
    if (received - (given - initial) > kWindow / 2 + 65536) return "receive credit is late";
    return "";
  }

  const Workload& workload_;
  reference::HpackDecoder decoder_;
  reference::Settings settings_;
  uint64_t settings_acks_ = 0;
  std::vector<uint64_t> ping_acks_;
  std::map<uint32_t, uint64_t> credit_;
  std::map<uint32_t, uint64_t> sent_;
  uint64_t heads_ = 0;
  uint64_t ends_ = 0;
  uint64_t data_sent_ = 0;
};

std::string find_fault_in_tally(const Workload& workload, const Tally& seen) {
  for (const std::string& fault : {
           differs("requests", seen.requests, workload.tally.requests),
           differs("octets of header fields", seen.field_octets, workload.tally.field_octets),
           differs("octets of DATA received", seen.data_octets, workload.tally.data_octets),
           differs("sum of the payload", seen.payload_sum, workload.tally.payload_sum),
           differs("closed streams", seen.streams_closed, workload.tally.streams_closed),
       }) {
    if (!fault.empty()) return fault;
  }
  return "";
}

}  // namespace

std::string find_fault_in_output(const Workload& workload, const std::string& output) {
  return Reader(workload).read(output);
}

std::string find_fault(const Workload& workload, Peer peer) {
  FlatOutput output;
  std::string record;
  output.record(&record);
  Round round{&workload, &output, /*with_epilogue=*/true};
  peer(&round);
  std::string fault = find_fault_in_tally(workload, round.tally);
  return fault.empty() ? find_fault_in_output(workload, record) : fault;
}

TimedRounds::TimedRounds(const Workload* workload, Peer peer) : workload_(workload), peer_(peer) {
  Round round{workload_, &output_};
  peer_(&round);
  octets_ = output_.total();
}

void TimedRounds::report(benchmark::UserCounters* counters, double runs) const {
  (*counters)["warm_allocs"] = static_cast<double>(warm_allocations_) / runs;
}

void TimedRounds::run() {
  const uint64_t before = output_.total();
  Round round{workload_, &output_};
  peer_(&round);
  warm_allocations_ += heap_allocations() - round.warm_allocations;
  if (round.tally != workload_->tally) fail(find_fault_in_tally(*workload_, round.tally).c_str());
  if (output_.total() - before != octets_) fail("a round has written other output than the first");
}

}  // namespace headrace::benchmarks

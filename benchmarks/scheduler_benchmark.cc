// The write side beside libnghttp2's: what a DATA frame costs that is chosen among so many streams
// that all have something to send (Scheduler_N), with the window it takes. The bodies are made as
// they are sent and write nothing, so that what is measured is the choice, the windows and the
// frame. An op is 16 KiB of DATA.
//
//   taskset -c 1 bazel run -c opt //benchmarks:scheduler
//   benchmarks/instructions --program=scheduler
#include <nghttp2/nghttp2.h>

#include <gsl/span>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "benchmarks/headrace_session.h"
#include "benchmarks/measure.h"
#include "benchmarks/rows.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::benchmarks {
namespace {

constexpr size_t kFrame = 16384;
constexpr size_t kFramesARun = 1000;

// Of 100 octets, of a stream that is as urgent as all of them, or (`mixed`) of one of three
// urgencies, incremental every other time (RFC 9218 §4).
std::string request(uint32_t number, bool mixed) {
  reference::HpackEncoder encoder;
  std::string block;
  const std::string priority =
      "u=" + std::to_string(2 + number % 3) + (number % 2 == 0 ? ", i" : "");
  std::vector<reference::HeaderField> fields = {{":method", "GET"},
                                                {":scheme", "https"},
                                                {":authority", "www.example.com"},
                                                {":path", "/" + std::to_string(number)}};
  fields.push_back({"priority", mixed ? priority : "i"});
  for (const reference::HeaderField& field : fields) {
    encoder.write_literal(
        reference::LiteralKind::kWithoutIndexing, encoder.table().find_name(field.name), field,
        reference::StringCoding::kShorter, reference::StringCoding::kShorter, &block);
  }
  return reference::encode(reference::HEADERS,
                           static_cast<uint8_t>(reference::END_HEADERS | reference::END_STREAM),
                           2 * number + 1, block);
}

std::string credit(uint32_t stream_id, size_t frames) {
  return reference::encode(reference::WINDOW_UPDATE, 0, stream_id,
                           reference::u32(static_cast<uint32_t>(frames * kFrame)));
}

// A client whose streams have windows for more than is ever measured, unless they are few: then it
// gives back what a run takes.
struct Client {
  std::string requests =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
      reference::encode(reference::SETTINGS, 0, 0,
                        reference::settings({{reference::INITIAL_WINDOW_SIZE, 0x7fffffff}})) +
      credit(0, 60'000);
  std::string credits = credit(0, kFramesARun);

  Client(uint32_t streams, bool mixed) {
    for (uint32_t i = 0; i < streams; ++i) requests += request(i, mixed);
    for (uint32_t i = 0; i < streams && streams <= 10; ++i) {
      credits += credit(2 * i + 1, kFramesARun / streams);
    }
  }
};

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

class EndlessSource : public BodySource {
 public:
  Filled fill(std::span<uint8_t> room) override { return {.size = room.size()}; }
};

class Headrace : public Rounds {
 public:
  Headrace(uint32_t streams, bool mixed, Scheduling scheduling)
      : client_(streams, mixed), connection_(Role::kServer, options(streams, scheduling), kNow) {
    for (EventPtr event : connection_.receive(octets(client_.requests), kNow)) {
      if (const auto* request = std::get_if<RequestReceived>(event.get())) {
        if (!connection_
                 .submit_response(request->stream_id, {{":status", "200"}}, Body::source(&source_))
                 .ok()) {
          fail("a response is refused");
        }
      }
    }
    // Until everything but DATA is out.
    send(streams + 2 * kFramesARun);
    for (EventPtr event : connection_.receive(octets(client_.credits), kNow)) (void)event;
  }
  void run() override {
    send(kFramesARun);
    for (EventPtr event : connection_.receive(octets(client_.credits), kNow)) (void)event;
  }
  size_t operations() const override { return kFramesARun; }

 private:
  static Options options(uint32_t streams, Scheduling scheduling) {
    Options options = headrace_options(Allocation::kReuse);
    options.scheduler = scheduling;
    options.limits.concurrent_streams = streams;
    options.limits.connection_memory = size_t{1} << 30;
    options.limits.output_backlog = size_t{1} << 30;
    return options;
  }
  void send(size_t frames) {
    const uint64_t enough = connection_.statistics().data_sent + frames * kFrame;
    while (connection_.statistics().data_sent < enough) {
      size_t size = 0;
      for (const ConstBuffer& span : connection_.pending_output()) size += span.size;
      if (size == 0) fail("nothing is sent");
      connection_.sent(size);
    }
  }

  Client client_;
  EndlessSource source_;
  Connection connection_;
};

class Nghttp2 : public Rounds {
 public:
  Nghttp2(uint32_t streams, bool mixed) : client_(streams, mixed) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0) {
      fail("libnghttp2 has no callbacks");
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
    const int error = nghttp2_session_server_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    // (With it the priorities of RFC 9218 count, and not those of RFC 7540.)
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    };
    if (error != 0 || nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, 2) != 0) {
      fail("libnghttp2 makes no session");
    }
    receive(client_.requests);
    send(streams + 2 * kFramesARun);
    receive(client_.credits);
  }
  ~Nghttp2() override { nghttp2_session_del(session_); }
  Nghttp2(const Nghttp2&) = delete;
  Nghttp2& operator=(const Nghttp2&) = delete;

  void run() override {
    send(kFramesARun);
    receive(client_.credits);
  }
  size_t operations() const override { return kFramesARun; }

 private:
  static ssize_t read_body(nghttp2_session*, int32_t, uint8_t*, size_t size, uint32_t*,
                           nghttp2_data_source*, void* user_data) {
    static_cast<Nghttp2*>(user_data)->sent_ += size;
    return static_cast<ssize_t>(size);
  }
  static int on_frame_recv(nghttp2_session* session, const nghttp2_frame* frame, void*) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    static uint8_t name[] = ":status";
    static uint8_t value[] = "200";
    const nghttp2_nv status = {name, value, 7, 3, NGHTTP2_NV_FLAG_NONE};
    nghttp2_data_provider body{};
    body.read_callback = read_body;
    return nghttp2_submit_response(session, frame->hd.stream_id, &status, 1, &body);
  }
  void receive(const std::string& text) {
    const ssize_t taken = nghttp2_session_mem_recv(session_, octets(text).data(), text.size());
    if (taken != static_cast<ssize_t>(text.size())) fail("libnghttp2 does not take its input");
  }
  void send(size_t frames) {
    const uint64_t enough = sent_ + frames * kFrame;
    const uint8_t* data = nullptr;
    while (sent_ < enough) {
      if (nghttp2_session_mem_send(session_, &data) <= 0) fail("nothing is sent");
    }
  }

  Client client_;
  nghttp2_session* session_ = nullptr;
  uint64_t sent_ = 0;
};

std::vector<Row> rows() {
  std::vector<Row> rows;
  for (const bool mixed : {false, true}) {
    for (const uint32_t streams : {1u, 10u, 100u, 1'000u, 10'000u}) {
      // (Those that are not served would get credit that they do not need.)
      if (mixed && streams <= 10) continue;
      const std::string name =
          (mixed ? "Scheduler_mixed_" : "Scheduler_") + std::to_string(streams) + "/";
      const auto headrace = [=](Scheduling scheduling) {
        return [=] { return std::make_unique<Headrace>(streams, mixed, scheduling); };
      };
      rows.push_back({name + "headrace_priority", headrace(Scheduling::kPriority)});
      rows.push_back({name + "headrace_round_robin", headrace(Scheduling::kRoundRobin)});
      rows.push_back({name + "nghttp2", [=] { return std::make_unique<Nghttp2>(streams, mixed); }});
    }
  }
  return rows;
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) {
  return headrace::benchmarks::run_rows(argc, argv, headrace::benchmarks::rows());
}

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/require.h"
#include "headrace/headrace.h"
#include "headrace/prepared_head.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

// A message with a prepared head is the same as one whose fields are given in one list. Two
// connections get the same input and the same messages, one of them with prepared heads. What they
// answer must be the same, and so must every field that a peer decodes, while heads come and go,
// other fields move the table, and the peer changes its size. A test decoder reads both.
//
// Input: choices (Draws).

namespace {

using namespace headrace;
using namespace headrace::fuzz;

constexpr TimePoint kNow = TimePoint(std::chrono::hours(1));
constexpr int kMostSteps = 200;

using Fields = std::vector<Field>;

constexpr std::array<Field, 16> kResponseFields = {{
    {"content-type", "text/html; charset=utf-8"},
    {"content-length", "5"},
    {"date", "Sun, 29 Nov 2026 12:00:00 GMT"},
    {"date", ""},
    {"server", "headrace"},
    {"cache-control", "public, max-age=31536000, immutable"},
    {"etag", "\"5f3759df\""},
    {"set-cookie", "id=31d4d96e407aad42"},
    {"x-request-class", "a name that no table has"},
    {"x-long", "0123456789012345678901234567890123456789012345678901234567890123456789"},
    {"authorization", "never in a table"},
    {"x-secret", "never in a table", true},
    {"te", "trailers"},
    {"x-bad", "line\nfeed"},
    {"Upper-Case", "is no name"},
    {":path", "/of-no-response"},
}};
constexpr std::array<Field, 10> kRequestFields = {{
    {"user-agent", "a browser, or something like it"},
    {"accept", "text/html"},
    {"accept-encoding", "gzip, deflate"},
    {"cookie", "a=1; b=2; session=31d4d96e407aad42"},
    {"x-request-class", "a name that no table has"},
    {"content-length", "0"},
    {"te", "trailers"},
    {"priority", "u=1, i"},
    {"x-padded", " white space "},
    {"connection", "close"},
}};
constexpr std::array<const char*, 5> kStatus = {"200", "404", "304", "204", "205"};

template <size_t kSize>
void draw_fields(Draws* draws, const std::array<Field, kSize>& pool, uint32_t most,
                 Fields* fields) {
  // (The last ones are those that break a rule; they are to be seldom.)
  for (uint32_t count = draws->below(most + 1); count > 0; --count) {
    fields->push_back(pool[draws->below(draws->seldom(8) ? kSize : kSize - 5)]);
  }
}

// A connection, and what its peer reads.
class Side {
 public:
  Side(Role role, const Options& options) : connection(role, options, kNow) {}

  void feed(const std::string& octets) {
    for (EventPtr event : connection.receive(octets, kNow)) (void)event;
  }
  // What has gone out: each frame, a field block as its fields.
  std::vector<std::string> take_output() {
    std::string octets;
    while (connection.wants_output()) {
      size_t size = 0;
      for (const ConstBuffer& span : connection.pending_output()) {
        octets.append(reinterpret_cast<const char*>(span.data), span.size);
        size += span.size;
      }
      if (size == 0) break;
      connection.sent(size);
    }
    if (begins_with_text_) octets.erase(0, 24);
    begins_with_text_ = false;
    std::vector<std::string> lines;
    for (const reference::Frame& frame : reference::parse_all(octets)) {
      lines.push_back(std::to_string(frame.type) + " " + std::to_string(frame.flags) + " " +
                      std::to_string(frame.stream_id));
      if (frame.type != reference::HEADERS) {
        lines.back() += " " + frame.payload;
        continue;
      }
      const auto fields = decoder.decode(frame.payload);
      require(fields.has_value(), decoder.error().c_str());
      for (const reference::HeaderField& field : *fields) {
        lines.back() += "\n" + field.name + ": " + field.value;
        if (field.never_indexed) lines.back() += " (never)";
      }
    }
    return lines;
  }

  Connection connection;
  reference::HpackDecoder decoder;
  bool begins_with_text_ = false;
};

class Case {
 public:
  Case(Draws* draws, Role role, const Options& options)
      : draws_(*draws), role_(role), prepared_(role, options), plain_(role, options) {
    prepared_.begins_with_text_ = plain_.begins_with_text_ = role == Role::kClient;
    heads_.resize(4);
    for (std::optional<Head>& head : heads_) head.emplace(draw_head());
  }

  void play() {
    if (role_ == Role::kServer) feed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    feed(reference::encode(reference::SETTINGS, 0, 0));
    for (int step = 0; step < kMostSteps && !draws_.done(); ++step) {
      switch (draws_.below(16)) {
        case 0:
          heads_[draws_.below(4)].emplace(draw_head());
          break;
        case 1:
          resize_table();
          break;
        case 2:
          prepared_.connection.trim();
          plain_.connection.trim();
          break;
        default:
          submit();
      }
      compare(prepared_.take_output(), plain_.take_output());
    }
  }

 private:
  static void compare(const std::vector<std::string>& prepared,
                      const std::vector<std::string>& plain) {
    for (size_t i = 0; i < std::max(prepared.size(), plain.size()); ++i) {
      const std::string a = i < prepared.size() ? prepared[i] : "no frame";
      const std::string b = i < plain.size() ? plain[i] : "no frame";
      if (a == b) continue;
      require(false, ("with a prepared head " + a + "\nwith the fields in one list " + b).c_str());
    }
  }

  struct Head {
    Fields fields;
    PreparedHead prepared;
  };

  Head draw_head() {
    Fields fields;
    if (role_ == Role::kServer) {
      fields.push_back({":status", draws_.pick(kStatus)});
      draw_fields(&draws_, kResponseFields, 5, &fields);
    } else {
      fields = {{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}};
      draw_fields(&draws_, kRequestFields, 5, &fields);
    }
    return {fields, PreparedHead::of(fields)};
  }

  void feed(const std::string& octets) {
    prepared_.feed(octets);
    plain_.feed(octets);
  }

  void resize_table() {
    static constexpr std::array<uint32_t, 5> kSizes = {4096, 0, 100, 250, 1000};
    std::string settings;
    for (uint32_t count = draws_.below(2); count < 2; ++count) {
      const uint32_t size = draws_.pick(kSizes);
      settings += reference::u16(reference::HEADER_TABLE_SIZE) + reference::u32(size);
      prepared_.decoder.set_max_table_size(size);
      plain_.decoder.set_max_table_size(size);
    }
    feed(reference::encode(reference::SETTINGS, 0, 0, settings));
  }

  void submit() {
    const Head& head = *heads_[draws_.below(4)];
    Fields beside;
    const std::string path = "/" + std::to_string(draws_.octet());
    if (role_ == Role::kClient) beside.push_back({":path", path});
    if (role_ == Role::kServer) {
      draw_fields(&draws_, kResponseFields, 2, &beside);
    } else {
      draw_fields(&draws_, kRequestFields, 2, &beside);
    }
    const auto others = std::find_if_not(beside.begin(), beside.end(), [](const Field& field) {
      return field.name.starts_with(':');
    });
    Fields all(beside.begin(), others);
    all.insert(all.end(), head.fields.begin(), head.fields.end());
    all.insert(all.end(), others, beside.end());
    const bool has_body = draws_.seldom(2);
    const auto body = [&] { return has_body ? Body::owned("bytes") : Body::none(); };
    if (role_ == Role::kClient) {
      const auto a = prepared_.connection.submit_request(head.prepared, beside, body());
      const auto b = plain_.connection.submit_request(all, body());
      require(a.error == b.error && a.rule == b.rule && a.stream_id == b.stream_id,
              "another answer to a request");
      // Its answer, so that streams do not run out.
      if (a.ok()) feed(reference::encode(reference::HEADERS, 5, a.stream_id, "\x88"));
      return;
    }
    static constexpr std::string_view kGet = "\x82\x86\x84";  // GET http /
    static constexpr std::string_view kHead = "\x02\x04HEAD\x86\x84";
    feed(reference::encode(reference::HEADERS, 5, next_id_,
                           std::string(draws_.seldom(8) ? kHead : kGet)));
    const auto a = prepared_.connection.submit_response(next_id_, head.prepared, beside, body());
    const auto b = plain_.connection.submit_response(next_id_, all, body());
    require(a.error == b.error && a.rule == b.rule, "another answer to a response");
    if (!a.ok()) {
      (void)prepared_.connection.reset_stream(next_id_, ErrorCode::kCancel);
      (void)plain_.connection.reset_stream(next_id_, ErrorCode::kCancel);
    }
    next_id_ += 2;
  }

  Draws& draws_;
  const Role role_;
  Side prepared_;
  Side plain_;
  std::vector<std::optional<Head>> heads_;
  StreamId next_id_ = 1;
};

void play_case(std::string_view input) {
  Draws draws(input);
  Options options;
  options.complete_heads = draws.seldom(2);
  options.split_cookies = draws.seldom(2);
  options.validate_outbound = !draws.seldom(8);
  options.allocation = draws.seldom(2) ? Allocation::kFresh : Allocation::kReuse;
  Case(&draws, draws.seldom(2) ? Role::kClient : Role::kServer, options).play();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, play_case);
}

#include "tests/self_play/versions.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/self_play/fields.h"

namespace headrace::self_play {
namespace {

using namespace std::string_view_literals;

// --- The plan

enum class Kind : uint8_t { kNone, kWhole, kSource, kStream };

// A message as its speaker means to say it.
struct Plan {
  Fields head;
  Kind kind = Kind::kNone;
  std::vector<std::string> pieces;
  Fields trailers;
  std::optional<size_t> cut;  // kStream: it is reset behind so many pieces
};

struct Exchange {
  Plan request;
  std::vector<Fields> interim;
  Plan response;
  bool early = false;     // it is answered when its head is there
  bool bodiless = false;  // the response: to HEAD, 204, 304
};

// `apart`: no other exchange is open meanwhile, so that everything can move at once.
void draw_content(bool apart, Random* random, Plan* plan) {
  plan->kind = static_cast<Kind>(random->below(4));
  if (plan->kind == Kind::kNone) return;
  const uint32_t count = random->below(5);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t size = 1 + random->up_to(apart && random->one_in(8) ? 40'000 : 600);
    plan->pieces.emplace_back(size, static_cast<char>('a' + random->below(26)));
  }
  // (HTTP/1.1 has them behind chunks, and Body::expect_trailers() asks for these.)
  if (random->one_in(3)) add_random_fields(Section::kTrailers, random, &plan->trailers);
  if (apart && plan->kind == Kind::kStream && random->one_in(6)) {
    plan->cut = random->below(static_cast<uint32_t>(plan->pieces.size()) + 1);
  }
}

Exchange draw_exchange(bool apart, Random* random) {
  constexpr std::array kMethods = {"GET"sv, "POST"sv, "HEAD"sv, "PUT"sv, "QUERY"sv};
  constexpr std::array kPaths = {"/"sv, "/a?b=c"sv, "/%20/..;x"sv, "//a"sv};
  constexpr std::array kStatuses = {"200"sv, "404"sv, "201"sv, "204"sv, "304"sv, "500"sv, "999"sv};
  Exchange one;
  const std::string method(random->pick(kMethods));
  one.request.head = {{":method", method},
                      {":scheme", "http"},
                      {":authority", "example.org"},
                      {":path", std::string(random->pick(kPaths))}};
  add_random_fields(Section::kRequest, random, &one.request.head);
  draw_content(apart, random, &one.request);
  for (uint32_t i = random->one_in(4) ? random->below(3) : 0; i > 0; --i) {
    one.interim.push_back({{":status", "103"}, {"link", "</" + std::to_string(i) + ">"}});
  }
  const std::string status(random->pick(kStatuses));
  one.bodiless = method == "HEAD" || status == "204" || status == "304";
  one.response.head = {{":status", status}};
  add_random_fields(Section::kResponse, random, &one.response.head);
  draw_content(apart, random, &one.response);
  if (one.bodiless) {
    one.response.trailers.clear();
    one.response.cut.reset();
  }
  one.early = apart && random->one_in(6);
  return one;
}

// --- What was told

// Of one exchange, to one end.
struct Told {
  std::string head, content, trailers;
  std::vector<std::string> interim;
  bool ended = false;
  bool closed = false;  // the exchange
  std::string wrong;    // a content-length that lies
  std::optional<std::string> length;
};

// Without what says where a message ends in one version only, and with the cookies at its end,
// because they may be joined on the way (RFC 9113 §8.2.3).
std::string text_of(const FieldSection& fields, std::optional<std::string>* length = nullptr) {
  std::string text;
  std::string cookies;
  for (const Field& field : fields) {
    if (field.name == "connection") continue;
    if (field.name == "cookie") {
      cookies.append(cookies.empty() ? "cookie: " : "; ").append(field.value);
      continue;
    }
    if (field.name == "content-length") {
      if (length != nullptr) *length = field.value;
      continue;
    }
    text.append(field.name).append(": ").append(field.value).append("\n");
  }
  // (Of an empty one at the end the separator stays, whose space is none of the value in HTTP/1.1.)
  while (cookies.ends_with(' ')) cookies.pop_back();
  return text + cookies + "\n";
}

std::string describe(const char* who, const Told& told) {
  std::string text;
  for (const std::string& head : told.interim) text += std::string(who) + " interim " + head;
  text += std::string(who) + " head " + told.head + "content of " +
          std::to_string(told.content.size()) + ": " + told.content.substr(0, 20) + "\ntrailers " +
          told.trailers + (told.ended ? "the end\n" : "no end\n");
  return text;
}

// --- Playing

class Pieces : public BodySource {
 public:
  explicit Pieces(const std::vector<std::string>& pieces) : pieces_(pieces) {}
  Filled fill(std::span<uint8_t> room) override {
    size_t size = 0;
    if (next_ < pieces_.size()) {
      const std::string_view rest = std::string_view(pieces_[next_]).substr(at_);
      size = std::min(rest.size(), room.size());
      std::copy_n(rest.begin(), size, room.begin());
      at_ += size;
      if (at_ == pieces_[next_].size()) {
        ++next_;
        at_ = 0;
      }
    }
    return {.size = size, .end = next_ == pieces_.size()};
  }

 private:
  const std::vector<std::string>& pieces_;
  size_t next_ = 0;
  size_t at_ = 0;
};

// One end of a connection.
class End {
 public:
  End(Role role, ProtocolVersion version, Allocation allocation, TimePoint now)
      : connection(role, options_of(version, allocation), now), now_(now) {}

  void receive(std::string_view octets) { take(connection.receive(octets, now_)); }
  void lose(bool in_order) { take(connection.end_of_input(now_, in_order)); }
  bool settle() {
    bool any = false;
    for (; connection.has_events(); any = true) take(connection.receive({}, now_));
    return any;
  }
  std::string output() {
    std::string octets;
    for (const ConstBuffer& buffer : connection.pending_output()) {
      octets.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
    }
    connection.sent(octets.size(), now_);
    return octets;
  }

  Connection connection;
  std::map<StreamId, Told> told;
  bool connection_ended = false;

 private:
  static Options options_of(ProtocolVersion version, Allocation allocation) {
    Options options;
    options.protocol = version;
    options.allocation = allocation;
    options.pipelining = true;
    return options;
  }
  void take(EventRange events) {
    for (EventPtr event : events) std::visit([this](const auto& one) { handle(one); }, *event);
  }
  template <typename Other>
  void handle(const Other&) {}
  void handle(const RequestReceived& request) {
    Told& one = told[request.stream_id];
    one.head = text_of(request.fields, &one.length);
    if (request.end_stream) end(&one);
  }
  void handle(const InformationalReceived& interim) {
    told[interim.stream_id].interim.push_back(text_of(interim.fields));
  }
  void handle(const ResponseReceived& response) {
    Told& one = told[response.stream_id];
    one.head = text_of(response.fields, &one.length);
    if (response.end_stream) one.ended = true;  // HEAD has a length without content
  }
  void handle(const DataReceived& data) {
    Told& one = told[data.stream_id];
    one.content += data.bytes.text();
    if (data.end_stream) end(&one);
  }
  void handle(const TrailersReceived& trailers) {
    Told& one = told[trailers.stream_id];
    one.trailers = text_of(trailers.fields);
    end(&one);
  }
  void handle(const StreamClosed& stream) { told[stream.stream_id].closed = true; }
  void handle(const ConnectionClosed&) { connection_ended = true; }
  static void end(Told* one) {
    one->ended = true;
    if (one->length && *one->length != std::to_string(one->content.size()))
      one->wrong = *one->length;
    one->length.reset();
  }

  const TimePoint now_;
};

class Pair {
 public:
  Pair(ProtocolVersion version, Random* random)
      : random_(*random),
        client_(Role::kClient, version, draw_mode(), now_),
        server_(Role::kServer, version, draw_mode(), now_) {
    pump();
  }

  bool takes_requests() const {
    return client_.connection.accepts_requests() && !client_.connection_ended;
  }

  // What both ends were told of it.
  std::string play(const Exchange& one) {
    const StreamId id = ask(one);
    if (id == 0) return "the request is refused";
    if (random_.one_in(2)) pump();
    if (one.early) {
      pump();
      respond(id, one);
      pump();
    }
    speak(&client_, id, one.request);
    pump();
    if (!one.early && server_.told[id].ended) respond(id, one);
    pump();
    return result(id, one);
  }

  // The same of all of them, which are open at the same time: in HTTP/1.1 the requests are
  // pipelined.
  std::vector<std::string> play_at_once(const std::vector<Exchange>& exchanges) {
    std::vector<StreamId> ids;
    for (const Exchange& one : exchanges) {
      ids.push_back(ask(one));
      if (random_.one_in(4)) pump();
    }
    std::vector<size_t> open(exchanges.size());
    std::iota(open.begin(), open.end(), size_t{0});
    for (const size_t i : shuffled(open)) speak(&client_, ids[i], exchanges[i].request);
    pump();
    // (Of those that are there: a server that has enough requests reads no more.)
    for (bool moved = true; moved && !open.empty();) {
      moved = false;
      for (const size_t i : shuffled(open)) {
        if (!server_.told[ids[i]].ended) continue;
        respond(ids[i], exchanges[i]);
        if (random_.one_in(2)) pump();
        std::erase(open, i);
        moved = true;
      }
      pump();
    }
    std::vector<std::string> results;
    for (size_t i = 0; i < exchanges.size(); ++i) results.push_back(result(ids[i], exchanges[i]));
    return results;
  }

 private:
  Allocation draw_mode() { return random_.one_in(2) ? Allocation::kReuse : Allocation::kFresh; }

  std::vector<size_t> shuffled(std::vector<size_t> some) {
    for (size_t i = some.size(); i > 1; --i) {
      std::swap(some[i - 1], some[random_.below(static_cast<uint32_t>(i))]);
    }
    return some;
  }

  // The request's stream; 0 if it is refused.
  StreamId ask(const Exchange& one) {
    const RequestResult result =
        client_.connection.submit_request(views(one.request.head), body_of(one.request));
    return result.ok() ? result.stream_id : 0;
  }

  std::string result(StreamId id, const Exchange& one) {
    Told server = server_.told[id];
    const Told& client = client_.told[id];
    if (!client.closed || !server.closed) return "an end was not told that it is over";
    if (!client.wrong.empty() || !server.wrong.empty()) {
      return "wrong: " + client.wrong + server.wrong;
    }
    // How much of it came before the response ended the exchange is nobody's business.
    if (one.early) {
      server.content.clear();
      server.trailers.clear();
      server.ended = false;
    }
    return describe("server", server) + describe("client", client);
  }

  Body body_of(const Plan& plan) {
    switch (plan.kind) {
      case Kind::kNone:
        return Body::none();
      case Kind::kStream:
        return Body::stream();
      case Kind::kWhole: {
        std::string all;
        for (const std::string& piece : plan.pieces) all += piece;
        Body body = Body::owned(std::move(all));
        return plan.trailers.empty() ? std::move(body) : std::move(body).expect_trailers();
      }
      case Kind::kSource:
        break;
    }
    Body body = Body::source(&sources_.emplace_back(plan.pieces));
    return plan.trailers.empty() ? std::move(body) : std::move(body).expect_trailers();
  }

  // What follows the head. An error: the other side has ended the exchange.
  void speak(End* end, StreamId id, const Plan& plan) {
    Connection& connection = end->connection;
    if (plan.kind == Kind::kStream) {
      for (size_t i = 0; i < plan.pieces.size() && i != plan.cut; ++i) {
        std::ignore = connection.send_data(id, plan.pieces[i], /*end_stream=*/false);
        if (plan.pieces[i].size() > 1000 || random_.one_in(2)) pump();
      }
      if (plan.cut) {
        pump();
        std::ignore = connection.reset_stream(id, ErrorCode::kCancel);
        return;
      }
      if (plan.trailers.empty()) {
        std::ignore = connection.send_data(id, {}, /*end_stream=*/true);
        return;
      }
    }
    if (!plan.trailers.empty()) {
      std::ignore = connection.send_trailers(id, views(plan.trailers));
    }
  }

  void respond(StreamId id, const Exchange& one) {
    if (!server_.told.contains(id) || server_.told[id].closed) return;
    for (const Fields& interim : one.interim) {
      std::ignore = server_.connection.submit_informational(id, views(interim));
      if (random_.one_in(2)) pump();
    }
    const SubmitResult result =
        server_.connection.submit_response(id, views(one.response.head), body_of(one.response));
    if (!result.ok()) server_.told[id].wrong = "a response is refused";
    speak(&server_, id, one.response);
  }

  // Until nothing moves.
  void pump() {
    for (bool moved = true; moved;) {
      moved = pass(&client_, &server_);
      moved = pass(&server_, &client_) || moved;
    }
  }
  bool pass(End* from, End* to) {
    bool moved = from->settle();
    std::string octets = from->output();
    moved = moved || !octets.empty();
    for (std::string_view rest = octets; !rest.empty();) {
      const size_t size = std::min<size_t>(rest.size(), 1 + random_.up_to(20'000));
      to->receive(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    if (from->connection.should_close() && !to->connection_ended) {
      to->lose(!from->connection.should_reset());
      moved = true;
    }
    return moved;
  }

  const TimePoint now_{std::chrono::hours(1)};
  Random& random_;
  std::deque<Pieces> sources_;  // whose addresses stay
  End client_;
  End server_;
};

std::vector<std::string> play(const std::vector<Exchange>& exchanges, bool apart,
                              ProtocolVersion version, Random random) {
  if (!apart) return Pair(version, &random).play_at_once(exchanges);
  std::vector<std::string> told;
  std::unique_ptr<Pair> pair;
  for (const Exchange& one : exchanges) {
    if (pair == nullptr || !pair->takes_requests()) pair = std::make_unique<Pair>(version, &random);
    told.push_back(pair->play(one));
  }
  return told;
}

}  // namespace

std::string play_in_both_versions(Random* random) {
  std::vector<Exchange> exchanges;
  const bool apart = random->one_in(2);
  const uint32_t count = 1 + random->below(apart ? 8 : 24);
  for (uint32_t i = 0; i < count; ++i) exchanges.push_back(draw_exchange(apart, random));
  const auto text = play(exchanges, apart, ProtocolVersion::kHttp1, *random);
  const auto frames = play(exchanges, apart, ProtocolVersion::kHttp2, *random);
  for (size_t i = 0; i < exchanges.size(); ++i) {
    if (text[i] == frames[i] && text[i].find("head ") != std::string::npos) continue;
    return "exchange " + std::to_string(i) + (apart ? "" : ", at once") + ", in HTTP/1.1:\n" +
           text[i] + "in HTTP/2:\n" + frames[i];
  }
  return "";
}

std::string play_in_both_versions(uint64_t seed, uint64_t games) {
  Random random(seed);
  for (uint64_t game = 0; game < games; ++game) {
    const std::string failure = play_in_both_versions(&random);
    if (!failure.empty()) {
      return "seed " + std::to_string(seed) + ", game " + std::to_string(game) + ", " + failure;
    }
  }
  return "";
}

}  // namespace headrace::self_play

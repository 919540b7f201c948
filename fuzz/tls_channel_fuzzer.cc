// Two ends of TLS, and somebody in between who cuts, holds back, changes and makes up ciphertext.
//
// Whatever that one does, an end reads a beginning of what the other has written, and nothing else;
// if he only cuts, it reads all of it.
#include <openssl/ssl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/draws.h"
#include "fuzz/require.h"
#include "headrace/adapters/tls/client.h"
#include "headrace/adapters/tls/server.h"
#include "tests/tls/certificates.h"

namespace headrace::fuzz {
namespace {

using tls::Channel;

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);
constexpr size_t kMostSteps = 60;

// Made once: of a case are its channels.
struct Sides {
  tls::Authority authority{"an authority"};
  std::unique_ptr<tls::Server> server = [this] {
    tls::ServerOptions options;
    options.identities.push_back(authority.issue().identity());
    return std::move(*tls::Server::create(options));
  }();
  std::unique_ptr<tls::Client> client = [this] {
    tls::ClientOptions options;
    options.authorities = authority.pem();
    options.resume = false;
    return std::move(*tls::Client::create(options));
  }();
};

struct End {
  std::unique_ptr<Channel> channel;
  std::string written;   // plaintext that the channel took
  std::string read;      // plaintext that came
  std::string incoming;  // ciphertext on its way here

  void take_output(End& to) {
    // (All of it, or a part: the rest has to be shown again.)
    while (channel->wants_output()) {
      const ConstBuffer first = channel->pending_output()[0];
      to.incoming.append(reinterpret_cast<const char*>(first.data), first.size);
      channel->sent(first.size);
    }
  }

  void receive(size_t size) {
    // In memory of its own, so that what is read later is seen.
    const std::string piece = incoming.substr(0, size);
    incoming.erase(0, piece.size());
    const bool was_over = channel->end() != Channel::End::kNone;
    channel->receive({reinterpret_cast<const uint8_t*>(piece.data()), piece.size()});
    uint8_t plaintext[500];
    while (const size_t count = channel->read(plaintext)) {
      require(count <= sizeof(plaintext), "more than there was room for");
      require(!was_over, "octets behind the end");
      read.append(reinterpret_cast<const char*>(plaintext), count);
    }
    require(channel->read(plaintext) == 0, "an end that is none");
  }

  void write(const std::string& text) {
    const ConstBuffer buffer{reinterpret_cast<const uint8_t*>(text.data()), text.size()};
    const size_t taken = channel->write({&buffer, 1});
    require(taken == text.size() || taken == 0, "a part was taken");
    require(taken == 0 || channel->is_open(), "octets were taken too early");
    written.append(text, 0, taken);
  }

  void check() const {
    const bool failed = channel->end() == Channel::End::kFailed;
    require(failed == !channel->failure().empty(), "a failure without a reason, or the reverse");
    require(!channel->is_open() || channel->protocol() == "h2", "open without a protocol");
  }
};

bool deliver(End& from, End& to) {
  from.take_output(to);
  const bool some = !to.incoming.empty();
  to.receive(to.incoming.size());
  return some;
}

bool deliver_both(End* ends) {
  const bool up = deliver(ends[1], ends[0]);
  const bool down = deliver(ends[0], ends[1]);
  return up || down;
}

void play(std::string_view input) {
  static Sides* const sides = new Sides();
  Draws draws(input);
  End ends[2] = {{sides->server->accept(kNow), {}, {}, {}},
                 {sides->client->connect("example.org", kNow), {}, {}, {}}};
  const int versions[] = {0, TLS1_2_VERSION};
  SSL_set_max_proto_version(ends[0].channel->ssl(), versions[draws.below(2)]);
  if (draws.below(2) == 1) {  // most cases begin behind the handshake
    while (deliver_both(ends)) {
    }
    require(ends[0].channel->is_open() && ends[1].channel->is_open(), "honest ends do not open");
  }
  bool honest = true;
  for (size_t i = 0; i < kMostSteps && !draws.done(); ++i) {
    End& here = ends[draws.below(2)];
    End& there = &here == ends ? ends[1] : ends[0];
    const size_t size = draws.octet() * size_t{1} << draws.below(8);
    switch (draws.below(9)) {
      case 0:
        here.write(std::string(size, static_cast<char>(draws.octet())));
        break;
      case 1:
      case 2:
        there.take_output(here);
        here.receive(size);
        break;
      case 3:
        deliver(there, here);
        break;
      case 4:
        if (here.incoming.empty()) break;
        here.incoming[size % here.incoming.size()] ^= static_cast<char>(1 << draws.below(8));
        honest = false;
        break;
      case 5:
        here.incoming.insert(std::min(size, here.incoming.size()), draws.octets(draws.below(40)));
        honest = false;
        break;
      case 6:
        honest = honest && here.incoming.empty();
        here.incoming.resize(std::min(size, here.incoming.size()));
        break;
      case 7:
        here.channel->close();
        break;
      default:
        here.channel->end_of_input();
        honest = false;
        break;
    }
    here.check();
  }
  while (deliver_both(ends)) {
  }
  for (int i : {0, 1}) {
    const End& here = ends[i];
    here.check();
    require(ends[1 - i].written.starts_with(here.read), "octets that nobody has written");
    require(!honest || here.read == ends[1 - i].written, "octets are missing");
  }
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // (OpenSSL keeps memory of its own between cases, so that these are not balanced.)
  headrace::fuzz::play({reinterpret_cast<const char*>(data), size});
  return 0;
}

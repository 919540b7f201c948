#include "tests/tls/tunnel.h"

#include <gtest/gtest.h>

#include "tests/tls/certificates.h"
#include "tests/tls/ends.h"

namespace headrace::tls {
namespace {

// The same for all tunnels: keys take long to make.
struct Parties {
  const Authority authority{"an authority"};
  const std::unique_ptr<Server> server = make_server(server_options(authority.issue()));
  const std::unique_ptr<Client> client = make_client(client_options(authority));
};

const Parties& parties() {
  static const Parties all;
  return all;
}

}  // namespace

Tunnel::Tunnel(Role library) {
  Ends ends = connect(*parties().server, *parties().client);
  ends.settle();
  EXPECT_TRUE(ends.client->is_open() && ends.server->is_open());
  library_ = std::move(library == Role::kServer ? ends.server : ends.client);
  peer_ = std::move(library == Role::kServer ? ends.client : ends.server);
}

Tunnel::~Tunnel() = default;

std::string Tunnel::say(std::string_view plaintext) {
  EXPECT_EQ(write(*peer_, plaintext), plaintext.size());
  return take_output(*peer_);
}

std::string Tunnel::hear() { return give(*peer_, take_output(*library_)); }

}  // namespace headrace::tls

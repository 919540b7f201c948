// The ciphertext arrives in pieces of any size, and ends anywhere.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/tls/certificates.h"
#include "tests/tls/ends.h"

namespace headrace::tls {
namespace {

using adapters::SecureChannel;

class CutTest : public ::testing::TestWithParam<int> {
 protected:
  Ends connect() {
    Ends ends = tls::connect(*server_, *client_);
    SSL_set_max_proto_version(ends.server->ssl(), GetParam());
    return ends;
  }
  // The octets that the client sends until the server has read "a question", by flight.
  std::vector<size_t> flights_of(bool of_server) {
    std::vector<size_t> sizes;
    Ends ends = connect();
    while (ends.client->wants_output() || ends.server->wants_output()) {
      const std::string up = take_output(*ends.client);
      give(*ends.server, up);
      const std::string down = take_output(*ends.server);
      give(*ends.client, down);
      sizes.push_back(of_server ? down.size() : up.size());
    }
    return sizes;
  }

  const Authority authority_{"an authority"};
  const std::unique_ptr<Server> server_ = make_server(server_options(authority_.issue()));
  const std::unique_ptr<Client> client_ = [this] {
    ClientOptions options = client_options(authority_);
    options.resume = false;
    return make_client(options);
  }();
};

INSTANTIATE_TEST_SUITE_P(Versions, CutTest, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "tls12" : "tls13";
                         });

TEST_P(CutTest, PiecesOfEverySize) {
  const std::string upload(40'000, 'u');
  const std::string download(70'000, 'd');
  for (const size_t piece : {1, 2, 3, 5, 6, 7, 100, 1'000, 16'384, 16'406, 100'000}) {
    SCOPED_TRACE(piece);
    Ends ends = connect();
    ends.settle(piece);
    ASSERT_TRUE(ends.client->is_open()) << ends.client->failure();
    ASSERT_TRUE(ends.server->is_open()) << ends.server->failure();
    EXPECT_EQ(write(*ends.client, upload), upload.size());
    EXPECT_EQ(write(*ends.server, download), download.size());
    ends.settle(piece);
    EXPECT_TRUE(ends.server_read == upload);
    EXPECT_TRUE(ends.client_read == download);
    ends.client->close();
    ends.settle(piece);
    EXPECT_EQ(ends.server->end(), SecureChannel::End::kCloseNotify);
  }
}

// Every flight of the handshake in two parts, at every octet.
TEST_P(CutTest, EveryTwoPartCutOfTheHandshake) {
  for (const bool of_server : {false, true}) {
    const std::vector<size_t> flights = flights_of(of_server);
    for (size_t flight = 0; flight < flights.size(); ++flight) {
      // (Signatures make flights differ by a few octets.)
      for (size_t cut = 1; cut < flights[flight]; ++cut) {
        Ends ends = connect();
        for (size_t i = 0; ends.client->wants_output() || ends.server->wants_output(); ++i) {
          for (const bool down : {false, true}) {
            Channel& from = down ? *ends.server : *ends.client;
            Channel& to = down ? *ends.client : *ends.server;
            const std::string octets = take_output(from);
            const size_t first =
                down == of_server && i == flight ? std::min(cut, octets.size()) : octets.size();
            give(to, octets.substr(0, first));
            give(to, octets.substr(first));
          }
        }
        ASSERT_TRUE(ends.client->is_open() && ends.server->is_open())
            << "cut at " << cut << " of flight " << flight << ": " << ends.client->failure()
            << ends.server->failure();
      }
    }
  }
}

// The transport ends after every octet of the handshake.
TEST_P(CutTest, EveryEndWithinTheHandshakeIsAFailure) {
  for (const bool of_server : {false, true}) {
    size_t total = 0;
    for (const size_t flight : flights_of(of_server)) total += flight;
    for (size_t end = 0; end < total; ++end) {
      Ends ends = connect();
      Channel& to = of_server ? *ends.client : *ends.server;
      size_t left = end;
      while (ends.client->wants_output() || ends.server->wants_output()) {
        for (const bool down : {false, true}) {
          std::string octets = take_output(down ? *ends.server : *ends.client);
          if (down == of_server) {
            octets.resize(std::min(octets.size(), left));
            left -= octets.size();
          }
          give(down ? *ends.client : *ends.server, octets);
        }
      }
      // Session tickets follow the handshake.
      const bool was_open = to.is_open();
      to.end_of_input();
      ASSERT_EQ(to.end(), was_open ? SecureChannel::End::kTruncated : SecureChannel::End::kFailed);
      ASSERT_EQ(to.failure().empty(), was_open) << end;
      uint8_t nothing[1];
      ASSERT_EQ(to.read(nothing), 0u);
    }
  }
}

// Every octet of a record that carries data, spoilt: the peer is told (RFC 8446 §5.2:
// bad_record_mac), and nothing of the record comes out.
TEST_P(CutTest, SpoiltRecordsAreNotRead) {
  for (size_t at = 0; at < 40; ++at) {
    Ends ends = connect();
    ends.settle();
    write(*ends.client, "0123456789");
    std::string record = take_output(*ends.client);
    if (at >= record.size()) break;
    record[at] = static_cast<char>(record[at] ^ 0x20);
    EXPECT_EQ(give(*ends.server, record), "") << at;
    ends.server->end_of_input();
    EXPECT_NE(ends.server->end(), SecureChannel::End::kNone);
    EXPECT_EQ(write(*ends.server, "more"),
              ends.server->end() == SecureChannel::End::kFailed ? 0u : 4u);
  }
}

}  // namespace
}  // namespace headrace::tls

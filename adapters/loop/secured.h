#ifndef HEADRACE_ADAPTERS_LOOP_SECURED_H_
#define HEADRACE_ADAPTERS_LOOP_SECURED_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/protocol/interface/options.h"

namespace headrace::adapters {

// The additional members of a Session whose connection is encrypted.
struct Secured {
  Secured(std::unique_ptr<SecureChannel> made, Role its_role, const Options& its_options,
          Service& its_service, Driver& its_driver)
      : channel(std::move(made)),
        role(its_role),
        options(its_options),
        service(its_service),
        driver(its_driver) {
    options.explicit_release = false;  // its output is copied when it is encrypted
  }

  std::unique_ptr<SecureChannel> channel;

  // To make the connection when the handshake is complete.
  const Role role;
  Options options;
  Service& service;
  Driver& driver;
  bool shuts_down = false;  // the loop stops, so the connection begins with a graceful shutdown

  std::vector<uint8_t> kept;  // ciphertext that came when the turn's handshakes were spent
  size_t sealed = 0;          // octets of the connection's output whose ciphertext is not sent
  uint64_t sent = 0;          // octets of ciphertext
  bool failure_told = false;
  bool violation_told = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_SECURED_H_

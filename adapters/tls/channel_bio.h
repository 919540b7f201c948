#ifndef HEADRACE_ADAPTERS_TLS_CHANNEL_BIO_H_
#define HEADRACE_ADAPTERS_TLS_CHANNEL_BIO_H_

#include <cstddef>

#include "headrace/adapters/tls/channel.h"
#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {

// A channel's memory as OpenSSL reads and writes it: the caller's input where it lies, and the
// output queue. It never blocks: without input it asks for a repetition.
class ChannelBio {
 public:
  static void attach(Channel& channel);

 private:
  static const BIO_METHOD* method();
  static int read(BIO* bio, char* into, size_t size, size_t* taken);
  static int write(BIO* bio, const char* from, size_t size, size_t* taken);
  static long control(BIO* bio, int command, long number, void* pointer);
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_CHANNEL_BIO_H_

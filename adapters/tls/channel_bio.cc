#include "headrace/adapters/tls/channel_bio.h"

#include <algorithm>
#include <cstring>

#include "headrace/memory/output_queue.h"

namespace headrace::tls {

void ChannelBio::attach(Channel& channel) {
  BIO* const bio = BIO_new(method());
  BIO_set_data(bio, &channel);
  BIO_set_init(bio, 1);
  SSL_set_bio(channel.ssl(), bio, bio);
}

const BIO_METHOD* ChannelBio::method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "headrace");
    BIO_meth_set_read_ex(method, read);
    BIO_meth_set_write_ex(method, write);
    BIO_meth_set_ctrl(method, control);
    return method;
  }();
  return made;
}

int ChannelBio::read(BIO* bio, char* into, size_t size, size_t* taken) {
  Channel& channel = *static_cast<Channel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *taken = std::min(size, channel.input_.size());
  if (*taken == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(into, channel.input_.data(), *taken);
  channel.input_ = channel.input_.subspan(*taken);
  return 1;
}

int ChannelBio::write(BIO* bio, const char* from, size_t size, size_t* taken) {
  Channel& channel = *static_cast<Channel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  uint8_t* const memory = channel.output_->reserve(size);
  std::memcpy(memory, from, size);
  channel.output_->commit(memory + size);
  *taken = size;
  return 1;
}

long ChannelBio::control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace headrace::tls

#include "tests/adapters/loop_peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "tests/reference/hpack.h"

namespace headrace::adapters {

std::pair<UniqueFd, UniqueFd> LoopPeer::make_pair() {
  int ends[2] = {-1, -1};
  (void)socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd LoopPeer::connect_to(const UniqueFd& listener, int receive_buffer) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (receive_buffer != 0) {
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) return UniqueFd();
  fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  return socket;
}

size_t LoopPeer::send(std::string_view bytes) {
  const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return n < 0 ? 0 : static_cast<size_t>(n);
}

void LoopPeer::send_preface(const reference::Settings& settings) {
  send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
       reference::encode(reference::SETTINGS, 0, 0, reference::settings(settings)));
}

void LoopPeer::send_get(uint32_t stream_id, const std::string& path) {
  // A table of its own for each: no request depends on the one before.
  reference::HpackEncoder encoder;
  std::string block;
  encoder.write_indexed(2, &block);  // :method: GET
  encoder.write_indexed(6, &block);  // :scheme: http
  encoder.write_literal(reference::LiteralKind::kWithoutIndexing, 4, {":path", path},
                        reference::StringCoding::kPlain, reference::StringCoding::kPlain, &block);
  encoder.write_literal(reference::LiteralKind::kWithoutIndexing, 1, {":authority", "test"},
                        reference::StringCoding::kPlain, reference::StringCoding::kPlain, &block);
  send(reference::encode(reference::HEADERS, reference::END_HEADERS | reference::END_STREAM,
                         stream_id, block));
}

void LoopPeer::read(size_t limit) {
  std::string buffer(std::min<size_t>(limit, 64 * 1024), '\0');
  while (limit > 0) {
    const ssize_t n = recv(socket_.get(), buffer.data(), std::min(limit, buffer.size()), 0);
    if (n == 0) saw_eof_ = true;
    if (n < 0 && errno != EAGAIN) saw_reset_ = true;
    if (n <= 0) return;
    received_.append(buffer.data(), static_cast<size_t>(n));
    limit -= static_cast<size_t>(n);
  }
}

std::vector<reference::Frame> LoopPeer::frames_of(uint8_t type) const {
  std::vector<reference::Frame> all = frames();
  std::erase_if(all, [&](const reference::Frame& frame) { return frame.type != type; });
  return all;
}

std::string LoopPeer::data_of(uint32_t stream_id) const {
  std::string data;
  for (const reference::Frame& frame : frames_of(reference::DATA)) {
    if (frame.stream_id == stream_id) data += reference::content(frame).value_or("");
  }
  return data;
}

bool LoopPeer::ended(uint32_t stream_id) const {
  const std::vector<reference::Frame> all = frames();
  return std::any_of(all.begin(), all.end(), [&](const reference::Frame& frame) {
    return frame.stream_id == stream_id && frame.type <= reference::HEADERS &&
           (frame.flags & reference::END_STREAM) != 0;
  });
}

void LoopPeer::send_fin() { shutdown(socket_.get(), SHUT_WR); }

void LoopPeer::send_rst() {
  const linger at_once{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  socket_.reset();
}

}  // namespace headrace::adapters

#include "tests/adapters/loop_peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

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

void LoopPeer::send_request(uint32_t stream_id, const std::string& method, const std::string& path,
                            bool end_stream, const std::vector<reference::HeaderField>& fields) {
  std::vector<reference::HeaderField> all = {
      {":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "test"}};
  all.insert(all.end(), fields.begin(), fields.end());
  // Nothing is put into the table: no request depends on the one before.
  std::string block;
  reference::HpackEncoder encoder;
  for (const reference::HeaderField& field : all) {
    encoder.write_literal(reference::LiteralKind::kWithoutIndexing, 0, field,
                          reference::StringCoding::kPlain, reference::StringCoding::kPlain, &block);
  }
  const auto flags = reference::END_HEADERS | (end_stream ? reference::END_STREAM : 0);
  send(reference::encode(reference::HEADERS, static_cast<uint8_t>(flags), stream_id, block));
}

void LoopPeer::send_get(uint32_t stream_id, const std::string& path) {
  send_request(stream_id, "GET", path, true);
}

void LoopPeer::read(size_t limit) {
  std::string buffer(std::min<size_t>(limit, 64 * 1024), '\0');
  while (limit > 0) {
    const ssize_t n = recv(socket_.get(), buffer.data(), std::min(limit, buffer.size()), 0);
    if (n == 0) saw_eof_ = true;
    if (n < 0 && errno != EAGAIN) saw_reset_ = true;
    if (n <= 0) break;
    received_.append(buffer.data(), static_cast<size_t>(n));
    limit -= static_cast<size_t>(n);
  }
  while (auto frame = reference::parse(received_, &parsed_)) frames_.push_back(std::move(*frame));
}

std::vector<reference::Frame> LoopPeer::frames_of(uint8_t type) const {
  std::vector<reference::Frame> found;
  std::copy_if(frames_.begin(), frames_.end(), std::back_inserter(found),
               [&](const reference::Frame& frame) { return frame.type == type; });
  return found;
}

std::string LoopPeer::data_of(uint32_t stream_id) const {
  std::string data;
  for (const reference::Frame& frame : frames_of(reference::DATA)) {
    if (frame.stream_id == stream_id) data += reference::content(frame).value_or("");
  }
  return data;
}

bool LoopPeer::ended(uint32_t stream_id) const {
  return std::any_of(frames_.begin(), frames_.end(), [&](const reference::Frame& frame) {
    return frame.stream_id == stream_id && frame.type <= reference::HEADERS &&
           (frame.flags & reference::END_STREAM) != 0;
  });
}

std::vector<std::vector<reference::HeaderField>> LoopPeer::sections_of(uint32_t stream_id) const {
  std::vector<std::vector<reference::HeaderField>> sections;
  reference::HpackDecoder decoder;
  for (const reference::Frame& frame : frames_of(reference::HEADERS)) {
    auto section = decoder.decode(reference::content(frame).value_or(""));
    if (frame.stream_id == stream_id && section) sections.push_back(std::move(*section));
  }
  return sections;
}

std::string LoopPeer::field_of(uint32_t stream_id, const std::string& name) const {
  const auto sections = sections_of(stream_id);
  if (sections.empty()) return "";
  for (const reference::HeaderField& field : sections.front()) {
    if (field.name == name) return field.value;
  }
  return "";
}

void LoopPeer::send_fin() { shutdown(socket_.get(), SHUT_WR); }

void LoopPeer::send_rst() {
  const linger at_once{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  socket_.reset();
}

}  // namespace headrace::adapters

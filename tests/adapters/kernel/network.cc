#include "tests/adapters/kernel/network.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::simulation {
namespace {

// The octets 0, 1, 2, ... 250, 0, ...
bool is_pattern(const std::string& data) {
  for (size_t i = 0; i < data.size(); ++i) {
    if (data[i] != static_cast<char>(i % 251)) return false;
  }
  return true;
}

}  // namespace

// As Linux does: a send or a receive returns the error once. EPIPE: the peer's end had come before.
void Socket::fail() {
  reset = true;
  failure = fin ? EPIPE : ECONNRESET;
  outbound.clear();
}

std::string Network::preface() {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + reference::encode(reference::SETTINGS, 0, 0);
}

std::string Network::get(const std::string& path) {
  std::string block;
  reference::HpackEncoder encoder;
  for (const reference::HeaderField& field : std::vector<reference::HeaderField>{
           {":method", "GET"}, {":scheme", "http"}, {":path", path}, {":authority", "test"}}) {
    encoder.write_literal(reference::LiteralKind::kWithoutIndexing, 0, field,
                          reference::StringCoding::kPlain, reference::StringCoding::kPlain, &block);
  }
  return reference::encode(reference::HEADERS, reference::END_HEADERS | reference::END_STREAM, 1,
                           block);
}

void Network::add(std::deque<Step> steps) {
  peers_.push_back({.socket = nullptr, .steps = std::move(steps)});
}

void Network::add_honest(size_t size) {
  const std::string opening = preface();
  add({{Step::kConnect},
       {Step::kSend, opening.substr(0, 30)},
       {Step::kSend, opening.substr(30) + get("/" + std::to_string(size))},
       {Step::kAwait},
       {Step::kFin}});
  peers_.back().expected = size;
}

std::shared_ptr<Socket> Network::connect_out(std::deque<Step> steps) {
  auto socket = std::make_shared<Socket>();
  socket->connecting = true;
  peers_.push_back({.socket = socket, .steps = std::move(steps)});
  return socket;
}

std::shared_ptr<Socket> Network::connect_out() {
  const std::string settings = reference::encode(reference::SETTINGS, 0, 0);
  const std::string goaway = reference::encode(reference::GOAWAY, 0, 0, reference::goaway(1, 0));
  const std::deque<Step> kEnds[] = {
      {{Step::kAccept}, {Step::kSend, settings}, {Step::kSend, goaway}, {Step::kFin}},
      {{Step::kRefuse}},
      {{Step::kAccept}, {Step::kReset}},
      {},  // it hears nothing for ever
  };
  return connect_out(kEnds[outbound_++ % 4]);
}

std::shared_ptr<Socket> Network::accept() {
  std::shared_ptr<Socket> socket = queue_.front();
  queue_.pop_front();
  return socket;
}

bool Network::can_act(const Peer& peer) {
  const bool can_read = peer.reads && peer.socket != nullptr && !peer.socket->outbound.empty();
  if (peer.steps.empty()) return can_read;
  const Step& next = peer.steps.front();
  const bool waits = next.kind == Step::kAwait ? !peer.answered
                     : next.kind == Step::kAwaitText
                         ? peer.received.find(next.bytes) == std::string::npos
                         : false;
  return !waits || can_read || peer.socket->closed;
}

bool Network::step() {
  std::vector<Peer*> able;
  for (Peer& peer : peers_) {
    if (can_act(peer)) able.push_back(&peer);
  }
  if (able.empty()) return false;
  act(*able[choices_.pick(able.size())]);
  return true;
}

void Network::act(Peer& peer) {
  if (peer.steps.empty()) return read(peer);
  const Step step = peer.steps.front();
  if (step.kind == Step::kAwait || step.kind == Step::kAwaitText) {
    read(peer);
    const bool done = step.kind == Step::kAwait
                          ? peer.answered
                          : peer.received.find(step.bytes) != std::string::npos;
    if (done || peer.socket->closed) peer.steps.pop_front();
    return;
  }
  peer.steps.pop_front();
  switch (step.kind) {
    case Step::kConnect:
      peer.socket = std::make_shared<Socket>();
      queue_.push_back(peer.socket);
      break;
    case Step::kAccept:
    case Step::kRefuse:
      peer.socket->connecting = false;
      peer.socket->reset = step.kind == Step::kRefuse;
      peer.socket->error = step.kind == Step::kRefuse ? ECONNREFUSED : 0;
      break;
    case Step::kSend:
      if (!peer.socket->closed) peer.socket->inbound += step.bytes;
      break;
    case Step::kFin:
      peer.socket->fin = true;
      break;
    case Step::kClose:
      // TCP resets a connection that is closed with input unread.
      if (!peer.socket->outbound.empty()) return peer.socket->fail();
      peer.socket->fin = peer.socket->gone = true;
      break;
    case Step::kReset:
      peer.socket->fail();
      break;
    default:  // kStopReading
      peer.reads = false;
      break;
  }
}

void Network::read(Peer& peer) {
  std::string& outbound = peer.socket->outbound;
  const size_t size = outbound.size() - choices_.pick(std::min<size_t>(outbound.size(), 3));
  peer.received += outbound.substr(0, size);
  outbound.erase(0, size);
  if (!peer.is_honest()) return;
  std::string data;
  bool ended = false;
  for (const reference::Frame& frame : reference::parse_all(peer.received)) {
    if (frame.stream_id != 1 || frame.type != reference::DATA) continue;
    data += reference::content(frame).value_or("");
    ended = (frame.flags & reference::END_STREAM) != 0;
  }
  peer.answered = ended && data.size() == peer.expected && is_pattern(data);
}

}  // namespace headrace::simulation

#include "tests/attacks/conversation.h"

#include <gtest/gtest.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <gsl/span>
#include <iterator>
#include <utility>
#include <variant>

#include "tests/attacks/wire.h"
#include "tests/memory/heap_use.h"
#include "tests/reference/frames.h"

namespace headrace::attacks {
namespace {

using testing::HeapUse;

// While one is there, what is allocated and done is the library's affair.
class InLibrary {
 public:
  InLibrary() {
    HeapUse::enter();
    CALLGRIND_TOGGLE_COLLECT;
  }
  ~InLibrary() {
    CALLGRIND_TOGGLE_COLLECT;
    HeapUse::leave();
  }
};

const std::string kPage(100, 'p');
const std::string kLargePage(1 << 20, 'l');
constexpr size_t kReadSize = 16 * 1024;
// Sizes of pieces of ciphertext, in turn: of records, their headers and their ends.
constexpr size_t kPieces[] = {kReadSize, 1, 4, 1'000, 7, 5'000};

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

Conversation::Conversation(Role role, const Options& options, Transport transport)
    : role_(role), options_(options), transport_(transport) {
  begin();
}

Conversation::~Conversation() { end(); }

void Conversation::begin() {
  closed_ = false;
  next_stream_ = 1;
  ok_.clear();
  socket_.clear();
  output_.clear();
  shown_ = sealed_ = 0;
  decoder_ = {};
  if (transport_ == Transport::kTls) tunnel_ = std::make_unique<tls::Tunnel>(role_);
  {
    InLibrary counted;
    connection_ = std::make_unique<Connection>(role_, options_, now_);
  }
  if (is_text()) return;
  send((role_ == Role::kServer ? kPreface : "") + settings() +
       encode(reference::SETTINGS, reference::ACK, 0) + window_update(0, 0x7fffffff - 65535));
}

void Conversation::end() {
  InLibrary counted;
  connection_.reset();
}

void Conversation::reconnect() {
  end();
  begin();
}

void Conversation::send(std::string_view bytes) {
  if (closed_ && !careless_) return;
  socket_ += tunnel_ == nullptr ? std::string(bytes) : tunnel_->say(bytes);
  deliver();
}

void Conversation::send_in_pieces(std::string_view bytes, size_t size) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    send(bytes.substr(0, size));
  }
}

void Conversation::read(bool reads) {
  reads_ = reads;
  deliver();
}

// Its deadlines come one by one.
void Conversation::pass(std::chrono::milliseconds time) {
  const TimePoint until = now_ + time;
  while (now_ < until) {
    now_ = std::clamp(connection_->next_deadline(), now_ + std::chrono::milliseconds(1), until);
    {
      InLibrary counted;
      for (EventPtr event : connection_->advance(now_)) handle(*event);
    }
    deliver();
  }
}

// As a loop does: input as long as it is wanted, output as long as it is taken.
void Conversation::deliver() {
  for (bool moved = true; moved;) {
    moved = take_input();
    moved = take_output() || moved;
  }
}

bool Conversation::take_input() {
  if (closed_ && !careless_) socket_.clear();
  const bool wanted = connection_->wants_input() || careless_;
  if (!connection_->has_events() && (socket_.empty() || !wanted)) return false;
  const size_t most = tunnel_ == nullptr ? kReadSize : kPieces[pieces_++ % std::size(kPieces)];
  const std::string bytes = wanted ? socket_.substr(0, most) : std::string();
  socket_.erase(0, bytes.size());
  if (tunnel_ != nullptr && !bytes.empty()) {
    decrypt(bytes);
    return true;
  }
  tally_.input += bytes.size();
  InLibrary counted;
  for (EventPtr event : connection_->receive(octets(bytes), now_)) handle(*event);
  return true;
}

void Conversation::decrypt(std::string_view ciphertext) {
  InLibrary counted;
  tls::Channel& channel = tunnel_->channel();
  channel.receive({octets(ciphertext).data(), ciphertext.size()});
  uint8_t plaintext[kReadSize];
  while (const size_t size = channel.read(plaintext)) {
    tally_.input += size;
    for (EventPtr event : connection_->receive({plaintext, size}, now_)) handle(*event);
  }
}

bool Conversation::take_output() {
  if (tunnel_ != nullptr) return take_encrypted();
  size_t size = 0;
  gsl::span<const ConstBuffer> buffers;
  {
    InLibrary counted;
    buffers = connection_->pending_output();
  }
  for (const ConstBuffer& buffer : buffers) size += buffer.size;
  tally_.output += size - shown_;
  shown_ = size;
  if (!reads_ || size == 0) return false;
  for (const ConstBuffer& buffer : buffers) {
    output_.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  shown_ = 0;
  {
    InLibrary counted;
    connection_->sent(size);
  }
  read_output();
  return true;
}

// As a session does: output is encrypted when all ciphertext before it has been taken.
bool Conversation::take_encrypted() {
  if (sealed_ == 0) {
    InLibrary counted;
    sealed_ = tunnel_->channel().write(connection_->pending_output());
    tally_.output += sealed_;
  }
  if (!reads_ || !tunnel_->channel().wants_output()) return false;
  output_ += tunnel_->hear();
  {
    InLibrary counted;
    connection_->sent(std::exchange(sealed_, 0));
  }
  read_output();
  return true;
}

void Conversation::read_output() { is_text() ? read_responses() : read_frames(); }

// Of ours, which have a length: head by head.
void Conversation::read_responses() {
  constexpr std::string_view kLength = "content-length: ";
  for (;;) {
    const size_t head = output_.find("\r\n\r\n");
    if (role_ == Role::kClient || head == output_.npos) break;
    const size_t length = output_.find(kLength);
    const size_t size = length < head ? std::stoul(output_.substr(length + kLength.size(), 20)) : 0;
    if (output_.size() < head + 4 + size) return;
    if (output_.starts_with("HTTP/1.1 200")) ++tally_.answered;
    tally_.body += size;
    output_.erase(0, head + 4 + size);
  }
  if (role_ == Role::kClient) output_.clear();
}

void Conversation::read_frames() {
  size_t at = role_ == Role::kClient && output_.starts_with(kPreface) ? kPreface.size() : 0;
  while (std::optional<reference::Frame> frame = reference::parse(output_, &at)) {
    if (frame->type == reference::PING) {
      tally_.answered += frame->flags & reference::ACK;
      continue;
    }
    bool& ok = ok_[frame->stream_id];
    if (frame->type == reference::HEADERS) {
      const auto fields = decoder_.decode(frame->payload);
      ASSERT_TRUE(fields) << decoder_.error();
      ok = fields->front() == reference::HeaderField{":status", "200"};
    } else if (frame->type == reference::DATA) {
      tally_.body += frame->payload.size();
    } else if (frame->type == reference::RST_STREAM) {
      if (reference::number(frame->payload) != 0) ++tally_.refused;
    }
    const bool message = frame->type == reference::HEADERS || frame->type == reference::DATA;
    if (message && (frame->flags & reference::END_STREAM) != 0 && ok) ++tally_.answered;
  }
  output_.erase(0, at);
}

uint32_t Conversation::next_stream() {
  const uint32_t id = std::exchange(next_stream_, next_stream_ + 2);
  if (role_ == Role::kServer || closed_) return id;
  {
    InLibrary counted;
    static constexpr Field kGet[] = {
        {":method", "GET"}, {":scheme", "https"}, {":authority", "example.org"}, {":path", "/"}};
    const RequestResult asked = connection_->submit_request(gsl::span<const Field>(kGet));
    if (asked.ok()) {
      EXPECT_EQ(asked.stream_id, id);
    }
  }
  deliver();
  return id;
}

std::string Conversation::head(std::string_view path) const {
  return role_ == Role::kServer ? get(path) : kOk;
}

void Conversation::terminate() {
  {
    InLibrary counted;
    EXPECT_TRUE(connection_->terminate(ErrorCode::kInternalError).ok());
  }
  deliver();
}

void Conversation::handle(const Event& event) {
  std::visit(Overloaded{
                 [&](const RequestReceived& request) { answer(request); },
                 [&](const ResponseReceived&) { ++tally_.messages; },
                 [&](const DataReceived& data) {
                   // (Where nothing is fed or a response is there already, these say so.)
                   std::ignore =
                       connection_->send_data(data.stream_id, data.bytes, data.end_stream);
                   if (data.end_stream) {
                     std::ignore = connection_->submit_response(
                         data.stream_id, {{":status", "200"}}, Body::view(kPage));
                   }
                 },
                 [&](const TrailersReceived& trailers) {
                   std::ignore = connection_->submit_response(
                       trailers.stream_id, {{":status", "200"}}, Body::view(kPage));
                 },
                 [&](const StreamClosed& closed) {
                   if (role_ == Role::kClient && closed.closed_by == ClosedBy::kEnd)
                     ++tally_.answered;
                 },
                 [&](const ConnectionClosed& gone) { closed(gone.error); },
                 [](const auto&) {},
             },
             event);
}

void Conversation::answer(const RequestReceived& request) {
  ++tally_.messages;
  const std::string_view path = request.fields.get(":path");
  if (path == "/kept") std::ignore = connection_->set_automatic_credit(request.stream_id, false);
  if (path == "/wait") return;
  if (path == "/echo") {
    EXPECT_TRUE(
        connection_->submit_response(request.stream_id, {{":status", "200"}}, Body::stream()).ok());
  } else if (request.end_stream) {
    const std::string_view page = path == "/large" ? kLargePage : kPage;
    EXPECT_TRUE(
        connection_->submit_response(request.stream_id, {{":status", "200"}}, Body::view(page))
            .ok());
  }
}

void Conversation::closed(const ConnectionError& error) {
  closed_ = true;
  if (error.code == ErrorCode::kNoError) return;
  ++tally_.connections;
  tally_.error = error;
}

}  // namespace headrace::attacks

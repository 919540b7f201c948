#ifndef HEADRACE_FUZZ_CONVERSATION_PEER_H_
#define HEADRACE_FUZZ_CONVERSATION_PEER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/conversation/output_rules.h"
#include "fuzz/draws.h"
#include "headrace/protocol/interface/options.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::fuzz {

// Who the connection talks to.
class Peer {
 public:
  virtual ~Peer() = default;

  // What it begins with.
  virtual std::string preface(Draws* draws) = 0;
  // What it says next.
  virtual std::string write(Draws* draws) = 0;
  // What is left to say when the draws are used up.
  virtual std::string rest() { return ""; }
  // A stream that was used, most of the time.
  virtual uint32_t some_stream(Draws* draws) const = 0;
};

// A peer that may say anything: the octets that it is given.
class RawPeer : public Peer {
 public:
  RawPeer(Role role, std::string_view octets) : role_(role), octets_(octets) {}
  std::string preface(Draws* draws) override;
  std::string write(Draws* draws) override;
  std::string rest() override { return std::string(std::exchange(octets_, {})); }
  uint32_t some_stream(Draws* draws) const override { return draws->below(16); }

 private:
  const Role role_;  // its own
  std::string_view octets_;
};

// A peer that means well most of the time: it writes frames by the reference codecs, as the draws
// say, and now and then breaks one.
class FramePeer : public Peer {
 public:
  // `seen`: of our output, as far as it was sent.
  explicit FramePeer(const OutputRules::Seen& seen) : seen_(seen) {}

  // The next frame or field block.
  std::string write(Draws* draws) override;

 protected:
  using Fields = std::vector<reference::HeaderField>;

  // Something about a message; `choice` is below 16.
  virtual std::string message(Draws* draws, uint32_t choice) = 0;
  virtual std::string goaway(Draws* draws) = 0;
  virtual std::string extension(Draws* draws) = 0;

  static std::string settings(Draws* draws);
  // Of `type` HEADERS, or PUSH_PROMISE with `promised_id`; and CONTINUATION when the draws cut the
  // block.
  std::string field_block(Draws* draws, uint32_t stream_id, bool end_stream, const Fields& fields,
                          uint32_t promised_id = 0);
  std::string trailers(Draws* draws, uint32_t stream_id);
  static std::string data(Draws* draws, uint32_t stream_id);
  std::string window_update(Draws* draws);

  const OutputRules::Seen& seen_;

 private:
  std::string ping(Draws* draws) const;
  static std::string broken(Draws* draws, std::string frame);

  reference::HpackEncoder encoder_;
};

// Sends requests.
class ClientPeer : public FramePeer {
 public:
  using FramePeer::FramePeer;
  std::string preface(Draws* draws) override;
  uint32_t some_stream(Draws* draws) const override;

 private:
  std::string message(Draws* draws, uint32_t choice) override;
  std::string goaway(Draws* draws) override;
  std::string extension(Draws* draws) override;
  std::string request(Draws* draws);

  uint32_t next_stream_ = 1;
};

// Answers those that it has seen.
class ServerPeer : public FramePeer {
 public:
  using FramePeer::FramePeer;
  std::string preface(Draws* draws) override { return settings(draws); }
  uint32_t some_stream(Draws* draws) const override;

 private:
  struct Answer {
    bool head = false;
    bool ended = false;
  };

  std::string message(Draws* draws, uint32_t choice) override;
  std::string goaway(Draws* draws) override;
  std::string extension(Draws* draws) override;
  std::string answer(Draws* draws);
  std::string response(Draws* draws, uint32_t stream_id);
  std::string interim(Draws* draws);
  std::string promise(Draws* draws);
  std::string malformed(Draws* draws);

  std::map<uint32_t, Answer> answers_;
  std::vector<uint32_t> promised_;
  uint32_t next_promise_ = 2;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_PEER_H_

#ifndef HEADRACE_TESTS_FLIGHT_RECORDER_INPUT_TEXT_H_
#define HEADRACE_TESTS_FLIGHT_RECORDER_INPUT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"
#include "tests/transcript/item.h"

namespace headrace::recording {

// Writes what a peer sent as `<` lines that stand for exactly these octets, however they were cut:
// whole frames by their names, everything else as octets. Comments say what field blocks decode to.
class InputText {
 public:
  // `is_text`: of HTTP/1.1. `preface`: the peer begins with the octets of RFC 9113 §3.4.
  InputText(bool is_text, bool preface) : is_text_(is_text), preface_left_(preface ? 24 : 0) {}

  // The lines of one input, which is not empty.
  std::string write(std::string_view octets);

 private:
  static std::string write_text(std::string_view octets);
  std::string write_preface(std::string_view* octets);
  std::string write_frame(std::string_view octets, const reference::Frame& frame);
  std::string write_part(std::string_view part);
  void look_at(const reference::Frame& frame);
  // What the block of a frame decodes to: all of it, when `frame` is its last.
  void decode(std::string_view fragment, bool ends);

  const bool is_text_;
  size_t preface_left_;
  std::string open_;  // a frame of which a part has come

  reference::HpackDecoder decoder_;
  std::string block_;
  std::vector<reference::HeaderField> decoded_;  // by the last frame
  bool lost_ = false;                            // a block could not be decoded
};

}  // namespace headrace::recording

#endif  // HEADRACE_TESTS_FLIGHT_RECORDER_INPUT_TEXT_H_

#include "headrace/adapters/dump/detect.h"

#include <algorithm>

#include "headrace/adapters/dump/http1_reader.h"
#include "headrace/adapters/dump/http2_reader.h"
#include "headrace/protocol/frame/client_preface.h"

namespace headrace::dump {
namespace {

using From = Stream::From;
using Version = Stream::Version;

// Octets after which the version has to be decided.
constexpr size_t kEnough = 64 * 1024;

std::string_view first_line(std::string_view text) {
  std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// RFC 9113 §3.4: a server begins with SETTINGS.
bool begins_with_settings(std::string_view octets) {
  constexpr size_t kMost = 100;
  if (octets.size() < 9) return false;
  const std::string_view rest = octets.substr(3, 6);
  const size_t size =
      static_cast<size_t>(static_cast<uint8_t>(octets[1])) << 8 | static_cast<uint8_t>(octets[2]);
  return octets[0] == 0 && rest == std::string_view("\4\0\0\0\0\0", 6) && size % 6 == 0 &&
         size <= 6 * kMost;
}

// The kind of the first message that a line of the text begins.
Stream find_message(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    if (is_status_line(line)) return {Version::kHttp1, From::kServer, true};
    if (is_request_line(line)) return {Version::kHttp1, From::kClient, true};
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return {};
}

}  // namespace

Stream detect(std::string_view begin, bool whole) {
  if (begin.starts_with(kClientPreface)) return {Version::kHttp2, From::kClient, false};
  const bool has_line = begin.find('\n') != begin.npos;
  if (has_line && is_status_line(first_line(begin))) return {Version::kHttp1, From::kServer, false};
  if (has_line && is_request_line(first_line(begin)) && !begin.starts_with("PRI ")) {
    return {Version::kHttp1, From::kClient, false};
  }
  if (begins_with_settings(begin)) return {Version::kHttp2, From::kServer, false};
  if (!whole && begin.size() < kEnough) return {};
  const Stream text = find_message(begin);
  if (text.version == Version::kHttp1) return text;
  if (find_frames(begin)) return {Version::kHttp2, From::kUnknown, true};
  return {};
}

std::string describe(const Stream& stream) {
  std::string text = stream.version == Version::kHttp2   ? "HTTP/2"
                     : stream.version == Version::kHttp1 ? "HTTP/1.1"
                                                         : "neither HTTP/1.1 nor HTTP/2";
  if (stream.from == From::kClient) text += ", from a client";
  if (stream.from == From::kServer) text += ", from a server";
  if (stream.late) text += ", joined late";
  return text;
}

void DetectingReader::read(std::string_view octets) {
  if (reader_ != nullptr) return reader_->read(octets);
  begin_ += octets;
  decide(/*whole=*/false);
}

void DetectingReader::end() {
  if (reader_ == nullptr && !begin_.empty()) decide(/*whole=*/true);
  if (reader_ != nullptr) reader_->end();
}

void DetectingReader::decide(bool whole) {
  Stream stream = detect(begin_, whole);
  if (wanted_ != Version::kUnknown && stream.version != wanted_) {
    if (!whole && begin_.size() < kEnough) return;
    stream = {wanted_, From::kUnknown, wanted_ == Version::kHttp2};
  }
  if (stream.version == Version::kUnknown && !whole && begin_.size() < kEnough) return;
  Item note;
  note.name = describe(stream);
  sink_.take(note);
  if (stream.version == Version::kHttp1) {
    reader_ = std::make_unique<Http1Reader>(stream.late, &sink_);
  } else {
    const bool preface = stream.from == From::kClient && !stream.late;
    reader_ = std::make_unique<Http2Reader>(Http2Reader::Begin{preface, stream.late}, &sink_);
  }
  reader_->read(begin_);
  begin_.clear();
}

}  // namespace headrace::dump

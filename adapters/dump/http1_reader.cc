#include "headrace/adapters/dump/http1_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "headrace/field/field.h"

namespace headrace::dump {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  while (!text.empty() && kSpace.find(text.back()) != kSpace.npos) text.remove_suffix(1);
  return text;
}

uint64_t number(std::string_view text, int base) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

bool ends_with_chunked(std::string_view value) {
  const size_t comma = value.rfind(',');
  return is_same_name(trim(comma == value.npos ? value : value.substr(comma + 1)), "chunked");
}

}  // namespace

bool is_request_line(std::string_view line) {
  const size_t method = line.find(' ');
  if (method == line.npos || method == 0) return false;
  constexpr std::string_view kMethods[] = {"GET",   "HEAD",   "POST",    "PUT",       "DELETE",
                                           "PATCH", "TRACE",  "OPTIONS", "CONNECT",   "PROPFIND",
                                           "MOVE",  "COPY",   "MKCOL",   "PROPPATCH", "REPORT",
                                           "LOCK",  "UNLOCK", "QUERY",   "SEARCH"};
  const bool is_known = std::find(std::begin(kMethods), std::end(kMethods),
                                  line.substr(0, method)) != std::end(kMethods);
  const size_t version = line.rfind(' ');
  return is_known && version > method && line.substr(version + 1).starts_with(kVersion);
}

bool is_status_line(std::string_view line) {
  return line.starts_with(kVersion) && line.size() >= 12 && line[8] == ' ';
}

void Http1Reader::read(std::string_view octets) {
  buffer_ += octets;
  while (step()) {
  }
}

void Http1Reader::end() {
  ended_ = true;
  read("");
  const bool between = state_ == State::kStart || state_ == State::kUntilEnd;
  if (between && buffer_.empty()) return;
  Item note;
  note.offset = offset_;
  note.size = buffer_.size();
  note.name = state_ == State::kSearch ? "no message of HTTP/1.x is found"
                                       : "the stream ends within a message";
  sink_.take(note);
}

bool Http1Reader::step() {
  switch (state_) {
    case State::kContent:
    case State::kChunk:
    case State::kUntilEnd:
      return read_content();
    default:
      std::string line;
      return take_line(&line) && read_line(line);
  }
}

// Takes the next line, with its end. False if it is not complete.
bool Http1Reader::take_line(std::string* line) {
  const size_t end = buffer_.find('\n');
  if (end == buffer_.npos) return false;
  *line = buffer_.substr(0, end + 1);
  buffer_.erase(0, end + 1);
  offset_ += line->size();
  return true;
}

bool Http1Reader::read_line(const std::string& line) {
  const std::string_view text = trim(line);
  switch (state_) {
    case State::kSearch:
      if (!is_request_line(text) && !is_status_line(text)) {
        skipped_ += line.size();
        return true;
      }
      if (skipped_ > 0) {
        Item note;
        note.size = skipped_;
        note.name = std::to_string(skipped_) + " octets before the first whole message";
        sink_.take(note);
      }
      read_start(line);
      return true;
    case State::kStart:
      if (!text.empty()) read_start(line);  // RFC 9112 §2.2
      return true;
    case State::kFields:
      text.empty() ? end_head() : read_field(line);
      return true;
    case State::kChunkSize:
      left_ = number(text, 16);
      state_ = left_ > 0 ? State::kChunk : State::kTrailers;
      head_ = {};
      head_.offset = offset_;  // of the trailers, if they follow
      return true;
    case State::kTrailers:
      if (!text.empty()) {
        read_field(line);
        return true;
      }
      if (!head_.fields.empty()) {
        head_.kind = Item::Kind::kMessage;
        head_.name = "trailers";
        sink_.take(head_);
      }
      end_message();
      return true;
    default:
      return true;
  }
}

void Http1Reader::read_start(const std::string& line) {
  const std::string_view text = trim(line);
  head_ = {};
  head_.kind = Item::Kind::kMessage;
  head_.offset = offset_ - line.size();
  head_.size = line.size();
  is_response_ = is_status_line(text);
  head_.name = is_response_ ? "response" : "request";
  head_.line = text;
  chunked_ = has_length_ = tunnels_ = false;
  left_ = 0;
  if (is_response_) {
    const uint64_t status = number(text.substr(9), 10);
    head_.numbers.emplace_back("status", status);
    tunnels_ = status == 101;
    has_length_ = status < 200 || status == 204 || status == 304;
  } else {
    head_.texts.emplace_back("method", std::string(text.substr(0, text.find(' '))));
    tunnels_ = text.starts_with("CONNECT ");
    has_length_ = true;  // none, unless a field says otherwise
  }
  state_ = State::kFields;
}

void Http1Reader::read_field(const std::string& line) {
  head_.size += line.size();
  const size_t colon = std::min(line.find(':'), line.size());
  hpack::SeenField field;
  field.name = trim(std::string_view(line).substr(0, colon));
  field.value = trim(std::string_view(line).substr(std::min(colon + 1, line.size())));
  if (state_ == State::kFields) {
    if (is_same_name(field.name, "transfer-encoding")) chunked_ = ends_with_chunked(field.value);
    if (is_same_name(field.name, "content-length")) {
      left_ = number(field.value, 10);
      has_length_ = true;
    }
  }
  head_.fields.push_back(std::move(field));
}

// RFC 9112 §6.3
void Http1Reader::end_head() {
  const uint64_t status = head_.numbers.empty() ? 0 : head_.numbers[0].second;
  const bool bare = is_response_ && (status < 200 || status == 204 || status == 304);
  sink_.take(head_);
  if (tunnels_) {
    state_ = State::kUntilEnd;
  } else if (bare) {
    end_message();
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (has_length_) {
    state_ = State::kContent;
  } else {
    state_ = State::kUntilEnd;
  }
}

void Http1Reader::end_message() { state_ = State::kStart; }

bool Http1Reader::read_content() {
  // The response to HEAD has the length of its GET, but no content: the next one follows at once.
  const bool at_begin = state_ == State::kContent && is_response_ && !head_.fields.empty();
  if (at_begin && !ended_ && buffer_.size() < kVersion.size() && kVersion.starts_with(buffer_)) {
    return false;
  }
  const bool next_one = at_begin && buffer_.starts_with(kVersion);
  if (state_ == State::kContent && (left_ == 0 || next_one)) {
    end_message();
    return true;
  }
  if (buffer_.empty()) return false;
  if (state_ == State::kChunk && left_ == 0) {
    std::string line;
    if (!take_line(&line)) return false;
    state_ = State::kChunkSize;
    return true;
  }
  const uint64_t size =
      state_ == State::kUntilEnd ? buffer_.size() : std::min<uint64_t>(left_, buffer_.size());
  give_content(std::string_view(buffer_).substr(0, size));
  buffer_.erase(0, size);
  offset_ += size;
  left_ -= std::min(left_, size);
  head_.fields.clear();
  return true;
}

void Http1Reader::give_content(std::string_view octets) {
  Item item;
  item.kind = Item::Kind::kContent;
  item.offset = offset_;
  item.size = octets.size();
  item.name = tunnels_ ? "tunnel" : state_ == State::kChunk ? "chunk" : "content";
  item.octets = octets;
  sink_.take(item);
}

}  // namespace headrace::dump

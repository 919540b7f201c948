#include <llhttp.h>

#include <algorithm>

#include "fuzz/http1_differential/reading.h"

namespace headrace::fuzz::http1_differential {
namespace {

std::string trimmed(const std::string& value) {
  constexpr std::string_view kWhiteSpace = " \t";
  const size_t begin = value.find_first_not_of(kWhiteSpace);
  if (begin == value.npos) return {};
  return value.substr(begin, value.find_last_not_of(kWhiteSpace) + 1 - begin);
}

std::string lowered(std::string text) {
  for (char& c : text) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return text;
}

// RFC 3986 §3.1
bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return 'a' <= (c | 0x20) && (c | 0x20) <= 'z'; };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || ('0' <= c && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

class Theirs {
 public:
  Theirs(Role role, uint8_t plan) : is_client_(role == Role::kClient), asked_(asked(plan)) {
    llhttp_settings_init(&settings_);
    settings_.on_message_begin = [](llhttp_t* parser) { return self(parser)->begin(); };
    settings_.on_method = [](llhttp_t* parser, const char* at, size_t size) {
      self(parser)->method_.append(at, size);
      return 0;
    };
    settings_.on_url = [](llhttp_t* parser, const char* at, size_t size) {
      self(parser)->target_.append(at, size);
      return 0;
    };
    settings_.on_header_field = [](llhttp_t* parser, const char* at, size_t size) {
      self(parser)->name_.append(at, size);
      return 0;
    };
    settings_.on_header_value = [](llhttp_t* parser, const char* at, size_t size) {
      self(parser)->value_.append(at, size);
      return 0;
    };
    settings_.on_header_value_complete = [](llhttp_t* parser) {
      return self(parser)->end_of_field();
    };
    settings_.on_headers_complete = [](llhttp_t* parser) { return self(parser)->end_of_head(); };
    settings_.on_body = [](llhttp_t* parser, const char* at, size_t size) {
      self(parser)->reading_.messages.back().content.append(at, size);
      return 0;
    };
    settings_.on_message_complete = [](llhttp_t* parser) { return self(parser)->complete(); };
    llhttp_init(&parser_, is_client_ ? HTTP_RESPONSE : HTTP_REQUEST, &settings_);
    parser_.data = this;
  }

  void say(std::string_view text) {
    if (done_) return;
    judge(llhttp_execute(&parser_, text.data(), text.size()));
  }
  Reading end() {
    if (is_client_ && !done_) judge(llhttp_finish(&parser_));
    return std::move(reading_);
  }

 private:
  static Theirs* self(llhttp_t* parser) { return static_cast<Theirs*>(parser->data); }

  int begin() {
    method_.clear();
    target_.clear();
    name_.clear();
    value_.clear();
    fields_.clear();
    return 0;
  }
  int end_of_field() {
    std::pair<std::string, std::string> field(lowered(name_), trimmed(value_));
    name_.clear();
    value_.clear();
    if ((parser_.flags & F_TRAILING) != 0) {
      reading_.messages.back().trailers.push_back(std::move(field));
    } else {
      fields_.push_back(std::move(field));
    }
    return 0;
  }

  // 1: there is no content; 2: another protocol follows (llhttp.h).
  int end_of_head() {
    reading_.heads.push_back(fields_);
    reading_.minors.push_back(llhttp_get_http_minor(&parser_));
    Message message;
    if (is_client_) {
      message.fields.emplace_back(":status", std::to_string(llhttp_get_status_code(&parser_)));
      std::string& digits = message.fields[0].second;
      digits.insert(0, 3 - std::min<size_t>(digits.size(), 3), '0');
    } else {
      add_request_line(&message.fields);
    }
    for (const auto& field : fields_) {
      if (field.first == "transfer-encoding" || (!is_client_ && field.first == "host")) continue;
      message.fields.push_back(field);
    }
    reading_.messages.push_back(std::move(message));
    return is_client_ ? content_of_response() : 0;
  }
  int content_of_response() {
    const int status = llhttp_get_status_code(&parser_);
    const Asked what = asked_[finals_];
    if (status / 100 == 1) return 0;
    ++finals_;
    if (what == Asked::kConnect && status / 100 == 2) return 2;
    return what == Asked::kHead ? 1 : 0;
  }

  // RFC 9112 §3.3, which llhttp leaves to its caller.
  void add_request_line(FieldList* fields) const {
    std::string scheme = "http";
    std::string authority;
    std::string path = target_;
    const bool is_connect = method_ == "CONNECT";
    const size_t colon = target_.find("://");
    if (is_connect) {
      authority = target_;
    } else if (colon != target_.npos && is_scheme(target_.substr(0, colon))) {
      scheme = target_.substr(0, colon);
      const size_t end = std::min(target_.find_first_of("/?#", colon + 3), target_.size());
      authority = target_.substr(colon + 3, end - colon - 3);
      path = target_.substr(end);
      if (path.empty()) path = method_ == "OPTIONS" ? "*" : "/";
      if (path[0] == '?') path.insert(0, "/");
    }
    const std::string* const host = find_field(fields_, "host");
    if (authority.empty() && host != nullptr) authority = *host;
    fields->emplace_back(":method", method_);
    if (!is_connect) fields->emplace_back(":scheme", scheme);
    if (!authority.empty()) fields->emplace_back(":authority", authority);
    if (!is_connect) fields->emplace_back(":path", path);
  }

  int complete() {
    Message& message = reading_.messages.back();
    message.complete = true;
    const bool interim = is_client_ && llhttp_get_status_code(&parser_) / 100 == 1;
    // (Where the end of the connection is that of the message, it says nothing else.)
    const bool ends = llhttp_should_keep_alive(&parser_) == 0;
    reading_.interim_ends = ends && interim;
    message.is_last = ends && !interim && llhttp_message_needs_eof(&parser_) == 0;
    if (!is_client_ || finals_ < asked_.size() || llhttp_get_upgrade(&parser_) != 0) return 0;
    // Behind the last response there is nothing to agree about.
    done_ = true;
    return HPE_PAUSED;
  }
  void judge(llhttp_errno_t error) {
    if (error == HPE_OK || done_) return;
    done_ = true;
    if (error == HPE_PAUSED_UPGRADE) {
      Message& message = reading_.messages.back();
      message.complete = message.tunnel = true;
      message.is_last = false;
      return;
    }
    if (error == HPE_CLOSED_CONNECTION) return;  // octets behind the last message
    const bool at_end = error == HPE_INVALID_EOF_STATE;
    if (at_end) return;
    reading_.refused = true;
    reading_.reason = llhttp_get_error_reason(&parser_);
  }

  const bool is_client_;
  const std::vector<Asked> asked_;
  llhttp_settings_t settings_;
  llhttp_t parser_;
  Reading reading_;
  std::string method_, target_, name_, value_;
  FieldList fields_;
  size_t finals_ = 0;
  bool done_ = false;
};

}  // namespace

Reading read_theirs(Role role, uint8_t plan, const std::vector<std::string_view>& parts) {
  Theirs theirs(role, plan);
  for (const std::string_view part : parts) theirs.say(part);
  return theirs.end();
}

}  // namespace headrace::fuzz::http1_differential

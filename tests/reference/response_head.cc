#include "tests/reference/response_head.h"

#include <algorithm>
#include <set>

namespace reference {
namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

std::string trim(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.erase(0, 1);
  return text;
}

// A list of fields that is changed by name, as a server that clones the application's does it.
class Clone {
 public:
  explicit Clone(FieldList fields) : fields_(std::move(fields)) {}

  void erase(const std::string& name) {
    std::erase_if(fields_, [&](const auto& field) { return lower(field.first) == name; });
  }
  void append(const std::string& name, const std::string& value) {
    if (!value.empty()) fields_.emplace_back(name, value);
  }
  std::vector<std::string> values(const std::string& name) const {
    std::vector<std::string> found;
    for (const auto& [key, value] : fields_) {
      if (lower(key) == name) found.push_back(value);
    }
    return found;
  }
  bool has(const std::string& name) const { return !values(name).empty(); }
  // The elements of all its lines, in lower case.
  std::vector<std::string> elements(const std::string& name) const {
    std::vector<std::string> found;
    for (std::string rest : values(name)) {
      rest += ',';
      for (size_t comma; (comma = rest.find(',')) != rest.npos; rest.erase(0, comma + 1)) {
        const std::string element = trim(rest.substr(0, comma));
        if (!element.empty()) found.push_back(lower(element));
      }
    }
    return found;
  }
  FieldList take() { return std::move(fields_); }

 private:
  FieldList fields_;
};

bool is_number(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return false;
  const size_t digits = text.find_first_not_of('0');
  const std::string number = digits == text.npos ? "0" : text.substr(digits);
  const std::string largest = "9223372036854775807";
  return number.size() < largest.size() || (number.size() == largest.size() && number <= largest);
}

struct Added {
  std::string date, type, length, connection, coding;
};

}  // namespace

FieldList complete_response_head(const FieldList& fields, const ResponseContext& context) {
  Clone head(fields);
  Added added;
  const bool http2 = context.version == "2";
  const int status = std::stoi(fields.at(0).second);
  const bool head_request = context.method == "HEAD";
  const bool to_connect = context.method == "CONNECT" && status / 100 == 2;
  const bool switches = status == 101 || to_connect;
  const bool interim = status < 200;
  const bool no_content = interim || to_connect || status == 204 || status == 205 || status == 304;

  // RFC 9113 §8.2.2
  if (http2) {
    for (const char* name :
         {"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}) {
      head.erase(name);
    }
  }
  const std::vector<std::string> codings = head.elements("transfer-encoding");
  const bool identity = codings == std::vector<std::string>{"identity"};
  const bool has_type = head.has("content-type");
  const bool has_date = head.has("date");
  bool encoded = false;
  for (const std::string& value : head.values("content-encoding")) encoded |= !value.empty();

  // A value that is empty says: none.
  for (const char* name : {"content-type", "date"}) {
    const auto values = head.values(name);
    if (std::find(values.begin(), values.end(), "") != values.end()) head.erase(name);
  }

  // The length that was given, if it is one.
  std::set<std::string> lengths;
  for (const std::string& value : head.values("content-length")) {
    lengths.insert(is_number(value) ? std::to_string(std::stoull(value)) : "bad");
  }
  if (lengths.size() > 1 || lengths.count("bad") > 0) {
    head.erase("content-length");
  } else if (head.values("content-length").size() > 1) {
    head.erase("content-length");
    added.length = *lengths.begin();
  }

  // RFC 9110 §8.6, §15.3.6; RFC 9112 §6.2
  const bool coded = !codings.empty() && !identity;
  if (status == 205 && !to_connect) {
    const auto values = head.values("content-length");
    if (values.size() != 1 || std::stoull(values[0]) != 0) {
      head.erase("content-length");
      added.length = "0";
    }
  } else if (no_content || coded) {
    head.erase("content-length");
    added.length.clear();
  } else if (context.version == "1.1" && context.trailers_follow && !head_request &&
             codings.empty()) {
    head.erase("content-length");  // RFC 9112 §7.1.2: the place of trailers is behind chunks
    added.length.clear();
  } else if (!head.has("content-length") && added.length.empty() && context.body_size &&
             codings.empty() && (http2 || !context.trailers_follow) &&
             (!head_request || *context.body_size > 0)) {
    added.length = std::to_string(*context.body_size);
  }
  const bool sized = head.has("content-length") || !added.length.empty();

  // RFC 9110 §8.3, §15.4.5
  if (status == 304) head.erase("content-type");
  if (!no_content && !encoded && !has_type && codings.empty()) added.type = context.sniffed_type;

  // RFC 9110 §6.6.1
  if (!interim && !has_date) added.date = context.date;

  if (!http2) {
    // RFC 9112 §6.1, §6.3
    bool until_close = false;
    if (no_content || head_request || sized) {
      head.erase("transfer-encoding");
    } else if (context.version == "1.0" || identity) {
      head.erase("transfer-encoding");
      until_close = true;
    } else {
      const auto times = std::count(codings.begin(), codings.end(), "chunked");
      const bool right = times == 1 && codings.back() == "chunked";
      if (!right) {
        if (times > 0 || codings.empty()) head.erase("transfer-encoding");
        added.coding = "chunked";
      }
    }
    // RFC 9112 §9.3, §9.6
    if (!interim && !switches) {
      const auto options = head.elements("connection");
      const bool says_close = std::find(options.begin(), options.end(), "close") != options.end();
      const bool closes = !context.may_persist || says_close || until_close;
      const bool says_alive =
          std::find(options.begin(), options.end(), "keep-alive") != options.end();
      if (closes && !says_close) {
        if (says_alive) head.erase("connection");
        if (context.version == "1.1") added.connection = "close";
      }
      if (!closes && context.version == "1.0" && !says_alive) {
        added.connection = "keep-alive";
      }
    }
  }

  head.append("date", added.date);
  head.append("content-type", added.type);
  head.append("content-length", added.length);
  head.append("connection", added.connection);
  head.append("transfer-encoding", added.coding);
  return head.take();
}

std::string response_text(const FieldList& completed, const std::string& version,
                          const std::string& reason) {
  std::string text = "HTTP/" + version + " " + completed.at(0).second + " " + reason + "\r\n";
  for (const auto& [name, value] : completed) {
    if (name[0] != ':') text += name + ": " + value + "\r\n";
  }
  return text + "\r\n";
}

}  // namespace reference

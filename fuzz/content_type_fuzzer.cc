// What a body is by its first octets (WHATWG MIME Sniffing, §6, §7), against the standard's tables
// in its own form: a pattern and a mask, in hexadecimal.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/pieces.h"
#include "fuzz/require.h"
#include "headrace/protocol/message/content_type.h"

namespace headrace::fuzz {
namespace {

struct Pattern {
  const char* octets;  // in hexadecimal; ".." is any octet
  const char* type;
};

// §7.1, the tags; each is followed by a space or ">" (§5, tag-terminating byte).
constexpr const char* kTags[] = {"<!doctype html",
                                 "<html",
                                 "<head",
                                 "<script",
                                 "<iframe",
                                 "<h1",
                                 "<div",
                                 "<font",
                                 "<table",
                                 "<a",
                                 "<style",
                                 "<title",
                                 "<b",
                                 "<body",
                                 "<br",
                                 "<p",
                                 "<!--"};

// Behind the tags, in the standard's order.
constexpr Pattern kPatterns[] = {
    {"255044462d", "application/pdf"},
    {"252150532d41646f62652d", "application/postscript"},
    {"feff....", "text/plain; charset=utf-16be"},
    {"fffe....", "text/plain; charset=utf-16le"},
    {"efbbbf..", "text/plain; charset=utf-8"},
    {"00000100", "image/x-icon"},
    {"00000200", "image/x-icon"},
    {"424d", "image/bmp"},
    {"474946383761", "image/gif"},
    {"474946383961", "image/gif"},
    {"52494646........574542505650", "image/webp"},
    {"89504e470d0a1a0a", "image/png"},
    {"ffd8ff", "image/jpeg"},
    {"464f524d........41494646", "audio/aiff"},
    {"494433", "audio/mpeg"},
    {"4f67675300", "application/ogg"},
    {"4d54686400000006", "audio/midi"},
    {"52494646........41564920", "video/avi"},
    {"52494646........57415645", "audio/wave"},
};
// Behind MP4, whose rule is no pattern.
constexpr Pattern kMorePatterns[] = {
    {"1a45dfa3", "video/webm"},
    {"....................................................................4c50",
     "application/vnd.ms-fontobject"},
    {"00010000", "font/ttf"},
    {"4f54544f", "font/otf"},
    {"74746366", "font/collection"},
    {"774f4646", "font/woff"},
    {"774f4632", "font/woff2"},
    {"1f8b08", "application/x-gzip"},
    {"504b0304", "application/zip"},
    {"526172211a0700", "application/x-rar-compressed"},
    {"526172211a070100", "application/x-rar-compressed"},
    {"0061736d", "application/wasm"},
};

std::string hexadecimal(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", static_cast<unsigned char>(c));
    text += digits;
  }
  return text;
}

bool has_pattern(const std::string& body, std::string_view pattern) {
  if (body.size() < pattern.size()) return false;
  return std::equal(pattern.begin(), pattern.end(), body.begin(),
                    [](char wanted, char c) { return wanted == '.' || wanted == c; });
}

// §6.2.1, with offsets.
bool is_mp4(std::string_view body) {
  if (body.size() < 12) return false;
  uint64_t box = 0;
  for (size_t i = 0; i < 4; ++i) box = box * 256 + static_cast<uint8_t>(body[i]);
  if (body.size() < box || box % 4 != 0 || body.substr(4, 4) != "ftyp") return false;
  if (box >= 12 && body.substr(8, 3) == "mp4") return true;
  for (uint64_t read = 16; read < box; read += 4) {
    if (body.substr(read, 3) == "mp4") return true;
  }
  return false;
}

std::string second_opinion(const std::string& body) {
  const size_t first = body.find_first_not_of("\t\n\f\r ");
  const std::string text = first == std::string::npos ? "" : body.substr(first);
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string tag : kTags) {
    if (lower.starts_with(tag + " ") || lower.starts_with(tag + ">")) {
      return "text/html; charset=utf-8";
    }
  }
  if (text.starts_with("<?xml")) return "text/xml; charset=utf-8";
  const std::string digits = hexadecimal(body);
  for (const Pattern& pattern : kPatterns) {
    if (has_pattern(digits, pattern.octets)) return pattern.type;
  }
  if (is_mp4(body)) return "video/mp4";
  for (const Pattern& pattern : kMorePatterns) {
    if (has_pattern(digits, pattern.octets)) return pattern.type;
  }
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= 0x08 || octet == 0x0b || (octet >= 0x0e && octet <= 0x1a) ||
        (octet >= 0x1c && octet <= 0x1f)) {
      return "application/octet-stream";
    }
  }
  return "text/plain; charset=utf-8";
}

void check(const std::string& body) {
  const std::string type(detect_content_type(octets(body)));
  require(type == second_opinion(body.substr(0, kSniffedOctets)), "another opinion on the type");
}

// The input, and the input behind the beginning of something that is known.
void play(std::string_view input) {
  check(std::string(input));
  Draws draws(input);
  std::string front;
  const uint32_t kind = draws.below(4);
  if (kind == 0) {
    const char* hex = kPatterns[draws.below(std::size(kPatterns))].octets;
    const char* more = kMorePatterns[draws.below(std::size(kMorePatterns))].octets;
    for (const char* at = draws.seldom(2) ? hex : more; *at != '\0'; at += 2) {
      front.push_back(*at == '.' ? static_cast<char>(draws.octet())
                                 : static_cast<char>(std::stoi(std::string(at, 2), nullptr, 16)));
    }
  } else if (kind == 1) {
    front = std::string(draws.below(20), " \t\n\r\f"[draws.below(5)]);
    front += kTags[draws.below(std::size(kTags))];
    if (draws.seldom(2)) front[front.size() - 1] ^= 0x20;
    front += draws.seldom(2) ? ">" : " ";
  } else if (kind == 2) {
    front = std::string(3, '\0') + static_cast<char>(4 * draws.below(10)) + "ftyp";
    front += draws.octets(4 * draws.below(5)) + "mp4";
  } else {
    front = std::string(500 + draws.below(20), 'x');
  }
  check(front + draws.octets(600));
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}

#include "headrace/protocol/message/content_type.h"

#include <algorithm>
#include <gsl/span>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

using std::string_view_literals::operator""sv;

enum class Match : uint8_t {
  kOctets,          // the body begins with the pattern
  kMasked,          // the same, for the octets marked in the mask
  kAfterSpace,      // the pattern follows leading white space
  kTag,             // an HTML tag in any case, after leading white space and before ' ' or '>'
  kMp4,             // the signature of MP4 (§6.2.1)
  kNoBinaryOctets,  // no octet that text does not contain (the last rule of §7)
};

struct Signature {
  Match match;
  std::string_view pattern;  // a tag in upper case
  std::string_view type;
  std::string_view mask = {};  // 'x' for each octet to compare
};

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kFontObject =
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0LP"sv;

// In order of precedence.
constexpr Signature kSignatures[] = {
    // §7.1: types that a browser could run as a page.
    {Match::kTag, "<!DOCTYPE HTML", kHtml},
    {Match::kTag, "<HTML", kHtml},
    {Match::kTag, "<HEAD", kHtml},
    {Match::kTag, "<SCRIPT", kHtml},
    {Match::kTag, "<IFRAME", kHtml},
    {Match::kTag, "<H1", kHtml},
    {Match::kTag, "<DIV", kHtml},
    {Match::kTag, "<FONT", kHtml},
    {Match::kTag, "<TABLE", kHtml},
    {Match::kTag, "<A", kHtml},
    {Match::kTag, "<STYLE", kHtml},
    {Match::kTag, "<TITLE", kHtml},
    {Match::kTag, "<B", kHtml},
    {Match::kTag, "<BODY", kHtml},
    {Match::kTag, "<BR", kHtml},
    {Match::kTag, "<P", kHtml},
    {Match::kTag, "<!--", kHtml},
    {Match::kAfterSpace, "<?xml", "text/xml; charset=utf-8"},
    {Match::kOctets, "%PDF-", "application/pdf"},
    {Match::kOctets, "%!PS-Adobe-", "application/postscript"},
    // Byte order marks, followed by one or two octets of text.
    {Match::kMasked, "\xfe\xff\0\0"sv, "text/plain; charset=utf-16be", "xx.."},
    {Match::kMasked, "\xff\xfe\0\0"sv, "text/plain; charset=utf-16le", "xx.."},
    {Match::kMasked, "\xef\xbb\xbf\0"sv, "text/plain; charset=utf-8", "xxx."},
    // §6.1: images.
    {Match::kOctets, "\0\0\x01\0"sv, "image/x-icon"},
    {Match::kOctets, "\0\0\x02\0"sv, "image/x-icon"},
    {Match::kOctets, "BM", "image/bmp"},
    {Match::kOctets, "GIF87a", "image/gif"},
    {Match::kOctets, "GIF89a", "image/gif"},
    {Match::kMasked, "RIFF\0\0\0\0WEBPVP"sv, "image/webp", "xxxx....xxxxxx"},
    {Match::kOctets, "\x89PNG\r\n\x1a\n", "image/png"},
    {Match::kOctets, "\xff\xd8\xff", "image/jpeg"},
    // §6.2: audio and video.
    {Match::kMasked, "FORM\0\0\0\0AIFF"sv, "audio/aiff", "xxxx....xxxx"},
    {Match::kOctets, "ID3", "audio/mpeg"},
    {Match::kOctets, "OggS\0"sv, "application/ogg"},
    {Match::kOctets, "MThd\0\0\0\x06"sv, "audio/midi"},
    {Match::kMasked, "RIFF\0\0\0\0AVI "sv, "video/avi", "xxxx....xxxx"},
    {Match::kMasked, "RIFF\0\0\0\0WAVE"sv, "audio/wave", "xxxx....xxxx"},
    {Match::kMp4, "", "video/mp4"},
    {Match::kOctets, "\x1a\x45\xdf\xa3", "video/webm"},
    // §6.3: fonts.
    {Match::kMasked, kFontObject, "application/vnd.ms-fontobject",
     "..................................xx"},
    {Match::kOctets, "\0\x01\0\0"sv, "font/ttf"},
    {Match::kOctets, "OTTO", "font/otf"},
    {Match::kOctets, "ttcf", "font/collection"},
    {Match::kOctets, "wOFF", "font/woff"},
    {Match::kOctets, "wOF2", "font/woff2"},
    // §6.4: archives. The pattern for RAR is that of the format, because the standard's is wrong.
    {Match::kOctets, "\x1f\x8b\x08", "application/x-gzip"},
    {Match::kOctets, "PK\x03\x04", "application/zip"},
    {Match::kOctets, "Rar!\x1a\x07\0"sv, "application/x-rar-compressed"},
    {Match::kOctets, "Rar!\x1a\x07\x01\0"sv, "application/x-rar-compressed"},
    {Match::kOctets, "\0asm"sv, "application/wasm"},
    {Match::kNoBinaryOctets, "", "text/plain; charset=utf-8"},
};

bool is_white_space(char c) { return c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '; }

std::string_view behind_white_space(std::string_view text) {
  return {std::find_if_not(text.begin(), text.end(), is_white_space), text.end()};
}

bool is_masked(const Signature& signature, std::string_view body) {
  if (body.size() < signature.pattern.size()) return false;
  for (size_t i = 0; i < signature.pattern.size(); ++i) {
    if (signature.mask[i] == 'x' && body[i] != signature.pattern[i]) return false;
  }
  return true;
}

bool is_tag(std::string_view tag, std::string_view body) {
  if (body.size() <= tag.size()) return false;
  const auto same = [](char wanted, char c) {
    return wanted == ('a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  };
  const char behind = body[tag.size()];
  return std::equal(tag.begin(), tag.end(), body.begin(), same) && (behind == ' ' || behind == '>');
}

// §6.2.1: one of the compatible brands in the first box, which is an "ftyp", begins with "mp4".
bool is_mp4(std::string_view body) {
  if (body.size() < 12 || body.substr(4, 4) != "ftyp") return false;
  size_t size = 0;
  for (char c : body.substr(0, 4)) size = size << 8 | static_cast<uint8_t>(c);
  if (size > body.size() || size % 4 != 0) return false;
  constexpr size_t kMinorVersion = 12;
  for (size_t at = 8; at < size; at += 4) {
    if (at != kMinorVersion && body.substr(at, 3) == "mp4") return true;
  }
  return false;
}

bool is_binary(char c) {
  const auto octet = static_cast<uint8_t>(c);
  return octet <= 0x08 || octet == 0x0b || (0x0e <= octet && octet <= 0x1f && octet != 0x1b);
}

bool fits(const Signature& signature, std::string_view body, std::string_view text) {
  switch (signature.match) {
    case Match::kOctets:
      return body.starts_with(signature.pattern);
    case Match::kMasked:
      return is_masked(signature, body);
    case Match::kAfterSpace:
      return text.starts_with(signature.pattern);
    case Match::kTag:
      return is_tag(signature.pattern, text);
    case Match::kMp4:
      return is_mp4(body);
    case Match::kNoBinaryOctets:
      return std::none_of(text.begin(), text.end(), is_binary);
  }
  return false;
}

// A quick test that excludes most signatures by one octet.
bool may_fit(const Signature& signature, std::string_view body, std::string_view text) {
  if (signature.pattern.empty() || signature.mask.starts_with('.')) return true;
  const bool behind_space = signature.match == Match::kTag || signature.match == Match::kAfterSpace;
  const std::string_view from = behind_space ? text : body;
  return !from.empty() && from.front() == signature.pattern.front();
}

}  // namespace

std::string_view detect_content_type(gsl::span<const uint8_t> octets) {
  const std::string_view body(reinterpret_cast<const char*>(octets.data()),
                              std::min(octets.size(), kSniffedOctets));
  const std::string_view text = behind_white_space(body);
  for (const Signature& signature : kSignatures) {
    if (may_fit(signature, body, text) && fits(signature, body, text)) return signature.type;
  }
  return "application/octet-stream";
}

HEADRACE_ABI_END
}  // namespace headrace

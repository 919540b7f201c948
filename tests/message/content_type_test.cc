#include "headrace/protocol/message/content_type.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace {
namespace {

using std::string_literals::operator""s;

std::string_view type_of(const std::string& body) {
  return detect_content_type({reinterpret_cast<const uint8_t*>(body.data()), body.size()});
}

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kBinary = "application/octet-stream";

struct Row {
  std::string body;
  const char* type;
};

// Bodies of the kinds that the standard names (WHATWG MIME Sniffing §6, §7), as the formats' own
// documents have them.
const Row kRows[] = {
    {"", kText},
    {"\x01\x02\x03", kBinary},
    {"This is not HTML. It has \xe2\x98\x83 though.", kText},
    {"\t\n\f\r ", kText},
    {"an escape \x1b[1m is text", kText},
    {"\n\x0bvertical", kBinary},
    {"text\0"s, kBinary},
    {"text\x7f", kText},
    // Pages.
    {"<HtMl><bOdY>blah blah blah</body></html>", kHtml},
    {"<HTML></HTML>", kHtml},
    {"   <!DOCTYPE HTML>...", kHtml},
    {"<!doctype html >", kHtml},
    {"\r\n<html>...", kHtml},
    {"<head>", kHtml},
    {"<script >", kHtml},
    {"<iframe src=x>", kHtml},
    {"<h1>", kHtml},
    {"<div>", kHtml},
    {"<font>", kHtml},
    {"<table>", kHtml},
    {"<a href=x>", kHtml},
    {"<style>", kHtml},
    {"<title>", kHtml},
    {"<b>", kHtml},
    {"<body>", kHtml},
    {"<br>", kHtml},
    {"<p>", kHtml},
    {"<!-- a comment", kHtml},
    {"<!--> ", kHtml},
    {"<html", kText},    // nothing ends the tag
    {"<html/>", kText},  // a slash does not
    {"<html\n>", kText},
    {"<abbr>", kText},
    {"x <html>", kText},
    {"\n<?xml!", "text/xml; charset=utf-8"},
    {"<?XML", kText},
    // Documents.
    {"%PDF-1.7", "application/pdf"},
    {" %PDF-1.7", kText},
    {"%!PS-Adobe-3.0", "application/postscript"},
    // Byte order marks.
    {"\xfe\xff\0h"s, "text/plain; charset=utf-16be"},
    {"\xff\xfeh\0"s, "text/plain; charset=utf-16le"},
    {"\xef\xbb\xbf\x01", kText},
    // Images.
    {"\0\0\x01\0"s, "image/x-icon"},
    {"\0\0\x02\0"s, "image/x-icon"},
    {"BM...", "image/bmp"},
    {"GIF87a", "image/gif"},
    {"GIF89a...", "image/gif"},
    {"GIF88a", kText},
    {"RIFF\0\0\0\0WEBPVP"s, "image/webp"},
    {"RIFF\x12\x34\x56\x78WEBPVP8 ", "image/webp"},
    {"\x89PNG\r\n\x1a\n", "image/png"},
    {"\x89PNG\n\x1a\n", kBinary},
    {"\xff\xd8\xff", "image/jpeg"},
    // Audio and video.
    {"FORM\0\0\0\0AIFFCOMM"s, "audio/aiff"},
    {"ID3\x03\0\0\0\0\x0f"s, "audio/mpeg"},
    {"OggS\0\x02\0\0"s, "application/ogg"},
    {"oggS\0"s, kBinary},
    {"oooS\0"s, kBinary},
    {"MThd\0\0\0\x06\0\x01"s, "audio/midi"},
    {"RIFF,O\n\0AVI LIST"s, "video/avi"},
    {"RIFFb\xb8\0\0WAVEfmt \x12\0\0\0\x06"s, "audio/wave"},
    {"\0\0\0\x18"
     "ftypmp42\0\0\0\0mp42isom<\x06t\xbfmdat"s,
     "video/mp4"},
    {"\0\0\0\x18"
     "ftypisom\0\0\0\0isommp41...."s,
     "video/mp4"},
    {"\0\0\0\x10"
     "ftypisommp42"s,
     kBinary},  // the minor version is no brand
    {"\0\0\0\x18"
     "ftypisom\0\0\0\0isomavc1mp42"s,
     kBinary},  // behind the box
    {"\0\0\0\x17"
     "ftypmp42\0\0\0\0mp42isom"s,
     kBinary},  // no multiple of four
    {"\0\0\x08\0"
     "ftypmp42\0\0\0\0mp42isom"s,
     kBinary},  // the box is not all there
    {"\x1a\x45\xdf\xa3", "video/webm"},
    // Fonts.
    {std::string(34, '\0') + "LP", "application/vnd.ms-fontobject"},
    {std::string(34, '\x07') + "LP...", "application/vnd.ms-fontobject"},
    {"\0\x01\0\0\0\x17\x01\0"s, "font/ttf"},
    {"OTTO\0\x0e"s, "font/otf"},
    {"ttcf", "font/collection"},
    {"wOFF\0\x01"s, "font/woff"},
    {"wOF2\0\x01"s, "font/woff2"},
    // Archives, and code.
    {"\x1f\x8b\x08\x08", "application/x-gzip"},
    {"PK\x03\x04", "application/zip"},
    {"Rar!\x1a\x07\0"s, "application/x-rar-compressed"},
    {"Rar!\x1a\x07\x01\0"s, "application/x-rar-compressed"},
    {"Rar \x1a\x07\0"s, kBinary},
    {"\0asm\x01\0"s, "application/wasm"},
};

TEST(ContentTypeTest, IsFoundByTheFirstOctets) {
  for (const Row& row : kRows) EXPECT_EQ(type_of(row.body), row.type) << row.body;
}

TEST(ContentTypeTest, Looks512OctetsFar) {
  EXPECT_EQ(type_of(std::string(512, 'a') + '\0'), kText);
  EXPECT_EQ(type_of(std::string(511, 'a') + '\0'), kBinary);
  EXPECT_EQ(type_of(std::string(505, ' ') + "<html> "), kHtml);
  EXPECT_EQ(type_of(std::string(507, ' ') + "<html> "), kText);
}

// No body makes it read beyond the end: under AddressSanitizer the copies end where they end.
TEST(ContentTypeTest, EveryPrefixHasAType) {
  for (const Row& row : kRows) {
    for (size_t size = 0; size <= row.body.size(); ++size) {
      EXPECT_FALSE(type_of(std::string(row.body, 0, size)).empty());
    }
  }
}

}  // namespace
}  // namespace headrace

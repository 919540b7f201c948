#include "adapters/get/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace headrace::get {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";
constexpr size_t kUsualWidth = 80;

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (' ' <= c && c <= '~') {
      result.push_back(c);
    } else {
      char escaped[5];
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", static_cast<unsigned char>(c));
      result.append(escaped);
    }
  }
  return result;
}

bool Console::is_terminal() const { return isatty(descriptor_) == 1; }

size_t Console::width() const {
  winsize size{};
  if (ioctl(descriptor_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
  return size.ws_col;
}

void Console::line(std::string_view text) {
  std::string whole(drawn_ ? kEraseLine : std::string_view());
  drawn_ = false;
  whole.append(text).append("\n");
  write(whole);
}

void Console::draw(std::string_view status) {
  std::string whole(kEraseLine);
  whole.append(status);
  drawn_ = true;
  write(whole);
}

void Console::erase() {
  if (!drawn_) return;
  drawn_ = false;
  write(kEraseLine);
}

// One write(2) a line, so that those of several programs do not mix. That nobody reads is no error.
void Console::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace headrace::get

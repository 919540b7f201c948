#include "headrace/adapters/get/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "headrace/adapters/program/printable.h"
#include "headrace/adapters/program/write_all.h"

namespace headrace::get {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";
constexpr size_t kUsualWidth = 80;

}  // namespace

bool Console::is_terminal() const { return isatty(descriptor_) == 1; }

size_t Console::width() const {
  winsize size{};
  if (ioctl(descriptor_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
  return size.ws_col;
}

void Console::line(std::string_view text) {
  std::string whole(drawn_ ? kEraseLine : std::string_view());
  drawn_ = false;
  whole.append(program::escape_controls(text)).append("\n");
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

// Usually one write(2) for each line, so that lines of several programs do not mix. It is not an
// error if the output has no reader.
void Console::write(std::string_view text) { program::write_all(descriptor_, text); }

}  // namespace headrace::get

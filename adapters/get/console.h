#ifndef HEADRACE_ADAPTERS_GET_CONSOLE_H_
#define HEADRACE_ADAPTERS_GET_CONSOLE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace headrace::get {

// Prints messages for people (on the standard error): lines and, on a terminal, a status line below
// them, which is redrawn.
class Console {
 public:
  // `descriptor` must stay open as long as the console.
  explicit Console(int descriptor) : descriptor_(descriptor) {}
  ~Console() { erase(); }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  bool is_terminal() const;
  size_t width() const;

  // Prints a line, escaped by program::escape_controls().
  void line(std::string_view text);
  // Draws `status` as the status line. For terminals only.
  void draw(std::string_view status);
  // Removes the status line.
  void erase();

 private:
  void write(std::string_view text);

  const int descriptor_;
  bool drawn_ = false;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_CONSOLE_H_

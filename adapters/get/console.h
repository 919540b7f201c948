#ifndef HEADRACE_ADAPTERS_GET_CONSOLE_H_
#define HEADRACE_ADAPTERS_GET_CONSOLE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace headrace::get {

// What people read while the program runs (the standard error): lines, and below them on a terminal
// one that is drawn over.
class Console {
 public:
  // `descriptor` stays open as long as the console.
  explicit Console(int descriptor) : descriptor_(descriptor) {}
  ~Console() { erase(); }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  bool is_terminal() const;
  size_t width() const;

  // Escaped (program::escape_controls), whatever it quotes.
  void line(std::string_view text);
  // Draws `status` below the lines, in place of the last one. For terminals.
  void draw(std::string_view status);
  // Removes what is drawn.
  void erase();

 private:
  void write(std::string_view text);

  const int descriptor_;
  bool drawn_ = false;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_CONSOLE_H_

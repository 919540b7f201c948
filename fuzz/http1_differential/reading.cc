#include "fuzz/http1_differential/reading.h"

namespace headrace::fuzz::http1_differential {
namespace {

void append(const FieldList& fields, const char* indent, std::string* text) {
  for (const auto& [name, value] : fields) {
    text->append(indent).append(name).append(": ").append(value).append("\n");
  }
}

}  // namespace

std::string to_string(const Reading& reading) {
  std::string text;
  for (const Message& message : reading.messages) {
    text += "message\n";
    append(message.fields, "    ", &text);
    text += "  content: " + message.content + "\n";
    append(message.trailers, "  trailer ", &text);
    text += message.complete ? "  complete\n" : "  incomplete\n";
    if (message.is_last) text += "  the connection ends\n";
    if (message.tunnel) text += "  a tunnel\n";
  }
  if (reading.refused) text += "refused: " + reading.reason + "\n";
  return text;
}

}  // namespace headrace::fuzz::http1_differential

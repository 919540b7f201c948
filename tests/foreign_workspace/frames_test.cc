#include <headrace/protocol/frame/frame_reader.h>
#include <headrace/protocol/frame/frame_writer.h>

#include <span>

// A frame goes through the writer and the reader.
int main() {
  uint8_t octets[64];
  const uint8_t* const end = headrace::write_ping(7, /*ack=*/false, octets);
  headrace::FrameReader reader;
  int frames = 0;
  for (auto frame : reader.read(std::span<const uint8_t>(octets, end))) frames += frame != nullptr;
  return frames == 1 ? 0 : 1;
}

#include <headrace/field/field_storage.h>
#include <headrace/hpack/decoder.h>
#include <headrace/hpack/encoder.h>

// A field goes through the encoder and the decoder.
int main() {
  headrace::Ledger ledger(1 << 20);
  headrace::hpack::Encoder encoder(&ledger);
  headrace::hpack::Decoder decoder(&ledger);
  const headrace::Field field = {"x-name", "value"};
  uint8_t block[256];
  const uint8_t* const end = encoder.add(field, encoder.begin_block(block));
  headrace::FieldStorage fields(&ledger);
  const auto result =
      decoder.decode({block, static_cast<size_t>(end - block)}, {65536, 100}, &fields);
  return result.status == headrace::hpack::DecodeResult::Status::kDone && fields.size() == 1 ? 0
                                                                                             : 1;
}

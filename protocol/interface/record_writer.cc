#include "headrace/protocol/interface/record_writer.h"

#include <algorithm>
#include <chrono>
#include <type_traits>

#include "headrace/protocol/interface/option_list.h"
#include "headrace/version.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// The buffer that is kept after a large entry, in octets.
constexpr size_t kKept = 64 * 1024;

template <typename T>
std::string value_of(const T& option) {
  if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return std::to_string(option.count());
  } else {
    return std::to_string(static_cast<uint64_t>(option));
  }
}

}  // namespace

std::string record_preamble(Role role, const Options& options) {
  std::string text(kRecordMark);
  text += "\nversion " HEADRACE_VERSION_STRING "\nrole ";
  text += role == Role::kServer ? "server\n" : "client\n";
  if (options.allocation == Allocation::kFresh) text += "allocation fresh\n";
  std::vector<std::string> defaults;
  static const Options kDefaults;
  each_option(kDefaults, [&](const char*, const auto& o) { defaults.push_back(value_of(o)); });
  size_t i = 0;
  each_option(options, [&](const char* name, const auto& option) {
    const std::string value = value_of(option);
    if (value != defaults[i++]) text += std::string("option ") + name + " " + value + "\n";
  });
  for (const Setting& setting : options.settings) {
    text += "setting " + std::to_string(static_cast<unsigned>(setting.id)) + " " +
            std::to_string(setting.value) + "\n";
  }
  if (options.padding != nullptr) text += "padding\n";
  if (options.custom_scheduler != nullptr) text += "custom_scheduler\n";
  return text + "\n";
}

RecordWriter& RecordWriter::begin(RecordEntry type) {
  if (entry_.capacity() > kKept) entry_ = {};
  entry_.assign(kRoom, 0);
  entry_.push_back(static_cast<uint8_t>(type));
  return *this;
}

RecordWriter& RecordWriter::number(uint64_t value) {
  for (; value >= 0x80; value >>= 7) entry_.push_back(static_cast<uint8_t>(value | 0x80));
  entry_.push_back(static_cast<uint8_t>(value));
  return *this;
}

RecordWriter& RecordWriter::signed_number(int64_t value) {
  const uint64_t sign = value < 0 ? ~uint64_t{0} : 0;
  return number(static_cast<uint64_t>(value) << 1 ^ sign);
}

RecordWriter& RecordWriter::time(TimePoint now) {
  signed_number(std::chrono::nanoseconds(now - time_).count());
  time_ = now;
  return *this;
}

RecordWriter& RecordWriter::octets(gsl::span<const uint8_t> octets) {
  number(octets.size());
  entry_.insert(entry_.end(), octets.data(), octets.data() + octets.size());
  return *this;
}

RecordWriter& RecordWriter::text(std::string_view text) {
  return octets({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

RecordWriter& RecordWriter::piece(gsl::span<const uint8_t> octets) {
  return number(octets.size()).octets(octets.first(std::min(octets.size(), octets_of_a_body_)));
}

RecordWriter& RecordWriter::body(const Body& body) {
  number(static_cast<uint64_t>(body.kind())).number(body.trailers_expected() ? 1 : 0);
  const bool has_octets = body.kind() == Body::Kind::kView || body.kind() == Body::Kind::kOwned;
  return has_octets ? piece({body.bytes().data(), body.bytes().size()}) : *this;
}

RecordWriter& RecordWriter::fields(FieldsView fields) {
  number(fields.size());
  for (const Field& field : fields) {
    text(field.name).text(field.value).number(field.never_indexed ? 1 : 0);
  }
  return *this;
}

RecordWriter& RecordWriter::checksum(const RecordChecksum& checksum) {
  const uint64_t value = checksum.value();
  for (int shift = 0; shift < 64; shift += 8) {
    entry_.push_back(static_cast<uint8_t>(value >> shift));
  }
  return *this;
}

std::span<const uint8_t> RecordWriter::entry() {
  size_t size = entry_.size() - kRoom;
  size_t begin = kRoom;
  for (size_t rest = size >> 7; rest > 0; rest >>= 7) --begin;
  --begin;
  for (size_t at = begin; at < kRoom; ++at, size >>= 7) {
    entry_[at] = static_cast<uint8_t>((size & 0x7f) | (at + 1 < kRoom ? 0x80 : 0));
  }
  return std::span<const uint8_t>(entry_).subspan(begin);
}

HEADRACE_ABI_END
}  // namespace headrace

#include "tests/flight_recorder/record.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <type_traits>

#include "headrace/protocol/interface/option_list.h"
#include "headrace/protocol/stream/body.h"
#include "tests/transcript/words.h"

namespace headrace::recording {
namespace {

constexpr uint64_t kMostFields = 100'000;

// Takes an entry apart. What is not there makes it fail, once and for all.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  bool failed() const { return failed_; }
  std::string_view rest() const { return rest_; }

  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint64_t octet = this->octet();
      value |= (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    failed_ = true;
    return 0;
  }
  int64_t signed_number() {
    const uint64_t value = number();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  std::string_view octets() {
    const uint64_t size = number();
    if (size > rest_.size()) failed_ = true;
    const std::string_view octets = failed_ ? "" : rest_.substr(0, size);
    rest_.remove_prefix(octets.size());
    return octets;
  }
  uint8_t octet() {
    if (rest_.empty()) failed_ = true;
    if (failed_) return 0;
    const auto octet = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return octet;
  }
  void fail() { failed_ = true; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

void read_piece(Cursor* cursor, Entry* entry) {
  const uint64_t size = cursor->number();
  entry->octets = cursor->octets();
  if (size < entry->octets.size() || size > transcript::kLargestText) return cursor->fail();
  entry->unrecorded = size - entry->octets.size();
  entry->octets.append(entry->unrecorded, 'x');
}

void read_body(Cursor* cursor, Entry* entry) {
  const uint64_t kind = cursor->number();
  entry->numbers.push_back(kind);
  entry->numbers.push_back(cursor->number());  // whether trailers are expected
  const auto of = [kind](Body::Kind wanted) { return kind == static_cast<uint64_t>(wanted); };
  if (of(Body::Kind::kView) || of(Body::Kind::kOwned)) read_piece(cursor, entry);
}

void read_fields(Cursor* cursor, Entry* entry) {
  const uint64_t count = cursor->number();
  if (count > kMostFields) return cursor->fail();
  for (uint64_t i = 0; i < count && !cursor->failed(); ++i) {
    transcript::FieldLine field;
    field.name = cursor->octets();
    field.value = cursor->octets();
    field.never = cursor->number() != 0;
    entry->fields.push_back(std::move(field));
  }
}

void read_numbers(int count, Cursor* cursor, Entry* entry) {
  for (int i = 0; i < count; ++i) entry->numbers.push_back(cursor->number());
}

void read_checksum(Cursor* cursor, Entry* entry) {
  for (int shift = 0; shift < 64; shift += 8) {
    entry->checksum |= uint64_t{cursor->octet()} << shift;
  }
}

void read_settings(Cursor* cursor, Entry* entry) {
  const uint64_t count = cursor->number();
  for (uint64_t i = 0; i < count && !cursor->failed(); ++i) read_numbers(2, cursor, entry);
}

bool begins_with_stream(RecordEntry type) {
  switch (type) {
    case RecordEntry::kSubmitPush:
    case RecordEntry::kSubmitResponse:
    case RecordEntry::kSubmitInformational:
    case RecordEntry::kSendData:
    case RecordEntry::kSendTrailers:
    case RecordEntry::kResume:
    case RecordEntry::kResetStream:
    case RecordEntry::kCredit:
    case RecordEntry::kSetAutomaticCredit:
    case RecordEntry::kSetReceiveWindow:
    case RecordEntry::kSetUserData:
    case RecordEntry::kUpdatePriority:
    case RecordEntry::kSubmitFrame:
    case RecordEntry::kFilled:
      return true;
    default:
      return false;
  }
}

// What protocol/interface/record_format.h lists.
void read_arguments(Cursor* cursor, Entry* entry) {
  switch (entry->type) {
    case RecordEntry::kReceive:
      entry->time = cursor->signed_number();
      entry->octets = cursor->octets();
      return;
    case RecordEntry::kAdvance:
    case RecordEntry::kEndOfInput:
    case RecordEntry::kLoseTransport:
      entry->time = cursor->signed_number();
      return;
    case RecordEntry::kSubmitRequest:
      read_numbers(1, cursor, entry);
      read_body(cursor, entry);
      return read_fields(cursor, entry);
    case RecordEntry::kSubmitPush:
      read_numbers(1, cursor, entry);
      return read_fields(cursor, entry);
    case RecordEntry::kSubmitResponse:
      read_body(cursor, entry);
      return read_fields(cursor, entry);
    case RecordEntry::kSubmitInformational:
    case RecordEntry::kSendTrailers:
      return read_fields(cursor, entry);
    case RecordEntry::kSendData:
    case RecordEntry::kFilled:
      read_numbers(1, cursor, entry);
      return read_piece(cursor, entry);
    case RecordEntry::kSubmitSettings:
      return read_settings(cursor, entry);
    case RecordEntry::kUpdatePriority:
      return read_numbers(2, cursor, entry);
    case RecordEntry::kSubmitFrame:
      read_numbers(2, cursor, entry);
      entry->octets = cursor->octets();
      return;
    case RecordEntry::kTerminate:
      read_numbers(1, cursor, entry);
      [[fallthrough]];
    case RecordEntry::kShutdown:
      entry->octets = cursor->octets();
      return;
    case RecordEntry::kSetTimeOfDay:
      entry->numbers.push_back(static_cast<uint64_t>(cursor->signed_number()));
      return;
    case RecordEntry::kSent:
      read_numbers(1, cursor, entry);
      entry->time = cursor->signed_number();
      return read_checksum(cursor, entry);
    case RecordEntry::kSentUntimed:
      read_numbers(1, cursor, entry);
      return read_checksum(cursor, entry);
    case RecordEntry::kResult:
      read_numbers(1, cursor, entry);
      entry->stream = cursor->number();
      return read_numbers(1, cursor, entry);
    case RecordEntry::kStep:
    case RecordEntry::kResetStream:
    case RecordEntry::kCredit:
    case RecordEntry::kSetAutomaticCredit:
    case RecordEntry::kSetReceiveWindow:
    case RecordEntry::kSetUserData:
    case RecordEntry::kPing:
    case RecordEntry::kSetMemoryPressure:
    case RecordEntry::kPendingOutput:
    case RecordEntry::kReleased:
    case RecordEntry::kPadded:
    case RecordEntry::kShown:
    case RecordEntry::kLost:
      return read_numbers(1, cursor, entry);
    case RecordEntry::kEndOfRange:
    case RecordEntry::kResume:
    case RecordEntry::kTrim:
    case RecordEntry::kEnd:
    case RecordEntry::kCut:
      return;
  }
  cursor->fail();
}

bool set_option(std::string_view name, uint64_t number, Options* options) {
  bool known = false;
  each_option(*options, [&](std::string_view option, auto& value) {
    using T = std::remove_reference_t<decltype(value)>;
    if (option != name) return;
    known = true;
    value = static_cast<T>(
        static_cast<std::conditional_t<std::is_same_v<T, std::chrono::milliseconds>, int64_t, T>>(
            number));
  });
  return known;
}

// A line of the preamble.
bool read_line(std::string_view line, Record* record) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const size_t end = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  words.resize(std::max<size_t>(words.size(), 3));
  const auto number = transcript::parse_number(words[2]);
  if (words[0] == "version") {
    record->version = words[1];
  } else if (words[0] == "role") {
    record->role = words[1] == "client" ? Role::kClient : Role::kServer;
  } else if (words[0] == "allocation") {
    record->options.allocation = Allocation::kFresh;
  } else if (words[0] == "padding") {
    record->has_padding = true;
  } else if (words[0] == "custom_scheduler") {
    record->has_scheduler = true;
  } else if (words[0] == "setting" && number && transcript::parse_number(words[1])) {
    record->options.settings.push_back({static_cast<SettingId>(*transcript::parse_number(words[1])),
                                        static_cast<uint32_t>(*number)});
  } else {
    return words[0] == "option" && number && set_option(words[1], *number, &record->options);
  }
  return true;
}

bool read_preamble(std::string_view* octets, Record* record, std::string* error) {
  bool first = true;
  while (true) {
    const size_t end = octets->find('\n');
    const std::string_view line = octets->substr(0, end);
    if (first && line != kRecordMark) {
      *error = "not a record: it does not begin with `" + std::string(kRecordMark) + "`";
      return false;
    }
    if (end == octets->npos) {
      *error = "the record ends within its preamble";
      return false;
    }
    octets->remove_prefix(end + 1);
    if (line.empty()) return true;
    if (!first && !read_line(line, record)) {
      *error = "a line of the preamble is not known here: " + std::string(line);
      return false;
    }
    first = false;
  }
}

}  // namespace

bool read_record(std::string_view octets, Record* record, std::string* error) {
  const std::string_view all = octets;
  if (!read_preamble(&octets, record, error)) return false;
  while (!octets.empty()) {
    Cursor outer(octets);
    const uint64_t size = outer.number();
    if (outer.failed() || size > outer.rest().size()) {
      record->is_cut = true;
      return true;
    }
    // What follows is room that was never written to.
    if (size == 0) break;
    Cursor cursor(outer.rest().substr(0, size));
    Entry entry;
    entry.type = static_cast<RecordEntry>(cursor.octet());
    if (begins_with_stream(entry.type)) entry.stream = cursor.number();
    read_arguments(&cursor, &entry);
    if (cursor.failed() || !cursor.rest().empty()) {
      *error = "the entry at octet " + std::to_string(octets.data() - all.data()) +
               " is malformed, or too large for a transcript";
      return false;
    }
    record->entries.push_back(std::move(entry));
    octets = outer.rest().substr(size);
  }
  return true;
}

}  // namespace headrace::recording

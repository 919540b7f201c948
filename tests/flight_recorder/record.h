#ifndef HEADRACE_TESTS_FLIGHT_RECORDER_RECORD_H_
#define HEADRACE_TESTS_FLIGHT_RECORDER_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/record_format.h"
#include "tests/transcript/item.h"

namespace headrace::recording {

// An entry of a record (docs/flight-recorder.md). Which members it has follows from its type.
struct Entry {
  RecordEntry type = RecordEntry::kEnd;
  int64_t time = 0;               // nanoseconds since the entry before that has one
  uint64_t stream = 0;            // of a result: the one that was opened
  std::vector<uint64_t> numbers;  // others, in their order
  std::string octets;             // of a body or a piece: with an x for each that was not recorded
  uint64_t unrecorded = 0;        // the number of these
  uint64_t checksum = 0;
  std::vector<transcript::FieldLine> fields;
};

struct Record {
  std::string version;  // of Headrace
  Role role = Role::kServer;
  Options options;  // but for the objects that the application lent
  bool has_padding = false;
  bool has_scheduler = false;
  std::vector<Entry> entries;
  bool is_cut = false;  // the last entry is not whole
};

// False: `*error` says what is wrong with it.
bool read_record(std::string_view octets, Record* record, std::string* error);

}  // namespace headrace::recording

#endif  // HEADRACE_TESTS_FLIGHT_RECORDER_RECORD_H_

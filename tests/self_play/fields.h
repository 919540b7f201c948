#ifndef HEADRACE_TESTS_SELF_PLAY_FIELDS_H_
#define HEADRACE_TESTS_SELF_PLAY_FIELDS_H_

#include <string>
#include <vector>

#include "headrace/field/field.h"
#include "tests/self_play/random.h"

namespace headrace::self_play {

struct OwnedField {
  std::string name;
  std::string value;
  bool never_indexed = false;
};
using Fields = std::vector<OwnedField>;

// Views of `fields`.
std::vector<Field> views(const Fields& fields);

enum class Section { kRequest, kResponse, kTrailers };

// Fields that a message may have: some that come again and again, some that never do, now and then
// one that needs CONTINUATION frames.
void add_random_fields(Section section, Random* random, Fields* fields);

// RFC 9113 §6.5.2, in octets. `split_cookies`: a line for each cookie pair (§8.2.3).
size_t list_size(const Fields& fields, bool split_cookies = false);

// Whether `received` is what was sent. Cookie pairs may be joined on the way (§8.2.3).
bool is_same(const Fields& sent, FieldsView received);

std::string describe(FieldsView fields);

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_FIELDS_H_

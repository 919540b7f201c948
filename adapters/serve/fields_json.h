#ifndef HEADRACE_ADAPTERS_SERVE_FIELDS_JSON_H_
#define HEADRACE_ADAPTERS_SERVE_FIELDS_JSON_H_

#include <cstddef>
#include <string>
#include <vector>

#include "headrace/field/field.h"

namespace headrace::serve {

// Writes a field list as a JSON object in its order, a value at a time. A name that comes more than
// once has an array of its values; octets that are not UTF-8 become U+FFFD.
class FieldsJson {
 public:
  // Appends the next piece. False: it was the last. `fields` is the same list in every call.
  bool write_next(FieldsView fields, std::string* text);

 private:
  struct Place {
    size_t first;  // the first field with its name
    size_t field;
  };
  void arrange(FieldsView fields);

  std::vector<Place> order_;  // fields of one name stand together
  size_t at_ = 0;             // the next in it
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_FIELDS_JSON_H_

#ifndef HEADRACE_FUZZ_OUTBOUND_FIELDS_H_
#define HEADRACE_FUZZ_OUTBOUND_FIELDS_H_

#include <string>
#include <vector>

#include "fuzz/draws.h"
#include "headrace/field/field.h"

namespace headrace::fuzz {

// A field list that owns its text, with mistakes in it when the input wants some.
class DrawnFields {
 public:
  void add(std::string name, std::string value);
  std::vector<Field> views() const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// `mistakes`: what no rule allows may stand among them, too. `size`: of the body, which
// content-length may announce, or something else. `vouches`: nobody leaves out what a response must
// not have (Options::complete_heads is false).
DrawnFields draw_request(Draws* draws, bool mistakes, bool protocol, size_t size);
DrawnFields draw_response(Draws* draws, bool mistakes, bool interim, size_t size, bool vouches);
DrawnFields draw_trailers(Draws* draws, bool mistakes);

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_OUTBOUND_FIELDS_H_

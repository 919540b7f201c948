#ifndef HEADRACE_FIELD_RULE_H_
#define HEADRACE_FIELD_RULE_H_

namespace headrace {

// A rule that can be broken, named once, where it is enforced: `section` says which RFC and
// section, `text` what it demands. Rules have static storage, so an error refers to one by pointer.
struct Rule {
  const char* section;
  const char* text;
};

}  // namespace headrace

#endif  // HEADRACE_FIELD_RULE_H_

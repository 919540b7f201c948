#ifndef HEADRACE_FIELD_RULE_H_
#define HEADRACE_FIELD_RULE_H_

namespace headrace {

// A rule that input can break, defined once, where it is enforced: `section` names the RFC and its
// section, `text` states the requirement. Rules have static storage, so errors point to them.
struct Rule {
  const char* section;
  const char* text;
};

}  // namespace headrace

#endif  // HEADRACE_FIELD_RULE_H_

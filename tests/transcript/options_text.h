#ifndef HEADRACE_TESTS_TRANSCRIPT_OPTIONS_TEXT_H_
#define HEADRACE_TESTS_TRANSCRIPT_OPTIONS_TEXT_H_

#include <string>
#include <string_view>

#include "headrace/protocol/interface/options.h"

namespace headrace::transcript {

// Sets one field of Options or, as `limits.name`, of Limits: numbers, true/false, 10s/500ms.
bool set_option(std::string_view name, std::string_view value, Options* options,
                std::string* error);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_OPTIONS_TEXT_H_

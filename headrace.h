#ifndef HEADRACE_HEADRACE_H_
#define HEADRACE_HEADRACE_H_

// Headrace: HTTP/2 and HTTP/1.1 without I/O. A user includes <headrace/headrace.h>.

#if __cplusplus < 202002L
#error "Headrace needs C++20: compile with -std=c++20 or later."
#endif

#include "headrace/field/field.h"
#include "headrace/field/owned_fields.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/event/event.h"
#include "headrace/version.h"

#endif  // HEADRACE_HEADRACE_H_

#ifndef HEADRACE_FORWARDING_H_
#define HEADRACE_FORWARDING_H_

// The fields that an intermediary forwards, from any version of HTTP to any other:
// forward_request(), forward_response(), forward_trailers().

#include "headrace/protocol/message/forwarding.h"

#endif  // HEADRACE_FORWARDING_H_

#ifndef HEADRACE_PREPARED_HEAD_H_
#define HEADRACE_PREPARED_HEAD_H_

// Heads that are sent often: PreparedHead, for submit_response() and submit_request().

#include "headrace/protocol/message/prepared_head.h"

#endif  // HEADRACE_PREPARED_HEAD_H_

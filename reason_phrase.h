#ifndef HEADRACE_REASON_PHRASE_H_
#define HEADRACE_REASON_PHRASE_H_

// The reason phrases of status codes: reason_phrase().

#include "headrace/protocol/message/reason_phrase.h"

#endif  // HEADRACE_REASON_PHRASE_H_

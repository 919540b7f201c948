#ifndef HEADRACE_URI_H_
#define HEADRACE_URI_H_

// URLs and their authority, taken apart: parse_url(), parse_authority(), default_port().

#include "headrace/protocol/message/authority.h"
#include "headrace/protocol/message/url.h"

#endif  // HEADRACE_URI_H_

#ifndef HEADRACE_HTTP_DATE_H_
#define HEADRACE_HTTP_DATE_H_

// Dates of HTTP, written and read: HttpDate, parse_http_date().

#include "headrace/protocol/message/http_date.h"

#endif  // HEADRACE_HTTP_DATE_H_

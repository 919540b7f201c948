#ifndef HEADRACE_QLOG_WRITER_H_
#define HEADRACE_QLOG_WRITER_H_

// QlogWriter: a ready observer that makes records in JSON.

#include "headrace/protocol/interface/qlog_writer.h"

#endif  // HEADRACE_QLOG_WRITER_H_

#ifndef HEADRACE_ADAPTERS_LOOP_RECORD_SINKS_H_
#define HEADRACE_ADAPTERS_LOOP_RECORD_SINKS_H_

#include <memory>

#include "headrace/protocol/interface/record_sink.h"

namespace headrace::adapters {

// Makes the sinks for the records of a loop's connections (LoopOptions::records). Loops on several
// threads may share one that is safe for that.
class RecordSinks {
 public:
  virtual ~RecordSinks() = default;
  // For a new connection, which it outlives; null: this one is not recorded.
  virtual std::unique_ptr<RecordSink> open() = 0;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_RECORD_SINKS_H_

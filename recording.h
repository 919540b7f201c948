#ifndef HEADRACE_RECORDING_H_
#define HEADRACE_RECORDING_H_

// Options::record: a connection's record, with which its run can be repeated
// (docs/flight-recorder.md).

#include "headrace/protocol/interface/record_ring.h"
#include "headrace/protocol/interface/record_sink.h"

#endif  // HEADRACE_RECORDING_H_

#ifndef HEADRACE_HEADRACE_H_
#define HEADRACE_HEADRACE_H_

// Headrace: HTTP/2 without I/O. This is what a user includes.

#include "field/field.h"
#include "field/owned_fields.h"
#include "protocol/connection/connection.h"
#include "protocol/connection/memory_bound.h"
#include "protocol/event/event.h"
#include "protocol/frame/frame_reader.h"
#include "protocol/frame/frame_writer.h"

#endif  // HEADRACE_HEADRACE_H_

#ifndef HEADRACE_FRAME_PRINTER_H_
#define HEADRACE_FRAME_PRINTER_H_

// FramePrinter: a ready observer that prints frames. describe_frame(): one of them.

#include "headrace/protocol/interface/frame_printer.h"
#include "headrace/protocol/interface/frame_text.h"

#endif  // HEADRACE_FRAME_PRINTER_H_

#ifndef HEADRACE_PROTOCOL_INTERFACE_RECORD_SINK_H_
#define HEADRACE_PROTOCOL_INTERFACE_RECORD_SINK_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace headrace {

// Takes the record of one connection (Options::record): every call that its application and its
// transport make, with the arguments, so that the run can be repeated (docs/flight-recorder.md).
// RecordRing is one.
//
// A record holds everything that both sides sent, in clear: cookies, credentials, bodies. It is to
// be kept like them.
//
// It is called inside the connection's functions, so it must not call the connection. Views are
// valid during the call.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // The beginning of a record: its format, the role and the options. Called once, before append().
  virtual void begin(std::span<const uint8_t> preamble) = 0;
  // One entry, whole. A record is the preamble and the entries behind it. The entry of a call comes
  // before its effects, so that the last entry names a call that did not return.
  virtual void append(std::span<const uint8_t> entry) = 0;
  // The octets of a body, or of a piece of one, that are recorded; of the rest just the number.
  // Without them a repeated run sends others in their place.
  virtual size_t octets_of_a_body() const { return SIZE_MAX; }
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_RECORD_SINK_H_

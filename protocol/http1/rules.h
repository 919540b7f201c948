#ifndef HEADRACE_PROTOCOL_HTTP1_RULES_H_
#define HEADRACE_PROTOCOL_HTTP1_RULES_H_

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The rules of RFC 9112 and RFC 9110 that a message in the format of HTTP/1.x can break. Most of
// them answer request smuggling: two recipients that read one of these messages differently could
// disagree about where the next message begins.

// --- Lines

inline constexpr Rule kBareLf{"RFC 9112 §2.2", "a line ends with CR LF, not with LF alone"};
inline constexpr Rule kBareCr{"RFC 9112 §2.2", "a CR is followed by LF"};
inline constexpr Rule kEmptyLines{"RFC 9112 §2.2", "few empty lines precede a request line"};
inline constexpr Rule kTlsHello{"RFC 9112 §3",
                                "a request begins with its method; this client speaks TLS"};

// --- The start line

inline constexpr Rule kRequestLine{
    "RFC 9112 §3", "a request line is a method, a target and a version, one space between them"};
inline constexpr Rule kMethod{"RFC 9110 §9.1", "a method is a token"};
inline constexpr Rule kMethodTooLong{"RFC 9112 §3",
                                     "a method is shorter than the longest request line"};
inline constexpr Rule kTargetTooLong{"RFC 9112 §3",
                                     "a request line is within limits.h request_line_size"};
inline constexpr Rule kTarget{"RFC 9112 §3.2",
                              "a target has neither white space nor control characters"};
inline constexpr Rule kRawTarget{"RFC 3986 §2", "a target has no octets above 0x7f"};
inline constexpr Rule kTargetForm{
    "RFC 9112 §3.2",
    "a target is a path or an absolute URI; with CONNECT an authority, with OPTIONS also *"};
inline constexpr Rule kTargetFragment{"RFC 9112 §3.2",
                                      "a target is a path and a query, without a fragment"};
inline constexpr Rule kTargetAuthority{
    "RFC 9110 §4.2.4",
    "the authority of a target is a host and an optional port, without userinfo"};
inline constexpr Rule kConnectTarget{"RFC 9112 §3.2.3",
                                     "the target of CONNECT is a host and a port from 1 to 65535"};
inline constexpr Rule kVersion{"RFC 9112 §2.3", "a version is HTTP/ and two digits with a point"};
inline constexpr Rule kVersionUnsupported{"RFC 9110 §15.6.6", "the major version is 1"};

inline constexpr Rule kStatusLine{
    "RFC 9112 §4", "a status line is a version, a status of three digits and a reason phrase"};
inline constexpr Rule kResponseVersion{"RFC 9112 §2.3", "a response has a version of HTTP/1"};
inline constexpr Rule kUnsolicited{"RFC 9112 §9.2",
                                   "a server sends nothing but responses to requests"};
inline constexpr Rule kSwitchNotOffered{"RFC 9110 §15.2.2",
                                        "101 answers a request that offers an upgrade"};
inline constexpr Rule kManyInterim{
    "limits.h informational_responses",
    "interim responses before the final one are at most limits.h informational_responses"};

// --- Field lines

inline constexpr Rule kFieldName{"RFC 9112 §5", "a field line begins with a token and a colon"};
inline constexpr Rule kSpaceBeforeColon{"RFC 9112 §5.1",
                                        "no white space stands between a name and its colon"};
inline constexpr Rule kFold{"RFC 9112 §5.2", "a field value is one line, not folded"};
inline constexpr Rule kSpaceBeforeFields{
    "RFC 9112 §2.2", "no white space stands between the start line and the first field"};
inline constexpr Rule kFieldValue{"RFC 9110 §5.5", "a field value has no control characters"};
inline constexpr Rule kSectionSize{"RFC 6585 §5",
                                   "the fields of a section are within limits.h field_list_size"};
inline constexpr Rule kSectionFields{
    "RFC 6585 §5", "the fields of a section are at most limits.h fields_per_request"};
inline constexpr Rule kSectionMemory{"limits.h connection_memory",
                                     "fields are kept only within the connection's memory budget"};

// --- Host

inline constexpr Rule kHostMissing{"RFC 9112 §3.2", "an HTTP/1.1 request has a Host"};
inline constexpr Rule kHostTwice{"RFC 9112 §3.2", "Host appears once"};
inline constexpr Rule kHost{"RFC 9110 §7.2", "Host is a host and an optional port"};
inline constexpr Rule kHostDiffers{"RFC 9112 §3.2.2", "Host names the same as the target"};

// --- Where a message ends

inline constexpr Rule kBothLengths{"RFC 9112 §6.3",
                                   "a message has content-length or transfer-encoding, not both"};
inline constexpr Rule kLengthTwice{"RFC 9112 §6.3", "a request has one content-length"};
inline constexpr Rule kLength{"RFC 9110 §8.6", "content-length is a decimal number"};
inline constexpr Rule kLengthsDiffer{"RFC 9112 §6.3",
                                     "the content-lengths of a response are the same number"};
inline constexpr Rule kContentSize{"RFC 9110 §15.5.14",
                                   "the content of a request is within limits.h content_size"};
inline constexpr Rule kCodingInHttp10{"RFC 9112 §6.1",
                                      "a message of HTTP/1.0 has no transfer-encoding"};
inline constexpr Rule kCodingSyntax{"RFC 9112 §6.1",
                                    "transfer-encoding is a list of names without parameters"};
inline constexpr Rule kChunkedLast{"RFC 9112 §6.3",
                                   "the last transfer coding of a message is chunked"};
inline constexpr Rule kChunkedOnce{"RFC 9112 §6.1", "the chunked coding is applied once"};
inline constexpr Rule kCodingUnknown{"RFC 9112 §6.1",
                                     "chunked is the only transfer coding that is understood"};
inline constexpr Rule kConnectContent{"RFC 9110 §9.3.6", "a CONNECT request has no content"};

// --- The chunked coding

inline constexpr Rule kChunkSize{"RFC 9112 §7.1",
                                 "a chunk size is one to sixteen digits of base 16"};
inline constexpr Rule kChunkSizeTooLarge{"RFC 9112 §7.1", "the size of the chunks is below 2^63"};
inline constexpr Rule kChunkExtension{
    "RFC 9112 §7.1.1", "a chunk extension is ;name or ;name=value, a token or a quoted string"};
inline constexpr Rule kChunkExtensionSize{
    "RFC 9112 §7.1.1",
    "chunk extensions are within limits.h chunk_extension_size and a sixteenth of the content"};
inline constexpr Rule kChunkEnd{"RFC 9112 §7.1", "CR LF follows the data of a chunk"};
inline constexpr Rule kTrailerField{
    "RFC 9110 §6.5.1", "fields of framing, routing, authentication and content are no trailers"};

// --- Time

inline constexpr Rule kRequestInTime{"limits.h preface_timeout",
                                     "a client sends its first request in time"};
inline constexpr Rule kSectionInTime{"limits.h field_block_timeout",
                                     "a header or trailer section is finished in time"};
inline constexpr Rule kContentInTime{"limits.h content_timeout",
                                     "the content of a message comes in time"};
inline constexpr Rule kAnswerInTime{"limits.h keepalive_timeout",
                                    "octets of a response that is due come in time"};
inline constexpr Rule kOutputInTime{"limits.h stream_stall_timeout",
                                    "a peer takes the output that it asked for in time"};
inline constexpr Rule kOldEnds{"limits.h connection_age_grace",
                               "the requests of a connection that is too old end in time"};

// --- The connection

inline constexpr Rule kChunkedToHttp10{"RFC 9112 §6.1",
                                       "a server of HTTP/1.0 gets requests of a known length"};

inline constexpr Rule kCutOff{"RFC 9112 §8", "a message is complete when the connection ends"};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_RULES_H_

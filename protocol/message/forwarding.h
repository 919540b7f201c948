#ifndef HEADRACE_PROTOCOL_MESSAGE_FORWARDING_H_
#define HEADRACE_PROTOCOL_MESSAGE_FORWARDING_H_

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/field/field.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The fields of a message that an intermediary forwards (RFC 9110 §7.6), from any version of HTTP
// to any other: both ends of a proxy have the same fields, so that one function each way is enough,
// and a Connection writes them as its version wants. `received`: the fields of an event. What is
// forwarded is appended to `forwarded`, as views of `received` and of `via`.
//
// Left out are the fields that connection names, which are about the connection they came over, and
// those that always are: connection, keep-alive, proxy-connection, te, transfer-encoding, upgrade
// (RFC 9113 §8.2.2). `te: trailers` stays, where it was sent as a connection option or in HTTP/2.
// `via` is appended if it is not empty ("2 name", "1.1 name": §7.6.3).
//
// Null, or the rule that the message breaks: it must not be forwarded then, because the next one
// would read another message than this one.

// A request: :authority stands for host, a fragment is not allowed in :path. `expect` is left out:
// who forwards has answered 100 (§10.1.1). max-forwards counts down, and 0 is yours (§7.6.2).
const Rule* forward_request(FieldsView received, std::string_view via,
                            std::vector<Field>* forwarded);
// A final or interim response. 101 is not forwarded (§7.8); 1xx and 204 have no length (§8.6).
const Rule* forward_response(FieldsView received, std::string_view via,
                             std::vector<Field>* forwarded);
template <std::same_as<std::string> T>
const Rule* forward_request(FieldsView, T&& dies_before_it_is_sent, std::vector<Field>*) = delete;
template <std::same_as<std::string> T>
const Rule* forward_response(FieldsView, T&& dies_before_it_is_sent, std::vector<Field>*) = delete;
// Trailers: those about framing, routing, authentication and content are left out (§6.5.1).
void forward_trailers(FieldsView received, std::vector<Field>* forwarded);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_FORWARDING_H_

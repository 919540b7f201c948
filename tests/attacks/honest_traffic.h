#ifndef HEADRACE_TESTS_ATTACKS_HONEST_TRAFFIC_H_
#define HEADRACE_TESTS_ATTACKS_HONEST_TRAFFIC_H_

#include "tests/attacks/attack.h"

namespace headrace::attacks {

// Honest clients of a server of ours.
extern const HonestTraffic
    kPages;  // a browser's requests, Chrome's PRIORITY_UPDATE and Firefox's PRIORITY
extern const HonestTraffic
    kTinyMessages;                        // gRPC: streams of messages of one octet, and half-closes
extern const HonestTraffic kSplitCookie;  // a cookie in 90 pairs
extern const HonestTraffic kSignOn;       // 20 KiB of cookies, in CONTINUATION frames
extern const HonestTraffic kSeeks;   // a player that jumps about: responses that are reset midway
extern const HonestTraffic kHedges;  // every request sent twice, the slower one cancelled
extern const HonestTraffic kPausedVideo;    // four minutes without credit
extern const HonestTraffic kLongLived;      // a million PINGs over days
extern const HonestTraffic kPaddedUploads;  // bodies of single octets with padding
extern const HonestTraffic kProbes;  // windows that follow the path: SETTINGS and WINDOW_UPDATE

// The same in HTTP/1.1.
extern const HonestTraffic kKeptAlive;    // a page and what it needs, some of it pipelined
extern const HonestTraffic kSlowUpload;   // chunks of a few octets, from a slow network
extern const HonestTraffic kLongCookies;  // 20 KiB of cookies, in packets

// Honest servers of a client of ours.
extern const HonestTraffic kEarlyHints;     // interim responses
extern const HonestTraffic kCookieJar;      // responses with hundreds of fields
extern const HonestTraffic kFarewell;       // GOAWAY in two phases, requests answered to the end
extern const HonestTraffic kTextResponses;  // HTTP/1.1: hints, chunks of an octet, 300 cookies

}  // namespace headrace::attacks

#endif  // HEADRACE_TESTS_ATTACKS_HONEST_TRAFFIC_H_

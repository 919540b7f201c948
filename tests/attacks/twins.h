#ifndef HEADRACE_TESTS_ATTACKS_TWINS_H_
#define HEADRACE_TESTS_ATTACKS_TWINS_H_

#include "tests/attacks/attack.h"

namespace headrace::attacks {

// Honest clients of a server of ours.
extern const Twin kPages;  // a browser's requests, Chrome's PRIORITY_UPDATE and Firefox's PRIORITY
extern const Twin kTinyMessages;   // gRPC: streams of messages of one octet, and half-closes
extern const Twin kCrumbs;         // a cookie in 90 crumbs
extern const Twin kSignOn;         // 20 KiB of cookies, in CONTINUATION frames
extern const Twin kSeeks;          // a player that jumps about: responses that are reset midway
extern const Twin kHedges;         // every request sent twice, the slower one cancelled
extern const Twin kPausedVideo;    // four minutes without credit
extern const Twin kLongLived;      // a million PINGs over days
extern const Twin kPaddedUploads;  // bodies of single octets with padding
extern const Twin kProbes;         // windows that follow the path: SETTINGS and WINDOW_UPDATE

// Honest servers of a client of ours.
extern const Twin kEarlyHints;  // interim responses
extern const Twin kCookieJar;   // responses with hundreds of fields
extern const Twin kFarewell;    // GOAWAY in two phases, requests answered to the end

}  // namespace headrace::attacks

#endif  // HEADRACE_TESTS_ATTACKS_TWINS_H_

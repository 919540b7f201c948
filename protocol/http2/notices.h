#ifndef HEADRACE_PROTOCOL_HTTP2_NOTICES_H_
#define HEADRACE_PROTOCOL_HTTP2_NOTICES_H_

#include <bit>
#include <cstdint>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/linked_list.h"
#include "headrace/protocol/stream/notice_state.h"
#include "headrace/protocol/stream/stream.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// What is due without a frame: events of streams, in the order in which the first notice
// of each stream became due, and StreamIdsExhausted. A notice says that
// something happened; the event is made from the stream's record when its turn comes, and whether
// it is still true is judged then.
//
// Invariant: a stream is in the list as long as a notice of it is due, so its record has to stay.
class Notices {
 public:
  bool empty() const { return list_.empty(); }

  // The application gets to know the stream.
  void announce(Stream* stream) { stream->notice.announced_ = true; }
  // True: the stream is in the list from now on.
  [[nodiscard]] bool add(Stream* stream, Notice notice) {
    stream->notice.due_ |= bit(notice);
    if (List::contains(stream)) return false;
    list_.push_back(stream);
    return true;
  }

  // The stream with the next notice, or null.
  Stream* next() const { return list_.front(); }
  // The next notice of a stream.
  struct Due {
    Notice notice;
    bool body_released;  // with kStreamClosed
  };
  // Takes the first notice of a stream that is in the list. StreamClosed replaces all others, and
  // tells whether the body was released.
  Due take(Stream* stream) {
    const uint8_t due = stream->notice.due_;
    if ((due & bit(Notice::kStreamClosed)) != 0) {
      stream->notice.due_ = 0;
      return {Notice::kStreamClosed, (due & bit(Notice::kBodyReleased)) != 0};
    }
    const auto notice = static_cast<Notice>(std::countr_zero(due));
    stream->notice.due_ &= static_cast<uint8_t>(~bit(notice));
    return {notice, false};
  }
  // After take(): true if that was its last one, and the stream is out of the list.
  [[nodiscard]] bool drop(Stream* stream) {
    if (stream->notice.due_ != 0) return false;
    list_.remove(stream);
    return true;
  }

  // A notice is due no more. True: it was the stream's last one, and the stream is out of the list.
  [[nodiscard]] bool cancel(Stream* stream, Notice notice) {
    if ((stream->notice.due_ & bit(notice)) == 0) return false;
    stream->notice.due_ &= static_cast<uint8_t>(~bit(notice));
    return drop(stream);
  }

  // StreamIdsExhausted is due; once.
  void add_ids_exhausted() { ids_exhausted_ = true; }
  bool ids_exhausted() const { return ids_exhausted_; }
  bool take_ids_exhausted() { return std::exchange(ids_exhausted_, false); }

 private:
  using List = LinkedList<&Stream::notice_link>;

  static constexpr uint8_t bit(Notice notice) {
    return static_cast<uint8_t>(1u << static_cast<unsigned>(notice));
  }

  List list_;
  bool ids_exhausted_ = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_NOTICES_H_

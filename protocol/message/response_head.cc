#include "headrace/protocol/message/response_head.h"

#include <charconv>

#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/content_type.h"
#include "headrace/protocol/message/message_rules.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// RFC 9113 §8.2.2. `te` is for requests only.
constexpr FieldNames kConnectionSpecific = {FieldName::kConnection,       FieldName::kKeepAlive,
                                            FieldName::kProxyConnection,  FieldName::kTe,
                                            FieldName::kTransferEncoding, FieldName::kUpgrade};

// RFC 9110 §5.6.1: calls `each` for the elements of a list that are not empty.
template <typename Each>
void each_element(std::string_view list, Each each) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    const std::string_view element = trim_field_value(list.substr(0, comma));
    if (!element.empty()) each(element);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

}  // namespace

void ExtraFields::set_content_length(uint64_t length) {
  char* const begin = content_length_digits.data();
  const auto end = std::to_chars(begin, begin + content_length_digits.size(), length).ptr;
  content_length_size = static_cast<uint8_t>(end - begin);
}

// Collects the properties of the fields in one pass, then decides on each field to add.
class OutgoingHead::Completion {
 public:
  Completion(const NamedFields& fields, const ResponseFacts& facts) : facts_(facts) {
    for (size_t i = 0; i < fields.size(); ++i) {
      const FieldName name = fields.name(i);
      if (is_known(name)) take(name, fields[i].value);
    }
    is_interim_ = status_ < 200;
    is_tunnel_ = status_ == 101 || (facts.is_connect && 200 <= status_ && status_ < 300);
    has_no_content_ = is_tunnel_ || !may_have_content(status_);
  }

  void decide(OutgoingHead* head) {
    head->status_ = status_;
    head->left_out_ = not_sent_;
    if (is_http2()) head->left_out_.add(kConnectionSpecific);
    decide_content_length(head);
    decide_content_type(head);
    if (!is_interim_ && !seen_.has(FieldName::kDate)) head->extra_.date = facts_.date;
    if (is_http2()) {
      head->framing_ =
          facts_.is_head || (has_no_content_ && !is_tunnel_) ? Framing::kNoBody : Framing::kFrames;
    } else {
      decide_framing(head);
      decide_connection(head);
    }
    const ExtraFields& extra = head->extra_;
    head->has_extra_ = !extra.date.empty() || !extra.content_type.empty() ||
                       extra.content_length_size > 0 || !extra.connection.empty() ||
                       !extra.transfer_encoding.empty();
    // Names that are not in `fields` need no look-up in each_field().
    head->left_out_.keep(seen_);
  }

  bool wants_size() const {
    return !has_no_content_ && !facts_.is_head && !facts_.body_size && length_ == kNone &&
           !has_coding();
  }
  bool wants_octets() const {
    return wants_type() && !facts_.is_head && facts_.body.size() < kSniffedOctets &&
           (!facts_.body_size || *facts_.body_size > facts_.body.size());
  }

 private:
  static constexpr int64_t kNone = kNoContentLength;

  bool is_http2() const { return facts_.version == HttpVersion::kHttp2; }
  // HTTP/2 has no transfer codings; the field is left out as connection-specific.
  bool has_coding() const { return codings_ > 0 && !is_http2(); }
  bool is_identity() const { return codings_ == 1 && is_identity_; }

  void take(FieldName name, std::string_view value) {
    switch (name) {
      case FieldName::kStatus:
        status_ = parse_status(value);
        break;
      case FieldName::kContentLength:
        take_content_length(value);
        break;
      case FieldName::kContentEncoding:
        is_encoded_ |= !value.empty();
        break;
      case FieldName::kTransferEncoding:
        each_element(value, [&](std::string_view coding) {
          ++codings_;
          is_identity_ = equals_ignoring_case(coding, "identity");
          chunked_is_last_ = equals_ignoring_case(coding, "chunked");
          chunked_ += chunked_is_last_;
        });
        break;
      case FieldName::kConnection:
        each_element(value, [&](std::string_view option) {
          says_close_ |= equals_ignoring_case(option, "close");
          says_keep_alive_ |= equals_ignoring_case(option, "keep-alive");
        });
        break;
      case FieldName::kContentType:
      case FieldName::kDate:
        if (value.empty()) not_sent_.add(name);
        break;
      default:
        break;
    }
    seen_.add(name);
  }

  void take_content_length(std::string_view value) {
    const int64_t length = parse_content_length(value);
    const bool again = seen_.has(FieldName::kContentLength);
    repeats_length_ |= again;
    bad_length_ |= length == kNone || (again && length != length_);
    length_ = bad_length_ ? kNone : length;
  }

  void decide_content_length(OutgoingHead* head) {
    if (bad_length_) head->broken_ = &kContentLength;
    // The length to send, if any; not together with a transfer-encoding.
    int64_t length = kNone;
    if (status_ == 205 && !is_tunnel_) {
      length = 0;
    } else if (!has_no_content_ && (!has_coding() || is_identity())) {
      length = length_;
      // With HEAD, an empty body most likely means that the application has not made the one that
      // GET would get. In HTTP/1.1, trailers need the chunked coding, which excludes a length.
      const bool guess = facts_.body_size && !has_coding() && (!facts_.is_head || has_octets()) &&
                         (is_http2() || !facts_.trailers_follow);
      if (length == kNone && guess) length = static_cast<int64_t>(*facts_.body_size);
    }
    const bool stays = length != kNone && length == length_ && !repeats_length_;
    if (stays) {
      sends_length_ = true;
      return;
    }
    head->left_out_.add(FieldName::kContentLength);
    if (length == kNone) return;
    sends_length_ = true;
    head->extra_.set_content_length(static_cast<uint64_t>(length));
  }

  bool has_octets() const { return facts_.body_size.value_or(1) > 0; }

  // Not if the body is encoded, because its octets are then those of the coding.
  bool wants_type() const {
    return !has_no_content_ && !is_encoded_ && !has_coding() && !seen_.has(FieldName::kContentType);
  }
  void decide_content_type(OutgoingHead* head) {
    if (status_ == 304) head->left_out_.add(FieldName::kContentType);
    if (!wants_type() || facts_.body.empty()) return;
    head->extra_.content_type = detect_content_type(facts_.body);
  }

  // RFC 9112 §6.1, §6.3.
  void decide_framing(OutgoingHead* head) {
    const bool no_body = has_no_content_ || facts_.is_head;
    if (no_body || sends_length_) {
      head->left_out_.add(FieldName::kTransferEncoding);
      head->framing_ = is_tunnel_ ? Framing::kTunnel
                       : no_body  ? Framing::kNoBody
                                  : Framing::kLength;
      return;
    }
    if (facts_.version == HttpVersion::kHttp10 || is_identity()) {
      head->left_out_.add(FieldName::kTransferEncoding);
      head->framing_ = Framing::kUntilClose;
      return;
    }
    head->framing_ = Framing::kChunked;
    if (chunked_ == 1 && chunked_is_last_) return;  // the field is right
    head->extra_.transfer_encoding = "chunked";
    // The chunked coding is applied once, and last (§6.1). A field that differs is not sent.
    if (chunked_ > 0 || codings_ == 0) head->left_out_.add(FieldName::kTransferEncoding);
  }

  // RFC 9112 §9.3. Nothing is added to interim responses and to those that begin a tunnel.
  void decide_connection(OutgoingHead* head) {
    if (is_interim_ || is_tunnel_) return;
    head->closes_ = !facts_.may_persist || says_close_ || head->framing_ == Framing::kUntilClose;
    if (facts_.version == HttpVersion::kHttp10) {
      // The connection persists if both sides send keep-alive and the body has a visible end.
      if (head->closes_) {
        if (!says_close_) leave_out_keep_alive(head);
      } else if (!says_keep_alive_) {
        head->extra_.connection = "keep-alive";
      }
      return;
    }
    if (!head->closes_ || says_close_) return;
    leave_out_keep_alive(head);
    head->extra_.connection = "close";
  }
  // Without keep-alive the field is kept, because its options name fields of this message (RFC 9110
  // §7.6.1).
  void leave_out_keep_alive(OutgoingHead* head) {
    if (says_keep_alive_) head->left_out_.add(FieldName::kConnection);
  }

  const ResponseFacts& facts_;
  uint16_t status_ = 0;
  bool is_interim_ = false;
  bool is_tunnel_ = false;
  bool has_no_content_ = false;
  bool sends_length_ = false;

  FieldNames seen_;
  FieldNames not_sent_;  // fields with an empty value, which asks for none
  bool is_encoded_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool bad_length_ = false;
  bool repeats_length_ = false;
  int64_t length_ = kNone;
  int codings_ = 0;  // elements of transfer-encoding
  int chunked_ = 0;  // how many of them are "chunked"
  bool is_identity_ = false;
  bool chunked_is_last_ = false;
};

OutgoingHead OutgoingHead::complete(const NamedFields& fields, const ResponseFacts& facts) {
  OutgoingHead head(fields);
  Completion(fields, facts).decide(&head);
  return head;
}

bool OutgoingHead::depends_on_body(const NamedFields& fields, const ResponseFacts& facts) {
  const Completion completion(fields, facts);
  return completion.wants_size() || completion.wants_octets();
}

HEADRACE_ABI_END
}  // namespace headrace

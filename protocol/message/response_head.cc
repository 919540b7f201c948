#include "headrace/protocol/message/response_head.h"

#include <charconv>
#include <optional>

#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/content_type.h"
#include "headrace/protocol/message/head_summary.h"
#include "headrace/protocol/message/head_traits.h"
#include "headrace/protocol/message/message_rules.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// RFC 9113 §8.2.2. `te` is for requests only.
constexpr FieldNames kConnectionFields = {FieldName::kConnection,       FieldName::kKeepAlive,
                                          FieldName::kProxyConnection,  FieldName::kTe,
                                          FieldName::kTransferEncoding, FieldName::kUpgrade};

}  // namespace

void ExtraFields::set_content_length(uint64_t length) {
  char* const begin = content_length_digits.data();
  const auto end = std::to_chars(begin, begin + content_length_digits.size(), length).ptr;
  content_length_size = static_cast<uint8_t>(end - begin);
}

// Collects the properties of the fields in one pass, then decides on each field to add.
class OutgoingHead::Completion {
 public:
  Completion(const NamedFields& fields, const PreparedPart& prepared, const ResponseFacts& facts)
      : facts_(facts), traits_(traits_of(fields, prepared, &collected_)) {
    const uint16_t status = traits_.status;
    is_interim_ = status < 200;
    is_tunnel_ = status == 101 || (facts.is_connect && 200 <= status && status < 300);
    has_no_content_ = is_tunnel_ || !may_have_content(status);
  }

  void decide(OutgoingHead* head) {
    head->status_ = traits_.status;
    // Most prepared heads are like this.
    if (is_http2() && lacks_date_only()) {
      head->extra_.date = facts_.date;
      head->has_extra_ = !facts_.date.empty();
      head->framing_ = facts_.is_head ? Framing::kNoBody : Framing::kFrames;
      return;
    }
    head->left_out_ = traits_.not_sent;
    if (is_http2()) head->left_out_.add(kConnectionFields);
    decide_content_length(head);
    decide_content_type(head);
    if (!is_interim_ && !traits_.seen.has(FieldName::kDate)) head->extra_.date = facts_.date;
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
    head->left_out_.keep(traits_.seen);
  }

  bool wants_size() const {
    return !has_no_content_ && !facts_.is_head && !facts_.body_size && traits_.length == kNone &&
           !has_coding();
  }
  bool wants_octets() const {
    return wants_type() && !facts_.is_head && facts_.body.size() < kSniffedOctets &&
           (!facts_.body_size || *facts_.body_size > facts_.body.size());
  }

 private:
  // `collected`: room for them where they are not a prepared head's alone.
  static const HeadTraits& traits_of(const NamedFields& fields, const PreparedPart& prepared,
                                     std::optional<HeadTraits>* collected) {
    size_t begin = 0;
    size_t end = 0;
    if (prepared.head != nullptr) {
      const HeadTraits& traits = prepared.head->summary().traits;
      if (prepared.head->fields().size() == fields.size()) return traits;
      collected->emplace(traits);
      begin = prepared.begin;
      end = begin + prepared.head->fields().size();
    } else {
      collected->emplace();
    }
    const auto take = [&](size_t from, size_t to) {
      for (size_t i = from; i < to; ++i) {
        if (is_known(fields.name(i))) (*collected)->take(fields.name(i), fields[i].value);
      }
    };
    take(0, begin);
    take(end, fields.size());
    return **collected;
  }

  // Nothing is left out, and nothing but the date is added, whatever the body.
  bool lacks_date_only() const {
    constexpr FieldNames kPresent = {FieldName::kContentType, FieldName::kContentLength};
    return traits_.seen.has_all(kPresent) && !traits_.seen.has(FieldName::kDate) &&
           !traits_.seen.has_any(kConnectionFields) && traits_.not_sent.empty() &&
           !has_no_content_ && traits_.length != kNone && !traits_.repeats_length &&
           !needs_chunks();
  }

  static constexpr int64_t kNone = kNoContentLength;

  bool is_http2() const { return facts_.version == HttpVersion::kHttp2; }
  // HTTP/2 has no transfer codings; the field is left out as connection-specific.
  bool has_coding() const { return traits_.codings > 0 && !is_http2(); }
  // RFC 9112 §7.1.2: trailers have a place behind chunks only, which exclude a length (§6.2).
  bool needs_chunks() const {
    return facts_.trailers_follow && facts_.version == HttpVersion::kHttp11 && !facts_.is_head &&
           traits_.codings == 0;
  }
  bool is_identity() const { return traits_.codings == 1 && traits_.is_identity; }

  void decide_content_length(OutgoingHead* head) {
    if (traits_.bad_length) head->broken_ = &kContentLength;
    // The length to send, if any; not together with a transfer-encoding.
    int64_t length = kNone;
    if (traits_.status == 205 && !is_tunnel_) {
      length = 0;
    } else if (!has_no_content_ && (!has_coding() || is_identity())) {
      length = needs_chunks() ? kNone : traits_.length;
      // With HEAD, an empty body most likely means that the application has not made the one that
      // GET would get.
      const bool guess = facts_.body_size && !has_coding() && (!facts_.is_head || has_octets()) &&
                         (is_http2() || !facts_.trailers_follow);
      if (length == kNone && guess) length = static_cast<int64_t>(*facts_.body_size);
    }
    const bool stays = length != kNone && length == traits_.length && !traits_.repeats_length;
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
    return !has_no_content_ && !traits_.is_encoded && !has_coding() &&
           !traits_.seen.has(FieldName::kContentType);
  }
  void decide_content_type(OutgoingHead* head) {
    if (traits_.status == 304) head->left_out_.add(FieldName::kContentType);
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
    if (traits_.chunked == 1 && traits_.chunked_is_last) return;  // the field is right
    head->extra_.transfer_encoding = "chunked";
    // The chunked coding is applied once, and last (§6.1). A field that differs is not sent.
    if (traits_.chunked > 0 || traits_.codings == 0)
      head->left_out_.add(FieldName::kTransferEncoding);
  }

  // RFC 9112 §9.3. Nothing is added to interim responses and to those that begin a tunnel.
  void decide_connection(OutgoingHead* head) {
    if (is_interim_ || is_tunnel_) return;
    head->closes_ =
        !facts_.may_persist || traits_.says_close || head->framing_ == Framing::kUntilClose;
    if (facts_.version == HttpVersion::kHttp10) {
      // The connection persists if both sides send keep-alive and the body has a visible end.
      if (head->closes_) {
        if (!traits_.says_close) leave_out_keep_alive(head);
      } else if (!traits_.says_keep_alive) {
        head->extra_.connection = "keep-alive";
      }
      return;
    }
    if (!head->closes_ || traits_.says_close) return;
    leave_out_keep_alive(head);
    head->extra_.connection = "close";
  }
  // Without keep-alive the field is kept, because its options name fields of this message (RFC 9110
  // §7.6.1).
  void leave_out_keep_alive(OutgoingHead* head) {
    if (traits_.says_keep_alive) head->left_out_.add(FieldName::kConnection);
  }

  const ResponseFacts& facts_;
  std::optional<HeadTraits> collected_;
  const HeadTraits& traits_;
  bool is_interim_ = false;
  bool is_tunnel_ = false;
  bool has_no_content_ = false;
  bool sends_length_ = false;
};

OutgoingHead OutgoingHead::complete(const NamedFields& fields, const ResponseFacts& facts,
                                    const PreparedPart& prepared) {
  OutgoingHead head(fields, prepared);
  Completion(fields, prepared, facts).decide(&head);
  return head;
}

bool OutgoingHead::depends_on_body(const NamedFields& fields, const ResponseFacts& facts) {
  const Completion completion(fields, {}, facts);
  return completion.wants_size() || completion.wants_octets();
}

HEADRACE_ABI_END
}  // namespace headrace

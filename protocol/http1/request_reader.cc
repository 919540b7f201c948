#include "headrace/protocol/http1/request_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/field/same_text.h"
#include "headrace/protocol/http1/connection_options.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/authority.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

// Empty lines in front of a request line that are skipped (RFC 9112 §2.2).
constexpr uint32_t kMostEmptyLines = 8;

// The places of the pseudo-header fields.
enum Slot : size_t { kMethodSlot, kSchemeSlot, kAuthoritySlot, kPathSlot, kSlots };

Refusal bad(const Rule& rule, std::string_view field) { return {kBadRequest, &rule, field, {}}; }

// The fields that take_field() is for.
constexpr bool is_looked_at(FieldName name) {
  constexpr auto bit = [](FieldName one) { return uint64_t{1} << static_cast<unsigned>(one); };
  constexpr uint64_t kLookedAt = bit(FieldName::kHost) | bit(FieldName::kContentLength) |
                                 bit(FieldName::kTransferEncoding) | bit(FieldName::kConnection) |
                                 bit(FieldName::kExpect) | bit(FieldName::kUpgrade) |
                                 bit(FieldName::kPriority);
  return (kLookedAt & bit(name)) != 0;
}

// RFC 9110 §9.3.6: Host may leave out the port that the target of CONNECT has.
bool is_same_host(std::string_view host, std::string_view target) {
  if (is_same_authority(host, target, "")) return true;
  const std::optional<Authority> a = parse_authority(host);
  const std::optional<Authority> b = parse_authority(target);
  return a && b && a->port.empty() && equals_ignoring_case(a->host, b->host);
}

}  // namespace

RequestReader::Status RequestReader::read(InputQueue* input, LineReader* lines) {
  if (!has_line_) {
    const Status status = read_line(input, lines);
    if (status != Status::kHead) return status;
  }
  return read_fields(
      input, lines, [](FieldName name) { return is_looked_at(name); },
      [this](const Field& field) { take_field(field); }, [this] { return finish(); });
}

// kHead: the line was read.
RequestReader::Status RequestReader::read_line(InputQueue* input, LineReader* lines) {
  if (lines->is_between_lines()) {
    const size_t octets = read_plain_request_line(
        {reinterpret_cast<const char*>(input->data()), input->size()}, &line_);
    if (octets > 0 && octets <= options_.line_size) [[likely]] {
      input->consume(octets);
      if (!section_->begin(kSlots)) return refuse(section_->no_memory());
      line_kept_ = false;
      return begin_fields();
    }
  }
  Line line;
  for (;;) {
    switch (lines->next(input, options_.line_size, &line)) {
      case LineReader::Status::kNothing:
        return Status::kNothing;
      case LineReader::Status::kTooLong:
        return refuse_long_line(line.text);
      case LineReader::Status::kNoMemory:
        return refuse(section_->no_memory());
      case LineReader::Status::kLine:
        break;
    }
    if (line.broken != nullptr || !line.text.empty()) return take_line(line);
    if (++empty_lines_ > kMostEmptyLines) return refuse(bad(kEmptyLines, {}));
  }
}

RequestReader::Status RequestReader::take_line(const Line& line) {
  if (line.broken != nullptr) {
    return refuse(bad(line.broken == &kFieldValue ? kTarget : *line.broken, {}));
  }
  if (!section_->begin(kSlots)) return refuse(section_->no_memory());
  std::string_view text = line.text;
  line_kept_ = !line.stable;
  if (line_kept_ && !section_->copy(&text)) return refuse(section_->no_memory());
  line_ = {};
  if (Refusal refused = parse_request_line(text, options_.accept_raw_octets, &line_)) {
    return refuse(refused);
  }
  return begin_fields();
}

RequestReader::Status RequestReader::begin_fields() {
  has_line_ = true;
  host_ = {};
  hosts_ = 0;
  framing_.clear();
  facts_ = {};
  says_close_ = says_keep_alive_ = says_upgrade_ = has_upgrade_ = host_kept_ = false;
  return Status::kHead;
}

// RFC 9112 §3: a method that is longer than all that exist, or a target that is too long.
RequestReader::Status RequestReader::refuse_long_line(std::string_view begin) {
  const LimitHit hit{Limit::kRequestLineSize, options_.line_size, uint64_t{options_.line_size} + 1};
  if (begin.find(' ') == std::string_view::npos) {
    return refuse({kNotImplemented, &kMethodTooLong, ":method", hit});
  }
  return refuse({kTargetTooLongStatus, &kTargetTooLong, ":path", hit});
}

void RequestReader::take_field(const Field& field) {
  switch (field.known_name) {
    case FieldName::kHost:
      host_ = field.value;
      host_kept_ = false;
      ++hosts_;
      section_->drop();
      break;
    case FieldName::kContentLength:
      framing_.take_length(field.value);
      break;
    case FieldName::kTransferEncoding:
      framing_.take_codings(field.value);
      section_->drop();
      break;
    case FieldName::kConnection:
      take_connection(field.value);
      break;
    case FieldName::kExpect:
      facts_.expects_continue |= equals_ignoring_case(field.value, "100-continue");
      break;
    case FieldName::kUpgrade:
      has_upgrade_ = true;
      break;
    case FieldName::kPriority:
      facts_.head.has_priority = true;
      break;
    default:
      break;
  }
}

// RFC 9110 §7.6.1
void RequestReader::take_connection(std::string_view value) {
  if (same_text(value, "keep-alive")) {  // what browsers say
    says_keep_alive_ = true;
    return;
  }
  each_connection_option(value, [this](std::string_view option) {
    says_close_ |= is_connection_option(option, "close");
    says_keep_alive_ |= is_connection_option(option, "keep-alive");
    says_upgrade_ |= is_connection_option(option, "upgrade");
  });
}

// RFC 9112 §3.2, §3.3: the authority is that of the target or, without one, Host.
Refusal RequestReader::check_host(Target* target) const {
  if (hosts_ > 1) return bad(kHostTwice, "host");
  if (hosts_ == 0) return line_.is_http10 ? Refusal{} : bad(kHostMissing, "host");
  if (!host_.empty() && !is_authority(host_)) return bad(kHost, "host");
  if (target->authority.empty()) {
    target->authority = host_;
    return {};
  }
  const bool same = facts_.head.is_connect
                        ? is_same_host(host_, target->authority)
                        : is_same_authority(host_, target->authority, target->scheme);
  return same ? Refusal{} : bad(kHostDiffers, "host");
}

Refusal RequestReader::finish() {
  RequestHead& head = facts_.head;
  head.is_head = line_.method == "HEAD";
  head.is_connect = line_.method == "CONNECT";
  head.is_safe = head.is_head || line_.method == "GET";
  Target target;
  if (Refusal refused = parse_target(line_, options_.accept_fragment, &target)) return refused;
  if (Refusal refused = check_host(&target)) return refused;
  if (Refusal refused = framing_.of_request(line_.is_http10, head.is_connect, options_.content_size,
                                            &facts_.content)) {
    return refused;
  }
  const bool http10 = line_.is_http10;
  facts_.is_http10 = http10;
  facts_.may_persist = !says_close_ && (!http10 || says_keep_alive_);
  // RFC 9110 §7.8, §10.1.1: of a client of HTTP/1.0 both are ignored.
  facts_.expects_continue &= !http10 && facts_.content.kind != ContentEnd::Kind::kNone;
  facts_.offers_upgrade = has_upgrade_ && says_upgrade_ && !http10 && !head.is_connect;
  head.has_authority = !target.authority.empty();
  if (facts_.content.kind == ContentEnd::Kind::kLength) {
    head.content_length = static_cast<int64_t>(facts_.content.length);
  } else if (facts_.content.kind == ContentEnd::Kind::kNone) {
    head.content_length = head.is_connect ? kNoContentLength : 0;
  }
  return write_pseudo_fields(target);
}

Refusal RequestReader::write_pseudo_fields(const Target& target) {
  std::string_view path = target.path;
  if (!path.empty() && path.front() != '/' && path != "*") {  // a query without a path
    char* const copy = section_->storage().allocate(path.size() + 1);
    if (copy == nullptr) return section_->no_memory();
    *copy = '/';
    std::memcpy(copy + 1, path.data(), path.size());
    path = {copy, path.size() + 1};
  }
  FieldStorage& storage = section_->storage();
  Field* const fields = storage.fields().data();
  size_t slot = 0;
  const auto put = [&](std::string_view name, std::string_view value, FieldName known_name) {
    Field& field = fields[slot++];
    field.name = name;
    field.value = value;
    field.never_indexed = false;
    field.known_name = known_name;
    field.syntax = FieldSyntax::kValid;
  };
  put(":method", line_.method, FieldName::kMethod);
  if (!facts_.head.is_connect) {
    put(":scheme", target.scheme.empty() ? options_.scheme : target.scheme, FieldName::kScheme);
  }
  if (!target.authority.empty()) put(":authority", target.authority, FieldName::kAuthority);
  if (!facts_.head.is_connect) put(":path", path, FieldName::kPath);
  if (slot < kSlots) {
    std::copy(fields + kSlots, fields + storage.size(), fields + slot);
    storage.truncate(storage.size() - (kSlots - slot));
  }
  return {};
}

bool RequestReader::keep() {
  if (!has_line_) return true;
  if (!line_kept_) {
    if (!section_->copy(&line_.method) || !section_->copy(&line_.target)) return false;
    line_kept_ = true;
  }
  if (!host_kept_ && !host_.empty() && !section_->copy(&host_)) return false;
  host_kept_ = true;
  return section_->keep();
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

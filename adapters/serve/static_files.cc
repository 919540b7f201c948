#include "headrace/adapters/serve/static_files.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/adapters/serve/byte_range.h"
#include "headrace/adapters/serve/conditions.h"
#include "headrace/adapters/serve/document_root.h"
#include "headrace/adapters/serve/file_body.h"
#include "headrace/adapters/serve/media_type.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/protocol/message/http_date.h"

namespace headrace::serve {
namespace {

// A file up to this size is read at once, so that its descriptor is not needed while it is sent.
constexpr uint64_t kReadAtOnce = 16 * 1024;

// A strong entity tag: it changes with each write that the file system's timestamps distinguish.
class EntityTag {
 public:
  explicit EntityTag(const struct stat& status) {
    *end_++ = '"';
    put(static_cast<uint64_t>(status.st_ino));
    *end_++ = '-';
    put(static_cast<uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000u +
        static_cast<uint64_t>(status.st_mtim.tv_nsec));
    *end_++ = '-';
    put(static_cast<uint64_t>(status.st_size));
    *end_++ = '"';
  }
  std::string_view text() const { return {text_.data(), static_cast<size_t>(end_ - text_.data())}; }

 private:
  void put(uint64_t number) {
    end_ = std::to_chars(end_, text_.data() + text_.size(), number, 16).ptr;
  }

  std::array<char, 52> text_;  // three numbers of at most 16 digits, two dashes, the quotes
  char* end_ = text_.data();
};

// The status for a file that cannot be opened. A name outside of the root (EXDEV) does not exist.
int status_of_error(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:
    case ENAMETOOLONG:
    case ENXIO:
      return 404;
    case EACCES:
    case EPERM:
      return 403;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return 503;
    default:
      return 500;
  }
}

// A file that was found, and the client that requests it.
struct Found {
  OpenFiles::Opened opened;
  std::string name;
  const Client& client;
};

// RFC 9110 §15.4.2: the relative links of a directory's page need the final slash. Only one slash
// in front, because two would begin a host name (RFC 3986 §4.2).
void redirect_to_directory(Responder& responder) {
  std::string_view path = responder.path();
  while (path.starts_with("//")) path.remove_prefix(1);
  std::string location(path);
  location.append("/").append(responder.target().substr(responder.path().size()));
  responder.respond_error(301, {{"location", location}});
}

// Sends `size` octets from `first` on.
void respond_with_file(Responder& responder, int status, FieldsView fields, Found found,
                       uint64_t first, uint64_t size) {
  if (responder.is_head() || size == 0) {
    return responder.respond(status, fields, Body::none(), size);
  }
  if (size > kReadAtOnce) {
    const Client& client = found.client;
    auto body = std::make_unique<FileBody>(
        client.files.keep(std::move(found.opened), found.name, client.share), client.share, first,
        size);
    responder.respond(status, fields, Body::source(body.get()), size);
    return responder.attach(std::move(body));
  }
  std::string content(static_cast<size_t>(size), '\0');
  for (size_t read = 0; read < content.size();) {
    const ssize_t n = read_at(found.opened.descriptor, content.data() + read, content.size() - read,
                              first + read);
    // It was shortened meanwhile, or cannot be read.
    if (n <= 0) return responder.respond_error(500);
    read += static_cast<size_t>(n);
  }
  responder.respond_owned(status, fields, std::move(content));
}

void respond_with_range(Responder& responder, const ByteRange& range, uint64_t total,
                        FieldsView fields, Found found) {
  const std::string of_total = "/" + std::to_string(total);
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    return responder.respond_error(416, {{"content-range", "bytes *" + of_total}});
  }
  const std::string value = "bytes " + std::to_string(range.first) + "-" +
                            std::to_string(range.first + range.size - 1) + of_total;
  std::vector<Field> all(fields.begin(), fields.end());
  all.push_back({"content-range", value});
  respond_with_file(responder, 206, all, std::move(found), range.first, range.size);
}

void respond_with_conditions(Responder& responder, Found found) {
  const struct stat& status = found.opened.status;
  const auto total = static_cast<uint64_t>(status.st_size);
  const EntityTag etag(status);
  const HttpDate modified(status.st_mtim.tv_sec);
  const Validators validators{etag.text(), status.st_mtim.tv_sec};
  const Conditions conditions(responder.fields());
  switch (conditions.evaluate(validators)) {
    case Conditions::Verdict::kNotModified:
      return responder.respond_without_body(
          304, {{"etag", etag.text()}, {"last-modified", modified.text()}});
    case Conditions::Verdict::kPreconditionFailed:
      return responder.respond_error(412);
    case Conditions::Verdict::kProceed:
      break;
  }
  const Field list[] = {{"content-type", media_type_of(found.name)},
                        {"last-modified", modified.text()},
                        {"etag", etag.text()},
                        {"accept-ranges", "bytes"}};
  const FieldsView fields = gsl::span<const Field>(list);
  // RFC 9110 §14.2: ranges are defined for GET only.
  const std::string_view range_value =
      responder.is_head() ? std::string_view() : conditions.range(validators);
  if (!range_value.empty()) {
    const ByteRange range = parse_byte_range(range_value, total);
    if (range.kind != ByteRange::Kind::kWhole) {
      return respond_with_range(responder, range, total, fields, std::move(found));
    }
  }
  respond_with_file(responder, 200, fields, std::move(found), 0, total);
}

}  // namespace

void answer_file(Responder& responder, const Client& client) {
  if (!responder.require_get_or_head()) return;
  std::optional<std::string> name = decode_path(responder.path());
  if (!name) return responder.respond_error(400);
  if (is_hidden(*name)) return responder.respond_error(404);

  OpenFiles::Opened opened = client.files.open(*name);
  if (opened.descriptor.valid() && S_ISDIR(opened.status.st_mode)) {
    if (!responder.path().ends_with('/')) return redirect_to_directory(responder);
    name->append("/index.html");
    opened = client.files.open(*name);
  }
  if (!opened.descriptor.valid()) return responder.respond_error(status_of_error(errno));
  if (!S_ISREG(opened.status.st_mode)) return responder.respond_error(404);
  respond_with_conditions(responder, {std::move(opened), std::move(*name), client});
}

}  // namespace headrace::serve

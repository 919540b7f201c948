#include "headrace/adapters/serve/static_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/adapters/serve/byte_range.h"
#include "headrace/adapters/serve/conditions.h"
#include "headrace/adapters/serve/document_root.h"
#include "headrace/adapters/serve/file_body.h"
#include "headrace/adapters/serve/file_cache.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/adapters/serve/served_file.h"

namespace headrace::serve {
namespace {

// The status for a file that cannot be opened or read. A name outside of the root (EXDEV) does not
// exist.
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
void respond_with_octets(Responder& responder, const PreparedHead& head, FieldsView fields,
                         ServedFile& file, const Client& client, uint64_t first, uint64_t size) {
  if (responder.is_head() || size == 0) {
    return responder.respond_prepared(head, fields, Body::none(), size);
  }
  if (file.content()) {
    const std::string_view octets = *file.content();
    return responder.respond_prepared(head, fields,
                                      Body::owned(file.refer(), octets.substr(first, size)), size);
  }
  auto body = std::make_unique<FileBody>(file.file(), client, responder.connection(),
                                         responder.stream_id(), first, size);
  responder.respond_prepared(head, fields, Body::source(body.get()), size);
  responder.attach(std::move(body));
}

void respond_with_range(Responder& responder, const ByteRange& range, ServedFile& file,
                        const Client& client) {
  const std::string of_total = "/" + std::to_string(file.size());
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    return responder.respond_error(416, {{"content-range", "bytes *" + of_total}});
  }
  const std::string value = "bytes " + std::to_string(range.first) + "-" +
                            std::to_string(range.first + range.size - 1) + of_total;
  const std::string length = std::to_string(range.size);
  respond_with_octets(responder, file.part(),
                      {{"content-length", length}, {"content-range", value}}, file, client,
                      range.first, range.size);
}

void respond_with_file(Responder& responder, ServedFile& file, const Client& client) {
  const Conditions conditions(responder.header_fields());
  if (!conditions.empty()) {
    const Validators validators = file.validators();
    switch (conditions.evaluate(validators)) {
      case Conditions::Verdict::kNotModified:
        return responder.respond_prepared(file.not_modified(), {}, Body::none(), 0);
      case Conditions::Verdict::kPreconditionFailed:
        return responder.respond_error(412);
      case Conditions::Verdict::kProceed:
        break;
    }
    // RFC 9110 §14.2: ranges are defined for GET only.
    const std::string_view range_value =
        responder.is_head() ? std::string_view() : conditions.range(validators);
    if (!range_value.empty()) {
      const ByteRange range = parse_byte_range(range_value, file.size());
      if (range.kind != ByteRange::Kind::kWhole) {
        return respond_with_range(responder, range, file, client);
      }
    }
  }
  respond_with_octets(responder, file.whole(), {}, file, client, 0, file.size());
}

// Opens the file of a name. Null if the request has been answered, because there is none.
ServedFile::Reference open(Responder& responder, std::string name, const Client& client) {
  const std::string key = name;
  OpenFiles::Opened opened = client.files.open(name);
  if (opened.descriptor.valid() && S_ISDIR(opened.status.st_mode)) {
    if (!responder.path().ends_with('/')) {
      redirect_to_directory(responder);
      return nullptr;
    }
    name.append("/index.html");
    opened = client.files.open(name);
  }
  ServedFile::Reference file;
  int error = errno;
  if (opened.descriptor.valid()) {
    error = ENOENT;
    if (S_ISREG(opened.status.st_mode)) {
      file = client.cache.add(key, name, std::move(opened), client.share);
      error = errno;
    }
  }
  if (file == nullptr) responder.respond_error(status_of_error(error));
  return file;
}

}  // namespace

void answer_file(Responder& responder, const Client& client) {
  if (!responder.require_get_or_head()) return;
  // Most names need no decoding, and are looked up as they are.
  if (const std::string_view name = plain_name(responder.path()); !name.empty()) {
    if (ServedFile* file = client.cache.find(name)) {
      return respond_with_file(responder, *file, client);
    }
  }
  std::optional<std::string> name = decode_path(responder.path());
  if (!name) return responder.respond_error(400);
  if (is_hidden(*name)) return responder.respond_error(404);
  if (ServedFile* file = client.cache.find(*name)) {
    return respond_with_file(responder, *file, client);
  }
  const ServedFile::Reference file = open(responder, std::move(*name), client);
  if (file != nullptr) respond_with_file(responder, *file, client);
}

}  // namespace headrace::serve

#include "tests/transcript/application.h"

#include <algorithm>
#include <cstring>

#include "tests/reference/frames.h"

namespace headrace::transcript {
namespace {

constexpr std::string_view kCommands[] = {
    "submit_response",
    "submit_informational",
    "send_data",
    "send_trailers",
    "resume",
    "reset_stream",
    "credit",
    "set_automatic_credit",
    "set_user_data",
    "submit_settings",
    "ping",
    "shutdown",
    "terminate",
    "trim",
    "source",
};

std::string_view error_name(SubmitError error) {
  switch (error) {
    case SubmitError::kNone:
      return "ok";
    case SubmitError::kConnectionGone:
      return "ConnectionGone";
    case SubmitError::kStreamGone:
      return "StreamGone";
    case SubmitError::kUnknownStream:
      return "UnknownStream";
    case SubmitError::kWrongState:
      return "WrongState";
    case SubmitError::kInvalidFields:
      return "InvalidFields";
    case SubmitError::kInvalidArgument:
      return "InvalidArgument";
    case SubmitError::kWrongRole:
      return "WrongRole";
    case SubmitError::kTooLarge:
      return "TooLarge";
    case SubmitError::kGoingAway:
      return "GoingAway";
    case SubmitError::kStreamIdsExhausted:
      return "StreamIdsExhausted";
    case SubmitError::kPushDisabled:
      return "PushDisabled";
    case SubmitError::kTooManyStreams:
      return "TooManyStreams";
  }
  return "?";
}

std::vector<Field> fields_of(const Item& command) {
  std::vector<Field> fields;
  for (const FieldLine& line : command.fields) {
    Field field;
    field.name = line.name;
    field.value = line.value;
    field.never_indexed = line.never;
    fields.push_back(field);
  }
  return fields;
}

std::vector<uint8_t> bytes_of(const Item& command) {
  const std::string text = command.bytes.value_or("");
  return {text.begin(), text.end()};
}

std::vector<Setting> settings_of(Arguments* arguments) {
  std::vector<Setting> settings;
  for (const auto& [id, value] : reference::parse_settings(arguments->take_settings())) {
    settings.push_back({static_cast<SettingId>(id), value});
  }
  return settings;
}

}  // namespace

BodySource::Filled ScriptedSource::fill(gsl::span<uint8_t> room) {
  Filled filled;
  filled.size = std::min(waiting.size(), room.size());
  std::memcpy(room.data(), waiting.data(), filled.size);
  waiting.erase(0, filled.size);
  filled.end = ends && waiting.empty();
  filled.failed = fails && filled.size == 0;
  return filled;
}

bool Application::knows(std::string_view command) {
  return std::find(std::begin(kCommands), std::end(kCommands), command) != std::end(kCommands);
}

Item Application::run(const Item& command) {
  Arguments arguments(command);
  Item result;
  if (command.name == "send_data") {
    result = send_data(command, &arguments);
  } else {
    const SubmitResult submitted = submit(command, &arguments);
    result.name = error_name(submitted.error);
    if (submitted.rule != nullptr) result.details.emplace_back("rule", submitted.rule->section);
  }
  std::string mistake;
  if (!arguments.all_taken(&mistake)) {
    result = {};
    result.name = "mistake";
    result.bytes = mistake;
  }
  return result;
}

Item Application::send_data(const Item& command, Arguments* arguments) {
  const auto stream_id = static_cast<StreamId>(arguments->take_number());
  const bool end_stream = arguments->take_word("END_STREAM");
  const std::vector<uint8_t> bytes = bytes_of(command);
  const SendResult sent = connection_.send_data(stream_id, bytes, end_stream);
  Item result;
  result.name = error_name(sent.error);
  // A short write has to be expected; one that took all may be.
  auto& accepted = sent.ok() && sent.accepted != bytes.size() ? result.attributes : result.details;
  accepted.emplace_back("accepted", std::to_string(sent.accepted));
  return result;
}

SubmitResult Application::submit(const Item& command, Arguments* arguments) {
  if (command.name == "submit_settings") {
    return connection_.submit_settings(settings_of(arguments));
  }
  if (command.name == "ping") return connection_.ping(arguments->take_number());
  if (command.name == "shutdown") return connection_.shutdown();
  if (command.name == "terminate") {
    return connection_.terminate(static_cast<ErrorCode>(arguments->take_error_code()));
  }
  if (command.name == "trim") {
    connection_.trim();
    return {};
  }
  return submit_on_stream(command, static_cast<StreamId>(arguments->take_number()), arguments);
}

SubmitResult Application::submit_on_stream(const Item& command, StreamId stream_id,
                                           Arguments* arguments) {
  const std::string& name = command.name;
  if (name == "submit_response") return submit_response(command, stream_id, arguments);
  if (name == "submit_informational") {
    return connection_.submit_informational(stream_id, fields_of(command));
  }
  if (name == "send_trailers") return connection_.send_trailers(stream_id, fields_of(command));
  if (name == "resume") return connection_.resume(stream_id);
  if (name == "reset_stream") {
    const auto code = static_cast<ErrorCode>(arguments->take_error_code());
    return connection_.reset_stream(stream_id, code);
  }
  if (name == "credit") {
    return connection_.credit(stream_id, static_cast<uint32_t>(arguments->take_number()));
  }
  if (name == "set_automatic_credit") {
    return connection_.set_automatic_credit(stream_id, arguments->take_any_word() == "true");
  }
  if (name == "set_user_data") {
    const uintptr_t user_data = arguments->take_number();
    const SubmitResult result = connection_.set_user_data(stream_id, user_data);
    if (result.ok()) streams_[stream_id].user_data = user_data;
    return result;
  }
  ScriptedSource& source = streams_[stream_id].source;
  source.waiting += command.bytes.value_or("");
  source.ends |= arguments->take_word("end");
  source.fails |= arguments->take_word("fail");
  return {};
}

// The body: `view "text"`, `owned "text"`, `stream`, `source`, or nothing.
SubmitResult Application::submit_response(const Item& command, StreamId stream_id,
                                          Arguments* arguments) {
  const std::vector<Field> fields = fields_of(command);
  Stream& stream = streams_[stream_id];
  if (arguments->take_word("view")) {
    stream.views.push_back(std::make_unique<std::vector<uint8_t>>(bytes_of(command)));
    const gsl::span<const uint8_t> bytes(*stream.views.back());
    const SubmitResult result = connection_.submit_response(stream_id, fields, Body::view(bytes));
    if (result.ok()) ++stream.views_lent;
    return result;
  }
  if (arguments->take_word("owned")) {
    return connection_.submit_response(stream_id, fields, Body::owned(bytes_of(command)));
  }
  if (arguments->take_word("stream")) {
    return connection_.submit_response(stream_id, fields, Body::stream());
  }
  if (arguments->take_word("source")) {
    return connection_.submit_response(stream_id, fields, Body::source(&stream.source));
  }
  return connection_.submit_response(stream_id, fields);
}

}  // namespace headrace::transcript

#include "tests/transcript/application.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <gsl/span>
#include <span>

#include "tests/reference/frames.h"

namespace headrace::transcript {
namespace {

constexpr std::string_view kCommands[] = {
    "submit_request",
    "submit_push",
    "submit_frame",
    "submit_response",
    "submit_informational",
    "send_data",
    "send_trailers",
    "resume",
    "reset_stream",
    "credit",
    "set_automatic_credit",
    "set_receive_window",
    "set_user_data",
    "update_priority",
    "submit_settings",
    "ping",
    "shutdown",
    "terminate",
    "set_time_of_day",
    "trim",
    "source",
};

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

std::string_view submit_error_name(SubmitError error) {
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
    case SubmitError::kUnsupported:
      return "Unsupported";
  }
  return "?";
}

BodySource::Filled ScriptedSource::fill(std::span<uint8_t> room) {
  Filled filled;
  if (!answers.empty()) {
    const Answer answer = std::move(answers.front());
    answers.pop_front();
    filled.size = std::min(answer.octets.size(), room.size());
    std::memcpy(room.data(), answer.octets.data(), filled.size);
    filled.end = answer.ends;
    filled.failed = answer.fails;
    return filled;
  }
  filled.size = std::min(waiting.size(), room.size());
  std::memcpy(room.data(), waiting.data(), filled.size);
  waiting.erase(0, filled.size);
  filled.end = ends && waiting.empty() && (!ends_late || filled.size == 0);
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
  } else if (command.name == "submit_request") {
    result = submit_request(command, &arguments);
  } else if (command.name == "submit_push") {
    result = submit_push(command, &arguments);
  } else {
    const SubmitResult submitted = submit(command, &arguments);
    result.name = submit_error_name(submitted.error);
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
  const SendResult sent = arguments->take_word("owned")
                              ? connection_.send_data(stream_id, Body::owned(bytes), end_stream)
                              : connection_.send_data(stream_id, bytes, end_stream);
  Item result;
  result.name = submit_error_name(sent.error);
  if (sent.rule != nullptr) result.details.emplace_back("rule", sent.rule->section);
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
  if (command.name == "submit_frame") return submit_frame(command, arguments);
  const std::string debug_data = command.bytes.value_or("");
  if (command.name == "shutdown") return connection_.shutdown(debug_data);
  if (command.name == "terminate") {
    return connection_.terminate(static_cast<ErrorCode>(arguments->take_error_code()), debug_data);
  }
  if (command.name == "set_time_of_day") {  // seconds since the epoch
    const auto seconds = static_cast<int64_t>(arguments->take_number());
    connection_.set_time_of_day(
        std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
    return {};
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
  if (name == "set_receive_window") {
    return connection_.set_receive_window(stream_id,
                                          static_cast<uint32_t>(arguments->take_number()));
  }
  if (name == "set_user_data") {
    const uintptr_t user_data = arguments->take_number();
    const SubmitResult result = connection_.set_user_data(stream_id, user_data);
    if (result.ok()) streams_[stream_id].user_data = user_data;
    return result;
  }
  if (name == "update_priority") {
    Priority priority;
    priority.urgency = static_cast<uint8_t>(arguments->take_number("urgency", priority.urgency));
    priority.incremental = arguments->take_word("incremental");
    return connection_.update_priority(stream_id, priority);
  }
  ScriptedSource& source = *streams_[stream_id].source;
  if (arguments->take_word("answer")) {
    source.answers.push_back(
        {command.bytes.value_or(""), arguments->take_word("end"), arguments->take_word("fail")});
    return {};
  }
  source.waiting += command.bytes.value_or("");
  source.ends |= arguments->take_word("end");
  source.ends_late |= arguments->take_word("late");
  source.fails |= arguments->take_word("fail");
  return {};
}

// The body: `view "text"`, `owned "text"`, `stream`, `source`, or nothing.
Application::ScriptedBody Application::take_body(const Item& command, Arguments* arguments) {
  ScriptedBody scripted;
  if (arguments->take_word("view")) {
    scripted.view = std::make_unique<std::vector<uint8_t>>(bytes_of(command));
    scripted.body = Body::view(gsl::span<const uint8_t>(*scripted.view));
  } else if (arguments->take_word("owned")) {
    scripted.body = Body::owned(bytes_of(command));
  } else if (arguments->take_word("stream")) {
    scripted.body = Body::stream();
  } else if (arguments->take_word("source")) {
    scripted.source = std::make_unique<ScriptedSource>();
    scripted.body = Body::source(scripted.source.get());
  }
  if (arguments->take_word("expect_trailers")) {
    scripted.body = std::move(scripted.body).expect_trailers();
  }
  return scripted;
}

// The body has been accepted: what it refers to stays. A source may have been given its text
// before.
void Application::lend(ScriptedBody scripted, Stream* stream) {
  if (scripted.view != nullptr) {
    stream->views.push_back(std::move(scripted.view));
    ++stream->views_lent;
  }
  if (scripted.source != nullptr) {
    *scripted.source = std::move(*stream->source);
    stream->source = std::move(scripted.source);
    has_sources_ = true;
  }
}

SubmitResult Application::submit_response(const Item& command, StreamId stream_id,
                                          Arguments* arguments) {
  ScriptedBody scripted = take_body(command, arguments);
  const SubmitResult result =
      connection_.submit_response(stream_id, fields_of(command), std::move(scripted.body));
  if (!result.ok()) return result;
  lend(std::move(scripted), &streams_[stream_id]);
  // RFC 9110 §15.2.2: the other protocol goes both ways.
  if (fields_of(command)[0].value == "101") streams_[stream_id].ended = false;
  return result;
}

Item Application::submit_request(const Item& command, Arguments* arguments) {
  const uintptr_t user_data = arguments->take_number("user_data", 0);
  ScriptedBody scripted = take_body(command, arguments);
  const RequestResult result =
      connection_.submit_request(fields_of(command), std::move(scripted.body), user_data);
  if (result.ok()) lend(std::move(scripted), &streams_[result.stream_id]);
  return opened(result, user_data);
}

Item Application::submit_push(const Item& command, Arguments* arguments) {
  const auto on = static_cast<StreamId>(arguments->take_number());
  const uintptr_t user_data = arguments->take_number("user_data", 0);
  return opened(connection_.submit_push(on, fields_of(command), user_data), user_data);
}

Item Application::opened(const RequestResult& result, uintptr_t user_data) {
  Item item;
  item.name = submit_error_name(result.error);
  if (result.rule != nullptr) item.details.emplace_back("rule", result.rule->section);
  if (!result.ok()) return item;
  item.details.emplace_back("stream", std::to_string(result.stream_id));
  Stream& stream = streams_[result.stream_id];
  stream.own = stream.announced = true;
  stream.user_data = user_data;
  return item;
}

SubmitResult Application::submit_frame(const Item& command, Arguments* arguments) {
  const auto stream_id = static_cast<StreamId>(arguments->take_number());
  const auto type = static_cast<uint8_t>(arguments->take_number("type", 0));
  const auto flags = static_cast<uint8_t>(arguments->take_number("flags", 0));
  return connection_.submit_frame(type, flags, stream_id, bytes_of(command));
}

}  // namespace headrace::transcript

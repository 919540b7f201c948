#include "tests/transcript/options_text.h"

#include <chrono>
#include <type_traits>

#include "tests/transcript/words.h"

namespace headrace::transcript {
namespace {

// Sets the field when `wanted` is its name. The kind of value follows from the field's type.
class Setter {
 public:
  Setter(std::string_view wanted, std::string_view value) : wanted_(wanted), value_(value) {}

  template <typename T>
  void field(std::string_view name, T* target) {
    if (name != wanted_) return;
    known = true;
    if constexpr (std::is_same_v<T, bool>) {
      valid = value_ == "true" || value_ == "false";
      *target = value_ == "true";
    } else if constexpr (std::is_same_v<T, WindowPolicy>) {
      const bool immediate = value_ == "immediate" || value_ == "fixed";
      valid = immediate || value_ == "half_window" || value_ == "auto_tuned";
      *target = immediate                ? WindowPolicy::kImmediate
                : value_ == "auto_tuned" ? WindowPolicy::kAutoTuned
                                         : WindowPolicy::kHalfWindow;
    } else if constexpr (std::is_same_v<T, ProtocolVersion>) {
      valid = value_ == "http1" || value_ == "http2" || value_ == "detect";
      *target = value_ == "http1"   ? ProtocolVersion::kHttp1
                : value_ == "http2" ? ProtocolVersion::kHttp2
                                    : ProtocolVersion::kDetect;
    } else if constexpr (std::is_same_v<T, Scheduling>) {
      valid = value_ == "priority" || value_ == "round_robin";
      *target = value_ == "round_robin" ? Scheduling::kRoundRobin : Scheduling::kPriority;
    } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
      const auto milliseconds = parse_milliseconds(value_);
      valid = milliseconds.has_value();
      *target = std::chrono::milliseconds(milliseconds.value_or(0));
    } else {
      const auto number = parse_number(value_);
      valid = number.has_value();
      *target = static_cast<T>(number.value_or(0));
    }
  }

  bool known = false;
  bool valid = true;

 private:
  std::string_view wanted_;
  std::string_view value_;
};

void visit_options(Options* o, Setter* set) {
  set->field("protocol", &o->protocol);
  set->field("secure_transport", &o->secure_transport);
  set->field("automatic_continue", &o->automatic_continue);
  set->field("accept_raw_targets", &o->accept_raw_targets);
  set->field("accept_bare_lf", &o->accept_bare_lf);
  set->field("accept_length_beside_chunked", &o->accept_length_beside_chunked);
  set->field("pipelining", &o->pipelining);
  set->field("header_table_size", &o->header_table_size);
  set->field("initial_window_size", &o->initial_window_size);
  set->field("max_frame_size", &o->max_frame_size);
  set->field("announce_field_list_size", &o->announce_field_list_size);
  set->field("enable_push", &o->enable_push);
  set->field("enable_connect_protocol", &o->enable_connect_protocol);
  set->field("no_rfc7540_priorities", &o->no_rfc7540_priorities);
  set->field("scheduler", &o->scheduler);
  set->field("receive_altsvc", &o->receive_altsvc);
  set->field("receive_origin", &o->receive_origin);
  set->field("assumed_concurrent_streams", &o->assumed_concurrent_streams);
  set->field("first_stream_id", &o->first_stream_id);
  set->field("connection_window_size", &o->connection_window_size);
  set->field("max_window_size", &o->max_window_size);
  set->field("window_policy", &o->window_policy);
  set->field("validate_outbound", &o->validate_outbound);
  set->field("complete_heads", &o->complete_heads);
  set->field("automatic_credit", &o->automatic_credit);
  set->field("explicit_release", &o->explicit_release);
  set->field("trim_field_values", &o->trim_field_values);
  set->field("reset_after_early_response", &o->reset_after_early_response);
  set->field("accept_local_authority", &o->accept_local_authority);
  set->field("accept_path_fragment", &o->accept_path_fragment);
  set->field("join_cookies", &o->join_cookies);
  set->field("split_cookies", &o->split_cookies);
  set->field("send_buffer_size", &o->send_buffer_size);
}

void visit_limits(Limits* l, Setter* set) {
  set->field("limits.connection_memory", &l->connection_memory);
  set->field("limits.concurrent_streams", &l->concurrent_streams);
  set->field("limits.field_list_size", &l->field_list_size);
  set->field("limits.fields_per_request", &l->fields_per_request);
  set->field("limits.fields_per_response", &l->fields_per_response);
  set->field("limits.extra_continuations", &l->extra_continuations);
  set->field("limits.tiny_continuations", &l->tiny_continuations);
  set->field("limits.remembered_streams", &l->remembered_streams);
  set->field("limits.informational_responses", &l->informational_responses);
  set->field("limits.settings_per_frame", &l->settings_per_frame);
  set->field("limits.request_line_size", &l->request_line_size);
  set->field("limits.pipelined_requests", &l->pipelined_requests);
  set->field("limits.chunk_extension_size", &l->chunk_extension_size);
  set->field("limits.content_size", &l->content_size);
  set->field("limits.discarded_content", &l->discarded_content);
  set->field("limits.content_timeout", &l->content_timeout);
  set->field("limits.queued_replies", &l->queued_replies);
  set->field("limits.output_backlog", &l->output_backlog);
  set->field("limits.reset_burst", &l->reset_burst);
  set->field("limits.resets_per_second", &l->resets_per_second);
  set->field("limits.useless_burst", &l->useless_burst);
  set->field("limits.useless_per_second", &l->useless_per_second);
  set->field("limits.priority_updates_per_stream", &l->priority_updates_per_stream);
  set->field("limits.preface_timeout", &l->preface_timeout);
  set->field("limits.field_block_timeout", &l->field_block_timeout);
  set->field("limits.settings_ack_timeout", &l->settings_ack_timeout);
  set->field("limits.idle_timeout", &l->idle_timeout);
  set->field("limits.connection_age", &l->connection_age);
  set->field("limits.connection_age_grace", &l->connection_age_grace);
  set->field("limits.stream_stall_timeout", &l->stream_stall_timeout);
  set->field("limits.stream_stall_timeout_under_pressure", &l->stream_stall_timeout_under_pressure);
  set->field("limits.keepalive_interval", &l->keepalive_interval);
  set->field("limits.keepalive_timeout", &l->keepalive_timeout);
  set->field("limits.keepalive_while_idle", &l->keepalive_while_idle);
  set->field("limits.shutdown_ping_timeout", &l->shutdown_ping_timeout);
}

}  // namespace

bool set_option(std::string_view name, std::string_view value, Options* options,
                std::string* error) {
  Setter set(name, value);
  visit_options(options, &set);
  visit_limits(&options->limits, &set);
  if (!set.known) *error = "unknown option " + std::string(name);
  if (!set.valid) *error = "not a value of " + std::string(name) + ": " + std::string(value);
  return set.known && set.valid;
}

}  // namespace headrace::transcript

#ifndef HEADRACE_PROTOCOL_INTERFACE_OPTION_LIST_H_
#define HEADRACE_PROTOCOL_INTERFACE_OPTION_LIST_H_

#include "headrace/protocol/interface/options.h"

namespace headrace {

// The names of all options and limits that are plain values, for programs that read or write them
// by name: `visit("limits.idle_timeout", limits.idle_timeout)` and so on. Not among them are
// Options::allocation, which changes no event and no output, the list of settings, and the objects
// that an application lends.
template <typename SomeOptions, typename Visit>
void each_option(SomeOptions& o, Visit visit) {
  visit("protocol", o.protocol);
  visit("secure_transport", o.secure_transport);
  visit("automatic_continue", o.automatic_continue);
  visit("accept_raw_targets", o.accept_raw_targets);
  visit("accept_bare_lf", o.accept_bare_lf);
  visit("accept_length_beside_chunked", o.accept_length_beside_chunked);
  visit("pipelining", o.pipelining);
  visit("header_table_size", o.header_table_size);
  visit("initial_window_size", o.initial_window_size);
  visit("max_frame_size", o.max_frame_size);
  visit("announce_field_list_size", o.announce_field_list_size);
  visit("enable_push", o.enable_push);
  visit("enable_connect_protocol", o.enable_connect_protocol);
  visit("no_rfc7540_priorities", o.no_rfc7540_priorities);
  visit("receive_altsvc", o.receive_altsvc);
  visit("receive_origin", o.receive_origin);
  visit("assumed_concurrent_streams", o.assumed_concurrent_streams);
  visit("first_stream_id", o.first_stream_id);
  visit("connection_window_size", o.connection_window_size);
  visit("window_policy", o.window_policy);
  visit("max_window_size", o.max_window_size);
  visit("automatic_credit", o.automatic_credit);
  visit("scheduler", o.scheduler);
  visit("explicit_release", o.explicit_release);
  visit("validate_outbound", o.validate_outbound);
  visit("complete_heads", o.complete_heads);
  visit("reset_after_early_response", o.reset_after_early_response);
  visit("accept_local_authority", o.accept_local_authority);
  visit("accept_path_fragment", o.accept_path_fragment);
  visit("trim_field_values", o.trim_field_values);
  visit("join_cookies", o.join_cookies);
  visit("split_cookies", o.split_cookies);
  visit("send_buffer_size", o.send_buffer_size);
  visit("seed", o.seed);
  each_limit(o.limits, visit);
}

// The same for the members of Limits.
template <typename SomeLimits, typename Visit>
void each_limit(SomeLimits& l, Visit visit) {
  visit("limits.connection_memory", l.connection_memory);
  visit("limits.concurrent_streams", l.concurrent_streams);
  visit("limits.remembered_streams", l.remembered_streams);
  visit("limits.field_list_size", l.field_list_size);
  visit("limits.fields_per_request", l.fields_per_request);
  visit("limits.fields_per_response", l.fields_per_response);
  visit("limits.extra_continuations", l.extra_continuations);
  visit("limits.tiny_continuations", l.tiny_continuations);
  visit("limits.informational_responses", l.informational_responses);
  visit("limits.request_line_size", l.request_line_size);
  visit("limits.pipelined_requests", l.pipelined_requests);
  visit("limits.chunk_extension_size", l.chunk_extension_size);
  visit("limits.content_size", l.content_size);
  visit("limits.discarded_content", l.discarded_content);
  visit("limits.queued_replies", l.queued_replies);
  visit("limits.output_backlog", l.output_backlog);
  visit("limits.settings_per_frame", l.settings_per_frame);
  visit("limits.reset_burst", l.reset_burst);
  visit("limits.resets_per_second", l.resets_per_second);
  visit("limits.useless_burst", l.useless_burst);
  visit("limits.useless_per_second", l.useless_per_second);
  visit("limits.priority_updates_per_stream", l.priority_updates_per_stream);
  visit("limits.preface_timeout", l.preface_timeout);
  visit("limits.field_block_timeout", l.field_block_timeout);
  visit("limits.settings_ack_timeout", l.settings_ack_timeout);
  visit("limits.stream_stall_timeout", l.stream_stall_timeout);
  visit("limits.stream_stall_timeout_under_pressure", l.stream_stall_timeout_under_pressure);
  visit("limits.content_timeout", l.content_timeout);
  visit("limits.idle_timeout", l.idle_timeout);
  visit("limits.connection_age", l.connection_age);
  visit("limits.connection_age_grace", l.connection_age_grace);
  visit("limits.keepalive_interval", l.keepalive_interval);
  visit("limits.keepalive_timeout", l.keepalive_timeout);
  visit("limits.keepalive_while_idle", l.keepalive_while_idle);
  visit("limits.shutdown_ping_timeout", l.shutdown_ping_timeout);
}

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_OPTION_LIST_H_

/* SPDX-License-Identifier: Apache-2.0
 *
 * core_commands - cmd_*.c: what each command does. Inside broker/core only.
 */
#ifndef CORE_COMMANDS_H
#define CORE_COMMANDS_H

#include "core.h"

struct core;
struct rep;

/* The rep whose session asks; NULL: the request is answered. */
struct rep *asking_rep(struct core *core, const struct core_command *command);
void command_found_desk(struct core *core, const struct core_command *command);
void command_configure(struct core *core, const struct core_command *command);
void command_publish(struct core *core, const struct core_command *command);
void command_query(struct core *core, const struct core_command *command);
void command_cancel(struct core *core, const struct core_command *command);
void command_dial_result(struct core *core, const struct core_command *command);
void command_log_on(struct core *core, const struct core_command *command);
void command_log_off(struct core *core, const struct core_command *command);
void command_connection_lost(struct core *core, const struct core_command *command);
void command_set_rep_state(struct core *core, const struct core_command *command);
void command_answer_offer(struct core *core, const struct core_command *command);
void command_transfer(struct core *core, const struct core_command *command);
void command_pull(struct core *core, const struct core_command *command);
void command_touch(struct core *core, const struct core_command *command);
void command_complete(struct core *core, const struct core_command *command);
void command_act(struct core *core, const struct core_command *command);
void command_act_on_rep(struct core *core, const struct core_command *command);
void command_act_on_source(struct core *core, const struct core_command *command);   /* paused_sources.c */
void command_customer(struct core *core, const struct core_command *command);
void command_device(struct core *core, const struct core_command *command);
void command_service_resumed(struct core *core, const struct core_command *command);

#endif

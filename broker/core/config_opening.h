/* SPDX-License-Identifier: Apache-2.0
 *
 * config_opening - how the backlog is dealt out at opening time, as a part of the rules: judged, and as bytes of their
 * record. For core_config.c, config_check.c and config_record.c, and for opening.c. Threads: none.
 */
#ifndef CONFIG_OPENING_H
#define CONFIG_OPENING_H

#include "byte_buffer.h"
#include "core_config.h"

/* The rule is for this team of the configuration. */
bool config_opening_has(const struct core_config *config, const struct config_team *team);
/* What it holds, not the struct. */
void config_opening_fini(struct config_opening *opening);
/* LW_OK, or LW_INVALID with what is wrong in words. */
LW_MUST_CHECK lw_status config_opening_check(const struct core_config *config, char *reason, size_t size);
void config_opening_put(struct byte_buffer *out, const struct config_opening *opening);
LW_MUST_CHECK bool config_opening_read(struct byte_reader *in, struct core_config *config);

#endif

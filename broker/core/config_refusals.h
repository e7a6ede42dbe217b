/* SPDX-License-Identifier: Apache-2.0
 *
 * config_refusals - what follows when a rep does not take a lead, as a part of the rules: judged, and as bytes of their
 * record. For core_config.c, config_check.c and config_record.c. Threads: none.
 */
#ifndef CONFIG_REFUSALS_H
#define CONFIG_REFUSALS_H

#include "byte_buffer.h"
#include "core_config.h"

/* What they hold, not the struct. */
void config_refusals_fini(struct config_refusals *refusals);
/* LW_OK, or LW_INVALID with what is wrong in words. */
LW_MUST_CHECK lw_status config_refusals_check(const struct core_config *config, char *reason, size_t size);
void config_refusals_put(struct byte_buffer *out, const struct config_refusals *refusals);
LW_MUST_CHECK bool config_refusals_read(struct byte_reader *in, struct core_config *config);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * config_nobody - who is told that nobody is there, as a part of the rules: judged, and as bytes of their record. For
 * core_config.c, config_check.c and config_record.c. Threads: none.
 */
#ifndef CONFIG_NOBODY_H
#define CONFIG_NOBODY_H

#include "byte_buffer.h"
#include "core_config.h"

/* What it holds, not the struct. */
void config_nobody_fini(struct config_nobody *nobody);
/* LW_OK, or LW_INVALID with what is wrong in words. */
LW_MUST_CHECK lw_status config_nobody_check(const struct config_nobody *nobody, char *reason, size_t size);
void config_nobody_put(struct byte_buffer *out, const struct config_nobody *nobody);
LW_MUST_CHECK bool config_nobody_read(struct byte_reader *in, struct core_config *config);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * config_record - the record of the rules in force. Inside broker/core only.
 */
#ifndef CONFIG_RECORD_H
#define CONFIG_RECORD_H

#include "byte_buffer.h"
#include "core.h"

struct core;

void config_record_put(struct byte_buffer *out, const struct core *core);
lw_status config_record_restore(struct core *core, const void *bytes, size_t size);
struct core_config *core_config_clone(const struct core_config *config);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * config_order - what makes leads urgent, as a part of the rules: judged, and as bytes of their record. For core_config.c and
 * config_record.c. Threads: none.
 */
#ifndef CONFIG_ORDER_H
#define CONFIG_ORDER_H

#include "byte_buffer.h"
#include "core_config.h"

void config_order_free(struct config_order *order);
/* What is wrong with the desk's order and its queues', in words; false: nothing. */
bool config_order_problem(const struct core_config *config, char *reason, size_t size);
/* The desk's and the queues'. All else of the configuration is read before. */
void config_order_put(struct byte_buffer *out, const struct core_config *config);
LW_MUST_CHECK bool config_order_read(struct byte_reader *in, struct core_config *config);

#endif

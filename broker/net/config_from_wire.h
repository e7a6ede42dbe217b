/* SPDX-License-Identifier: Apache-2.0
 *
 * config_from_wire - a DeskConfig message -> the rules as the core uses them.
 *
 * What is 0 or absent keeps the default of core_config_new, but a channel that is not listed is not served once
 * any is listed. Teams and labels are for people; the core does not need them. Threads: none.
 */
#ifndef CONFIG_FROM_WIRE_H
#define CONFIG_FROM_WIRE_H

#include "core_config.h"
#include "wire.h"

enum { CONFIG_REASON_MAX = 400 };

/* The rules, judged by core_config_check, owned by the caller. Errors: LW_INVALID or LW_NO_MEMORY, with the first thing
 * that is wrong in reason (CONFIG_REASON_MAX); *out is NULL then. */
LW_MUST_CHECK lw_status config_from_wire(const Leadwire__V1__DeskConfig *config, const char *desk,
                                         struct core_config **out, char *reason);

#endif

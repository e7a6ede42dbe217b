/* SPDX-License-Identifier: Apache-2.0
 *
 * config_check - the parts of core_config_check, one for each thing: LW_OK, or LW_INVALID and the reason. Inside broker/core only.
 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "core_config.h"

lw_status config_check_reps(const struct core_config *config, char *reason, size_t reason_size);
/* Caps, and the days that they count by. */
lw_status config_check_caps(const struct core_config *config, char *reason, size_t reason_size);
/* No two have one name. */
lw_status config_check_rep_names(const struct core_config *config, char *reason, size_t reason_size);
lw_status config_check_rules(const struct core_config *config, char *reason, size_t reason_size);
/* After the rules are known to be good. */
lw_status config_check_relaxations(const struct core_config *config, char *reason, size_t reason_size);
/* Values, rates and half-lives. */
lw_status config_check_pairs(const struct core_config *config, char *reason, size_t reason_size);
/* What a record could not hold would make the journal unreadable. */
lw_status config_check_texts(const struct core_config *config, char *reason, size_t reason_size);

bool config_is_name(const char *text);
/* Writes the reason; LW_INVALID. */
lw_status config_wrong(char *reason, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

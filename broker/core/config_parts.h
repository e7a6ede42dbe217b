/* SPDX-License-Identifier: Apache-2.0
 *
 * config_parts - what the files that fill a configuration share. Inside broker/core only.
 */
#ifndef CONFIG_PARTS_H
#define CONFIG_PARTS_H

#include "core_config.h"

/* NULL without memory. */
char *config_copy_text(const char *text);
/* Room for one more item, doubling at powers of two. NULL without memory; items is then still good. */
void *config_grown(void *items, uint32_t count, uint32_t max, size_t item_size);
bool config_find_skill(const struct core_config *config, const char *name, uint32_t *index_out);
/* Adds the skill unless it is there. */
lw_status config_know_skill(struct core_config *config, const char *name);
lw_status config_add_level(const struct core_config *config, struct config_skill_level *levels, uint32_t *count, uint32_t max,
                           const char *skill, uint32_t level);
void config_caps_free(struct config_caps *caps);   /* NULL is fine */
/* What the rule holds, not the rule. */
void config_rule_fini(struct config_rule *rule);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * page_rules - what the rep's page offers to choose from, as the desk's rules have it: dispositions, and reasons to decline.
 *
 * Until rules are known, and without `ops`, the gateway's own file says it (`page` of gateway_config.h). Of reasons the rules have names only: the
 * file may have their labels. Threads: one owner.
 */
#ifndef PAGE_RULES_H
#define PAGE_RULES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "leadwire/v1/config.pb-c.h"

struct page_rules {
    json_t *dispositions;      /* [{name, label, texts: {language: text}, class, then, after_ms, at_least_ms, at_most_ms}]; NULL: not known */
    json_t *decline_reasons;   /* [name], of which a decline must have one; empty: the rules ask for none */
    uint64_t revision;         /* another one says other things */
};

/* True: they are others than before. */
bool page_rules_read(struct page_rules *rules, const Leadwire__V1__DeskConfig *config);
/* `page` of the file with what the rules have in place of what it has, and "rules": the revision. A new reference. */
json_t *page_rules_json(const struct page_rules *rules, const json_t *page);
void page_rules_fini(struct page_rules *rules);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * page_rules - what the rep's page offers to choose from, as the desk's rules have it: dispositions, reasons to decline and for breaks, and
 * whom leads may be handed on to.
 *
 * Until rules are known the gateway's own file says it (`page` of gateway_config.h); from then on of breaks and hand-ons it says only what it
 * lists itself, and of reasons to decline the labels, as the rules have names only. Threads: one owner.
 */
#ifndef PAGE_RULES_H
#define PAGE_RULES_H

#include <jansson.h>
#include <leadwire/rep.h>
#include <stdbool.h>
#include <stdint.h>

#include "leadwire/v1/config.pb-c.h"

struct page_rules {
    json_t *choices;           /* as choices_json.h has it; NULL: not known */
    uint64_t revision;         /* another one says other things */
};

/* The whole rules, or what a rep's session was told of them. True: they are others than before. */
bool page_rules_read(struct page_rules *rules, const Leadwire__V1__DeskConfig *config);
bool page_rules_take(struct page_rules *rules, const struct lw_choices *choices);
/* `page` of the file with what the rules have in place of what it has, for that rep (NULL: for who is none), and "rules": the revision. A new reference. */
json_t *page_rules_json(const struct page_rules *rules, const json_t *page, const char *rep);
void page_rules_fini(struct page_rules *rules);

#endif

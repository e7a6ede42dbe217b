/* SPDX-License-Identifier: Apache-2.0
 *
 * choices_json - what there is to choose from at a rep's desk, as JSON: for pages, and for scripts.
 *
 *   {"dispositions": [{name, label, texts: {language: text}, class, then, after_ms, at_least_ms, at_most_ms}], "decline_reasons": [{name, label, texts}],
 *    "break_reasons": [{name, label, texts}], "transfer": {"skills": [{name, label}], "teams": [{name, label, outsourced}], "reps": [{name, label, team}]}}
 *
 * Threads: none.
 */
#ifndef CHOICES_JSON_H
#define CHOICES_JSON_H

#include <jansson.h>
#include <leadwire/rep.h>

/* A new reference. */
json_t *choices_json(const struct lw_choices *choices);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * merge - a manager makes one lead of two. Inside broker/core only.
 */
#ifndef MERGE_H
#define MERGE_H

#include "lead_table.h"

struct core;
struct act_note;
struct lead_join;

/* NULL, or why `lead` cannot go into `into`, in words. into NULL: there is no such open lead. */
const char *merge_why_not(const struct lead *lead, const struct lead *into);
/* Where that is NULL. Frees `lead`; `note` is kept with both. */
void lead_merge(struct core *core, struct lead *lead, struct lead *into, const struct act_note *note);
/* `into` stays where it is, with what `other` brought to it or took away again: whoever has it is told. */
void merge_stay(struct core *core, struct lead *into, enum core_cause cause, const struct lead_join *join, struct desk_id other);

#endif

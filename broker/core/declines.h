/* SPDX-License-Identifier: Apache-2.0
 *
 * declines - why reps declined: the reasons with the lead, the last DECLINES_KEPT; and, where the desk has a table of
 * them, how often each rep gave which. Nothing is decided by them. Inside broker/core only.
 */
#ifndef DECLINES_H
#define DECLINES_H

#include "core.h"

enum { DECLINES_KEPT = 8, DECLINE_REASON_MAX = 128 };

struct core;
struct lead;
struct rep;
struct rep_image;

struct decline_note { uint32_t offer_number; char reason[DECLINE_REASON_MAX + 1]; };
struct decline_notes {
    uint8_t count;
    struct decline_note list[DECLINES_KEPT];   /* oldest first */
};

/* How often a rep declined, by reason. */
struct rep_declines {
    uint32_t count;
    struct core_decline_count list[CONFIG_DECLINE_REASONS_MAX];   /* texts of core->names */
};

/* NULL, or why a decline with this reason is refused. */
const char *decline_problem(const struct core *core, struct core_text reason);
/* Keeps it with the lead, whose next record has it; cut at a whole character. Gives what the event may say: a reason of
 * the table, else "". */
const char *decline_keep(const struct core *core, struct lead *lead, uint32_t offer_number, struct core_text reason);
/* For restoring: as decline_keep kept it. */
void decline_note_keep(struct lead *lead, uint32_t offer_number, struct core_text reason);
/* "": none is kept of this offer. */
const char *decline_reason(const struct decline_notes *notes, uint32_t offer_number);
/* One more of the rep; only where the desk has a table. The caller records the rep. */
void decline_count(struct core *core, struct rep *rep, struct core_text reason);
/* New rules: what they do not name is forgotten. */
void declines_link(struct core *core);
void declines_image_fill(const struct rep *rep, struct rep_image *image);
LW_MUST_CHECK lw_status declines_restore(struct core *core, struct rep *rep, const struct rep_image *image);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * reach - how the prospect of a lead was reached: the calls to devices of reps, with the telephony system's id of that leg
 * (the id of the caller's own leg is in the lead), and the first touch. It decides nothing: explanations tell it. Most leads
 * have none.
 */
#ifndef REACH_H
#define REACH_H

#include <leadwire/lead.h>
#include <stdint.h>

#include "core.h"

enum { LEGS_KEPT = 4, LEG_ID_MAX = LW_LEAD_FIELD_MAX };

struct leg_note {
    uint64_t at_ms;                /* when it was known what became of it */
    uint32_t rep, offer_number;
    uint8_t cause;                 /* enum core_cause: answered, no_answer, busy, failed */
    char *id;                      /* owned */
};

struct reach {
    uint64_t touched_ms;
    uint8_t touched;               /* enum touch_kind; TOUCH_NONE: not yet */
    uint8_t leg_count;
    struct leg_note legs[LEGS_KEPT];   /* oldest first */
};

struct lead;

void reach_free(struct reach *reach);
/* Kept with the lead, whose next record has it. TOUCH_NONE: the touch of whoever had it before does not count any more. */
void reach_note_touch(struct lead *lead, enum touch_kind kind, uint64_t at_ms);
/* The same; id is copied. Without an id, or with one beyond LEG_ID_MAX, nothing is kept; the oldest leg gives way. */
void reach_note_leg(struct lead *lead, const struct leg_note *leg, struct core_text id);

#endif

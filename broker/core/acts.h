/* SPDX-License-Identifier: Apache-2.0
 *
 * acts - what managers did with a lead, kept with it: what, who, when and why. The last ACTS_KEPT; most leads have none.
 */
#ifndef ACTS_H
#define ACTS_H

#include <leadwire/lead.h>
#include <stdint.h>

#include "core.h"

enum { ACTS_KEPT = 8, ACT_REASON_MAX = 200 };

struct act_note {
    uint64_t at_ms;
    uint32_t rep;                  /* whom it was assigned to, or taken from; 0: nobody */
    uint8_t cause;                 /* enum core_cause */
    struct desk_id other;          /* MERGED, PARTED: the other lead; else number 0 */
    char by[LW_NAME_MAX + 1];
    char reason[ACT_REASON_MAX + 1];
};

struct act_notes {
    uint8_t count;
    struct act_note list[ACTS_KEPT];   /* oldest first */
};

struct lead;

/* NULL, or what is wrong with who and why, in words. */
const char *act_note_read(struct act_note *note, struct core_text by, struct core_text reason);
/* Keeps it with the lead, whose next record has it. The oldest gives way. */
void act_note_keep(struct lead *lead, const struct act_note *note);

#endif

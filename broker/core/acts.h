/* SPDX-License-Identifier: Apache-2.0
 *
 * acts - what managers did with a lead, kept with it: what, who, when and why; and the notes with which reps handed it
 * on or ended their work on it. The last ACTS_KEPT of all; most leads have none.
 */
#ifndef ACTS_H
#define ACTS_H

#include <leadwire/lead.h>
#include <stdint.h>

#include "core.h"

enum { ACTS_KEPT = 8, ACT_REASON_MAX = 200, ACT_NOTE_MAX = 500 };

struct act_note {
    uint64_t at_ms;
    uint32_t rep;                  /* whom it was assigned or handed to, or taken from; 0: nobody */
    uint8_t cause;                 /* enum core_cause */
    struct desk_id other;          /* MERGED, PARTED: the other lead; else number 0 */
    char by[LW_NAME_MAX + 1];
    char reason[ACT_NOTE_MAX + 1]; /* TRANSFERRED, COMPLETED: the note */
};

struct act_notes {
    uint8_t count;
    struct act_note list[ACTS_KEPT];   /* oldest first; of a lead's only `count` are there */
};

struct lead;

/* NULL, or what is wrong with who and why, in words. */
const char *act_note_read(struct act_note *note, struct core_text by, struct core_text reason);
/* For restoring: also of a rep's note, which is longer. False: longer than records may hold. */
LW_MUST_CHECK bool act_note_take(struct act_note *note, struct core_text by, struct core_text reason);
/* Keeps it with the lead, whose next record has it. The oldest gives way. */
void act_note_keep(struct lead *lead, const struct act_note *note);
/* What a rep wrote is kept whole or refused. NULL, or why it cannot be kept. */
LW_MUST_CHECK const char *act_note_check(struct core_text words);
/* Keeps what a rep wrote, after act_note_check; by and reason of `note` are filled in. */
void act_note_keep_words(struct lead *lead, struct act_note *note, const char *by, struct core_text words);
/* The last that a rep wrote; NULL: none is kept. */
const struct act_note *act_note_last_words(const struct lead *lead);

#endif

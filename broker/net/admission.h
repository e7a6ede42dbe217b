/* SPDX-License-Identifier: Apache-2.0
 *
 * admission - when no new lead comes in, so that those that are in can be finished.
 *
 *            shut when                                        open again when
 *   memory   the process has memory_max                       a twentieth of what leads had then is free
 *   journal  2 MiB were unconfirmed for 500 ms without pause  half of that is confirmed
 *   outbox   64 MiB wait to be told                           half of that is told
 *
 * Memory of leads that ended is kept for the next ones, so the process does not become smaller: from its bound on, what
 * leads have in use is what counts, and where it stood then is the mark. Should the process grow further all the same, by a
 * fiftieth of the bound, the mark is set anew, lower. Below ADMISSION_IN_USE_MIN nothing is shut: a desk goes on with few
 * leads at a time rather than not at all.
 * To refuse costs time too, which the leads that are in need: so many a millisecond are told busy, and who else knocks waits
 * unread, in its connection. Many more are waiting then than there is room for, so whatever room there is is filled all the same.
 *
 * Shut means that publishers are told busy for new leads; everything else goes on. While the outbox is shut nothing goes on, as
 * whatever is asked makes it fuller: publishers are told busy whatever they ask, and who else asks waits unread.
 * Pure; threads: one owner.
 */
#ifndef ADMISSION_H
#define ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

enum {
    ADMISSION_JOURNAL_BYTES = 2 * 1024 * 1024,   /* unconfirmed; from there on publishers wait unread, and after this long */
    ADMISSION_JOURNAL_MS = 500,                  /* they are read, and told busy */
    ADMISSION_OUTBOX_BYTES = 64 * 1024 * 1024,   /* held back until they may be told */
    ADMISSION_IN_USE_MIN = 1024 * 1024,
    ADMISSION_REFUSALS_PER_MS = 8, ADMISSION_REFUSALS_MAX = 256,   /* as many may come at once */
    ADMISSION_LOOK_MS = 250,                     /* how often the process's size is to be looked at */
};

struct admission {
    uint64_t memory_max;                   /* 0: none */
    uint64_t resident;                     /* as last seen */
    uint64_t mark, resident_at_mark;       /* in use when memory_max was reached; 0: it was not, or no longer is */
    uint64_t journal_full_since_ms;
    uint64_t memory_told, journal_told;    /* publishes that were told busy */
    uint64_t outbox_told;                  /* requests of publishers */
    uint64_t refusals_max, refilled_ms;    /* publishes that may have been told busy so far */
    bool memory_is_shut, journal_is_full, journal_is_shut, outbox_is_shut;
};

/* resident: of the process; 0: not known. in_use: what open leads have. */
void admission_see_memory(struct admission *admission, uint64_t resident, uint64_t in_use);
void admission_see_journal(struct admission *admission, uint64_t unconfirmed_bytes, uint64_t now_ms);
void admission_see_outbox(struct admission *admission, uint64_t held_bytes);
/* Once a turn: as time passes more may be refused. told: how many publishes were told busy so far, for whatever reason. */
void admission_refill(struct admission *admission, uint64_t told, uint64_t now_ms);
/* May one more be refused? Else no publisher is to be read in this turn. */
bool admission_may_refuse(const struct admission *admission, uint64_t told);
/* For each new lead: NULL, it may come in; else why not, counted. */
const char *admission_refuse(struct admission *admission);

#endif

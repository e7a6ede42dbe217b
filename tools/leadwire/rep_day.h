/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_day - a rep's own day: what they were offered today, their place in the fair share, and why leads of the last half hour were not theirs.
 *
 * It is asked of the control endpoint in the broker's run directory, where whoever may watch the desk may ask; nothing in it says what a colleague had.
 * Asking waits for the answer, at most REP_DAY_WAIT_MS. Threads: one owner.
 */
#ifndef REP_DAY_H
#define REP_DAY_H

#include <jansson.h>
#include <leadwire/rep.h>

#include "cli.h"

enum { REP_DAY_WAIT_MS = 2000, REP_DAY_LOOKS_BACK_MS = 30 * 60 * 1000, REP_DAY_REASONS_MAX = 32, REP_DAY_SHOWN_MAX = 8, REP_DAY_WORD_SIZE = LW_NAME_MAX + 64 };

/* Alike ones are one. */
struct rep_why {
    char excluded_by[REP_DAY_WORD_SIZE], detail[REP_DAY_WORD_SIZE], decided_by[REP_DAY_WORD_SIZE];
    unsigned count;
};

struct rep_whys { struct rep_why rows[REP_DAY_REASONS_MAX]; size_t count; };   /* what is beyond is left out */

struct rep_day {
    int64_t since_unix_ms;                           /* midnight, or since when decisions are on record */
    unsigned offered, accepted, declined, missed;
    bool is_shared;                                  /* leads are dealt out by share */
    bool is_present;
    unsigned share, place, of;
    int64_t owed_hundredths;
    struct rep_whys others, waiting;                 /* the newest first; what keeps the rep from leads that wait now */
};

/* False: it is not told here, *day is void. */
bool rep_day_ask(const struct cli *cli, const char *rep, struct rep_day *day);
/* Lines on standard output, in the language of rep_text.h. NULL: that it is not told. */
void rep_day_say(const struct rep_day *day);
/* NULL: null. */
json_t *rep_day_json(const struct rep_day *day);

#endif

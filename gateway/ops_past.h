/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_past - the last events of leads, for the story of one: a ring in memory. Threads: one owner.
 */
#ifndef OPS_PAST_H
#define OPS_PAST_H

#include <leadwire/events.h>
#include <stdint.h>

enum { OPS_PAST_MAX = 32768 };

struct ops_past_row {
    int64_t at_unix_ms;
    char lead_id[LW_LEAD_ID_TEXT_MAX];
    uint32_t cause, rep, queue, by;       /* ops_names */
    uint8_t from, to;                     /* lw_lead_state */
};

struct ops_past {
    struct ops_past_row *rows;            /* OPS_PAST_MAX, used from the start; pages are touched as they fill */
    uint64_t told;                        /* ever */
};

LW_MUST_CHECK lw_status ops_past_init(struct ops_past *past);
void ops_past_fini(struct ops_past *past);
void ops_past_add(struct ops_past *past, const struct ops_past_row *row);
/* The row `back` behind the newest, 0 the newest; NULL beyond the oldest. */
const struct ops_past_row *ops_past_at(const struct ops_past *past, uint32_t back);

#endif

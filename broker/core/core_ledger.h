/* SPDX-License-Identifier: Apache-2.0
 *
 * core_ledger - the fair share ledger, looked at: who had how much of what policy `weighted` deals out. Threads: as core.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include "core.h"

struct core_ledger_row {
    const char *rep;                       /* until the next step */
    uint32_t share;
    bool is_present;                       /* others are dealt nothing */
    int32_t owed_hundredths;               /* of a lead of weight 1; below 0: more than their share */
    uint32_t place;                        /* among the present, 1 is due first; 0: not present */
};

/* Some queue's policy deals by it. given_out: units of weight, ever. */
bool core_ledger_in_use(const struct core *core, uint64_t *given_out);
/* Every rep of the rules: the present as they are due, then the others. */
void core_ledger_visit(const struct core *core, void (*visit)(void *context, const struct core_ledger_row *row), void *context);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "admission.h"

#include <stddef.h>

static void set_mark(struct admission *admission, uint64_t in_use);

void admission_see_memory(struct admission *admission, uint64_t resident, uint64_t in_use)
{
    if (admission->memory_max == 0 || resident == 0)
        return;
    uint64_t step = admission->memory_max / 50;
    bool is_above = resident >= admission->memory_max;

    admission->resident = resident;
    if (admission->mark == 0 && is_above)
        set_mark(admission, in_use);
    else if (admission->mark > in_use && is_above && resident >= admission->resident_at_mark + step)
        set_mark(admission, in_use);
    else if (resident < admission->memory_max - admission->memory_max / 20)
        admission->mark = 0;

    if (admission->mark == 0 || in_use <= admission->mark - admission->mark / 20)
        admission->memory_is_shut = false;
    else if (in_use >= admission->mark)
        admission->memory_is_shut = true;
}

void admission_see_journal(struct admission *admission, uint64_t unconfirmed_bytes, uint64_t now_ms)
{
    if (unconfirmed_bytes < ADMISSION_JOURNAL_BYTES) {
        admission->journal_is_full = false;
        admission->journal_is_shut &= unconfirmed_bytes > ADMISSION_JOURNAL_BYTES / 2;
        return;
    }
    if (!admission->journal_is_full)
        admission->journal_full_since_ms = now_ms;
    admission->journal_is_full = true;
    if (now_ms - admission->journal_full_since_ms >= ADMISSION_JOURNAL_MS)
        admission->journal_is_shut = true;
}

void admission_see_outbox(struct admission *admission, uint64_t held_bytes)
{
    if (held_bytes > ADMISSION_OUTBOX_BYTES)
        admission->outbox_is_shut = true;
    else if (held_bytes <= ADMISSION_OUTBOX_BYTES / 2)
        admission->outbox_is_shut = false;
}

void admission_refill(struct admission *admission, uint64_t told, uint64_t now_ms)
{
    uint64_t most = told + ADMISSION_REFUSALS_MAX, elapsed_ms = now_ms - admission->refilled_ms;

    admission->refilled_ms = now_ms;
    admission->refusals_max += elapsed_ms * ADMISSION_REFUSALS_PER_MS;
    if (admission->refusals_max > most)
        admission->refusals_max = most;
}

bool admission_may_refuse(const struct admission *admission, uint64_t told)
{
    return told < admission->refusals_max;
}

const char *admission_refuse(struct admission *admission)
{
    if (admission->memory_is_shut) {
        admission->memory_told++;
        return "the broker has as much memory as it may";
    }
    if (admission->journal_is_shut) {
        admission->journal_told++;
        return "the journal is behind";
    }
    return NULL;
}

static void set_mark(struct admission *admission, uint64_t in_use)
{
    admission->mark = in_use > ADMISSION_IN_USE_MIN ? in_use : ADMISSION_IN_USE_MIN;
    admission->resident_at_mark = admission->resident;
}

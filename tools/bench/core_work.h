/* SPDX-License-Identifier: Apache-2.0
 *
 * core_work - the core under the traffic of a floor: leads through their whole life (received, offered, accepted,
 * completed), mixed priorities, 10 % of offers declined, 5 % left to expire. Records and effects are made and counted, not
 * sent. The same seed gives the same traffic.
 */
#ifndef CORE_WORK_H
#define CORE_WORK_H

#include <stddef.h>
#include <stdint.h>

struct core_work_size {
    uint32_t reps;          /* 10,000 at most */
    uint32_t classes;       /* demand classes, a multiple of 5: a rule for each of 5 levels of a skill; above 1,000, a multiple of 10 up to 2,000:
                             * half as many rules, which also ask for the lead's language, one of two that every rep has */
    uint32_t capacity;      /* of a rep, in leads */
    uint32_t waiting;       /* leads that wait beside those that the floor has in hand; 0: what nobody can take at the moment */
    uint32_t payload;       /* bytes of a lead, 32 KiB at most; 0: 400 */
    int keeps_nothing;      /* for explanations: no decisions, nothing of the past, offers without a reason */
    int has_small_window;   /* the idempotency window: 1,000 ids, not 2,000,000 */
    int same_levels;        /* reps with the same skills have the same levels: few classes of reps; else nearly each is one */
};

struct core_command;
struct core_effect;
struct core_work;

/* Sees each command before the core does, and each effect, from the desk's first on. Both are borrowed until it returns. */
struct core_work_watcher {
    void (*command)(void *context, const struct core_command *command, uint64_t now_ms);
    void (*effect)(void *context, const struct core_effect *effect);
    void *context;
};

/* A desk with everybody logged on and no lead. Aborts without memory. */
struct core_work *core_work_new(const struct core_work_size *size, uint64_t seed);
struct core_work *core_work_new_watched(const struct core_work_size *size, uint64_t seed, const struct core_work_watcher *watcher);
void core_work_free(struct core_work *work);
/* Until so many more leads are completed, and the floor is as full as its size says. */
void core_work_run(struct core_work *work, uint64_t lives);
/* The same, and a fingerprint of every record and effect meanwhile: builds that decide alike give the same. */
uint64_t core_work_digest(struct core_work *work, uint64_t lives);
/* From now on times one step of 16 that publishes or completes: what it decides, it decides in that step. */
void core_work_sample(struct core_work *work);
/* Of the sampled, in microseconds; sorts them. */
double core_work_percentile_us(struct core_work *work, double share);

struct core_work_counts { uint64_t completed, records, record_bytes, effects, waiting, held, memory_bytes; };
struct core_work_counts core_work_read(const struct core_work *work);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * The load of bench core, for a number of lives and nothing else: for whoever counts what they cost, as tests/bench/core_instructions.py.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "core_work.h"

enum { LIVES = 10000 };

static const struct { const char *name; struct core_work_size size; } loads[] = {
    {"usual", {.reps = 1000, .classes = 200, .capacity = 10}},
    {"waiting", {.reps = 100, .classes = 200, .capacity = 10, .waiting = 1000}},
    {"alike", {.reps = 1000, .classes = 200, .capacity = 10, .same_levels = 1}},
};

int bench_lives(const struct bench_options *options)
{
    const char *name = options->load ? options->load : loads[0].name;
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        if (strcmp(loads[i].name, name) != 0)
            continue;
        struct core_work *work = core_work_new(&loads[i].size, 1);
        core_work_run(work, options->leads ? options->leads : LIVES);
        printf("%llu lives\n", (unsigned long long)core_work_read(work).completed);
        core_work_free(work);
        return 0;
    }
    fprintf(stderr, "leadwire-bench: there is no load '%s': usual, waiting, alike\n", name);
    return 2;
}

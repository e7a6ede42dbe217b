/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_report.h"

#include <inttypes.h>

static const struct { enum queue_figure figure; const char *key, *words, *unit; } rows[QUEUE_FIGURES] = {
    {QUEUE_WAITED, "waited", "had to wait", ""},
    {QUEUE_ABANDONED, "abandoned", "gave up", ""},
    {QUEUE_BLOCKED, "blocked", "found no room", ""},
    {QUEUE_WAIT_S, "wait_s", "mean wait", " s"},
    {QUEUE_WITHIN, "within", "answered in time", ""},
    {QUEUE_OCCUPANCY, "occupancy", "reps occupied", ""},
};

void queue_report_text(FILE *out, const struct queue_scenario *scenario, const struct queue_result *result)
{
    fprintf(out, "%u reps; %.4g leads an hour of %.4g s: %.4g erlang", scenario->reps, scenario->per_hour, scenario->handling_s,
            queue_scenario_erlang(scenario));
    if (scenario->classes > 1)
        fprintf(out, "; %u classes, %u skills a rep", scenario->classes, scenario->skills);
    if (scenario->patience_s > 0)
        fprintf(out, "; patience %.4g s", scenario->patience_s);
    if (scenario->room != QUEUE_NO_LIMIT)
        fprintf(out, "; room for %u to wait", scenario->room);
    fprintf(out, "\n%u replications of %" PRIu64 " leads; in time: within %.4g s\n\n", scenario->replications,
            scenario->arrivals, scenario->within_s);
    for (int i = 0; i < QUEUE_FIGURES; i++) {
        struct queue_estimate estimate = result->figures[rows[i].figure];
        fprintf(out, "%-18s %10.5g%s", rows[i].words, estimate.value, rows[i].unit);
        fprintf(out, scenario->replications > 1 ? "  +- %.2g\n" : "\n", estimate.error);
    }
}

void queue_report_json(FILE *out, const struct queue_scenario *scenario, const struct queue_result *result)
{
    const struct queue_tally *total = &result->total;
    fprintf(out, "{\"erlang\":%.9g,\"seed\":%" PRIu64 ",\"replications\":%u,\"within_s\":%.9g,", queue_scenario_erlang(scenario),
            scenario->seed, scenario->replications, scenario->within_s);
    fprintf(out, "\"arrivals\":%" PRIu64 ",\"admitted\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"figures\":{", total->arrivals,
            total->admitted, total->answered);
    for (int i = 0; i < QUEUE_FIGURES; i++) {
        struct queue_estimate estimate = result->figures[rows[i].figure];
        fprintf(out, "%s\"%s\":{\"value\":%.9g,\"error\":%.3g}", i > 0 ? "," : "", rows[i].key, estimate.value, estimate.error);
    }
    fprintf(out, "}}\n");
}

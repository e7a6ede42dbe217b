/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_command.h"

#include <stdio.h>
#include <string.h>

#include "queue_report.h"
#include "queue_run.h"
#include "sim_arguments.h"

static const char usage[] =
    "leadwire-sim queue [--reps N] [--per-hour RATE] [--handling S] [--patience S] [--room N] [--classes N] [--skills N]\n"
    "                   [--policy NAME] [--within S] [--arrivals N] [--warm-up N] [--replications N] [--seed N] [--json]\n"
    "\n"
    "Runs the routing core in virtual time under a load: Poisson arrivals, exponential handling and patience.\n"
    "Reps accept at once and have one lead at a time. Prints how many leads have to wait, give up and find no\n"
    "room, how long they wait and how occupied the reps are, each with its standard error over the replications.\n"
    "\n"
    "  --reps N          how many (10)\n"
    "  --per-hour RATE   leads that arrive in an hour (48)\n"
    "  --handling S      mean time of a rep with a lead, seconds (600)\n"
    "  --patience S      mean time until who waits gives up, seconds; 0: never (0)\n"
    "  --room N          how many may wait; who comes then is turned away (no limit)\n"
    "  --classes N       kinds of leads, equally likely, each with a skill of its own (1)\n"
    "  --skills N        of these skills a rep has N (1)\n"
    "  --policy NAME     which rep is chosen, as in desk.yaml\n"
    "  --within S        for the share that is answered within S seconds (60)\n"
    "  --arrivals N      leads measured in each replication (20000)\n"
    "  --warm-up N       leads before them (2000)\n"
    "  --replications N  runs from an empty desk, each with chances of its own (20)\n"
    "  --seed N          the same seed, the same figures (1)\n"
    "  --json            one object\n";

/* Takes one option with its value; false: there is none of that name, or the value is no such number. */
static bool take_option(struct queue_scenario *scenario, const char *name, const char *value)
{
    const struct { const char *name; uint32_t *number; } small[] = {
        {"--reps", &scenario->reps}, {"--room", &scenario->room}, {"--classes", &scenario->classes}, {"--skills", &scenario->skills},
        {"--replications", &scenario->replications}};
    const struct { const char *name; uint64_t *number, high; } large[] = {
        {"--arrivals", &scenario->arrivals, 1000000000}, {"--warm-up", &scenario->warm_up, 1000000000},
        {"--seed", &scenario->seed, UINT64_MAX}};
    const struct { const char *name; double *number; } decimals[] = {
        {"--per-hour", &scenario->per_hour}, {"--handling", &scenario->handling_s}, {"--patience", &scenario->patience_s},
        {"--within", &scenario->within_s}};
    uint64_t number;

    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        if (strcmp(name, small[i].name) == 0 && sim_parse_number(value, 0, 1000000, &number)) {
            *small[i].number = (uint32_t)number;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        if (strcmp(name, large[i].name) == 0)
            return sim_parse_number(value, 0, large[i].high, large[i].number);
    }
    for (size_t i = 0; i < sizeof decimals / sizeof *decimals; i++) {
        if (strcmp(name, decimals[i].name) == 0)
            return sim_parse_decimal(value, decimals[i].number);
    }
    if (strcmp(name, "--policy") == 0 && value) {
        scenario->policy = value;
        return true;
    }
    return false;
}

int queue_command(int argc, char **argv)
{
    struct queue_scenario scenario;
    struct queue_result result;
    char reason[160];
    bool json = false;

    queue_scenario_default(&scenario);
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return 0;
        } else if (strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (!take_option(&scenario, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            fprintf(stderr, "leadwire-sim queue: '%s' is no option, or its value is wrong; --help lists them\n", argv[i]);
            return 2;
        } else {
            i++;
        }
    }
    if (!queue_scenario_check(&scenario, reason, sizeof reason)) {
        fprintf(stderr, "leadwire-sim queue: %s\n", reason);
        return 2;
    }
    if (!queue_run(&scenario, NULL, &result)) {
        fprintf(stderr, "leadwire-sim queue: %s\n", result.fault);
        return 1;
    }
    (json ? queue_report_json : queue_report_text)(stdout, &scenario, &result);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-sim - runs the broker's core in virtual time: against simulated
 * clients and faults (run), or under a load as queueing theory has it (queue).
 *
 * Exit: 0 all promises held; 1 one was broken (the last line replays it); 2 wrong usage.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults_desk.h"
#include "queue_command.h"
#include "sim_arguments.h"
#include "sim_world.h"

static char replay_line[200];   /* for the signal handler */

static const char usage[] =
    "leadwire-sim run [--seed N | --seeds A-B] [--commands N] [--reps N] [--rules N] [--twice] [--full] [--quiet]\n"
    "leadwire-sim faults [OPTIONS]  real brokers on a model of Redis, with faults by seed\n"
    "leadwire-sim queue [OPTIONS]   the core under a load, as queueing theory has it\n"
    "\n"
    "Runs the routing core in virtual time with simulated publishers, reps, telephony and a manager;\n"
    "messages are lost, doubled and late; clients and the broker crash. After every step the promises\n"
    "are checked from what the clients were told.\n"
    "\n"
    "  --seed N, --seeds A-B  what to run (1)\n"
    "  --commands N           messages that reach the broker before all is drained (3000)\n"
    "  --reps N, --rules N    size of the desk (6, 5)\n"
    "  --twice                every seed twice: the same bytes must come out\n"
    "  --full                 fail if a legal move of a lead or a kind of fault never happened\n"
    "  --quiet                no line for each seed\n";

struct arguments { struct sim_options options; uint64_t last_seed; bool twice, full, quiet; };

static void say_replay(int signal_number)
{
    ssize_t written = write(STDERR_FILENO, replay_line, strlen(replay_line));
    (void)written;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static bool parse_seeds(const char *text, struct arguments *arguments)
{
    char first[24];
    const char *dash = text ? strchr(text, '-') : NULL;
    if (!dash || (size_t)(dash - text) >= sizeof first)
        return false;
    memcpy(first, text, (size_t)(dash - text));
    first[dash - text] = '\0';
    return sim_parse_number(first, 0, UINT64_MAX, &arguments->options.seed) && sim_parse_number(dash + 1, arguments->options.seed, UINT64_MAX, &arguments->last_seed);
}

static bool parse(int argc, char **argv, struct arguments *out)
{
    *out = (struct arguments){.options = {.seed = 1, .commands = 3000, .reps = 6, .rules = 5}, .last_seed = 1};
    if (argc < 2 || strcmp(argv[1], "run") != 0)
        return false;
    for (int i = 2; i < argc; i++) {
        uint64_t number;
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(name, "--twice") == 0) {
            out->twice = true;
            continue;
        }
        if (strcmp(name, "--full") == 0) {
            out->full = true;
            continue;
        }
        if (strcmp(name, "--quiet") == 0) {
            out->quiet = true;
            continue;
        }
        i++;
        if (strcmp(name, "--seed") == 0 && sim_parse_number(value, 0, UINT64_MAX, &number))
            out->options.seed = out->last_seed = number;
        else if (strcmp(name, "--seeds") == 0 && parse_seeds(value, out))
            continue;
        else if (strcmp(name, "--commands") == 0 && sim_parse_number(value, 1, 20000, &number))
            out->options.commands = (uint32_t)number;
        else if (strcmp(name, "--reps") == 0 && sim_parse_number(value, 1, SIM_REPS_MAX, &number))
            out->options.reps = (uint32_t)number;
        else if (strcmp(name, "--rules") == 0 && sim_parse_number(value, 1, SIM_RULES_MAX, &number))
            out->options.rules = (uint32_t)number;
        else
            return false;
    }
    return true;
}

/* True when the promises held. */
static bool run_seed(const struct arguments *arguments, const struct sim_options *options, struct sim_result *result)
{
    snprintf(replay_line, sizeof replay_line, "replay: leadwire-sim run --seed %" PRIu64 " --commands %u --reps %u --rules %u%s\n",
             options->seed, options->commands, options->reps, options->rules, arguments->twice ? " --twice" : "");
    sim_run(options, result);
    if (arguments->twice && !result->failed) {
        struct sim_result again;
        sim_run(options, &again);
        if (again.hash != result->hash || again.failed) {
            result->failed = true;
            snprintf(result->fault, sizeof result->fault, "deterministic: the same seed gave %016" PRIx64 " and %016" PRIx64, result->hash, again.hash);
        }
    }
    if (!arguments->quiet || result->failed)
        printf("seed %-6" PRIu64 " %s %5" PRIu64 " commands, %4" PRIu64 " leads, %7.1f min, hash %016" PRIx64 "\n", options->seed,
               result->failed ? "FAILED" : "ok", result->commands, result->leads, (double)result->virtual_ms / 60000, result->hash);
    if (result->failed)
        printf("%s\n%s", result->fault, replay_line);
    fflush(stdout);
    return !result->failed;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct sim_coverage coverage = {0};
    uint64_t failed = 0, passed = 0;
    if (argc >= 2 && strcmp(argv[1], "faults") == 0)
        return faults_main(argc - 2, argv + 2);
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc >= 2 && strcmp(argv[1], "queue") == 0)
        return queue_command(argc - 2, argv + 2);
    if (argc == 3 && strcmp(argv[1], "run") == 0 && strcmp(argv[2], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (!parse(argc, argv, &arguments)) {
        fputs(usage, stderr);
        return 2;
    }
    signal(SIGABRT, say_replay);
    for (uint64_t seed = arguments.options.seed; seed <= arguments.last_seed && failed == 0; seed++) {
        struct sim_options options = arguments.options;
        struct sim_result result;
        options.seed = seed;
        *(run_seed(&arguments, &options, &result) ? &passed : &failed) += 1;
        sim_coverage_add(&coverage, &result.coverage);
        if (seed == UINT64_MAX)
            break;
    }
    printf("\n");
    sim_coverage_print(&coverage);
    printf("%" PRIu64 " seeds passed, %" PRIu64 " failed\n", passed, failed);
    if (failed > 0)
        printf("%s", replay_line);
    else if (arguments.full && !sim_coverage_is_full(&coverage))
        return 1;
    return failed > 0;
}

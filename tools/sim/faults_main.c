/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-sim faults: many seeds, in as many processes as asked; what is printed does not depend on how many.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults_desk.h"

enum { COMMANDS = 10000, DROP_COMMANDS = 150, JOBS_MAX = 64, FULL_SEEDS = 300, FULL_TIMES = 50 };

static const char usage[] =
    "leadwire-sim faults --seeds N [--first-seed S] [--commands N] [--at-least N] [--jobs N] [--twice] [--quiet]\n"
    "leadwire-sim faults --drop-each [--first-seed S] [--commands N] [--jobs N]\n"
    "\n"
    "Runs real brokers on a model of Redis in virtual time, with faults of messages, brokers, Redis, reps and clocks\n"
    "drawn from the seed. After every command the promises are checked; then the faults end, and everything must end.\n"
    "\n"
    "  --seeds N       how many seeds (20)\n"
    "  --first-seed S  the first (1)\n"
    "  --commands N    commands that the broker takes before the faults end (10000; 150 with --drop-each)\n"
    "  --at-least N    fail if a legal move of a lead, or a kind of fault in a state of a lead's life, was seen less often\n"
    "                  (50 from 300 seeds on, else 0)\n"
    "  --jobs N        processes (1)\n"
    "  --twice         every seed twice: the same bytes must come out\n"
    "  --quiet         no line for each seed\n"
    "  --trace         tell everything that happens, on standard error\n"
    "  --drop-each     a run without faults, then again without its first message, without its second...: nobody may\n"
    "                  be stuck\n";

struct arguments { uint64_t seeds, first_seed, commands, at_least, jobs; bool twice, quiet, drop_each, trace; };

static char replay_line[160];   /* for the signal handler */

static void say_replay(int signal_number)
{
    ssize_t written = write(STDERR_FILENO, replay_line, strlen(replay_line));
    (void)written;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    char *end;
    if (!text || *text < '0' || *text > '9')
        return false;
    *out = strtoull(text, &end, 10);
    return *end == '\0' && *out >= low && *out <= high;
}

static bool parse_flag(const char *name, struct arguments *out)
{
    const struct { const char *name; bool *flag; } flags[] = {
        {"--twice", &out->twice}, {"--quiet", &out->quiet}, {"--drop-each", &out->drop_each}, {"--trace", &out->trace}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(name, flags[i].name) == 0)
            return *flags[i].flag = true;
    }
    return false;
}

static bool parse(int argc, char **argv, struct arguments *out)
{
    *out = (struct arguments){.seeds = 20, .first_seed = 1, .jobs = 1, .at_least = UINT64_MAX};
    for (int i = 0; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (parse_flag(name, out))
            continue;
        bool read = (strcmp(name, "--seeds") == 0 && parse_number(value, 1, 1000000, &out->seeds)) ||
                    (strcmp(name, "--first-seed") == 0 && parse_number(value, 0, UINT64_MAX / 2, &out->first_seed)) ||
                    (strcmp(name, "--commands") == 0 && parse_number(value, 1, 20000, &out->commands)) ||
                    (strcmp(name, "--at-least") == 0 && parse_number(value, 0, UINT64_MAX - 1, &out->at_least)) ||
                    (strcmp(name, "--jobs") == 0 && parse_number(value, 1, JOBS_MAX, &out->jobs));
        if (!read)
            return false;
        i++;
    }
    if (out->commands == 0)
        out->commands = out->drop_each ? DROP_COMMANDS : COMMANDS;
    if (out->at_least == UINT64_MAX)
        out->at_least = out->seeds >= FULL_SEEDS ? FULL_TIMES : 0;
    return true;
}

/* The i-th run of the set. With --drop-each it loses message i; message 0 is none. */
static struct faults_options run_options(const struct arguments *arguments, uint64_t i)
{
    if (arguments->drop_each)
        return (struct faults_options){.seed = arguments->first_seed, .drop_message = i, .commands = (uint32_t)arguments->commands, .is_calm = true,
                                       .traces = arguments->trace};
    return (struct faults_options){.seed = arguments->first_seed + i, .commands = (uint32_t)arguments->commands, .traces = arguments->trace};
}

static void write_replay(const struct arguments *arguments, uint64_t i, char *out, size_t size)
{
    if (arguments->drop_each)
        snprintf(out, size, "replay: leadwire-sim faults --drop-each --first-seed %" PRIu64 " --commands %" PRIu64 "\n", arguments->first_seed, arguments->commands);
    else if (arguments->commands == COMMANDS)
        snprintf(out, size, "replay: leadwire-sim faults --first-seed %" PRIu64 " --seeds 1%s\n", arguments->first_seed + i, arguments->twice ? " --twice" : "");
    else
        snprintf(out, size, "replay: leadwire-sim faults --first-seed %" PRIu64 " --seeds 1 --commands %" PRIu64 "%s\n", arguments->first_seed + i,
                 arguments->commands, arguments->twice ? " --twice" : "");
}

static void run_one(const struct arguments *arguments, uint64_t i, struct faults_result *result)
{
    struct faults_options options = run_options(arguments, i);
    write_replay(arguments, i, replay_line, sizeof replay_line);
    faults_run(&options, result);
    if (arguments->twice && !result->failed) {
        static struct faults_result again;
        faults_run(&options, &again);
        if (again.hash != result->hash || again.failed) {
            result->failed = true;
            snprintf(result->fault, sizeof result->fault, "deterministic: the same seed gave %016" PRIx64 " and %016" PRIx64, result->hash, again.hash);
        }
    }
}

/* ---- processes: job j does runs j, j + jobs, ... and tells each through its pipe ---- */

struct job { pid_t pid; int in; };

static void work(const struct arguments *arguments, uint64_t j, uint64_t runs, int out)
{
    static struct faults_result result;
    signal(SIGABRT, say_replay);
    for (uint64_t i = j; i < runs; i += arguments->jobs) {
        run_one(arguments, i, &result);
        const char *at = (const char *)&result;
        for (size_t left = sizeof result; left > 0;) {
            ssize_t size = write(out, at, left);
            if (size <= 0)
                _exit(1);
            at += size;
            left -= (size_t)size;
        }
    }
    _exit(0);
}

static bool start_jobs(const struct arguments *arguments, uint64_t runs, struct job *jobs)
{
    fflush(stdout);
    for (uint64_t j = 0; j < arguments->jobs; j++) {
        int ends[2];
        if (pipe(ends) != 0 || (jobs[j].pid = fork()) < 0)
            return false;
        if (jobs[j].pid == 0) {
            close(ends[0]);
            for (uint64_t k = 0; k < j; k++)
                close(jobs[k].in);
            work(arguments, j, runs, ends[1]);
        }
        close(ends[1]);
        jobs[j].in = ends[0];
    }
    return true;
}

static bool read_result(const struct job *job, struct faults_result *out)
{
    char *at = (char *)out;
    for (size_t left = sizeof *out; left > 0;) {
        ssize_t size = read(job->in, at, left);
        if (size <= 0)
            return false;
        at += size;
        left -= (size_t)size;
    }
    return true;
}

static void print_result(const struct arguments *arguments, const struct faults_result *result)
{
    if (arguments->quiet && !result->failed)
        return;
    printf("seed %-6" PRIu64 " %s %5" PRIu64 " commands, %4" PRIu64 " leads, %5" PRIu64 " min, %5" PRIu64 " entries, hash %016" PRIx64 "\n", result->seed,
           result->failed ? "FAILED" : "ok", result->commands, result->leads, result->virtual_ms / 60000, result->entries, result->hash);
    fflush(stdout);
}

/* Prints in order and adds up. Returns how many failed: the first failure ends the set. */
static uint64_t run_all(const struct arguments *arguments, uint64_t first, uint64_t runs, struct faults_coverage *coverage)
{
    static struct faults_result result;
    struct job jobs[JOBS_MAX] = {{0, 0}};
    uint64_t failed = 0;
    char replay[160];
    if (!start_jobs(arguments, runs, jobs))
        return 1;
    for (uint64_t i = first; i < runs && failed == 0; i++) {
        bool is_told = read_result(&jobs[i % arguments->jobs], &result);
        write_replay(arguments, i, replay, sizeof replay);
        failed += !is_told || result.failed;
        if (is_told) {
            faults_coverage_add(coverage, &result.coverage);
            print_result(arguments, &result);
        }
        if (is_told && result.failed)
            printf("%s\n%s%s\n", result.tail, arguments->drop_each ? "with one message lost: " : "", result.fault);
        if (failed > 0 && arguments->drop_each)
            printf("message %" PRIu64 " was lost\n", i);
        if (failed > 0)
            printf("%s", replay);
    }
    for (uint64_t j = 0; j < arguments->jobs; j++) {
        if (failed > 0)
            kill(jobs[j].pid, SIGKILL);
        close(jobs[j].in);
        waitpid(jobs[j].pid, NULL, 0);
    }
    return failed;
}

static int drop_each(struct arguments *arguments)
{
    static struct faults_result reference;
    static struct faults_coverage coverage;
    arguments->quiet = true;
    run_one(arguments, 0, &reference);
    printf("the reference run: %" PRIu64 " messages, %" PRIu64 " leads, %s\n", reference.messages, reference.leads, reference.failed ? reference.fault : "ok");
    uint64_t failed = reference.failed ? 1 : run_all(arguments, 0, reference.messages + 1, &coverage);
    printf("%s: with any one of the messages lost %s\n", failed ? "FAILED" : "ok", failed ? "somebody is stuck" : "nobody is stuck");
    return failed > 0;
}

int faults_main(int argc, char **argv)
{
    struct arguments arguments;
    static struct faults_coverage coverage;
    if (argc >= 1 && strcmp(argv[0], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (!parse(argc, argv, &arguments)) {
        fputs(usage, stderr);
        return 2;
    }
    if (arguments.drop_each)
        return drop_each(&arguments);
    uint64_t failed = run_all(&arguments, 0, arguments.seeds, &coverage);
    if (failed > 0)
        return 1;
    printf("\n");
    faults_coverage_print(&coverage);
    bool reaches = faults_coverage_reaches(&coverage, arguments.at_least);
    printf("%" PRIu64 " seeds passed%s\n", arguments.seeds, reaches ? "" : ", but not everything was seen often enough");
    return !reaches;
}

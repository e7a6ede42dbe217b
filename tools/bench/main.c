/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-bench - measures, side by side, in one run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "bench_machine.h"

struct bench { const char *name; bench_function *run; const char *what; };
static const struct bench benches[] = {
    {"core", bench_core, "the routing core alone: lives/s on one core, time of a decision, curves, memory of a waiting lead"},
    {"checkpoint", bench_checkpoint, "a desk with leads open that is loaded, served and checkpointed: the longest turns of the broker's loop"},
    {"restart", bench_restart, "a broker that is killed, or stopped, with leads open: how long until it serves again, with all of them"},
    {"lives", bench_lives, "the load of core and no figures: for whoever counts instructions"},
    {"peers", bench_peers, "end to end beside Redis Streams, a Lua queue in Redis, NATS, RabbitMQ and beanstalkd, which choose less or nothing"},
    {"floor", bench_floor, "end to end with Redis, beside raw ZeroMQ and raw appends of the same messages"},
    {"gateway", bench_gateway, "reps' desks in browsers: from the journal to the page, with 2,000 of them; memory of a connection"},
    {"growth", bench_growth, "how figures change with reps, sets of skills, waiting leads, payload, subscribers of events"},
    {"ingest", bench_ingest, "web and mail, beside an empty HTTP handler, bare gmime and raw appends; memory over many requests"},
    {"soak", bench_soak, "an hour at 70 % of the maximum with reps who come, go and crash: whether anything grows"},
    {"overload", bench_overload, "three times what the broker can do, for 5 minutes: whether what is taken is done as fast as ever"},
    {"security", bench_security, "what encryption costs, and what the safest durability: end to end by TCP"},
};
enum { BENCHES = sizeof benches / sizeof *benches };

static int usage(FILE *out, int code)
{
    fprintf(out, "usage: leadwire-bench BENCH [--json] [--page FILE] [--quick] [--rounds N] [--leads N] [--load NAME] [--desks N] [--minutes N] [--rate N] [--durability LEVEL]\n\n");
    for (int i = 0; i < BENCHES; i++)
        fprintf(out, "  %-10s %s\n", benches[i].name, benches[i].what);
    fprintf(out, "\n  --json     one JSON object, last thing printed\n  --page FILE  peers, growth: an HTML page with plots\n  --quick    less than 50 seconds; peers, soak: two to three minutes\n"
                 "  --rounds N repetitions; medians and spread are over them\n"
                 "  --leads N  restart, checkpoint: open leads (default 1000000; 100000 with --quick); ingest: requests over which memory is watched; lives: lives\n"
                 "  --load NAME  lives: usual, waiting, alike; growth: one curve alone; peers: ours beside one system alone (redis_streams)\n"
                 "  --desks N  gateway: browsers (2000)\n"
                 "  --minutes N, --rate N  soak: how long (60; 2 with --quick), and leads a second instead of 70 %% of the maximum;\n"
                 "             overload: how long (5; 20 s with --quick), and leads a second instead of three times the maximum\n"
                 "  --durability LEVEL  soak, overload, restart, checkpoint: everysec (default) or always\n");
    return code;
}

static const struct bench *find_bench(const char *name)
{
    for (int b = 0; b < BENCHES; b++) {
        if (strcmp(name, benches[b].name) == 0)
            return &benches[b];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct bench_options options = {.durability = "everysec"};
    const struct bench *chosen = NULL;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return usage(stdout, 0);
        else if (strcmp(argv[i], "--json") == 0)
            options.json = true;
        else if (strcmp(argv[i], "--quick") == 0)
            options.quick = true;
        else if (strcmp(argv[i], "--page") == 0 && i + 1 < argc)
            options.page = argv[++i];
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc && atoi(argv[i + 1]) > 0)
            options.rounds = (uint32_t)atoi(argv[++i]);
        else if (strcmp(argv[i], "--leads") == 0 && i + 1 < argc && atoi(argv[i + 1]) > 0)
            options.leads = (uint32_t)atoi(argv[++i]);
        else if (strcmp(argv[i], "--load") == 0 && i + 1 < argc)
            options.load = argv[++i];
        else if (strcmp(argv[i], "--desks") == 0 && i + 1 < argc && atoi(argv[i + 1]) > 0)
            options.desks = (uint32_t)atoi(argv[++i]);
        else if (strcmp(argv[i], "--minutes") == 0 && i + 1 < argc && atoi(argv[i + 1]) > 0)
            options.minutes = (uint32_t)atoi(argv[++i]);
        else if (strcmp(argv[i], "--rate") == 0 && i + 1 < argc && atoi(argv[i + 1]) > 0)
            options.rate = (uint32_t)atoi(argv[++i]);
        else if (strcmp(argv[i], "--durability") == 0 && i + 1 < argc && (strcmp(argv[i + 1], "everysec") == 0 || strcmp(argv[i + 1], "always") == 0))
            options.durability = argv[++i];
        else {
            const struct bench *named = find_bench(argv[i]);
            if (!named || chosen) {
                fprintf(stderr, "leadwire-bench: '%s' is %s\n", argv[i], named ? "one bench too many" : "no bench and no option, or its option is given nothing that it can do");
                return usage(stderr, 2);
            }
            chosen = named;
        }
    }
    if (!chosen)
        return usage(stderr, 2);
    if (chosen->run != bench_lives)
        printf("leadwire %s on %s\n", LEADWIRE_VERSION, bench_machine());
    return chosen->run(&options);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire replay - raw contacts of a source, read again after its rules were corrected, and published.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "ingest_kind.h"
#include "progress.h"
#include "when_text.h"
#include "words.h"
#include "worker_pipe.h"

enum { WORKER_WORDS_MAX = 32, NUMBER_MAX = 24, OUTCOMES_MAX = 16, OUTCOME_SIZE = 32 };

struct tally { char outcome[OUTCOME_SIZE]; uint64_t count; };

struct replay {
    const struct cli *cli;
    struct progress progress;
    struct tally tallies[OUTCOMES_MAX];
    size_t tally_count;
    int64_t last_unix_ms;     /* of the last that was answered; 0: none */
    bool is_json;
};

static void count(struct replay *replay, const char *outcome)
{
    for (size_t i = 0; i < replay->tally_count; i++) {
        if (strcmp(replay->tallies[i].outcome, outcome) == 0) {
            replay->tallies[i].count++;
            return;
        }
    }
    if (replay->tally_count == OUTCOMES_MAX)
        return;
    struct tally *tally = &replay->tallies[replay->tally_count++];
    snprintf(tally->outcome, sizeof tally->outcome, "%s", outcome);
    tally->count = 1;
}

static const char *text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    return text != NULL ? text : "";
}

/* What nobody needs to look at is only counted. */
static bool is_plain(const char *outcome)
{
    return strcmp(outcome, "duplicate") == 0 || strcmp(outcome, "of_another_source") == 0 || strcmp(outcome, "not_a_lead") == 0;
}

static void take_line(struct replay *replay, const char *text)
{
    char moment[WORDS_SIZE];
    json_t *line = json_loads(text, 0, NULL);
    const json_t *total = json_object_get(line, "total");
    const char *outcome = text_of(line, "outcome");
    if (total != NULL) {
        progress_begin(&replay->progress, (uint64_t)json_integer_value(total));
    } else if (outcome[0] != '\0') {
        replay->last_unix_ms = json_integer_value(json_object_get(line, "at"));
        count(replay, outcome);
        progress_step(&replay->progress);
        if (replay->is_json) {
            printf("%s\n", text);
        } else if (!is_plain(outcome)) {
            progress_clear(&replay->progress);
            printf("%s %s: %s%s%s%s%s\n", words_moment(replay->last_unix_ms, moment), text_of(line, "raw"), outcome,
                   text_of(line, "lead_id")[0] != '\0' ? ", lead " : "", text_of(line, "lead_id"), text_of(line, "reason")[0] != '\0' ? ": " : "",
                   text_of(line, "reason"));
        }
    }
    json_decref(line);
}

static void print_summary(const struct replay *replay, bool is_whole)
{
    char moment[WORDS_SIZE];
    fprintf(stderr, "%" PRIu64 " of %" PRIu64 " raw contacts", replay->progress.done, replay->progress.total);
    for (size_t i = 0; i < replay->tally_count; i++)
        fprintf(stderr, "%s%" PRIu64 " %s", i == 0 ? ": " : ", ", replay->tallies[i].count, replay->tallies[i].outcome);
    fprintf(stderr, "\n");
    if (!is_whole && replay->last_unix_ms == 0)
        fprintf(stderr, "nothing is done yet: the same words begin anew\n");
    if (!is_whole && replay->last_unix_ms != 0) {
        char *space = strchr(words_moment(replay->last_unix_ms, moment), ' ');
        if (space != NULL)
            *space = 'T';
        fprintf(stderr, "go on with --since %s: what is done already is a duplicate then\n", moment);
    }
}

static int run_worker(struct replay *replay, char **words)
{
    struct worker_pipe *worker = worker_pipe_open(words);
    if (worker == NULL) {
        cli_complain(replay->cli, "%s, which reads such contacts, cannot be run: %s", words[0], strerror(errno));
        return EXIT_NO;
    }
    cli_catch_signals();
    for (char *line; !cli_stopped() && (line = worker_pipe_line(worker)) != NULL;)
        take_line(replay, line);
    progress_clear(&replay->progress);
    const int code = worker_pipe_close(&worker);
    const bool is_whole = code == 0;
    if (replay->progress.is_begun)
        print_summary(replay, is_whole);
    if (code == EXIT_USAGE)
        return EXIT_USAGE;
    return is_whole ? EXIT_DONE : replay->progress.is_begun ? EXIT_UNREACHABLE : EXIT_NO;
}

static bool read_times(struct cli *cli, const char *since, const char *until, char since_ms[NUMBER_MAX], char until_ms[NUMBER_MAX])
{
    struct timespec now;
    int64_t from = 0, to = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t now_unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (!when_text_parse_past(since, now_unix_ms, &from) || (until != NULL && !when_text_parse_past(until, now_unix_ms, &to))) {
        cli->exit_code = cli_usage_error(cli, "--since and --until are 10m, 2h, 3d, 14:00 or 2026-11-26T14:00");
        return false;
    }
    snprintf(since_ms, NUMBER_MAX, "%" PRId64, from);
    snprintf(until_ms, NUMBER_MAX, "%" PRId64, to);
    return true;
}

static int start(struct cli *cli, struct replay *replay, const char *kind, const char *source, const char *config_path, bool dry_run, bool correct,
                 const char *since, const char *until, uint64_t rate, const char *run_dir)
{
    char program[32], since_ms[NUMBER_MAX], until_ms[NUMBER_MAX], rate_text[NUMBER_MAX], endpoint[CLI_ENDPOINT_SIZE];
    char *words[WORKER_WORDS_MAX] = {program, (char *)"--replay", (char *)"--source", (char *)source, (char *)"--config", (char *)config_path,
                                     (char *)"--since-ms", since_ms, (char *)"--rate", rate_text};
    size_t at = 10;
    if (!read_times(cli, since, until, since_ms, until_ms))
        return cli->exit_code;
    snprintf(program, sizeof program, "leadwire-%s", kind);
    snprintf(rate_text, sizeof rate_text, "%" PRIu64, rate);
    if (until != NULL) {
        words[at++] = (char *)"--until-ms";
        words[at++] = until_ms;
    }
    if (dry_run)
        words[at++] = (char *)"--dry-run";
    if (correct)
        words[at++] = (char *)"--correct";
    if (run_dir != NULL) {
        cli->run_dir = run_dir;
        if (!cli_endpoint(cli, "publish", endpoint))
            return EXIT_USAGE;
        words[at++] = (char *)"--broker";
        words[at++] = endpoint;
    }
    return run_worker(replay, words);
}

int command_replay(int argc, char **argv)
{
    bool dry_run = false, correct = false, is_json = false;
    const char *source = NULL, *config_path = NULL, *kind = NULL, *since = NULL, *until = NULL, *run_dir = NULL;
    uint64_t rate = 100;
    static struct cli cli;   /* large */
    const struct cli_option options[] = {
        {"source", "NAME", CLI_TEXT, &source, 0, 0, "whose contacts (needed)"},
        {"since", "TIME", CLI_TEXT, &since, 0, 0, "that came in since then: 10m, 2h, 3d, 14:00, 2026-11-26T14:00 (needed)"},
        {"until", "TIME", CLI_TEXT, &until, 0, 0, "and before then"},
        {"config", "FILE", CLI_TEXT, &config_path, 0, 0, "the worker's mail.yaml, web.yaml or phone.yaml, as corrected (needed)"},
        {"kind", "KIND", CLI_TEXT, &kind, 0, 0, "mail, web or phone, where the file's name does not begin so"},
        {"dry-run", NULL, CLI_FLAG, &dry_run, 0, 0, "show what each would be now, send nothing"},
        {"correct", NULL, CLI_FLAG, &correct, 0, 0, "what differs joins its lead as one more contact, if that is open"},
        {"rate", "PER-SECOND", CLI_NUMBER, &rate, 1, 10000, "at most so many a second (100)"},
        {"run-dir", "DIR", CLI_TEXT, &run_dir, 0, 0, "where the broker's sockets are; else the broker of the configuration"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object a contact"},
    };
    const struct cli_spec spec = {
        .command = "replay", .arguments = "--source NAME --since TIME --config FILE", .options = options,
        .option_count = sizeof options / sizeof options[0],
        .about = "Reads raw contacts that a worker kept by its rules as they are now, and publishes them under the ids of then.\n"
                 "What was no lead becomes one (accepted, joined); what makes the same lead is a duplicate; what makes\n"
                 "another lead than then differs, and that lead stays as it is, or is corrected with --correct. Interrupted, it\n"
                 "says how to go on. A call that is a lead only now is a missed call. Ends with 3 when the broker does not answer or\n"
                 "it was interrupted.",
    };
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (source == NULL || since == NULL || config_path == NULL)
        return cli_usage_error(&cli, "needs --source NAME, --since TIME and --config FILE");
    kind = ingest_kind_find(&cli, kind, config_path, source);
    if (kind == NULL)
        return EXIT_USAGE;
    struct replay replay = {.cli = &cli, .is_json = is_json, .progress = {.is_shown = !is_json && isatty(STDERR_FILENO) != 0}};
    return start(&cli, &replay, kind, source, config_path, dry_run, correct, since, until, rate, run_dir);
}

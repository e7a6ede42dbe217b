/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire status - how the desk is doing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"
#include "status_bounds.h"
#include "wall_clock.h"
#include "words.h"

static uint64_t opening_rest_ms(const Leadwire__V1__StatusReply *status)
{
    const int64_t rest_ms = status->opening_until_unix_ms - status->now_unix_ms;
    return rest_ms > 0 ? (uint64_t)rest_ms : 0;
}

static uint64_t age_ms(const Leadwire__V1__StatusReply *status, int64_t since_unix_ms)
{
    return status->now_unix_ms > since_unix_ms ? (uint64_t)(status->now_unix_ms - since_unix_ms) : 0;
}

static void put_paused(struct json_out *out, const Leadwire__V1__StatusReply *status)
{
    json_begin_list(out, "paused_sources");
    for (size_t i = 0; i < status->n_paused_sources; i++) {
        json_begin_object(out, NULL);
        json_put_text(out, "source", status->paused_sources[i]->source);
        json_put_time(out, "since", status->paused_sources[i]->since_unix_ms);
        json_put_text(out, "by", status->paused_sources[i]->by);
        json_put_text(out, "reason", status->paused_sources[i]->reason);
        json_end_object(out);
    }
    json_end_list(out);
}

static void print_turns(const Leadwire__V1__TurnTimes *turns)
{
    if (turns && turns->count > 0)
        printf("loop:        of the last minute's turns 99 %% took at most %.1f ms, the longest %.1f ms; since start %" PRIu64 " of %" PRIu64
               " took more than 5 ms, the longest %.1f ms\n",
               (double)turns->recent_p99_us / 1e3, (double)turns->recent_max_us / 1e3, turns->long_count, turns->count, (double)turns->max_us / 1e3);
}

static void put_turns(struct json_out *out, const Leadwire__V1__TurnTimes *turns)
{
    if (!turns)
        return;
    json_begin_object(out, "turns");
    json_put_unsigned(out, "count", turns->count);
    json_put_unsigned(out, "long_count", turns->long_count);
    json_put_unsigned(out, "max_us", turns->max_us);
    json_put_unsigned(out, "recent_p99_us", turns->recent_p99_us);
    json_put_unsigned(out, "recent_max_us", turns->recent_max_us);
    json_put_unsigned(out, "long_cpu_count", turns->long_cpu_count);
    json_put_unsigned(out, "max_cpu_us", turns->max_cpu_us);
    json_end_object(out);
}

/* Empty: not known, or of a broker that does not tell. */
static bool is_as_asked(const Leadwire__V1__StatusReply *status)
{
    return status->durability_in_force[0] == '\0' || strcmp(status->durability_in_force, status->durability) == 0;
}

static void print_counts(const Leadwire__V1__StatusReply *status)
{
    char a[WORDS_SIZE];
    printf("leads now:   %" PRIu64 " waiting, %" PRIu64 " offered, %" PRIu64 " connecting, %" PRIu64 " assigned, %" PRIu64 " parked, %" PRIu64
           " scheduled\n",
           status->waiting, status->offered, status->connecting, status->assigned, status->parked, status->scheduled);
    printf("since start: %" PRIu64 " published (and %" PRIu64 " repeated), %" PRIu64 " completed, %" PRIu64 " cancelled, %" PRIu64 " expired, %" PRIu64
           " merged, %" PRIu64
           " reopened\n",
           status->published_total, status->duplicates_total, status->completed_total, status->cancelled_total, status->expired_total, status->merged_total,
           status->reopened_total);
    printf("reps:        %" PRIu64 " logged on, %" PRIu64 " available\n", status->reps_on, status->reps_available);
    for (size_t i = 0; i < status->n_paused_sources; i++) {
        const Leadwire__V1__PausedSource *paused = status->paused_sources[i];
        printf("paused:      source %s for %s, by %s: %s\n", paused->source, words_duration(age_ms(status, paused->since_unix_ms), a), paused->by, paused->reason);
    }
    if (status->opening_until_unix_ms != 0)
        printf("opening:     %" PRIu64 " leads of the backlog are not with a rep yet; dealt out by share for %s more\n", status->opening_left,
               words_duration(opening_rest_ms(status), a));
    for (size_t i = 0; i < status->n_queues; i++) {
        if (status->queues[i]->waiting == 0)
            continue;
        printf("queue %-20s  %6" PRIu64 " waiting, the oldest for %s\n", status->queues[i]->queue, status->queues[i]->waiting,
               words_duration(status->queues[i]->oldest_age_ms, a));
    }
}

static void print_words(const Leadwire__V1__StatusReply *status)
{
    char a[WORDS_SIZE], b[WORDS_SIZE], version[WORDS_SIZE];
    snprintf(version, sizeof version, "rules version %u", (unsigned)status->config_version);
    if (status->counts_untold)
        snprintf(version, sizeof version, "rules not told");
    else if (status->config_version == 0)
        snprintf(version, sizeof version, "no rules applied yet");
    printf("desk %s: store %s, durability %s%s%s, %s, up %s (broker %s, epoch %s)\n", status->desk, status->store_state, status->durability,
           is_as_asked(status) ? "" : " is asked, in force is ", is_as_asked(status) ? "" : status->durability_in_force,
           version, words_duration(status->uptime_ms, a), status->version, words_epoch(status->epoch, b));
    if (status->store_reason[0] != '\0')
        printf("store %s: %s\n", status->store_state, status->store_reason);
    for (size_t i = 0; i < status->n_store_warnings; i++)
        printf("warning:     %s\n", status->store_warnings[i]);
    status_bounds_print(status);
    if (!status->counts_untold)
        print_counts(status);
    printf("broker:      %" PRIu64 " publishers, %s of memory, %" PRIu64 " journal entries, checkpoint %s ago, %" PRIu64 " frames refused, %" PRIu64 " requests told busy\n",
           status->publishers, words_size(status->memory_bytes, a), status->journal_entries,
           words_duration(status->checkpoint_age_ms, b), status->refused_frames_total, status->busy_total);
    print_turns(status->turns);
}

static void put_counts(struct json_out *out, const Leadwire__V1__StatusReply *status)
{
    json_put_unsigned(out, "waiting", status->waiting);
    json_put_unsigned(out, "offered", status->offered);
    json_put_unsigned(out, "connecting", status->connecting);
    json_put_unsigned(out, "assigned", status->assigned);
    json_put_unsigned(out, "parked", status->parked);
    json_put_unsigned(out, "scheduled", status->scheduled);
    json_put_unsigned(out, "published_total", status->published_total);
    json_put_unsigned(out, "duplicates_total", status->duplicates_total);
    json_put_unsigned(out, "completed_total", status->completed_total);
    json_put_unsigned(out, "cancelled_total", status->cancelled_total);
    json_put_unsigned(out, "expired_total", status->expired_total);
    json_put_unsigned(out, "merged_total", status->merged_total);
    json_put_unsigned(out, "reopened_total", status->reopened_total);
    json_put_unsigned(out, "reps_on", status->reps_on);
    json_put_unsigned(out, "reps_available", status->reps_available);
}

static void put_queues(struct json_out *out, const Leadwire__V1__StatusReply *status)
{
    json_begin_list(out, "queues");
    for (size_t i = 0; i < status->n_queues; i++) {
        json_begin_object(out, NULL);
        json_put_text(out, "queue", status->queues[i]->queue);
        json_put_unsigned(out, "waiting", status->queues[i]->waiting);
        json_put_unsigned(out, "oldest_age_ms", status->queues[i]->oldest_age_ms);
        json_end_object(out);
    }
    json_end_list(out);
}

static void print_json(const Leadwire__V1__StatusReply *status)
{
    struct json_out out;
    char epoch[WORDS_SIZE];
    json_begin_line(&out, stdout);
    json_put_text(&out, "desk", status->desk);
    json_put_text(&out, "version", status->version);
    json_put_text(&out, "epoch", words_epoch(status->epoch, epoch));
    json_put_text(&out, "durability", status->durability);
    json_put_text(&out, "durability_in_force", status->durability_in_force);
    json_put_text(&out, "store", status->store_state);
    if (status->store_reason[0] != '\0')
        json_put_text(&out, "store_reason", status->store_reason);
    json_begin_list(&out, "store_warnings");
    for (size_t i = 0; i < status->n_store_warnings; i++)
        json_put_text(&out, NULL, status->store_warnings[i]);
    json_end_list(&out);
    if (!status->counts_untold)
        json_put_unsigned(&out, "config_version", status->config_version);
    json_put_time(&out, "now", status->now_unix_ms);
    json_put_number(&out, "now_unix_ms", status->now_unix_ms);
    json_put_unsigned(&out, "uptime_ms", status->uptime_ms);
    if (!status->counts_untold)
        put_counts(&out, status);
    json_put_unsigned(&out, "publishers", status->publishers);
    json_put_unsigned(&out, "journal_entries", status->journal_entries);
    json_put_unsigned(&out, "checkpoint_age_ms", status->checkpoint_age_ms);
    json_put_unsigned(&out, "checkpoint_slices", status->checkpoint_slices);
    json_put_unsigned(&out, "checkpoint_slices_long", status->checkpoint_slices_long);
    json_put_unsigned(&out, "checkpoint_slice_max_us", status->checkpoint_slice_max_us);
    json_put_unsigned(&out, "memory_bytes", status->memory_bytes);
    json_put_unsigned(&out, "refused_frames_total", status->refused_frames_total);
    if (status->opening_until_unix_ms != 0) {
        json_put_time(&out, "opening_until", status->opening_until_unix_ms);
        json_put_number(&out, "opening_until_unix_ms", status->opening_until_unix_ms);
        json_put_unsigned(&out, "opening_left", status->opening_left);
    }
    if (!status->counts_untold)
        put_paused(&out, status);
    status_bounds_put(&out, status);
    put_turns(&out, status->turns);
    if (!status->counts_untold)
        put_queues(&out, status);
    json_end_line(&out);
}

/* EXIT_NO: takes no leads now; EXIT_UNREACHABLE: nothing of the desk is told. */
static int ask_and_print(const struct cli *cli, struct control_client *control, bool is_json)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request}, reply;
    const int code = cli_ask(cli, control, &message, WIRE_STATUS_REPLY, &reply);
    if (code != EXIT_DONE)
        return code;
    if (is_json)
        print_json(reply.status_reply);
    else
        print_words(reply.status_reply);
    if (reply.status_reply->counts_untold)
        return EXIT_UNREACHABLE;
    return strcmp(reply.status_reply->store_state, "ready") == 0 ? EXIT_DONE : EXIT_NO;
}

int command_status(int argc, char **argv)
{
    bool is_json = false;
    uint64_t watch_s = 0;
    const struct cli_option options[] = {
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object a line"},
        {"watch", "SECONDS", CLI_NUMBER, &watch_s, 1, 3600, "again every SECONDS, until Ctrl-C"},
    };
    const struct cli_spec spec = {
        .command = "status", .arguments = "", .uses_broker = true, .options = options, .option_count = 2,
        .about = "Prints how many leads wait, are offered and are with reps, and how the broker is.\n"
                 "Ends with 1 when the broker answers but its store is full. While the store is away or behind it prints why and\n"
                 "how the broker is, nothing of leads and reps, and ends with 3.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    struct control_client *control = NULL;
    int code = cli_control_open(&cli, &control);
    if (code != EXIT_DONE)
        return code;
    cli_catch_signals();
    do {
        code = ask_and_print(&cli, control, is_json);
        if (watch_s > 0 && !is_json)
            printf("\n");
        fflush(stdout);
        if (watch_s > 0 && !cli_stopped())
            nanosleep(&(struct timespec){.tv_sec = (time_t)watch_s}, NULL);
    } while (watch_s > 0 && !cli_stopped() && !ferror(stdout));
    control_client_close(&control);
    return code;
}

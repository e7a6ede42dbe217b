/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire watch - the desk's event stream, one line each. Ids, reps and queues only.
 */
#include <inttypes.h>
#include <leadwire/events.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"
#include "wall_clock.h"
#include "words.h"

enum { REASON_SHOWN = 1024 };

struct watch { bool is_json, was_live, has_reset; uint64_t until_ms; };

static void print_waits(const struct lw_event *event)
{
    if (event->from == LW_LEAD_NONE)
        printf("(%s from %s) waits in %s", lw_channel_name(event->channel), event->source, event->queue);
    else
        printf("waits again in %s", event->queue);
    if (event->preferred_rep[0] != '\0')
        printf(", for %s first", event->preferred_rep);
}

static void print_scheduled(const struct lw_event *event)
{
    char day[WORDS_SIZE];
    printf("sleeps until %s", words_moment(event->deadline_unix_ms, day));
    if (event->preferred_rep[0] != '\0')
        printf(", then for %s first", event->preferred_rep);
}

/* One offer of several ended: its rep has none any more, the others still have theirs. */
static bool is_leave(const struct lw_event *event)
{
    return event->from == LW_LEAD_OFFERED && event->also_offered_count > 0 && strcmp(event->cause, "offered") != 0 &&
           strcmp(event->cause, "joined") != 0 && strcmp(event->cause, "merged") != 0 && strcmp(event->cause, "parted") != 0 && strcmp(event->cause, "prioritised") != 0;
}

static void print_offered(const struct lw_event *event)
{
    const bool left = is_leave(event);
    printf(left ? "is no longer offered to %s" : "is offered to %s", event->rep);
    for (size_t i = 0; i < event->also_offered_count; i++)
        printf("%s%s", i > 0 ? ", " : left ? ", still to " : ", also to ", event->also_offered[i]);
}

static void print_cause(const struct lw_event *event)
{
    char by[LW_NAME_MAX + 1], reason[REASON_SHOWN];
    printf(" [%s%s%s%s%s]", event->cause, event->by[0] != '\0' ? " by " : "", words_printable(event->by, by, sizeof by),
           event->reason[0] != '\0' ? ": " : "", words_printable(event->reason, reason, sizeof reason));
}

static void print_lead_words(const struct lw_event *event)
{
    char clock[WORDS_SIZE];
    printf("%s lead %s ", words_clock(event->at_unix_ms, clock), event->lead_id);
    if (strcmp(event->cause, "prioritised") == 0)
        printf("has priority %u now, and ", (unsigned)event->priority);
    switch (event->to) {
    case LW_LEAD_WAITING: print_waits(event); break;
    case LW_LEAD_SCHEDULED: print_scheduled(event); break;
    case LW_LEAD_OFFERED: print_offered(event); break;
    case LW_LEAD_CONNECTING: printf("is accepted by %s, whose device rings", event->rep); break;
    case LW_LEAD_ASSIGNED: printf("is with %s", event->rep); break;
    case LW_LEAD_PARKED: printf("is %sparked, for a person to look at", strcmp(event->cause, "still_parked") == 0 ? "still " : ""); break;
    case LW_LEAD_COMPLETED: printf("is completed%s%s: %s", event->rep[0] != '\0' ? " by " : "", event->rep, event->disposition);
        printf("%s", event->do_not_call ? ", do not call" : "");
        break;
    case LW_LEAD_CANCELLED: printf("is cancelled"); break;
    case LW_LEAD_EXPIRED: printf("has expired"); break;
    case LW_LEAD_MERGED: printf("is merged into lead %s", event->other_lead_id); break;
    case LW_LEAD_NONE: printf("is gone"); break;
    }
    if (event->cause[0] != '\0' && !event->is_snapshot)
        print_cause(event);
    printf("\n");
}

static void print_words(struct watch *watch, const struct lw_event *event)
{
    char clock[WORDS_SIZE];
    words_clock(event->at_unix_ms != 0 ? event->at_unix_ms : wall_clock_unix_ms(), clock);
    /* A broker that is not there resets again and again: say it once there is something to say. */
    if (watch->has_reset && event->kind != LW_EVENTS_RESET)
        printf("%s -- the desk as it is now:\n", clock);
    watch->has_reset = event->kind == LW_EVENTS_RESET;
    switch (event->kind) {
    case LW_EVENTS_RESET: break;
    case LW_EVENTS_LIVE: printf("%s -- and as it happens:\n", clock); break;
    case LW_EVENTS_LEAD: print_lead_words(event); break;
    case LW_EVENTS_REP:
        printf("%s rep %s is %s%s, load %u of %u", clock, event->rep, lw_rep_state_name(event->rep_state),
               event->connected ? "" : " (not connected)", (unsigned)event->load, (unsigned)event->capacity);
        if (event->cause[0] != '\0' && !event->is_snapshot)
            print_cause(event);
        printf("\n");
        break;
    case LW_EVENTS_DESK:
        if (event->nobody[0] != '\0')
            printf("%s desk: nobody is there (%s), %llu leads wait; tell", clock, event->nobody, (unsigned long long)event->waiting);
        else
            printf("%s desk: %s (rules version %u)", clock, event->cause, (unsigned)event->config_version);
        for (size_t i = 0; i < event->tell_count; i++)
            printf("%s %s", i > 0 ? "," : "", event->tell[i]);
        printf("\n");
        break;
    case LW_EVENTS_NONE: break;
    }
    fflush(stdout);
}

static void put_lead(struct json_out *out, const struct lw_event *event)
{
    json_put_text(out, "lead_id", event->lead_id);
    json_put_text(out, "from", lw_lead_state_name(event->from));
    json_put_text(out, "to", lw_lead_state_name(event->to));
    json_put_text(out, "rep", event->rep);
    json_put_text(out, "queue", event->queue);
    json_put_text(out, "source", event->source);
    json_put_text(out, "channel", lw_channel_name(event->channel));
    json_put_unsigned(out, "priority", event->priority);
    json_put_unsigned(out, "offer_number", event->offer_number);
    json_put_text(out, "disposition", event->disposition);
    json_put_text(out, "reason", event->reason);
    json_put_time(out, "received", event->received_unix_ms);
    json_put_time(out, "deadline", event->deadline_unix_ms);
    json_put_unsigned(out, "revision", event->revision);
    json_put_text(out, "preferred_rep", event->preferred_rep);
    json_put_time(out, "preferred_until", event->preferred_until_unix_ms);
    json_put_bool(out, "call_back", event->call_back != 0);
    json_put_bool(out, "do_not_call", event->do_not_call != 0);
    json_put_time(out, "appointment", event->appointment_unix_ms);
    json_put_text(out, "by", event->by);
    json_put_text(out, "set_by", event->set_by);
    if (event->trace_id[0] != '\0')
        json_put_text(out, "trace_id", event->trace_id);
    json_begin_list(out, "also_offered");
    for (size_t i = 0; i < event->also_offered_count; i++)
        json_put_text(out, NULL, event->also_offered[i]);
    json_end_list(out);
}

static void print_json(const struct lw_event *event)
{
    static const char *const kinds[] = {"none", "reset", "lead", "rep", "desk", "live"};
    struct json_out out;
    char epoch[WORDS_SIZE];
    json_begin_line(&out, stdout);
    json_put_text(&out, "event", kinds[event->kind]);
    json_put_time(&out, "at", event->at_unix_ms);
    json_put_bool(&out, "snapshot", event->is_snapshot != 0);
    json_put_text(&out, "epoch", words_epoch(event->epoch, epoch));
    json_put_unsigned(&out, "seq", event->seq);
    json_put_text(&out, "cause", event->cause);
    if (event->kind == LW_EVENTS_LEAD) {
        put_lead(&out, event);
    } else if (event->kind == LW_EVENTS_REP) {
        json_put_text(&out, "rep", event->rep);
        json_put_text(&out, "state", lw_rep_state_name(event->rep_state));
        json_put_unsigned(&out, "load", event->load);
        json_put_unsigned(&out, "capacity", event->capacity);
        json_put_bool(&out, "connected", event->connected != 0);
        json_put_text(&out, "by", event->by);
        json_put_text(&out, "reason", event->reason);
    } else if (event->kind == LW_EVENTS_DESK) {
        json_put_unsigned(&out, "config_version", event->config_version);
        json_put_text(&out, "nobody", event->nobody);
        json_put_unsigned(&out, "waiting", event->waiting);
        json_begin_list(&out, "tell");
        for (size_t i = 0; i < event->tell_count; i++)
            json_put_text(&out, NULL, event->tell[i]);
        json_end_list(&out);
    }
    json_end_line(&out);
}

/* Until stopped, refused, or the time is up. */
static int follow(const struct cli *cli, struct lw_events *events, struct watch *watch)
{
    while (!cli_stopped() && !ferror(stdout)) {
        struct lw_event event;
        lw_status status = lw_events_next(events, &event);
        if (status == LW_OK) {
            watch->was_live = watch->was_live || event.kind == LW_EVENTS_LIVE;
            if (watch->is_json)
                print_json(&event);
            else
                print_words(watch, &event);
            continue;
        }
        if (status != LW_AGAIN) {
            cli_complain(cli, "%s", lw_status_text(status));
            return EXIT_REFUSED;
        }
        const uint64_t now_ms = wall_clock_monotonic_ms();
        if (watch->until_ms != 0 && now_ms >= watch->until_ms)
            break;
        int wait_ms = lw_events_wait_ms(events), fds[2];
        if (watch->until_ms != 0 && watch->until_ms - now_ms < (uint64_t)wait_ms)
            wait_ms = (int)(watch->until_ms - now_ms);
        const int count = lw_events_fds(events, fds);
        struct pollfd polled[2] = {{.fd = fds[0], .events = POLLIN}, {.fd = count > 1 ? fds[1] : -1, .events = POLLIN}};
        poll(polled, 2, wait_ms);
    }
    if (!watch->was_live && watch->until_ms != 0) {
        cli_complain(cli, "no broker answers for desk '%s' in %s; is leadwire-broker running?", cli->desk, cli_broker(cli));
        return EXIT_UNREACHABLE;
    }
    return EXIT_DONE;
}

int command_watch(int argc, char **argv)
{
    struct watch watch = {0};
    bool no_snapshot = false;
    uint64_t for_s = 0;
    const char *events_address = NULL;
    const struct cli_option options[] = {
        {"json", NULL, CLI_FLAG, &watch.is_json, 0, 0, "one JSON object a line"},
        {"no-snapshot", NULL, CLI_FLAG, &no_snapshot, 0, 0, "leave out what is there already"},
        {"for", "SECONDS", CLI_NUMBER, &for_s, 1, 86400, "end after SECONDS (with 3 if no broker was there)"},
        {"events-endpoint", "ADDRESS", CLI_TEXT, &events_address, 0, 0, "with --endpoint, which is that of control: that of events"},
    };
    const struct cli_spec spec = {
        .command = "watch", .arguments = "", .uses_broker = true, .options = options, .option_count = 4,
        .about = "Prints the desk as it is, then each change as it happens, until Ctrl-C. Reconnects by itself,\n"
                 "and then starts over with the desk as it is. Shows ids, reps and queues, never personal data.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    cli.events_endpoint = events_address;
    char events_endpoint[CLI_ENDPOINT_SIZE], control_endpoint[CLI_ENDPOINT_SIZE];
    if (!cli_endpoint(&cli, "events", events_endpoint) || !cli_endpoint(&cli, "control", control_endpoint))
        return EXIT_USAGE;
    const struct lw_events_options events_options = {
        .events_endpoint = events_endpoint, .control_endpoint = control_endpoint,
        .desk = cli.desk, .client = cli_client_name, .no_snapshot = no_snapshot,
        .key_file = cli.key_file,
    };
    struct lw_events *events = NULL;
    const lw_status status = lw_events_open(&events_options, &events);
    if (status != LW_OK)
        return cli_cannot_open(&cli, events_endpoint, status);
    watch.was_live = no_snapshot;
    watch.until_ms = for_s != 0 ? wall_clock_monotonic_ms() + for_s * 1000 : 0;
    cli_catch_signals();
    const int code = follow(&cli, events, &watch);
    lw_events_close(&events);
    return code;
}

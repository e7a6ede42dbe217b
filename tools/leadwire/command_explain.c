/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire explain LEAD - why this rep? What the lead required, and each decision on it.
 * leadwire explain --rep REP - why did this rep get nothing?
 */
#include <inttypes.h>
#include <leadwire/publisher.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "commands.h"
#include "desk_id.h"
#include "explain_lead.h"
#include "explain_rep.h"
#include "json_out.h"
#include "when_text.h"
#include "words.h"

enum { MERGED_MAX = 8, TEXT_SHOWN = 4096 };   /* acts of managers that a lead keeps; bytes of one text */

/* What the policy ranked by; of an older broker: "load 1 of 3, idle 3 min 20 s" */
static const char *keys_of(const Leadwire__V1__Candidate *candidate, char *text, size_t size)
{
    char idle[WORDS_SIZE];
    if (candidate->keys[0] != '\0')
        return candidate->keys;
    snprintf(text, size, "load %u of %u, idle %s", (unsigned)candidate->load, (unsigned)candidate->capacity,
             words_duration(candidate->idle_ms > 0 ? (uint64_t)candidate->idle_ms : 0, idle));
    return text;
}

/* What somebody wrote must not reach the terminal as it is. Nothing when there is none. */
static void print_given(const char *before, const char *given, const char *after)
{
    char text[TEXT_SHOWN];
    if (given[0] != '\0')
        printf("%s%s%s", before, words_printable(given, text, sizeof text), after);
}

static void print_candidate(const Leadwire__V1__Candidate *candidate)
{
    char keys[3 * WORDS_SIZE];
    if (candidate->chosen)
        printf("    -> %-12s chosen: rank %u, %s", candidate->rep, (unsigned)candidate->rank, keys_of(candidate, keys, sizeof keys));
    else if (candidate->excluded_by[0] == '\0')
        printf("       %-12s could: rank %u, %s", candidate->rep, (unsigned)candidate->rank, keys_of(candidate, keys, sizeof keys));
    else
        printf("       %-12s not: %s", candidate->rep, candidate->excluded_by);
    print_given(" (", candidate->detail, ")");
    printf("\n");
}

static void print_decision(const Leadwire__V1__Decision *decision)
{
    char clock[WORDS_SIZE];
    printf("\n%s ", words_clock(decision->at_unix_ms, clock));
    if (decision->rep[0] != '\0') {
        printf("offer %u to %s: %s", (unsigned)decision->offer_number, decision->rep, decision->outcome[0] != '\0' ? decision->outcome : "still open");
        print_given(" (", decision->reason, ")");
    } else {
        printf("nobody could take it");
    }
    printf("\n    because: %s; policy %s, rules version %u; ", decision->cause[0] != '\0' ? decision->cause : "unknown",
           decision->policy[0] != '\0' ? decision->policy : "of older rules", (unsigned)decision->config_version);
    if (decision->complete)
        printf("%u considered, ", (unsigned)decision->considered);
    printf("%u eligible\n", (unsigned)decision->eligible);
    print_given("    ", decision->urgency, "\n");
    if (!decision->complete)
        printf("    (who else was considered is no longer on record)\n");
    /* The chosen one, then who could have, then who could not: that is the order of the question. */
    for (int pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < decision->n_candidates; i++) {
            const Leadwire__V1__Candidate *candidate = decision->candidates[i];
            const int kind = candidate->chosen ? 0 : candidate->excluded_by[0] == '\0' ? 1 : 2;
            if (kind == pass)
                print_candidate(candidate);
        }
    }
}

static void print_act(const Leadwire__V1__LeadActNote *act)
{
    char clock[WORDS_SIZE];
    printf("%s %s", words_clock(act->at_unix_ms, clock), act->what);
    if (act->rep[0] != '\0')
        printf(" (rep %s)", act->rep);
    if (act->other_lead_id[0] != '\0')
        printf(" (lead %s)", act->other_lead_id);
    print_given(" by ", act->by[0] != '\0' ? act->by : "nobody named", "");
    print_given(": ", act->reason, "");
    printf("\n");
}

static void print_reach(const Leadwire__V1__ExplainReply *explained)
{
    char clock[WORDS_SIZE];
    if (explained->n_legs > 0)
        printf("\ncalls to reps:\n");
    for (size_t i = 0; i < explained->n_legs; i++) {
        const Leadwire__V1__CallLeg *leg = explained->legs[i];
        printf("%s %s, offer %u: %s (leg %s)\n", words_clock(leg->at_unix_ms, clock), leg->rep, (unsigned)leg->offer_number, leg->outcome,
               leg->leg_id);
    }
    if (explained->touched_unix_ms != 0)
        printf("\nfirst touch: %s %s\n", words_clock(explained->touched_unix_ms, clock), explained->touched);
}

static void print_words(const Leadwire__V1__ExplainReply *explained)
{
    char clock[WORDS_SIZE], levels[1024];
    printf("lead %s (%s from %s, received %s) is %s\n", explained->lead_id, lw_channel_name((lw_channel)explained->channel),
           explained->source, words_clock(explained->received_unix_ms, clock), lw_lead_state_name((lw_lead_state)explained->state));
    printf("rule '%s' put it in queue %s; it requires %s; priority %u\n", explained->rule, explained->queue,
           words_levels(explained->require, explained->n_require, levels, sizeof levels), (unsigned)explained->priority);
    print_given("it waits because: ", explained->waiting_because, "\n");
    if (explained->n_decisions == 0)
        printf("no decision was made on it yet\n");
    for (size_t i = 0; i < explained->n_decisions; i++)
        print_decision(explained->decisions[i]);
    print_reach(explained);
    if (explained->n_acts > 0)
        printf("\nwhat managers did, and notes of reps:\n");
    for (size_t i = 0; i < explained->n_acts; i++)
        print_act(explained->acts[i]);
}

static void put_candidate(struct json_out *out, const Leadwire__V1__Candidate *candidate)
{
    json_begin_object(out, NULL);
    json_put_text(out, "rep", candidate->rep);
    json_put_bool(out, "chosen", candidate->chosen);
    json_put_unsigned(out, "rank", candidate->rank);
    json_put_text(out, "excluded_by", candidate->excluded_by);
    json_put_text(out, "detail", candidate->detail);
    json_put_text(out, "keys", candidate->keys);
    json_put_unsigned(out, "load", candidate->load);
    json_put_unsigned(out, "capacity", candidate->capacity);
    json_put_number(out, "idle_ms", candidate->idle_ms);
    json_end_object(out);
}

static void put_decision(struct json_out *out, const Leadwire__V1__Decision *decision)
{
    json_begin_object(out, NULL);
    json_put_time(out, "at", decision->at_unix_ms);
    json_put_unsigned(out, "offer_number", decision->offer_number);
    json_put_text(out, "rep", decision->rep);
    json_put_text(out, "outcome", decision->outcome);
    json_put_text(out, "reason", decision->reason);
    json_put_text(out, "cause", decision->cause);
    json_put_text(out, "policy", decision->policy);
    json_put_unsigned(out, "config_version", decision->config_version);
    json_put_unsigned(out, "considered", decision->considered);
    json_put_unsigned(out, "eligible", decision->eligible);
    json_put_bool(out, "complete", decision->complete);
    json_put_text(out, "urgency", decision->urgency);
    json_begin_list(out, "candidates");
    for (size_t i = 0; i < decision->n_candidates; i++)
        put_candidate(out, decision->candidates[i]);
    json_end_list(out);
    json_end_object(out);
}

static void put_act(struct json_out *out, const Leadwire__V1__LeadActNote *act)
{
    json_begin_object(out, NULL);
    json_put_time(out, "at", act->at_unix_ms);
    json_put_text(out, "what", act->what);
    json_put_text(out, "rep", act->rep);
    json_put_text(out, "other_lead_id", act->other_lead_id);
    json_put_text(out, "by", act->by);
    json_put_text(out, "reason", act->reason);
    json_end_object(out);
}

static void put_leg(struct json_out *out, const Leadwire__V1__CallLeg *leg)
{
    json_begin_object(out, NULL);
    json_put_time(out, "at", leg->at_unix_ms);
    json_put_text(out, "rep", leg->rep);
    json_put_unsigned(out, "offer_number", leg->offer_number);
    json_put_text(out, "outcome", leg->outcome);
    json_put_text(out, "leg_id", leg->leg_id);
    json_end_object(out);
}

static void print_json(const Leadwire__V1__ExplainReply *explained)
{
    struct json_out out;
    json_begin_line(&out, stdout);
    json_put_text(&out, "lead_id", explained->lead_id);
    json_put_text(&out, "state", lw_lead_state_name((lw_lead_state)explained->state));
    json_put_text(&out, "channel", lw_channel_name((lw_channel)explained->channel));
    json_put_text(&out, "source", explained->source);
    json_put_time(&out, "received", explained->received_unix_ms);
    json_put_text(&out, "rule", explained->rule);
    json_put_text(&out, "queue", explained->queue);
    json_put_unsigned(&out, "priority", explained->priority);
    json_begin_object(&out, "require");
    for (size_t i = 0; i < explained->n_require; i++)
        json_put_unsigned(&out, explained->require[i]->skill, explained->require[i]->level);
    json_end_object(&out);
    json_put_text(&out, "waiting_because", explained->waiting_because);
    json_begin_list(&out, "decisions");
    for (size_t i = 0; i < explained->n_decisions; i++)
        put_decision(&out, explained->decisions[i]);
    json_end_list(&out);
    json_begin_list(&out, "legs");
    for (size_t i = 0; i < explained->n_legs; i++)
        put_leg(&out, explained->legs[i]);
    json_end_list(&out);
    if (explained->touched_unix_ms != 0) {
        json_put_time(&out, "touched_at", explained->touched_unix_ms);
        json_put_text(&out, "touched", explained->touched);
    }
    json_begin_list(&out, "acts");
    for (size_t i = 0; i < explained->n_acts; i++)
        put_act(&out, explained->acts[i]);
    json_end_list(&out);
    json_end_line(&out);
}

/* What the broker is to be asked, from the command line. EXIT_DONE or the exit code after a complaint. */
static int read_question(const struct cli *cli, const char *rep, const char *since, Leadwire__V1__ExplainRequest *request)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t now_unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if ((rep != NULL) == (cli->argument_count == 1))
        return cli_usage_error(cli, "name either a lead or, with --rep, a rep");
    if (since && !rep)
        return cli_usage_error(cli, "--since goes with --rep");
    if (!rep) {
        request->lead_id = (char *)cli->arguments[0];
        return EXIT_DONE;
    }
    if (!when_text_parse_past(since ? since : "1h", now_unix_ms, &request->since_unix_ms))
        return cli_usage_error(cli, "--since %s is no time: write 10m, 2h, 14:00 or 2026-11-26T14:00", since);
    request->rep = (char *)rep;
    return EXIT_DONE;
}

/* Those that were merged into the lead and not parted from it since. */
static size_t list_merged(const Leadwire__V1__ExplainReply *into, char ids[MERGED_MAX][DESK_ID_TEXT_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < into->n_acts && count < MERGED_MAX; i++) {
        const char *other = into->acts[i]->other_lead_id;
        size_t at = 0;
        while (at < count && strcmp(ids[at], other) != 0)
            at++;
        if (strcmp(into->acts[i]->what, "merged") == 0)
            snprintf(ids[count++], sizeof ids[0], "%s", other);
        else if (strcmp(into->acts[i]->what, "parted") == 0 && at < count)
            memmove(ids[at], ids[at + 1], (--count - at) * sizeof ids[0]);
    }
    return count;
}

/* Behind a lead those that were merged into it, as far as the broker has them. */
static int explain_merged(const struct cli *cli, struct control_client *control, const Leadwire__V1__ExplainReply *into)
{
    char ids[MERGED_MAX][DESK_ID_TEXT_MAX];
    size_t count = into->state != LEADWIRE__V1__LEAD_STATE__LEAD_STATE_MERGED ? list_merged(into, ids) : 0;
    int code = EXIT_DONE;
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        Leadwire__V1__ExplainRequest request = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;
        struct wire_message message = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = &request}, reply;
        request.lead_id = ids[i];
        code = cli_ask(cli, control, &message, WIRE_EXPLAIN_REPLY, &reply);
        if (code != EXIT_DONE)
            return code;
        printf("\nmerged into it:\n");
        if (reply.explain_reply->found)
            print_words(reply.explain_reply);
        else
            printf("lead %s: no longer on record\n", ids[i]);
    }
    return code;
}

int command_explain(int argc, char **argv)
{
    bool is_json = false;
    const char *rep = NULL, *since = NULL, *lead_file = NULL;
    struct lead_preview_options preview = {.desk_file = NULL};
    const struct cli_option options[] = {
        {"rep", "REP", CLI_TEXT, &rep, 0, 0, "why this rep got what they got, or nothing, instead of one lead"},
        {"since", "TIME", CLI_TEXT, &since, 0, 0, "with --rep: from when on, as 10m, 14:00 or 2026-11-26T14:00 (default: 1h)"},
        {"lead", "FILE", CLI_TEXT, &lead_file, 0, 0, "what would become of a lead written as JSON, as 'leadwire publish' reads it from a file"},
        {"desk-file", "FILE", CLI_TEXT, &preview.desk_file, 0, 0, "with --lead: by the rules of this desk.yaml, as if all were there; no broker is asked"},
        {"all-present", NULL, CLI_FLAG, &preview.all_present, 0, 0, "with --lead: as if every rep were there, with nothing to do"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "explain", .arguments = "LEAD | --rep REP | --lead FILE", .arguments_min = 0, .arguments_max = 1, .uses_broker = true,
        .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "Tells which rule took the lead and what it required; for each decision on it who was\n"
                 "considered, why the chosen rep came first, and what excluded each other; the calls to reps and\n"
                 "the first touch; and what managers did. With --rep it tells, for each decision of late, what\n"
                 "kept that rep from the lead. With --lead it tells what would become of a lead that nobody\n"
                 "published: its rule, what it would require, who could take it. Ends with 1 if there is no such\n"
                 "lead or rep, or the lead would not be taken.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    Leadwire__V1__ExplainRequest request = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;
    struct control_client *control = NULL;
    if (lead_file != NULL && (rep != NULL || since != NULL || cli.argument_count > 0))
        return cli_usage_error(&cli, "--lead stands alone: there is no lead or rep to name");
    if (lead_file == NULL && (preview.desk_file != NULL || preview.all_present))
        return cli_usage_error(&cli, "--desk-file and --all-present go with --lead");
    if (lead_file != NULL)
        return explain_lead_file(&cli, lead_file, &preview, is_json);
    int code = read_question(&cli, rep, since, &request);
    if (code != EXIT_DONE)
        return code;
    code = cli_control_open(&cli, &control);
    if (code != EXIT_DONE)
        return code;
    struct wire_message message = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = &request}, reply;
    code = cli_ask(&cli, control, &message, WIRE_EXPLAIN_REPLY, &reply);
    if (code == EXIT_DONE && !reply.explain_reply->found) {
        if (rep)
            cli_complain(&cli, "the rules have no rep %s", rep);
        else
            cli_complain(&cli, "the broker has no lead %s (closed long ago, or never there)", cli.arguments[0]);
        code = EXIT_NO;
    } else if (code == EXIT_DONE && rep) {
        explain_rep_print(reply.explain_reply, rep, request.since_unix_ms, is_json);
    } else if (code == EXIT_DONE && is_json) {
        print_json(reply.explain_reply);
    } else if (code == EXIT_DONE) {
        print_words(reply.explain_reply);
        code = explain_merged(&cli, control, reply.explain_reply);
    }
    control_client_close(&control);
    return code;
}

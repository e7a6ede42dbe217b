/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_day.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rep_text.h"
#include "wall_clock.h"
#include "words.h"

enum { EVEN_HUNDREDTHS = 5, WHY_SIZE = 2 * REP_DAY_WORD_SIZE };

static int64_t midnight_unix_ms(int64_t now_unix_ms)
{
    const time_t now_s = (time_t)(now_unix_ms / 1000);
    struct tm local;
    localtime_r(&now_s, &local);
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * 1000;
}

static void count_why(struct rep_whys *whys, const char *excluded_by, const char *detail, const char *decided_by, unsigned count)
{
    struct rep_why why = {.count = count};
    snprintf(why.excluded_by, sizeof why.excluded_by, "%s", excluded_by);
    snprintf(why.detail, sizeof why.detail, "%s", detail);
    snprintf(why.decided_by, sizeof why.decided_by, "%s", decided_by);
    for (size_t i = 0; i < whys->count; i++) {
        struct rep_why *row = &whys->rows[i];
        if (strcmp(row->excluded_by, why.excluded_by) == 0 && strcmp(row->detail, why.detail) == 0 && strcmp(row->decided_by, why.decided_by) == 0) {
            row->count += count;
            return;
        }
    }
    if (whys->count < REP_DAY_REASONS_MAX)
        whys->rows[whys->count++] = why;
}

static void count_own(struct rep_day *day, const char *outcome)
{
    day->offered++;
    day->accepted += strcmp(outcome, "accepted") == 0 || strcmp(outcome, "answered") == 0;
    day->declined += strcmp(outcome, "declined") == 0;
    day->missed += strcmp(outcome, "expired") == 0;
}

static bool ask_why(struct control_client *control, const char *rep, struct rep_day *day)
{
    Leadwire__V1__ExplainRequest explain = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;
    struct wire_message request = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = &explain}, reply;
    const int64_t now_unix_ms = wall_clock_unix_ms();
    explain.rep = (char *)rep;
    explain.since_unix_ms = midnight_unix_ms(now_unix_ms);
    if (control_client_ask(control, &request, REP_DAY_WAIT_MS, &reply) != LW_OK || reply.type != WIRE_EXPLAIN_REPLY || !reply.explain_reply->found)
        return false;
    const Leadwire__V1__ExplainReply *told = reply.explain_reply;
    day->since_unix_ms = told->since_unix_ms > explain.since_unix_ms ? told->since_unix_ms : explain.since_unix_ms;
    for (size_t i = 0; i < told->n_rep_decisions; i++) {
        const Leadwire__V1__RepDecision *one = told->rep_decisions[i];
        if (one->mine)
            count_own(day, one->outcome);
        else if (one->complete && one->at_unix_ms >= now_unix_ms - REP_DAY_LOOKS_BACK_MS)
            count_why(&day->others, one->excluded_by, one->detail, one->decided_by, 1);
    }
    for (size_t i = 0; i < told->n_rep_waiting; i++)
        count_why(&day->waiting, told->rep_waiting[i]->excluded_by, told->rep_waiting[i]->detail, "", told->rep_waiting[i]->count);
    return true;
}

static bool ask_share(struct control_client *control, const char *rep, struct rep_day *day)
{
    Leadwire__V1__LedgerRequest ledger = LEADWIRE__V1__LEDGER_REQUEST__INIT;
    struct wire_message request = {.type = WIRE_LEDGER_REQUEST, .ledger_request = &ledger}, reply;
    if (control_client_ask(control, &request, REP_DAY_WAIT_MS, &reply) != LW_OK || reply.type != WIRE_LEDGER_REPLY)
        return false;
    for (size_t i = 0; i < reply.ledger_reply->n_rows; i++) {
        const Leadwire__V1__LedgerRow *row = reply.ledger_reply->rows[i];
        day->of += row->present ? 1 : 0;
        if (strcmp(row->rep, rep) != 0)
            continue;
        day->is_shared = reply.ledger_reply->in_use;
        day->is_present = row->present;
        day->share = row->share;
        day->place = row->place;
        day->owed_hundredths = row->owed_hundredths;
    }
    return true;
}

/* Who may not reach the control endpoint would only wait for it in vain. */
static bool is_within_reach(const struct cli *cli)
{
    char path[CLI_ENDPOINT_SIZE];
    snprintf(path, sizeof path, "%s/control", cli->run_dir != NULL ? cli->run_dir : "");
    return cli->endpoint == NULL && access(path, R_OK | W_OK) == 0;
}

bool rep_day_ask(const struct cli *cli, const char *rep, struct rep_day *day)
{
    struct control_client *control = NULL;
    char endpoint[CLI_ENDPOINT_SIZE];
    *day = (struct rep_day){.share = 0};
    if (!is_within_reach(cli) || !cli_endpoint(cli, "control", endpoint))
        return false;
    const bool is_told = control_client_open(endpoint, cli->desk, cli_client_name, cli->key_file, &control) == LW_OK && ask_why(control, rep, day) &&
                         ask_share(control, rep, day);
    control_client_close(&control);
    return is_told;
}

static const char *why_words(const struct rep_why *why, char words[WHY_SIZE])
{
    char rule[WHY_SIZE];
    const char *text = why->excluded_by[0] != '\0' ? rep_text_find("why_", why->excluded_by) : rep_text_find("first_", why->decided_by);
    if (text == NULL && why->excluded_by[0] == '\0')
        text = rep_text("first_order");
    if (text != NULL)
        return text;
    snprintf(rule, sizeof rule, "%s%s%s", why->excluded_by, why->detail[0] != '\0' ? ": " : "", why->detail);
    return rep_text_fill(words, WHY_SIZE, "why_rule", "rule", rule, NULL);
}

static void say_whys(const struct rep_whys *whys, const char *text)
{
    char words[WHY_SIZE], number[REP_TEXT_NUMBER_SIZE], printable[WHY_SIZE];
    for (size_t i = 0; i < whys->count && i < REP_DAY_SHOWN_MAX; i++) {
        printf("  ");
        rep_say(text, "count", rep_text_number(whys->rows[i].count, number), "why",
                words_printable(why_words(&whys->rows[i], words), printable, sizeof printable), NULL);
        printf("\n");
    }
}

static void say_share(const struct rep_day *day)
{
    char place[REP_TEXT_NUMBER_SIZE], of[REP_TEXT_NUMBER_SIZE], leads[REP_TEXT_NUMBER_SIZE];
    const uint64_t owed = (uint64_t)llabs((long long)day->owed_hundredths);
    rep_say(day->is_present ? "share_place" : "share_absent", "place", rep_text_number(day->place, place), "of", rep_text_number(day->of, of), NULL);
    snprintf(leads, sizeof leads, "%" PRIu64 "%s%" PRIu64, (owed + 5) / 100, rep_text("decimal"), (owed + 5) / 10 % 10);
    printf("; ");
    rep_say(owed < EVEN_HUNDREDTHS ? "share_even" : day->owed_hundredths > 0 ? "share_behind" : "share_ahead", "leads", leads, NULL);
    printf("\n");
}

void rep_day_say(const struct rep_day *day)
{
    char since[WORDS_SIZE], offered[REP_TEXT_NUMBER_SIZE], accepted[REP_TEXT_NUMBER_SIZE], declined[REP_TEXT_NUMBER_SIZE], missed[REP_TEXT_NUMBER_SIZE];
    if (day == NULL) {
        printf("%s\n", rep_text("day_untold"));
        return;
    }
    rep_say("day_numbers", "since", words_clock(day->since_unix_ms, since), "offered", rep_text_number(day->offered, offered), "accepted",
            rep_text_number(day->accepted, accepted), "declined", rep_text_number(day->declined, declined), "missed", rep_text_number(day->missed, missed), NULL);
    printf("\n");
    if (day->is_shared)
        say_share(day);
    printf("%s:\n", rep_text("day_why"));
    if (day->others.count + day->waiting.count == 0)
        printf("  %s\n", rep_text("day_none"));
    say_whys(&day->others, "day_other");
    say_whys(&day->waiting, "day_waiting");
}

static json_t *whys_json(const struct rep_whys *whys)
{
    json_t *list = json_array();
    for (size_t i = 0; i < whys->count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i}", "excluded_by", whys->rows[i].excluded_by, "detail", whys->rows[i].detail, "decided_by",
                                              whys->rows[i].decided_by, "count", (int)whys->rows[i].count));
    return list;
}

json_t *rep_day_json(const struct rep_day *day)
{
    if (day == NULL)
        return json_null();
    json_t *today = json_pack("{s:i, s:i, s:i, s:i}", "offered", (int)day->offered, "accepted", (int)day->accepted, "declined", (int)day->declined, "missed",
                              (int)day->missed);
    json_t *share = !day->is_shared ? json_null()
                                    : json_pack("{s:i, s:b, s:I, s:i, s:i}", "share", (int)day->share, "present", day->is_present, "owed_hundredths",
                                                (json_int_t)day->owed_hundredths, "place", (int)day->place, "of", (int)day->of);
    return json_pack("{s:I, s:o, s:o, s:o, s:o}", "since_unix_ms", (json_int_t)day->since_unix_ms, "today", today, "share", share, "others",
                     whys_json(&day->others), "waiting", whys_json(&day->waiting));
}

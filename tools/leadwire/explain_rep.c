/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_rep.h"

#include <leadwire/lead.h>
#include <stdio.h>
#include <string.h>

#include "json_out.h"
#include "words.h"

enum { REASON_SIZE = 400, REASONS_MAX = 64 };

struct reason { char words[REASON_SIZE]; unsigned count; };
struct summary { struct reason reasons[REASONS_MAX]; size_t count; unsigned mine; };

static const struct { const char *rule, *words; } rules[] = {
    {"preferred_rep", "for another rep first"},
    {"offline", "while you were offline"},
    {"break", "while you were on break"},
    {"wrap_up", "while you were in wrap-up"},
    {"away", "while you were away"},
    {"hours", "outside your working hours"},
    {"shared_list", "on the shared list: pull it"},
    {"cap", "when you had as many as you may have"},
    {"team_cap", "when your team had as many as it may have in a day"},
    {"team_share", "when your team had its share of the day's leads"},
    {"device", "calls, and you have no device"},
    {"declined_before", "you had declined, missed or lost before"},
    {"capacity", "while your hands were full"},
    {"other", "for other reasons"},
};

static const struct { const char *key, *words; } keys[] = {
    {"load", "had less in hand"},
    {"idle", "had waited longer"},
    {"tier", "is in an earlier tier"},
    {"levels", "had more skill for it"},
    {"turn", "was next in turn"},
    {"share", "had less of a fair share"},
    {"worth", "is more likely to win it"},
    {"interrupts", "had room, and you would have been interrupted"},
    {"preferred", "had more of what the lead prefers"},
    {"order", "comes first among equals"},
};

/* "solar 3, needs 6" is what the broker says of a skill, "language:de 0, needs 5" of a language. */
static bool lacking_words(const char *detail, char *words, size_t size)
{
    char name[LW_NAME_MAX + 32];
    unsigned has, needs;
    const char *comma = strstr(detail, ", needs ");
    const size_t length = comma ? (size_t)(comma - detail) : 0;
    if (!comma || length >= sizeof name || sscanf(comma, ", needs %u", &needs) != 1)
        return false;
    memcpy(name, detail, length);
    name[length] = '\0';
    char *space = strrchr(name, ' ');
    if (!space || sscanf(space, "%u", &has) != 1)
        return false;
    *space = '\0';
    snprintf(words, size, "needed %s %u, you have %u", name, needs, has);
    return true;
}

static void rule_words(const char *rule, const char *detail, char *words, size_t size)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].rule, rule) == 0) {
            snprintf(words, size, "%s", rules[i].words);
            return;
        }
    }
    if (lacking_words(detail, words, size))
        return;
    snprintf(words, size, "not for you: %s%s%s%s", rule, detail[0] != '\0' ? " (" : "", detail, detail[0] != '\0' ? ")" : "");
}

/* Why another came first; of a rule's exclusion what it was. */
static void decision_words(const Leadwire__V1__RepDecision *decision, char *words, size_t size)
{
    words[0] = '\0';
    if (decision->mine) {
        snprintf(words, size, "yours");
    } else if (!decision->complete) {
        snprintf(words, size, "went to others, why is no longer on record");
    } else if (decision->excluded_by[0] != '\0') {
        rule_words(decision->excluded_by, decision->detail, words, size);
    } else {
        const char *came_first = decision->decided_by;
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            if (strcmp(keys[i].key, decision->decided_by) == 0)
                came_first = keys[i].words;
        }
        snprintf(words, size, "%s %s", decision->rep, came_first);
    }
}

static void count_reason(struct summary *summary, const char *words, unsigned count)
{
    size_t at = 0;
    while (at < summary->count && strcmp(summary->reasons[at].words, words) != 0)
        at++;
    if (at == REASONS_MAX) {
        at = REASONS_MAX - 1;
        snprintf(summary->reasons[at].words, REASON_SIZE, "for other reasons");
    } else if (at == summary->count) {
        snprintf(summary->reasons[at].words, REASON_SIZE, "%s", words);
        summary->reasons[summary->count++].count = 0;
    }
    summary->reasons[at].count += count;
}

/* The most frequent first; equals as they came. */
static void sort_reasons(struct summary *summary)
{
    for (size_t i = 1; i < summary->count; i++) {
        struct reason reason = summary->reasons[i];
        size_t at = i;
        for (; at > 0 && summary->reasons[at - 1].count < reason.count; at--)
            summary->reasons[at] = summary->reasons[at - 1];
        summary->reasons[at] = reason;
    }
}

static void summarize(const Leadwire__V1__ExplainReply *explained, struct summary *summary, struct summary *waiting)
{
    char words[REASON_SIZE];
    *summary = *waiting = (struct summary){.count = 0};
    for (size_t i = 0; i < explained->n_rep_decisions; i++) {
        summary->mine += explained->rep_decisions[i]->mine ? 1 : 0;
        if (explained->rep_decisions[i]->mine)
            continue;
        decision_words(explained->rep_decisions[i], words, sizeof words);
        count_reason(summary, words, 1);
    }
    for (size_t i = 0; i < explained->n_rep_waiting; i++) {
        const Leadwire__V1__RepWaiting *row = explained->rep_waiting[i];
        rule_words(row->excluded_by, row->detail, words, sizeof words);
        waiting->mine += row->count;
        count_reason(waiting, words, row->count);
    }
    sort_reasons(summary);
    sort_reasons(waiting);
}

static void print_reasons(const struct summary *summary)
{
    for (size_t i = 0; i < summary->count; i++)
        printf("%s %u %s", i > 0 ? ";" : "", summary->reasons[i].count, summary->reasons[i].words);
}

static void print_words(const Leadwire__V1__ExplainReply *explained, int64_t since_unix_ms)
{
    char moment[WORDS_SIZE], words[REASON_SIZE];
    struct summary summary, waiting;
    summarize(explained, &summary, &waiting);
    printf("%zu offers since %s: %u yours%s", explained->n_rep_decisions, words_moment(explained->since_unix_ms, moment), summary.mine,
           summary.count > 0 ? ";" : "");
    print_reasons(&summary);
    printf("\n");
    if (explained->since_unix_ms > since_unix_ms)
        printf("(what came earlier is more than is told at once, or no longer on record)\n");
    if (waiting.mine > 0) {
        printf("%u leads wait now:", waiting.mine);
        print_reasons(&waiting);
        printf("\n");
    }
    for (size_t i = 0; i < explained->n_declines; i++)
        printf("%s %s %u%s", i == 0 ? "declined, by reason:" : ",", explained->declines[i]->reason, (unsigned)explained->declines[i]->count,
               i + 1 == explained->n_declines ? "\n" : "");
    for (size_t i = 0; i < explained->n_rep_decisions; i++) {
        const Leadwire__V1__RepDecision *decision = explained->rep_decisions[i];
        decision_words(decision, words, sizeof words);
        printf("%s%s lead %s offer %u to %s: %s", i == 0 ? "\n" : "", words_clock(decision->at_unix_ms, moment), decision->lead_id,
               (unsigned)decision->offer_number, decision->rep, words);
        if (decision->decided_by[0] != '\0')
            printf(" (%s; you: %s)", decision->chosen_keys, decision->keys);
        printf("\n");
    }
}

static void put_reasons(struct json_out *out, const char *key, const struct summary *summary)
{
    json_begin_list(out, key);
    for (size_t i = 0; i < summary->count; i++) {
        json_begin_object(out, NULL);
        json_put_unsigned(out, "count", summary->reasons[i].count);
        json_put_text(out, "words", summary->reasons[i].words);
        json_end_object(out);
    }
    json_end_list(out);
}

static void put_decision(struct json_out *out, const Leadwire__V1__RepDecision *decision)
{
    json_begin_object(out, NULL);
    json_put_time(out, "at", decision->at_unix_ms);
    json_put_text(out, "lead_id", decision->lead_id);
    json_put_unsigned(out, "offer_number", decision->offer_number);
    json_put_text(out, "rep", decision->rep);
    json_put_bool(out, "mine", decision->mine);
    json_put_bool(out, "complete", decision->complete);
    json_put_text(out, "queue", decision->queue);
    json_put_text(out, "policy", decision->policy);
    json_put_unsigned(out, "config_version", decision->config_version);
    json_put_text(out, "outcome", decision->outcome);
    json_put_text(out, "excluded_by", decision->excluded_by);
    json_put_text(out, "detail", decision->detail);
    json_put_text(out, "decided_by", decision->decided_by);
    json_put_text(out, "keys", decision->keys);
    json_put_text(out, "chosen_keys", decision->chosen_keys);
    json_end_object(out);
}

static void print_json(const Leadwire__V1__ExplainReply *explained, const char *rep, int64_t since_unix_ms)
{
    struct json_out out;
    struct summary summary, waiting;
    summarize(explained, &summary, &waiting);
    json_begin_line(&out, stdout);
    json_put_text(&out, "rep", rep);
    json_put_time(&out, "since", explained->since_unix_ms);
    json_put_bool(&out, "more", explained->since_unix_ms > since_unix_ms);
    json_put_unsigned(&out, "offers", explained->n_rep_decisions);
    json_put_unsigned(&out, "mine", summary.mine);
    put_reasons(&out, "reasons", &summary);
    json_put_unsigned(&out, "waiting", waiting.mine);
    put_reasons(&out, "waiting_reasons", &waiting);
    json_begin_list(&out, "declines");
    for (size_t i = 0; i < explained->n_declines; i++) {
        json_begin_object(&out, NULL);
        json_put_text(&out, "reason", explained->declines[i]->reason);
        json_put_unsigned(&out, "count", explained->declines[i]->count);
        json_end_object(&out);
    }
    json_end_list(&out);
    json_begin_list(&out, "decisions");
    for (size_t i = 0; i < explained->n_rep_decisions; i++)
        put_decision(&out, explained->rep_decisions[i]);
    json_end_list(&out);
    json_end_line(&out);
}

void explain_rep_print(const Leadwire__V1__ExplainReply *explained, const char *rep, int64_t since_unix_ms, bool is_json)
{
    if (is_json)
        print_json(explained, rep, since_unix_ms);
    else
        print_words(explained, since_unix_ms);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "floor_judge.h"

#include <leadwire/leadwire.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client_log.h"
#include "seeded.h"
#include "siphash.h"

enum { LEADS_MAX = REDIS_DESK_LEADS_MAX, REPS_MAX = 64, HELD_MAX = 64, SHOWN_MAX = 40, NOBODY = 0 };

/* How far a rep of this name is with this lead; reps count from 1. */
struct lead {
    struct desk_id id;
    char name[DESK_ID_TEXT_MAX];
    bool is_published, is_cancelled, is_completed;
    char contact[CLIENT_TEXT_MAX], disposition[32];
    unsigned holder, holder_state;          /* who was told to have it, as an lw_lead_state */
    uint32_t holder_number, declined_number;
    bool is_released;                       /* another may be told so too */
    unsigned completed_by;
    bool completing;
    uint32_t told_number;                   /* highest offer number told */
    enum lead_state end_in_redis;           /* LEAD_NONE: not ended */
    uint64_t published_us, completed_us;    /* answered in the calm of now; 0: not */
    bool is_told_open, is_told_ended, is_told_completed, is_told_cancelled;   /* to the receiver of webhooks */
    bool must_tell_end, must_tell_completed;
    /* What Redis had when the broker last died: its rep must be told first, and the same. */
    unsigned expected_rep;
    uint32_t expected_number;
    enum lead_state expected_state;
};

struct held { uint32_t lead, number, weight; };

struct rep {
    char name[CLIENT_TEXT_MAX];
    struct held held[HELD_MAX];             /* told in this session, and not given back */
    unsigned held_count;
    uint64_t epoch;                         /* of the session */
    bool is_closed;                         /* not logged on */
    bool is_apart;                          /* a process of its own: what it saw may stand behind what others saw later */
    bool is_late;                           /* its session opened so late that offers may have lapsed */
};

struct contact { char id[CLIENT_TEXT_MAX]; uint32_t lead; uint64_t asked_us; };

struct judge {
    FILE *log;
    struct lead *leads;
    uint32_t lead_count;
    struct index_table by_id, by_contact;
    struct contact *contacts;
    uint32_t contact_count;
    struct rep reps[REPS_MAX];
    unsigned rep_count;
    uint64_t epoch;                         /* of the last reading: expectations are for later ones */
    uint64_t serving_us, gone_us, back_us;
    bool is_calm;
    uint64_t heard_us;                      /* what came or ended before this the receiver of webhooks must have heard of: later ones it has */
    struct judge_totals totals;
};

static void read_line(struct judge *j, const struct client_line *line);
static void read_publish(struct judge *j, const struct client_line *line);
static void read_offer(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line);
static void read_holding(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line);
static void read_completed(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line);
static void read_snapshot(struct judge *j, struct rep *rep);
static void read_closed(struct judge *j, struct rep *rep);
static void read_withdrawn(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line);
static void meet_expectation(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line);
static void hold(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line);
static void give_back(struct judge *j, struct rep *rep, const struct lead *lead);
static void read_told(struct judge *j, struct lead *lead, const struct client_line *line);
static void end_calm(struct judge *j, uint64_t heard_us);
static void judge_told(struct judge *j, const struct lead *lead);
static void judge_lead(struct judge *j, struct lead *lead, const struct redis_lead *redis, bool is_last);
static void expect(struct judge *j, const struct redis_desk *desk);
static void wrong(struct judge *j, enum judge_promise promise, const struct lead *lead, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static struct lead *find_lead(struct judge *j, const char *text);
static struct contact *find_contact(struct judge *j, const char *id);
static struct rep *find_rep(struct judge *j, const char *name);
static unsigned number_of(const struct judge *j, const struct rep *rep) { return (unsigned)(rep - j->reps) + 1; }
static const char *name_of(const struct judge *j, unsigned rep) { return rep ? j->reps[rep - 1].name : "nobody"; }
static uint32_t hash_id(struct desk_id id) { return index_hash_u64(id.number ^ id.epoch * 31); }
static bool is_taken(uint32_t outcome) { return outcome == LW_OUTCOME_ACCEPTED || outcome == LW_OUTCOME_DUPLICATE; }

struct judge *judge_new(const char *log_path)
{
    struct judge *j = calloc(1, sizeof *j);

    MUST_HOLD(j);
    j->leads = calloc(LEADS_MAX, sizeof *j->leads);
    j->contacts = calloc(LEADS_MAX, sizeof *j->contacts);
    j->log = fopen(log_path, "r");
    MUST_HOLD(j->leads && j->contacts && j->log);
    MUST_HOLD(index_table_init(&j->by_id, LEADS_MAX) == LW_OK && index_table_init(&j->by_contact, LEADS_MAX) == LW_OK);
    return j;
}

void judge_free(struct judge *j)
{
    fclose(j->log);
    index_table_fini(&j->by_id);
    index_table_fini(&j->by_contact);
    free(j->leads);
    free(j->contacts);
    free(j);
}

void judge_read_log(struct judge *j)
{
    struct client_line line;

    while (client_log_next(j->log, &line))
        read_line(j, &line);
}

void judge_read_redis(struct judge *j, const struct redis_desk *desk, bool is_last)
{
    judge_read_log(j);
    j->totals.readings++;
    if (is_last)
        end_calm(j, UINT64_MAX);
    for (uint32_t i = 0; i < j->lead_count; i++)
        judge_lead(j, &j->leads[i], redis_desk_find(desk, j->leads[i].id), is_last);
    for (uint32_t i = 0; i < j->lead_count && is_last; i++)
        judge_told(j, &j->leads[i]);
    expect(j, desk);
}

void judge_totals_read(const struct judge *j, struct judge_totals *out)
{
    *out = j->totals;
    for (uint32_t i = 0; i < j->lead_count; i++) {
        out->leads += j->leads[i].is_published;
        out->ended += j->leads[i].is_published && j->leads[i].end_in_redis != LEAD_NONE;
    }
}

/* ---- the clients' log ---- */

static void read_line(struct judge *j, const struct client_line *line)
{
    struct lead *lead = *line->lead ? find_lead(j, line->lead) : NULL;
    struct rep *rep = *line->who && strcmp(line->who, "publisher") != 0 ? find_rep(j, line->who) : NULL;

    switch (line->word) {
    case CLIENT_PUBLISHING: find_contact(j, line->text)->asked_us = line->at_us; break;
    case CLIENT_PUBLISHED: read_publish(j, line); break;
    case CLIENT_CANCELLED:
        if (!is_taken(line->outcome))
            wrong(j, JUDGE_OTHER, lead, "its cancellation was answered with %s", lw_outcome_name((lw_outcome)line->outcome));
        lead->is_cancelled = true;
        break;
    case CLIENT_DIALLING:                   /* in vain: it goes on to others */
        if (line->outcome != LW_DIAL_ANSWERED) {
            lead->is_released = true;
            lead->expected_rep = NOBODY;
        }
        break;
    case CLIENT_WELCOME:
        rep->held_count = 0;
        rep->epoch = line->epoch;
        rep->is_closed = false;
        rep->is_late = line->at_us > j->serving_us + JUDGE_OFFER_MS * 1000 * 3 / 4;
        break;
    case CLIENT_LOST: rep->held_count = 0; break;
    case CLIENT_SNAPSHOT: read_snapshot(j, rep); break;
    case CLIENT_CLOSED: read_closed(j, rep); break;
    case CLIENT_OFFER: read_offer(j, rep, lead, line); break;
    case CLIENT_HOLDING: read_holding(j, rep, lead, line); break;
    case CLIENT_WITHDRAWN: read_withdrawn(j, rep, lead, line); break;
    case CLIENT_DECLINING:
        lead->declined_number = line->number;
        give_back(j, rep, lead);
        break;
    case CLIENT_COMPLETING:
        lead->completing = true;
        give_back(j, rep, lead);
        break;
    case CLIENT_ACCEPTED:
        if (!is_taken(line->outcome))
            give_back(j, rep, lead);
        break;
    case CLIENT_COMPLETED: read_completed(j, rep, lead, line); break;
    case CLIENT_STATUS:
        if (line->number > 0 && line->weight > line->number)
            wrong(j, JUDGE_OVER_CAPACITY, NULL, "%s was told a load of %u with a capacity of %u", line->who, line->weight, line->number);
        break;
    case CLIENT_REFUSED: wrong(j, JUDGE_OTHER, NULL, "%s was refused: %s", line->who, line->text); break;
    case CLIENT_SERVING: j->serving_us = line->at_us; break;
    case CLIENT_REDIS_GONE:
        j->gone_us = line->at_us;
        j->back_us = 0;
        break;
    case CLIENT_REDIS_BACK: j->back_us = line->at_us; break;
    case CLIENT_APART: rep->is_apart = true; break;
    case CLIENT_TOLD: read_told(j, lead, line); break;
    case CLIENT_CALM: j->is_calm = true; break;
    case CLIENT_FAULT: end_calm(j, j->heard_us); break;
    case CLIENT_ACCEPTING: case CLIENT_DECLINED: case CLIENT_HELD: case CLIENT_NOTHING: break;
    }
}

static void read_publish(struct judge *j, const struct client_line *line)
{
    struct contact *contact = find_contact(j, line->text);
    struct lead *lead = *line->lead ? find_lead(j, line->lead) : NULL;

    if (j->gone_us > 0 && contact->asked_us > j->gone_us && (j->back_us == 0 || contact->asked_us < j->back_us)) {
        if (is_taken(line->outcome) && contact->lead == 0 && j->back_us == 0)
            wrong(j, JUDGE_OTHER, lead, "it was acknowledged while Redis was away");
        j->totals.held_back++;
    }
    if (line->outcome == LW_OUTCOME_BUSY)
        return;
    if (!is_taken(line->outcome) || !lead) {
        wrong(j, JUDGE_OTHER, lead, "contact %s was answered with %s", line->text, lw_outcome_name((lw_outcome)line->outcome));
        return;
    }
    uint32_t number = (uint32_t)(lead - j->leads) + 1;
    if (contact->lead != 0 && contact->lead != number)
        wrong(j, JUDGE_OTHER, lead, "contact %s was lead %s before", line->text, j->leads[contact->lead - 1].name);
    if (*lead->contact && strcmp(lead->contact, line->text) != 0)
        wrong(j, JUDGE_OTHER, lead, "it is told to be contacts %s and %s", lead->contact, line->text);
    contact->lead = number;
    lead->is_published = true;
    if (j->is_calm)
        lead->published_us = line->at_us;
    snprintf(lead->contact, sizeof lead->contact, "%s", line->text);
}

static bool is_old_news(const struct rep *rep, const struct lead *lead, const struct client_line *line)
{
    return rep->is_apart && line->number < lead->told_number;
}

/* It was taken from who held it, whose client has not written that yet. Only calls in the making are taken. */
static bool is_taken_unseen(const struct judge *j, const struct lead *lead, const struct client_line *line)
{
    return j->reps[lead->holder - 1].is_apart && lead->holder_state == LW_LEAD_CONNECTING && lead->holder_number < line->number;
}

static void read_offer(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line)
{
    if (is_old_news(rep, lead, line))
        return;
    meet_expectation(j, rep, lead, line);
    if (lead->is_completed)
        wrong(j, JUDGE_DOUBLE_OWNED, lead, "it was offered to %s after its completion was acknowledged", rep->name);
    if (line->number < lead->told_number)
        wrong(j, JUDGE_OTHER, lead, "offer %u came after offer %u", line->number, lead->told_number);
    lead->told_number = line->number;
    if (lead->holder != NOBODY && lead->holder != number_of(j, rep) && !lead->is_released && !is_taken_unseen(j, lead, line))
        wrong(j, JUDGE_DOUBLE_OWNED, lead, "it was offered to %s while %s had it", rep->name, name_of(j, lead->holder));
    if (lead->declined_number != line->number)      /* told again before the answer came there */
        hold(j, rep, lead, line);
}

static void read_holding(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line)
{
    if (is_old_news(rep, lead, line))
        return;
    meet_expectation(j, rep, lead, line);
    if (lead->holder != NOBODY && lead->holder != number_of(j, rep) && !lead->is_released && !is_taken_unseen(j, lead, line))
        wrong(j, JUDGE_DOUBLE_OWNED, lead, "%s was told to have it while %s had it", rep->name, name_of(j, lead->holder));
    if (lead->is_completed && !lead->completing)
        wrong(j, JUDGE_DOUBLE_OWNED, lead, "%s was told to have it after its completion was acknowledged", rep->name);
    if (lead->holder != number_of(j, rep) || lead->holder_number != line->number)
        lead->is_released = false;          /* the same again, after a restart, changes nothing */
    lead->holder = number_of(j, rep);
    lead->holder_state = line->outcome;
    lead->holder_number = line->number;
    if (line->number > lead->told_number)
        lead->told_number = line->number;
    if (!lead->completing)
        hold(j, rep, lead, line);
}

static void read_completed(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line)
{
    if (!is_taken(line->outcome)) {
        wrong(j, JUDGE_OTHER, lead, "%s had it, and its completion was answered with %s", rep->name, lw_outcome_name((lw_outcome)line->outcome));
        return;
    }
    if (lead->is_completed && (lead->completed_by != number_of(j, rep) || strcmp(lead->disposition, line->text) != 0))
        wrong(j, JUDGE_DOUBLE_OWNED, lead, "completed by %s as %s, and by %s as %s", name_of(j, lead->completed_by), lead->disposition, rep->name, line->text);
    lead->is_completed = true;
    if (j->is_calm)
        lead->completed_us = line->at_us;
    lead->completed_by = number_of(j, rep);
    snprintf(lead->disposition, sizeof lead->disposition, "%.31s", line->text);
}

/* All was told: what Redis had for this rep when the broker died must have been among it. */
static void read_snapshot(struct judge *j, struct rep *rep)
{
    for (uint32_t i = 0; i < j->lead_count && rep->epoch > j->epoch; i++) {
        struct lead *lead = &j->leads[i];
        if (lead->expected_rep != number_of(j, rep))
            continue;
        lead->expected_rep = NOBODY;
        if (rep->is_late)
            j->totals.resumed_late++;
        else
            wrong(j, JUDGE_OTHER, lead, "%s had it (%s, offer %u) when the broker died, and was not told so again", rep->name,
                  lw_lead_state_name((lw_lead_state)lead->expected_state), lead->expected_number);
    }
}

/* Assigned leads stay with a rep who goes; offers and calls go on to others. */
static void read_closed(struct judge *j, struct rep *rep)
{
    rep->is_closed = true;
    rep->held_count = 0;
    for (uint32_t i = 0; i < j->lead_count; i++) {
        struct lead *lead = &j->leads[i];
        if (lead->holder == number_of(j, rep) && lead->holder_state == LW_LEAD_CONNECTING)
            lead->is_released = true;
        if (lead->expected_rep == number_of(j, rep) && lead->expected_state != LEAD_ASSIGNED)
            lead->expected_rep = NOBODY;
    }
}

static void read_withdrawn(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line)
{
    if (lead->holder == number_of(j, rep) && lead->holder_state == LW_LEAD_ASSIGNED && !lead->is_released && !lead->is_completed && !lead->completing)
        wrong(j, JUDGE_OTHER, lead, "it was taken from %s: %s", rep->name, line->text);
    if (lead->holder == number_of(j, rep))
        lead->is_released = true;
    give_back(j, rep, lead);
}

static void meet_expectation(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line)
{
    if (lead->expected_rep == NOBODY || line->epoch <= j->epoch)
        return;
    bool is_same = lead->expected_rep == number_of(j, rep) && lead->expected_number == line->number;
    bool is_lapsed = lead->expected_state == LEAD_OFFERED && line->at_us > j->serving_us + JUDGE_OFFER_MS * 1000 * 3 / 4;
    if (is_same)
        j->totals.resumed++;
    else if (is_lapsed)
        j->totals.resumed_late++;
    else
        wrong(j, JUDGE_DOUBLE_OWNED, lead, "%s had it (%s, offer %u) when the broker died; then it went to %s as offer %u", name_of(j, lead->expected_rep),
              lw_lead_state_name((lw_lead_state)lead->expected_state), lead->expected_number, rep->name, line->number);
    lead->expected_rep = NOBODY;
}

static void hold(struct judge *j, struct rep *rep, struct lead *lead, const struct client_line *line)
{
    uint32_t load = 0, number = (uint32_t)(lead - j->leads);
    struct held *held = NULL;

    for (unsigned i = 0; i < rep->held_count; i++)
        if (rep->held[i].lead == number)
            held = &rep->held[i];
    MUST_HOLD(held || rep->held_count < HELD_MAX);
    if (!held)
        held = &rep->held[rep->held_count++];
    *held = (struct held){.lead = number, .number = line->number, .weight = line->weight};
    for (unsigned i = 0; i < rep->held_count; i++)
        load += rep->held[i].weight;
    if (load > JUDGE_CAPACITY)
        wrong(j, JUDGE_OVER_CAPACITY, lead, "with it %s has a load of %u, above the capacity of %d", rep->name, load, JUDGE_CAPACITY);
}

static void give_back(struct judge *j, struct rep *rep, const struct lead *lead)
{
    for (unsigned i = 0; i < rep->held_count; i++)
        if (rep->held[i].lead == (uint32_t)(lead - j->leads))
            rep->held[i--] = rep->held[--rep->held_count];
}

/* ---- the receiver of webhooks ---- */

static bool is_for_receiver(const struct lead *lead)
{
    return strncmp(lead->contact, JUDGE_TOLD_PREFIX, sizeof JUDGE_TOLD_PREFIX - 1) == 0;
}

/* Messages come in the order of the changes: all that was answered before this lead was even asked for has come too. */
static void read_told(struct judge *j, struct lead *lead, const struct client_line *line)
{
    uint64_t asked_us = *lead->contact ? find_contact(j, lead->contact)->asked_us : 0;

    j->totals.told++;
    lead->is_told_completed = lead->is_told_completed || strcmp(line->text, "completed") == 0;
    lead->is_told_cancelled = lead->is_told_cancelled || strcmp(line->text, "cancelled") == 0;
    if (strcmp(line->text, "waiting") == 0 || strcmp(line->text, "offered") == 0)
        lead->is_told_open = true;
    else
        lead->is_told_ended = true;
    if (line->outcome == 0 && asked_us > j->heard_us)
        j->heard_us = asked_us;
}

static void end_calm(struct judge *j, uint64_t heard_us)
{
    for (uint32_t i = 0; i < j->lead_count && j->is_calm; i++) {
        struct lead *lead = &j->leads[i];
        if (is_for_receiver(lead)) {
            lead->must_tell_end = lead->must_tell_end || (lead->published_us > 0 && lead->published_us < heard_us);
            lead->must_tell_completed = lead->must_tell_completed
                || (lead->completed_us > 0 && lead->completed_us < heard_us && (lead->must_tell_end || lead->is_told_open));
        }
        lead->published_us = lead->completed_us = 0;
    }
    j->is_calm = false;
}

unsigned judge_untold(struct judge *j)
{
    unsigned count = 0;

    judge_read_log(j);
    for (uint32_t i = 0; i < j->lead_count; i++) {
        const struct lead *lead = &j->leads[i];
        bool is_expected = lead->must_tell_end || lead->is_told_open || (j->is_calm && lead->published_us > 0 && is_for_receiver(lead));
        count += (is_expected && !lead->is_told_ended) || (lead->must_tell_completed && !lead->is_told_completed);
    }
    return count;
}

static void judge_told(struct judge *j, const struct lead *lead)
{
    j->totals.told_in_calm += lead->must_tell_end || lead->must_tell_completed;
    if (lead->is_told_completed && lead->is_cancelled)
        wrong(j, JUDGE_OTHER, lead, "it was cancelled, and the receiver of webhooks was told of its completion");
    if (lead->is_told_cancelled && lead->is_completed)
        wrong(j, JUDGE_OTHER, lead, "it was completed, and the receiver of webhooks was told that it was cancelled");
    if (lead->must_tell_completed && !lead->is_told_completed)
        wrong(j, JUDGE_LOST, lead, "it was completed, and the receiver of webhooks was not told so");
    else if ((lead->is_told_open || lead->must_tell_end) && !lead->is_told_ended)
        wrong(j, JUDGE_LOST, lead, "the receiver of webhooks was not told how it ended");
}

/* ---- Redis ---- */

static void judge_lead(struct judge *j, struct lead *lead, const struct redis_lead *redis, bool is_last)
{
    bool is_told = lead->is_published || lead->told_number > 0 || lead->is_completed;

    if (!is_told)
        return;
    if (!redis || (redis->state == LEAD_NONE && !redis->is_open)) {
        wrong(j, JUDGE_LOST, lead, "it was acknowledged, and Redis has %s", redis ? "only its idempotency id" : "nothing of it");
        return;
    }
    if (lead->end_in_redis != LEAD_NONE && redis->state != lead->end_in_redis)
        wrong(j, JUDGE_LOST, lead, "it had ended as %s, and now is %s", lw_lead_state_name((lw_lead_state)lead->end_in_redis),
              lw_lead_state_name((lw_lead_state)redis->state));
    if (lead->is_completed && redis->state != LEAD_COMPLETED)
        wrong(j, JUDGE_LOST, lead, "its completion was acknowledged, and in Redis it is %s", lw_lead_state_name((lw_lead_state)redis->state));
    if (lead->is_completed && *redis->disposition && strcmp(redis->disposition, lead->disposition) != 0)
        wrong(j, JUDGE_LOST, lead, "completed as %s, and in Redis as %s", lead->disposition, redis->disposition);
    if (lead->is_cancelled && redis->state != LEAD_CANCELLED)
        wrong(j, JUDGE_LOST, lead, "its cancellation was acknowledged, and in Redis it is %s", lw_lead_state_name((lw_lead_state)redis->state));
    if (redis->is_open && redis->offer_number < lead->told_number)
        wrong(j, JUDGE_LOST, lead, "offer %u was told, and Redis knows only of %u", lead->told_number, redis->offer_number);
    if (is_last && redis->is_open)
        wrong(j, JUDGE_STUCK, lead, "all was drained, and it is still %s", lw_lead_state_name((lw_lead_state)redis->state));
    lead->end_in_redis = redis->is_open ? LEAD_NONE : redis->state;
}

static void expect(struct judge *j, const struct redis_desk *desk)
{
    j->epoch = desk->epoch;
    for (uint32_t i = 0; i < j->lead_count; i++)
        j->leads[i].expected_rep = NOBODY;
    for (uint32_t i = 0; i < desk->count; i++) {
        const struct redis_lead *redis = &desk->leads[i];
        char name[DESK_ID_TEXT_MAX];
        if (!redis->is_open || (redis->state != LEAD_OFFERED && redis->state != LEAD_CONNECTING && redis->state != LEAD_ASSIGNED))
            continue;
        struct rep *rep = find_rep(j, desk->reps[redis->rep]);
        desk_id_format(redis->id, name);
        struct lead *lead = find_lead(j, name);
        if (lead->holder != NOBODY && lead->holder_state == LW_LEAD_ASSIGNED && !lead->is_released && lead->holder != number_of(j, rep))
            wrong(j, JUDGE_DOUBLE_OWNED, lead, "%s was told to have it, and in Redis %s has it", name_of(j, lead->holder), rep->name);
        if ((rep->is_closed || lead->is_released) && redis->state != LEAD_ASSIGNED)
            continue;
        lead->expected_rep = number_of(j, rep);
        lead->expected_number = redis->offer_number;
        lead->expected_state = redis->state;
    }
}

static void wrong(struct judge *j, enum judge_promise promise, const struct lead *lead, const char *format, ...)
{
    va_list args;

    j->totals.broken[promise]++;
    if (j->totals.violations++ >= SHOWN_MAX)
        return;
    printf("VIOLATED (reading %u): lead %s: ", j->totals.readings, lead ? lead->name : "none");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

/* ---- tables ---- */

static struct lead *find_lead(struct judge *j, const char *text)
{
    struct desk_id id;

    if (!desk_id_parse(text, &id)) {
        printf("not a lead's id: %s\n", text);
        exit(1);
    }
    for (uint32_t at = index_table_first(&j->by_id, hash_id(id)), value; index_table_at(&j->by_id, hash_id(id), &at, &value);)
        if (desk_id_equal(j->leads[value].id, id))
            return &j->leads[value];
    MUST_HOLD(j->lead_count < LEADS_MAX && index_table_add(&j->by_id, hash_id(id), j->lead_count));
    struct lead *lead = &j->leads[j->lead_count++];
    lead->id = id;
    snprintf(lead->name, sizeof lead->name, "%.35s", text);
    return lead;
}

static struct contact *find_contact(struct judge *j, const char *id)
{
    static const struct siphash_key key = {0};
    uint32_t hash = (uint32_t)siphash_64(key, id, strlen(id));

    for (uint32_t at = index_table_first(&j->by_contact, hash), value; index_table_at(&j->by_contact, hash, &at, &value);)
        if (strcmp(j->contacts[value].id, id) == 0)
            return &j->contacts[value];
    MUST_HOLD(j->contact_count < LEADS_MAX && index_table_add(&j->by_contact, hash, j->contact_count));
    struct contact *contact = &j->contacts[j->contact_count++];
    snprintf(contact->id, sizeof contact->id, "%s", id);
    return contact;
}

static struct rep *find_rep(struct judge *j, const char *name)
{
    for (unsigned i = 0; i < j->rep_count; i++)
        if (strcmp(j->reps[i].name, name) == 0)
            return &j->reps[i];
    MUST_HOLD(j->rep_count < REPS_MAX);
    struct rep *rep = &j->reps[j->rep_count++];
    snprintf(rep->name, sizeof rep->name, "%s", name);
    return rep;
}

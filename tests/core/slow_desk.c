/* SPDX-License-Identifier: Apache-2.0
 *
 * Order of everything that happens together: by the number of the lead or rep.
 */
#include "slow_desk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPS = 64, LEADS = 4096, SEEN = 16384, REFUSALS = 64, REFUSALS_OF_REP = 32, TEXT = 600, DECISIONS = 4096 };

struct refusal { int rep; uint32_t offer_number; uint64_t until_ms; enum core_cause cause; };

struct slow_lead {
    bool open;
    struct desk_id id;
    enum lead_state state;
    enum core_cause cause;
    uint64_t received_ms, deadline_ms, wait_deadline_ms;
    char source[TEXT], queue[TEXT];
    char require[CONFIG_REQUIRE_MAX][TEXT];
    uint8_t require_level[CONFIG_REQUIRE_MAX];
    char prefer[CONFIG_PREFER_MAX][TEXT];
    uint8_t prefer_level[CONFIG_PREFER_MAX];
    uint32_t prefer_count;
    char teams[CONFIG_TEAMS_OF_RULE_MAX][TEXT];
    uint32_t team_count;
    char rule[TEXT];
    uint64_t began_ms, less_ms;                /* when it began to wait, when it asks for less (0: never) */
    uint32_t steps_taken;
    uint32_t require_count, offer_number, offers_made, weight, priority, charged;
    uint8_t channel;
    int rep;                                   /* -1: nobody */
    struct refusal refusals[REFUSALS];
    uint32_t refusal_count;
    uint8_t payload[64];
    uint32_t payload_size;
    bool call_back;
    int preferred;                             /* -1: nobody */
    uint64_t preferred_until_ms, preferred_for_ms, appointment_ms;
    char place[TEXT];
    int set_by;                                /* -1: nobody */
    uint32_t set_offer_number;
};

struct slow_rep {
    char name[TEXT], reason[TEXT];
    const struct config_rep *rules;            /* NULL: not in the rules */
    bool connected;
    enum rep_state state;
    uint64_t session, idle_since_ms, until_ms, grace_deadline_ms;
    uint32_t misses, capacity;
    bool present;                              /* in the ledger; */
    int64_t account, share;                    /* in 65536ths of a lead; absent: less what is owed */
    uint64_t mark;
};

struct slow_seen {
    char kind;                                 /* p, c */
    char name[TEXT], id[TEXT];                 /* source or lead, idempotency id */
    char content[3 * TEXT];                    /* of completions: disposition, time, place */
    uint64_t hash, at_ms;
    struct desk_id lead;
    enum lead_state end;
};

struct slow_desk {
    uint64_t epoch, now_ms, next_number;
    struct core_limits limits;
    void (*effect)(void *context, const struct core_effect *effect);
    void *context;
    const struct core_config *rules;
    uint32_t version;
    struct config_channel channels[LW_CHANNEL_COUNT];   /* of a closed one: how it was when it was open */
    bool open[CONFIG_TEAMS_MAX];               /* of the rules' teams with hours, as time last left them */
    uint64_t team_ms[CONFIG_TEAMS_MAX];        /* and when that was */
    struct slow_rep reps[REPS];
    int rep_count;
    struct slow_lead leads[LEADS];
    int lead_count;
    struct slow_seen seen[SEEN];
    int seen_count;
    struct slow_decision decisions[DECISIONS];   /* of this step */
    uint32_t decision_count;
    uint64_t given;                            /* to the ledger's reps */
    int64_t total;                             /* what it is by now, where shares are the sum of those present */
    struct { char queue[TEXT]; int rep; } turns[64];
    int turn_count;
};

/* ---- small things --------------------------------------------------------------- */

static void copy_text(char *to, struct core_text from)
{
    assert(from.size < TEXT);
    if (from.size > 0)
        memcpy(to, from.data, from.size);
    to[from.size] = '\0';
}

static bool is_call(const struct slow_lead *lead)
{
    return lead->channel == LW_CHANNEL_PHONE && !lead->call_back;
}

static bool prefers(const struct slow_lead *lead)
{
    return lead->state == LEAD_WAITING && lead->preferred >= 0;
}

static bool held(const struct slow_lead *lead)
{
    return lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED;
}

static uint32_t load_of(const struct slow_desk *desk, int rep)
{
    uint32_t load = 0;
    for (int i = 0; i < desk->lead_count; i++) {
        if (desk->leads[i].open && held(&desk->leads[i]) && desk->leads[i].rep == rep)
            load += desk->leads[i].weight;
    }
    return load;
}

static const struct config_channel *channel_of(const struct slow_desk *desk, uint8_t channel)
{
    return &desk->channels[channel];
}

static struct slow_lead *find_lead(struct slow_desk *desk, struct desk_id id)
{
    for (int i = 0; i < desk->lead_count; i++) {
        if (desk->leads[i].open && desk_id_equal(desk->leads[i].id, id))
            return &desk->leads[i];
    }
    return NULL;
}

static int find_session(const struct slow_desk *desk, uint64_t session)
{
    for (int i = 0; i < desk->rep_count; i++) {
        if (session != 0 && desk->reps[i].session == session)
            return i;
    }
    return -1;
}

static int find_rep(const struct slow_desk *desk, const char *name)
{
    for (int i = 0; i < desk->rep_count; i++) {
        if (strcmp(desk->reps[i].name, name) == 0)
            return i;
    }
    return -1;
}

/* ---- the fair share ledger: sums anew each time ------------------------------------- */

static int64_t sum_shares(const struct slow_desk *desk)
{
    int64_t sum = 0;
    for (int i = 0; i < desk->rep_count; i++)
        sum += desk->reps[i].present ? desk->reps[i].share : 0;
    return sum;
}

static int64_t rounded_down(int64_t a, int64_t b)
{
    int64_t result = a / b;
    return result * b > a ? result - 1 : result;
}

/* Time is total by shares, and goes on as it was. */
static void set_present(struct slow_desk *desk, struct slow_rep *rep, bool present)
{
    int64_t before = sum_shares(desk);
    rep->present = present;
    desk->total = before > 0 ? rounded_down(desk->total * sum_shares(desk), before) : 0;
}

/* Presence follows the state, the share the rules. */
static void attend(struct slow_desk *desk, int number)
{
    struct slow_rep *rep = &desk->reps[number];
    bool present = rep->rules && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP);
    if (rep->present && (!present || rep->share != rep->rules->share)) {
        int64_t owed = rounded_down(desk->total * rep->share - rep->account * sum_shares(desk), sum_shares(desk));
        set_present(desk, rep, false);
        rep->account = -owed;
        rep->mark = desk->given;
    }
    if (rep->rules)
        rep->share = rep->rules->share;
    if (present && !rep->present) {
        int64_t shares = sum_shares(desk), average = shares > 0 ? rounded_down(desk->total * rep->share, shares) : 0;
        int64_t accrued = (int64_t)(desk->given - rep->mark) * 65536 * rep->share / (shares + rep->share);
        int64_t most = (int64_t)desk->rules->absent_leads_max * 65536;
        rep->account = average + rep->account - (accrued < most ? accrued : most);
        set_present(desk, rep, true);
    }
}

static void uncharge(struct slow_desk *desk, struct slow_lead *lead)
{
    desk->reps[lead->rep].account -= (int64_t)lead->charged * 65536;
    if (sum_shares(desk) > 0)
        desk->total -= (int64_t)lead->charged * 65536;
    lead->charged = 0;
}

/* ---- telling ---------------------------------------------------------------------- */

static struct core_effect new_effect(enum core_effect_kind kind)
{
    return (struct core_effect){.kind = kind, .reason = "", .queue = "", .rep = "", .device = "", .source = "", .disposition = "", .why = "",
                                .place = "", .preferred_rep = "", .by = "", .set_by = ""};
}

static void emit(struct slow_desk *desk, const struct core_effect *effect)
{
    desk->effect(desk->context, effect);
}

static void put_lead(const struct slow_desk *desk, const struct slow_lead *lead, struct core_effect *effect)
{
    effect->lead = lead->id;
    effect->to = lead->state;
    effect->cause = lead->cause;
    effect->offer_number = lead->offer_number;
    effect->deadline_ms = lead->deadline_ms;
    effect->received_unix_ms = lead->received_ms;
    effect->weight = lead->weight;
    effect->priority = lead->priority;
    effect->channel = lead->channel;
    effect->queue = lead->queue;
    effect->source = lead->source;
    effect->rep = lead->rep >= 0 ? desk->reps[lead->rep].name : "";
    effect->device = lead->rep >= 0 && desk->reps[lead->rep].rules ? desk->reps[lead->rep].rules->device : "";
    effect->is_call_back = lead->call_back;
    effect->appointment_ms = lead->appointment_ms;
    effect->place = lead->place;
    effect->set_by = lead->set_by >= 0 ? desk->reps[lead->set_by].name : "";
    effect->preferred_rep = lead->preferred >= 0 ? desk->reps[lead->preferred].name : "";
    effect->preferred_until_ms = prefers(lead) ? lead->preferred_until_ms : 0;
}

static void answer(struct slow_desk *desk, const struct core_command *command, enum core_status status, struct desk_id lead)
{
    struct core_effect effect = new_effect(EFFECT_REPLY);
    if (command->request == 0)
        return;
    effect.session = command->session;
    effect.request = command->request;
    effect.status = status;
    effect.lead = lead;
    effect.config_version = desk->version;
    effect.retry_after_ms = status == CORE_BUSY ? 1000 : 0;
    emit(desk, &effect);
}

static void tell_lead(struct slow_desk *desk, const struct slow_lead *lead, enum core_effect_kind kind, bool resumed)
{
    struct core_effect effect = new_effect(kind);
    if (desk->reps[lead->rep].session == 0)
        return;
    put_lead(desk, lead, &effect);
    effect.session = desk->reps[lead->rep].session;
    effect.resumed = resumed;
    if (kind == EFFECT_OFFER || resumed) {
        effect.payload = lead->payload;
        effect.payload_size = lead->payload_size;
    }
    emit(desk, &effect);
}

static void tell_withdrawn(struct slow_desk *desk, struct desk_id lead, uint32_t offer_number, int rep, enum core_cause cause)
{
    struct core_effect effect = new_effect(EFFECT_WITHDRAWN);
    if (desk->reps[rep].session == 0)
        return;
    effect.session = desk->reps[rep].session;
    effect.lead = lead;
    effect.offer_number = offer_number;
    effect.cause = cause;
    emit(desk, &effect);
}

static struct core_effect rep_effect(const struct slow_desk *desk, int number, enum core_effect_kind kind)
{
    const struct slow_rep *rep = &desk->reps[number];
    struct core_effect effect = new_effect(kind);
    effect.rep = rep->name;
    effect.rep_state = rep->state;
    effect.load = load_of(desk, number);
    effect.capacity = rep->capacity;
    effect.connected = rep->connected;
    effect.until_ms = rep->state == REP_WRAP_UP ? rep->until_ms : 0;
    if (kind != EFFECT_REP_EVENT)
        effect.session = rep->session;
    return effect;
}

static void set_state(struct slow_desk *desk, int number, enum rep_state state, enum core_cause cause, uint64_t until_ms)
{
    struct slow_rep *rep = &desk->reps[number];
    if (state == REP_AVAILABLE && (rep->state == REP_OFFLINE || rep->state == REP_AWAY || rep->state == REP_BREAK))
        rep->idle_since_ms = desk->now_ms;
    rep->state = state;
    rep->until_ms = until_ms;
    attend(desk, number);
    struct core_effect effect = rep_effect(desk, number, EFFECT_REP_STATUS);
    if (rep->session != 0)
        emit(desk, &effect);
    effect = rep_effect(desk, number, EFFECT_REP_EVENT);
    effect.cause = cause;
    emit(desk, &effect);
}

/* ---- leads move --------------------------------------------------------------------- */

static void remember(struct slow_desk *desk, struct slow_seen entry)
{
    while (desk->seen_count > 0 && (desk->seen_count == (int)desk->limits.seen_max || desk->seen_count == SEEN ||
           desk->seen[0].at_ms + desk->limits.seen_ms < entry.at_ms)) {
        memmove(&desk->seen[0], &desk->seen[1], (size_t)(desk->seen_count - 1) * sizeof desk->seen[0]);
        desk->seen_count--;
    }
    desk->seen[desk->seen_count++] = entry;
}

static struct slow_seen *recall(struct slow_desk *desk, char kind, const char *name, const char *id)
{
    for (int i = 0; i < desk->seen_count; i++) {
        struct slow_seen *entry = &desk->seen[i];
        if (entry->kind == kind && strcmp(entry->name, name) == 0 && strcmp(entry->id, id) == 0 &&
            entry->at_ms + desk->limits.seen_ms >= desk->now_ms)
            return entry;
    }
    return NULL;
}

static const struct config_rule *rule_named(const struct slow_desk *desk, const char *name)
{
    for (uint32_t i = 0; i < desk->rules->rule_count; i++) {
        if (strcmp(desk->rules->rules[i].name, name) == 0)
            return &desk->rules->rules[i];
    }
    return NULL;
}

static void plan_less(const struct slow_desk *desk, struct slow_lead *lead)
{
    const struct config_rule *rule = rule_named(desk, lead->rule);
    bool is_there = rule && lead->steps_taken < rule->relax_count;
    lead->less_ms = is_there ? lead->began_ms + rule->relax[lead->steps_taken].after_ms : 0;
}

static void drop_need(struct slow_lead *lead, uint32_t at)
{
    lead->require_count--;
    memmove(lead->require[at], lead->require[at + 1], (lead->require_count - at) * sizeof lead->require[0]);
    memmove(&lead->require_level[at], &lead->require_level[at + 1], (lead->require_count - at) * sizeof lead->require_level[0]);
}

static void ask_for_less(const struct slow_desk *desk, struct slow_lead *lead, const struct config_relax_step *step)
{
    for (uint32_t i = lead->require_count; i-- > 0;) {
        bool dropped = (step->drop_language && strncmp(lead->require[i], "language:", 9) == 0) ||
                       (step->drop_territory && strncmp(lead->require[i], "territory:", 10) == 0);
        for (uint32_t k = 0; k < step->lower_count; k++) {
            if (strcmp(desk->rules->skills[step->lower[k].skill], lead->require[i]) != 0)
                continue;
            dropped |= step->lower[k].level == 0;
            if (step->lower[k].level < lead->require_level[i])
                lead->require_level[i] = step->lower[k].level;
        }
        if (dropped)
            drop_need(lead, i);
    }
    if (step->drop_teams)
        lead->team_count = 0;
    bool any_team = lead->team_count == 0;
    for (uint32_t k = 0; k < step->team_count && !any_team; k++) {
        bool has = false;
        for (uint32_t i = 0; i < lead->team_count; i++)
            has |= strcmp(lead->teams[i], step->teams[k]) == 0;
        if (!has && lead->team_count < CONFIG_TEAMS_OF_RULE_MAX)
            strcpy(lead->teams[lead->team_count++], step->teams[k]);
    }
}

/* The steps whose time has come. */
static bool relax(const struct slow_desk *desk, struct slow_lead *lead)
{
    bool any = false;
    while (lead->less_ms != 0 && lead->less_ms <= desk->now_ms) {
        plan_less(desk, lead);                 /* as the rules are now */
        if (lead->less_ms == 0 || lead->less_ms > desk->now_ms)
            return any;
        ask_for_less(desk, lead, &rule_named(desk, lead->rule)->relax[lead->steps_taken++]);
        any = true;
        plan_less(desk, lead);
    }
    return any;
}

static void move_by(struct slow_desk *desk, struct slow_lead *lead, enum lead_state to, enum core_cause cause, int rep, uint64_t deadline_ms,
                    const char *disposition, int by, bool do_not_call)
{
    struct core_effect effect = new_effect(EFFECT_LEAD_EVENT);
    if (lead->state == LEAD_ASSIGNED && !(to == LEAD_OFFERED || to == LEAD_CONNECTING || to == LEAD_ASSIGNED))
        desk->reps[lead->rep].idle_since_ms = desk->now_ms;
    if (to == LEAD_WAITING || lead->state == LEAD_WAITING)
        relax(desk, lead);
    bool bad = false;
    for (uint32_t i = 0; i < desk->rules->disposition_count; i++)
        bad |= !desk->rules->bad_counts && strcmp(desk->rules->dispositions[i].code, disposition) == 0 && desk->rules->dispositions[i].class_number == 4;
    if (lead->charged > 0 && ((lead_state_is_end(to) && to != LEAD_COMPLETED) || bad))
        uncharge(desk, lead);
    if (to != LEAD_OFFERED && to != LEAD_CONNECTING && to != LEAD_ASSIGNED)
        lead->charged = 0;
    effect.from = lead->state;
    lead->state = to;
    lead->cause = cause;
    lead->rep = rep;
    lead->deadline_ms = deadline_ms;
    if (to != LEAD_WAITING && to != LEAD_SCHEDULED)
        lead->preferred = -1;
    put_lead(desk, lead, &effect);
    effect.disposition = disposition;
    effect.place = "";
    effect.by = by >= 0 ? desk->reps[by].name : "";
    effect.do_not_call = do_not_call;
    emit(desk, &effect);
    if (!lead_state_is_end(to))
        return;
    lead->open = false;
    for (int i = 0; i < desk->seen_count; i++) {
        if (desk->seen[i].kind == 'p' && desk_id_equal(desk->seen[i].lead, lead->id))
            desk->seen[i].end = to;
    }
}

static void move(struct slow_desk *desk, struct slow_lead *lead, enum lead_state to, enum core_cause cause, int rep, uint64_t deadline_ms,
                 const char *disposition)
{
    move_by(desk, lead, to, cause, rep, deadline_ms, disposition, -1, false);
}

static void drop_refusal(struct slow_lead *lead, uint32_t at)
{
    memmove(&lead->refusals[at], &lead->refusals[at + 1], (lead->refusal_count - at - 1) * sizeof lead->refusals[0]);
    lead->refusal_count--;
}

static bool drop_lapsed(struct slow_desk *desk, struct slow_lead *lead)
{
    uint32_t before = lead->refusal_count;
    for (uint32_t i = lead->refusal_count; i-- > 0;) {
        if (lead->refusals[i].until_ms <= desk->now_ms)
            drop_refusal(lead, i);
    }
    return lead->refusal_count < before;
}

/* A rep's refusals are bounded: the one that would end first goes. */
static void drop_oldest_of_rep(struct slow_desk *desk, int rep)
{
    struct slow_lead *oldest = NULL;
    uint32_t oldest_at = 0, count = 0;
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        for (uint32_t k = 0; lead->open && k < lead->refusal_count; k++) {
            if (lead->refusals[k].rep != rep)
                continue;
            count++;
            if (!oldest || lead->refusals[k].until_ms < oldest->refusals[oldest_at].until_ms) {
                oldest = lead;
                oldest_at = k;
            }
        }
    }
    if (count >= REFUSALS_OF_REP)
        drop_refusal(oldest, oldest_at);
}

static void refuse(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause)
{
    int rep = lead->rep;
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].rep == rep) {
            drop_refusal(lead, i);
            break;
        }
    }
    drop_oldest_of_rep(desk, rep);
    assert(lead->refusal_count < 32);
    lead->refusals[lead->refusal_count++] = (struct refusal){rep, lead->offer_number, desk->now_ms + desk->rules->retry_same_rep_ms, cause};
}

static void give_back_by(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused, bool fresh_wait, int by)
{
    if (lead->state == LEAD_ASSIGNED && lead->channel == LW_CHANNEL_PHONE)
        lead->call_back = true;
    bool kept = lead->state == LEAD_ASSIGNED && cause != CAUSE_TAKEN_BACK;
    bool refused_it = lead->state != LEAD_ASSIGNED && refused && cause != CAUSE_TAKEN_BACK;
    if (lead->charged > 0 && !kept && !(refused_it && desk->rules->refused_counts))
        uncharge(desk, lead);
    lead->charged = 0;
    drop_lapsed(desk, lead);
    if (refused)
        refuse(desk, lead, cause);
    if (cause != CAUSE_DECLINED)
        tell_withdrawn(desk, lead->id, lead->offer_number, lead->rep, cause);
    if (fresh_wait)
        lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    if (lead->offers_made >= desk->rules->offers_max)
        move_by(desk, lead, LEAD_PARKED, CAUSE_OFFERS_USED_UP, -1, desk->now_ms + desk->rules->park_limit_ms, "", by, false);
    else
        move_by(desk, lead, LEAD_WAITING, cause, -1, lead->wait_deadline_ms > desk->now_ms ? lead->wait_deadline_ms : desk->now_ms + 1, "", by, false);
}

static void give_back(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused, bool fresh_wait)
{
    give_back_by(desk, lead, cause, refused, fresh_wait, -1);
}

static uint64_t work_deadline(const struct slow_desk *desk, const struct slow_lead *lead)
{
    return (lead->appointment_ms > desk->now_ms ? lead->appointment_ms : desk->now_ms) + desk->rules->work_limit_ms;
}

static void to_all(struct slow_lead *lead)
{
    lead->preferred = -1;
    lead->cause = CAUSE_TO_ALL;
}

static void wake(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause)
{
    if (lead->preferred >= 0 && !desk->reps[lead->preferred].rules)
        lead->preferred = -1;
    lead->preferred_until_ms = desk->now_ms + lead->preferred_for_ms;
    lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    move(desk, lead, LEAD_WAITING, cause, -1, lead->wait_deadline_ms, "");
}

static void missed(struct slow_desk *desk, int number)
{
    struct slow_rep *rep = &desk->reps[number];
    rep->misses++;
    if (desk->rules->misses_to_away > 0 && rep->misses >= desk->rules->misses_to_away && rep->state == REP_AVAILABLE)
        set_state(desk, number, REP_AWAY, CAUSE_MISSES, 0);
}

/* ---- matching: every lead with every rep -------------------------------------------- */

static bool has_skills(const struct slow_desk *desk, const struct slow_rep *rep, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < lead->require_count; i++) {
        bool has = false;
        for (uint32_t k = 0; k < rep->rules->skill_count; k++)
            has |= strcmp(desk->rules->skills[rep->rules->skills[k].skill], lead->require[i]) == 0 &&
                   rep->rules->skills[k].level >= lead->require_level[i];
        if (!has)
            return false;
    }
    bool in_team = lead->team_count == 0;
    for (uint32_t i = 0; i < lead->team_count; i++)
        in_team |= strcmp(lead->teams[i], rep->rules->team) == 0;
    return in_team && (!is_call(lead) || rep->rules->device[0] != '\0');
}

static bool is_open_at(const struct config_team *team, uint64_t now_ms)
{
    for (uint32_t i = 0; i < team->open_count; i++) {
        if (now_ms < team->open[i].close_ms)
            return now_ms >= team->open[i].open_ms;
    }
    return true;
}

/* When it next opens or closes; behind all it is open for good. */
static uint64_t team_deadline(const struct slow_desk *desk, uint32_t team)
{
    const struct config_team *rules = &desk->rules->teams[team];
    for (uint32_t i = 0; i < rules->open_count; i++) {
        if (rules->open[i].close_ms > desk->team_ms[team])
            return desk->open[team] ? rules->open[i].close_ms : rules->open[i].open_ms;
    }
    return UINT64_MAX;
}

static bool at_work(const struct slow_desk *desk, const struct slow_rep *rep)
{
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        if (strcmp(desk->rules->teams[i].name, rep->rules->team) == 0)
            return desk->open[i];
    }
    return true;
}

static bool eligible(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const struct slow_rep *rep = &desk->reps[number];
    if (!rep->rules || !rep->connected || rep->state != REP_AVAILABLE || !at_work(desk, rep))
        return false;
    if (prefers(lead) ? lead->preferred != number || (is_call(lead) && rep->rules->device[0] == '\0') : !has_skills(desk, rep, lead))
        return false;
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].rep == number)
            return false;
    }
    uint32_t load = load_of(desk, number);
    return load < rep->rules->capacity && load + channel_of(desk, lead->channel)->weight <= rep->rules->capacity;
}

static const char *policy_of(const struct slow_desk *desk, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < desk->rules->queue_count; i++) {
        if (strcmp(desk->rules->queues[i].name, lead->queue) == 0 && desk->rules->queues[i].policy[0] != '\0')
            return desk->rules->queues[i].policy;
    }
    return desk->rules->policy;
}

static uint32_t levels_of(const struct slow_desk *desk, int rep, const struct slow_lead *lead)
{
    uint32_t levels = 0;
    for (uint32_t i = 0; i < lead->require_count; i++) {
        for (uint32_t k = 0; k < desk->reps[rep].rules->skill_count; k++) {
            const struct config_skill_level *has = &desk->reps[rep].rules->skills[k];
            levels += strcmp(desk->rules->skills[has->skill], lead->require[i]) == 0 ? has->level : 0;
        }
    }
    return levels;
}

static uint32_t preferences_met(const struct slow_desk *desk, int rep, const struct slow_lead *lead)
{
    uint32_t met = 0;
    for (uint32_t i = 0; i < lead->prefer_count; i++) {
        for (uint32_t k = 0; k < desk->reps[rep].rules->skill_count; k++) {
            const struct config_skill_level *has = &desk->reps[rep].rules->skills[k];
            met += strcmp(desk->rules->skills[has->skill], lead->prefer[i]) == 0 && has->level >= lead->prefer_level[i];
        }
    }
    return met;
}

/* The rep whom the queue's round robin served last; -1. */
static int turn_of(const struct slow_desk *desk, const struct slow_lead *lead)
{
    for (int i = 0; i < desk->turn_count; i++) {
        if (strcmp(desk->turns[i].queue, lead->queue) == 0)
            return desk->turns[i].rep;
    }
    return -1;
}

static bool is_due(const struct slow_desk *desk, int rep)
{
    return desk->reps[rep].account * sum_shares(desk) < (desk->total + 65536) * desk->reps[rep].share;
}

static bool rep_before(const struct slow_desk *desk, const struct slow_lead *lead, int a, int b)
{
    const char *policy = policy_of(desk, lead);
    int turn = turn_of(desk, lead);
    if (preferences_met(desk, a, lead) != preferences_met(desk, b, lead))
        return preferences_met(desk, a, lead) > preferences_met(desk, b, lead);
    if (strcmp(policy, "round_robin") == 0)
        return (a > turn) != (b > turn) ? a > turn : a < b;
    if (strcmp(policy, "weighted") == 0) {
        int64_t end_a = (desk->reps[a].account + 65536) * desk->reps[b].share, end_b = (desk->reps[b].account + 65536) * desk->reps[a].share;
        if (is_due(desk, a) != is_due(desk, b))
            return is_due(desk, a);
        if (end_a != end_b)
            return end_a < end_b;
    }
    uint64_t share_a = (uint64_t)load_of(desk, a) * desk->reps[b].rules->capacity;
    uint64_t share_b = (uint64_t)load_of(desk, b) * desk->reps[a].rules->capacity;
    if (strcmp(policy, "least_loaded") == 0 && share_a != share_b)
        return share_a < share_b;
    if (strcmp(policy, "most_skilled") == 0 && levels_of(desk, a, lead) != levels_of(desk, b, lead))
        return levels_of(desk, a, lead) > levels_of(desk, b, lead);
    if (strcmp(policy, "top_down") == 0 && desk->reps[a].rules->tier != desk->reps[b].rules->tier)
        return desk->reps[a].rules->tier < desk->reps[b].rules->tier;
    if (desk->reps[a].idle_since_ms != desk->reps[b].idle_since_ms)
        return desk->reps[a].idle_since_ms < desk->reps[b].idle_since_ms;
    return a < b;
}

static bool lead_before(const struct slow_lead *a, const struct slow_lead *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->received_ms != b->received_ms)
        return a->received_ms < b->received_ms;
    return a->id.number < b->id.number;
}

static int best_rep(const struct slow_desk *desk, const struct slow_lead *lead)
{
    int best = -1;
    for (int i = 0; i < desk->rep_count; i++) {
        if (eligible(desk, i, lead) && (best < 0 || rep_before(desk, lead, i, best)))
            best = i;
    }
    return best;
}

static void note_offer(struct slow_desk *desk, struct slow_lead *lead)
{
    int at = 0;
    if (strcmp(policy_of(desk, lead), "weighted") == 0) {
        lead->charged = lead->weight;
        desk->given += lead->charged;
        desk->reps[lead->rep].account += (int64_t)lead->charged * 65536;
        desk->total += (int64_t)lead->charged * 65536;
    }
    if (strcmp(policy_of(desk, lead), "round_robin") != 0)
        return;
    while (at < desk->turn_count && strcmp(desk->turns[at].queue, lead->queue) != 0)
        at++;
    desk->turn_count += at == desk->turn_count;
    strcpy(desk->turns[at].queue, lead->queue);
    desk->turns[at].rep = lead->rep;
}

/* ---- why ------------------------------------------------------------------------------- */

static uint32_t level_of(const struct slow_desk *desk, const struct slow_rep *rep, const char *ability)
{
    for (uint32_t i = 0; i < rep->rules->skill_count; i++) {
        if (strcmp(desk->rules->skills[rep->rules->skills[i].skill], ability) == 0)
            return rep->rules->skills[i].level;
    }
    return 0;
}

static bool lacks_one(const struct slow_desk *desk, const struct slow_rep *rep, const struct slow_lead *lead, const char *kind)
{
    for (uint32_t i = 0; i < lead->require_count; i++) {
        const char *ability = lead->require[i];
        const char *its_kind = strncmp(ability, "language:", 9) == 0 ? "language" : strncmp(ability, "territory:", 10) == 0 ? "territory" : "skill";
        if (strcmp(kind, its_kind) == 0 && level_of(desk, rep, ability) < lead->require_level[i])
            return true;
    }
    return false;
}

static bool is_of_another_team(const struct slow_rep *rep, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < lead->team_count; i++) {
        if (strcmp(lead->teams[i], rep->rules->team) == 0)
            return false;
    }
    return lead->team_count > 0;
}

static bool has_refused(const struct slow_lead *lead, int rep)
{
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].rep == rep)
            return true;
    }
    return false;
}

/* The first that holds of what docs/ROUTING.md lists. */
static const char *why_not(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const struct slow_rep *rep = &desk->reps[number];
    static const char *const states[] = {[REP_OFFLINE] = "offline", [REP_BREAK] = "break", [REP_WRAP_UP] = "wrap_up", [REP_AWAY] = "away"};
    if (prefers(lead) && lead->preferred != number)
        return "preferred_rep";
    if (!rep->connected)
        return "offline";
    if (rep->state != REP_AVAILABLE)
        return states[rep->state];
    if (!at_work(desk, rep))
        return "hours";
    if (!prefers(lead) && lacks_one(desk, rep, lead, "skill"))
        return "skill";
    if (!prefers(lead) && lacks_one(desk, rep, lead, "language"))
        return "language";
    if (!prefers(lead) && lacks_one(desk, rep, lead, "territory"))
        return "territory";
    if (!prefers(lead) && is_of_another_team(rep, lead))
        return "team";
    if (is_call(lead) && rep->rules->device[0] == '\0')
        return "device";
    if (has_refused(lead, number))
        return "declined_before";
    return load_of(desk, number) + channel_of(desk, lead->channel)->weight > rep->rules->capacity ? "capacity" : "";
}

static void note_decision(struct slow_desk *desk, const struct slow_lead *lead, int chosen)
{
    assert(desk->decision_count < DECISIONS);
    struct slow_decision *decision = &desk->decisions[desk->decision_count++];
    *decision = (struct slow_decision){.lead = lead->id, .at_ms = desk->now_ms, .offer_number = lead->offer_number + 1, .config_version = desk->version};
    strcpy(decision->chosen, desk->reps[chosen].name);
    strcpy(decision->policy, policy_of(desk, lead));
    for (int i = 0; i < desk->rep_count; i++) {
        uint32_t at = decision->count;
        if (!desk->reps[i].rules)
            continue;
        assert(at < SLOW_CANDIDATES_MAX);
        strcpy(decision->candidates[at].rep, desk->reps[i].name);
        decision->candidates[at].excluded_by = why_not(desk, i, lead);
        assert((*decision->candidates[at].excluded_by == '\0') == eligible(desk, i, lead));
        for (int k = 0; eligible(desk, i, lead) && k < desk->rep_count; k++)
            decision->candidates[at].rank += eligible(desk, k, lead) && (k == i || rep_before(desk, lead, k, i));
        decision->count++;
    }
}

uint32_t slow_desk_decisions(const struct slow_desk *desk, const struct slow_decision **out)
{
    *out = desk->decisions;
    return desk->decision_count;
}

static void match(struct slow_desk *desk)
{
    for (;;) {
        struct slow_lead *urgent = NULL;
        for (int i = 0; i < desk->lead_count; i++) {
            struct slow_lead *lead = &desk->leads[i];
            if (lead->open && lead->state == LEAD_WAITING && (!urgent || lead_before(lead, urgent)) && best_rep(desk, lead) >= 0)
                urgent = lead;
        }
        if (!urgent)
            return;
        int rep = best_rep(desk, urgent);
        const struct config_channel *channel = channel_of(desk, urgent->channel);
        note_decision(desk, urgent, rep);
        urgent->offer_number++;
        urgent->offers_made++;
        urgent->weight = channel->weight;
        move(desk, urgent, LEAD_OFFERED, CAUSE_OFFERED, rep, desk->now_ms + channel->offer_timeout_ms, "");
        tell_lead(desk, urgent, EFFECT_OFFER, false);
        note_offer(desk, urgent);
    }
}

/* ---- publishers ----------------------------------------------------------------------- */

static bool same_letter(char a, char b)
{
    if (a >= 'A' && a <= 'Z')
        a = (char)(a - 'A' + 'a');
    if (b >= 'A' && b <= 'Z')
        b = (char)(b - 'A' + 'a');
    return a == b;
}

static bool predicate_holds(const struct config_predicate *predicate, const char *value)
{
    bool exists = value && *value;
    if (predicate->kind == CONFIG_EXISTS || predicate->kind == CONFIG_MISSING)
        return exists == (predicate->kind == CONFIG_EXISTS);
    for (uint32_t i = 0; exists && i < predicate->value_count; i++) {
        const char *wanted = predicate->values[i];
        size_t same = 0;
        while (wanted[same] && value[same] && same_letter(wanted[same], value[same]))
            same++;
        bool starts = wanted[same] == '\0';
        if ((predicate->kind == CONFIG_EQUALS && starts && value[same] == '\0') || (predicate->kind == CONFIG_PREFIX && starts) ||
            (predicate->kind == CONFIG_AT_LEAST && atoll(value) >= atoll(wanted)) ||
            (predicate->kind == CONFIG_AT_MOST && atoll(value) <= atoll(wanted)))
            return true;
    }
    return false;
}

static const struct config_rule *find_rule(const struct slow_desk *desk, const struct core_command *command)
{
    for (uint32_t i = 0; i < desk->rules->rule_count; i++) {
        const struct config_rule *rule = &desk->rules->rules[i];
        bool holds = true;
        for (uint32_t p = 0; p < rule->predicate_count; p++)
            holds &= predicate_holds(&rule->predicates[p], command->publish.read_field(command->publish.fields, rule->predicates[p].field));
        if (holds)
            return rule;
    }
    return NULL;
}

static int open_count(const struct slow_desk *desk)
{
    int count = 0;
    for (int i = 0; i < desk->lead_count; i++)
        count += desk->leads[i].open;
    return count;
}

/* In small letters; of a language what stands before '-'; "other" if no rep and no rule has such a one. */
static void ask_for_own(const struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command,
                        const struct config_own_need *own, const char *prefix)
{
    const char *value = own->field ? command->publish.read_field(command->publish.fields, own->field) : NULL;
    bool is_known = false;
    char name[TEXT];
    if (!value || !*value)
        return;
    strcpy(name, prefix);
    size_t size = strlen(prefix);
    for (; *value && !(*prefix == 'l' && *value == '-'); value++)
        name[size++] = (char)(*value >= 'A' && *value <= 'Z' ? *value - 'A' + 'a' : *value);
    name[size] = '\0';
    for (uint32_t i = 0; i < desk->rules->skill_count; i++)
        is_known |= strcmp(desk->rules->skills[i], name) == 0;
    if (!is_known) {
        strcpy(name, prefix);
        strcat(name, "other");
    }
    strcpy(lead->require[lead->require_count], name);
    lead->require_level[lead->require_count++] = own->level;
}

static void fill_lead(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command, const struct config_rule *rule)
{
    const uint64_t month_ms = 30ull * 24 * 3600 * 1000;
    uint8_t channel = command->publish.channel;
    uint64_t received_ms = command->publish.received_unix_ms > 0 ? (uint64_t)command->publish.received_unix_ms : desk->now_ms;
    if (received_ms > desk->now_ms)
        received_ms = desk->now_ms;
    if (received_ms + month_ms < desk->now_ms)
        received_ms = desk->now_ms - month_ms;
    *lead = (struct slow_lead){.open = true, .id = {desk->epoch, ++desk->next_number}, .channel = channel, .received_ms = received_ms, .rep = -1, .preferred = -1, .set_by = -1,
                               .wait_deadline_ms = desk->now_ms + channel_of(desk, channel)->wait_limit_ms,
                               .priority = rule->priority + channel_of(desk, channel)->priority,
                               .weight = channel_of(desk, channel)->weight, .require_count = rule->require_count,
                               .payload_size = command->publish.payload_size};
    copy_text(lead->source, command->publish.source);
    strcpy(lead->queue, rule->queue);
    strcpy(lead->rule, rule->name);
    lead->began_ms = desk->now_ms;
    plan_less(desk, lead);
    memcpy(lead->payload, command->publish.payload, lead->payload_size);
    for (uint32_t i = 0; i < rule->require_count; i++) {
        strcpy(lead->require[i], desk->rules->skills[rule->require[i].skill]);
        lead->require_level[i] = rule->require[i].level;
    }
    for (uint32_t i = 0; i < rule->prefer_count; i++) {
        strcpy(lead->prefer[i], desk->rules->skills[rule->prefer[i].skill]);
        lead->prefer_level[i] = rule->prefer[i].level;
    }
    lead->prefer_count = rule->prefer_count;
    ask_for_own(desk, lead, command, &rule->own_language, "language:");
    ask_for_own(desk, lead, command, &rule->own_territory, "territory:");
    for (uint32_t i = 0; i < rule->team_count; i++)
        strcpy(lead->teams[lead->team_count++], rule->teams[i]);
}

static void publish(struct slow_desk *desk, const struct core_command *command)
{
    const struct desk_id none = {0};
    char source[TEXT], id[TEXT];
    if (!desk->rules) {
        answer(desk, command, CORE_BUSY, none);
        return;
    }
    copy_text(source, command->publish.source);
    copy_text(id, command->publish.idempotency_id);
    const struct slow_seen *seen = recall(desk, 'p', source, id);
    if (seen) {
        answer(desk, command, seen->hash == command->publish.content_hash ? CORE_DUPLICATE : CORE_DUPLICATE_DIFFERS, seen->lead);
        return;
    }
    if (command->publish.channel >= LW_CHANNEL_COUNT || !channel_of(desk, command->publish.channel)->enabled || !find_rule(desk, command)) {
        answer(desk, command, CORE_REJECTED, none);
        return;
    }
    if (open_count(desk) >= (int)desk->limits.leads_max) {
        answer(desk, command, CORE_BUSY, none);
        return;
    }
    assert(desk->lead_count < LEADS);
    struct slow_lead *lead = &desk->leads[desk->lead_count++];
    fill_lead(desk, lead, command, find_rule(desk, command));
    move(desk, lead, LEAD_WAITING, CAUSE_PUBLISHED, -1, lead->wait_deadline_ms, "");
    struct slow_seen entry = {.kind = 'p', .hash = command->publish.content_hash, .at_ms = desk->now_ms, .lead = lead->id};
    strcpy(entry.name, source);
    strcpy(entry.id, id);
    remember(desk, entry);
    answer(desk, command, CORE_ACCEPTED, lead->id);
    if (command->publish.is_test)
        move(desk, lead, LEAD_CANCELLED, CAUSE_TEST_LEAD, -1, 0, "");
}

static struct slow_lead *find_named(struct slow_desk *desk, struct desk_id id, struct core_text source, struct core_text idempotency_id,
                                    struct desk_id *id_out, enum lead_state *end_out)
{
    char name[TEXT], key[TEXT];
    *id_out = id;
    *end_out = LEAD_NONE;
    if (desk_id_is_none(id)) {
        copy_text(name, source);
        copy_text(key, idempotency_id);
        const struct slow_seen *seen = recall(desk, 'p', name, key);
        if (!seen)
            return NULL;
        *id_out = seen->lead;
        *end_out = seen->end;
    }
    return find_lead(desk, *id_out);
}

static bool same_requirements(const struct slow_lead *a, const struct slow_lead *b)
{
    if (prefers(a) || prefers(b))
        return prefers(a) && prefers(b) && a->preferred == b->preferred;
    if (a->channel != b->channel || is_call(a) != is_call(b) || strcmp(a->queue, b->queue) != 0 || a->require_count != b->require_count ||
        a->team_count != b->team_count || a->prefer_count != b->prefer_count)
        return false;
    for (uint32_t i = 0; i < a->prefer_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->prefer_count; k++)
            found |= strcmp(a->prefer[i], b->prefer[k]) == 0 && a->prefer_level[i] == b->prefer_level[k];
        if (!found)
            return false;
    }
    for (uint32_t i = 0; i < a->team_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->team_count; k++)
            found |= strcmp(a->teams[i], b->teams[k]) == 0;
        if (!found)
            return false;
    }
    for (uint32_t i = 0; i < a->require_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->require_count; k++)
            found |= strcmp(a->require[i], b->require[k]) == 0 && a->require_level[i] == b->require_level[k];
        if (!found)
            return false;
    }
    return true;
}

static void query(struct slow_desk *desk, const struct core_command *command)
{
    struct core_effect effect = new_effect(EFFECT_QUERY_REPLY);
    struct desk_id id;
    enum lead_state end;
    const struct slow_lead *lead = find_named(desk, command->query.lead, command->query.source, command->query.idempotency_id, &id, &end);
    effect.session = command->session;
    effect.request = command->request;
    effect.lead = id;
    effect.status = lead || end != LEAD_NONE ? CORE_ACCEPTED : CORE_NOT_FOUND;
    effect.to = end;
    if (lead)
        put_lead(desk, lead, &effect);
    if (lead && lead->state == LEAD_WAITING) {
        effect.position = 1;
        for (int i = 0; i < desk->lead_count; i++) {
            const struct slow_lead *other = &desk->leads[i];
            effect.position += other->open && other->state == LEAD_WAITING && same_requirements(other, lead) && lead_before(other, lead);
        }
    }
    emit(desk, &effect);
}

static void abandon(struct slow_desk *desk, struct slow_lead *lead)
{
    lead->call_back = true;
    if (lead->rep >= 0) {
        give_back(desk, lead, CAUSE_ABANDONED, false, true);
        return;
    }
    if (lead->state == LEAD_PARKED) {
        lead->refusal_count = 0;
        lead->offers_made = 0;
    }
    lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    move(desk, lead, LEAD_WAITING, CAUSE_ABANDONED, -1, lead->wait_deadline_ms, "");
}

static void cancel(struct slow_desk *desk, const struct core_command *command)
{
    struct desk_id id;
    enum lead_state end;
    struct slow_lead *lead = find_named(desk, command->cancel.lead, command->cancel.source, command->cancel.idempotency_id, &id, &end);
    if (!lead) {
        answer(desk, command, end == LEAD_CANCELLED ? CORE_DUPLICATE : end != LEAD_NONE ? CORE_REJECTED : CORE_NOT_FOUND, id);
        return;
    }
    if (lead->state == LEAD_ASSIGNED) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    if (lead->channel == LW_CHANNEL_PHONE && lead->call_back) {
        answer(desk, command, CORE_DUPLICATE, id);
        return;
    }
    if (is_call(lead) && channel_of(desk, lead->channel)->call_back_when_abandoned) {
        abandon(desk, lead);
        answer(desk, command, CORE_ACCEPTED, id);
        return;
    }
    if (lead->rep >= 0)
        tell_withdrawn(desk, id, lead->offer_number, lead->rep, CAUSE_CANCELLED);
    move(desk, lead, LEAD_CANCELLED, CAUSE_CANCELLED, -1, 0, "");
    answer(desk, command, CORE_ACCEPTED, id);
}

/* ---- reps ------------------------------------------------------------------------------ */

static void log_off(struct slow_desk *desk, int number, enum core_cause cause)
{
    struct slow_rep *rep = &desk->reps[number];
    bool removed = cause == CAUSE_REP_REMOVED;
    rep->connected = false;
    rep->grace_deadline_ms = 0;
    rep->misses = 0;
    rep->session = 0;
    set_state(desk, number, REP_OFFLINE, cause, 0);
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        if (!lead->open || lead->rep != number || !held(lead))
            continue;
        if (lead->state != LEAD_ASSIGNED || desk->rules->return_assigned_when_gone || removed)
            give_back(desk, lead, removed ? cause : CAUSE_REP_GONE, false, lead->state == LEAD_ASSIGNED);
    }
}

static void log_on(struct slow_desk *desk, const struct core_command *command)
{
    char name[TEXT];
    copy_text(name, command->log_on.rep);
    int number = find_rep(desk, name);
    if (number < 0 || !desk->reps[number].rules) {
        answer(desk, command, CORE_REJECTED, (struct desk_id){0});
        return;
    }
    struct slow_rep *rep = &desk->reps[number];
    struct core_effect effect = rep_effect(desk, number, EFFECT_REPLACED);
    effect.config_version = desk->version;
    if (rep->session != 0)
        emit(desk, &effect);
    rep->session = command->session;
    rep->connected = true;
    rep->grace_deadline_ms = 0;
    effect = rep_effect(desk, number, EFFECT_LOGGED_ON);
    effect.config_version = desk->version;
    emit(desk, &effect);
    struct core_effect end = new_effect(EFFECT_SNAPSHOT_END);
    end.session = command->session;
    for (int i = 0; i < desk->lead_count; i++) {
        const struct slow_lead *lead = &desk->leads[i];
        if (!lead->open || !held(lead) || lead->rep != number)
            continue;
        tell_lead(desk, lead, lead->state == LEAD_OFFERED ? EFFECT_OFFER : EFFECT_HOLDING, true);
        *(lead->state == LEAD_OFFERED ? &end.count_offers : &end.count_holdings) += 1;
    }
    for (uint32_t i = 0; i < command->log_on.held_count; i++) {
        const struct core_held *claim = &command->log_on.held[i];
        const struct slow_lead *lead = find_lead(desk, claim->lead);
        if (!lead || lead->rep != number || lead->offer_number != claim->offer_number)
            tell_withdrawn(desk, claim->lead, claim->offer_number, number, CAUSE_UNKNOWN_LEAD);
    }
    emit(desk, &end);
    set_state(desk, number, rep->state == REP_OFFLINE ? REP_AVAILABLE : rep->state, CAUSE_LOGGED_ON, rep->until_ms);
}

static void connection_lost(struct slow_desk *desk, const struct core_command *command)
{
    int number = find_session(desk, command->session);
    if (number < 0)
        return;
    desk->reps[number].connected = false;
    desk->reps[number].session = 0;
    desk->reps[number].grace_deadline_ms = desk->now_ms + desk->rules->grace_ms;
    struct core_effect effect = rep_effect(desk, number, EFFECT_REP_EVENT);
    effect.cause = CAUSE_CONNECTION_LOST;
    emit(desk, &effect);
}

static void set_rep_state(struct slow_desk *desk, const struct core_command *command, int number)
{
    const struct desk_id none = {0};
    enum rep_state state = command->set_rep_state.state;
    if (state != REP_AVAILABLE && state != REP_BREAK) {
        answer(desk, command, CORE_REJECTED, none);
        return;
    }
    if (desk->reps[number].state == state) {
        answer(desk, command, CORE_DUPLICATE, none);
        struct core_effect effect = rep_effect(desk, number, EFFECT_REP_STATUS);
        emit(desk, &effect);
        return;
    }
    desk->reps[number].misses = 0;
    answer(desk, command, CORE_ACCEPTED, none);
    set_state(desk, number, state, CAUSE_STATE_SET, 0);
}

static void answer_offer(struct slow_desk *desk, const struct core_command *command, int number)
{
    struct desk_id id = command->answer_offer.lead;
    struct slow_lead *lead = find_lead(desk, id);
    bool accept = command->answer_offer.accept, its = lead && lead->rep == number && lead->offer_number == command->answer_offer.offer_number;
    if (its && lead->state == LEAD_OFFERED) {
        bool call = is_call(lead);
        if (accept) {
            move(desk, lead, call ? LEAD_CONNECTING : LEAD_ASSIGNED, CAUSE_ACCEPTED, number,
                 call ? desk->now_ms + channel_of(desk, lead->channel)->connect_timeout_ms : work_deadline(desk, lead), "");
            tell_lead(desk, lead, EFFECT_HOLDING, false);
        } else {
            give_back(desk, lead, CAUSE_DECLINED, true, false);
        }
        desk->reps[number].misses = 0;
        answer(desk, command, CORE_ACCEPTED, id);
        return;
    }
    bool repeated = its && accept && held(lead);
    for (uint32_t i = 0; lead && i < lead->refusal_count; i++) {
        const struct refusal *refusal = &lead->refusals[i];
        repeated |= !accept && refusal->rep == number && refusal->offer_number == command->answer_offer.offer_number && refusal->cause == CAUSE_DECLINED;
    }
    answer(desk, command, repeated ? CORE_DUPLICATE : CORE_NOT_YOURS, id);
}

static const struct config_disposition *find_disposition(const struct slow_desk *desk, const char *code)
{
    for (uint32_t i = 0; i < desk->rules->disposition_count; i++) {
        if (strcmp(desk->rules->dispositions[i].code, code) == 0)
            return &desk->rules->dispositions[i];
    }
    return NULL;
}

static bool has_time(const struct config_disposition *disposition)
{
    return disposition->follow_up == FOLLOW_UP_CALL_BACK || disposition->follow_up == FOLLOW_UP_APPOINTMENT;
}

/* When it comes back, from now; 0 when that may not be. */
static uint64_t time_ahead(const struct slow_desk *desk, const struct config_disposition *disposition, int64_t asked_ms)
{
    int64_t ahead_ms = asked_ms == 0 ? (int64_t)disposition->after_ms : asked_ms - (int64_t)desk->now_ms;
    bool may = ahead_ms > 0 && ahead_ms >= (int64_t)disposition->at_least_ms && ahead_ms <= (int64_t)disposition->at_most_ms;
    return may ? (uint64_t)ahead_ms : 0;
}

static void schedule(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command,
                     const struct config_disposition *disposition, int number)
{
    bool appointment = disposition->follow_up == FOLLOW_UP_APPOINTMENT;
    uint64_t at_ms = desk->now_ms + time_ahead(desk, disposition, command->complete.at_unix_ms);
    lead->refusal_count = 0;
    lead->offers_made = 0;
    lead->preferred = disposition->same_rep_for_ms > 0 ? number : -1;
    lead->preferred_for_ms = disposition->same_rep_for_ms;
    lead->appointment_ms = appointment ? at_ms : 0;
    copy_text(lead->place, appointment ? command->complete.place : (struct core_text){"", 0});
    move_by(desk, lead, LEAD_SCHEDULED, appointment ? CAUSE_APPOINTMENT : CAUSE_CALL_BACK, -1, at_ms, disposition->code, number, false);
}

static void follow_up(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command,
                      const struct config_disposition *disposition, int number)
{
    bool ends = disposition->follow_up == FOLLOW_UP_END || disposition->follow_up == FOLLOW_UP_SUPPRESS;
    lead->call_back |= !ends;
    if (ends)
        move_by(desk, lead, LEAD_COMPLETED, CAUSE_COMPLETED, number, 0, disposition->code, -1, disposition->follow_up == FOLLOW_UP_SUPPRESS);
    else if (disposition->follow_up == FOLLOW_UP_PARK)
        move_by(desk, lead, LEAD_PARKED, CAUSE_SET_ASIDE, -1, desk->now_ms + desk->rules->park_limit_ms, disposition->code, number, false);
    else
        schedule(desk, lead, command, disposition, number);
}

static void complete(struct slow_desk *desk, const struct core_command *command, int number)
{
    struct desk_id id = command->complete.lead;
    char name[TEXT], key[TEXT], code[TEXT], place[TEXT], content[3 * TEXT];
    desk_id_format(id, name);
    copy_text(key, command->complete.idempotency_id);
    copy_text(code, command->complete.disposition);
    copy_text(place, command->complete.place);
    snprintf(content, sizeof content, "%s %lld %s", code, (long long)command->complete.at_unix_ms, place);
    if (key[0] == '\0') {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    const struct slow_seen *seen = recall(desk, 'c', name, key);
    if (seen) {
        answer(desk, command, strcmp(seen->content, content) == 0 ? CORE_DUPLICATE : CORE_DUPLICATE_DIFFERS, id);
        return;
    }
    struct slow_lead *lead = find_lead(desk, id);
    const struct config_disposition *disposition = find_disposition(desk, code);
    bool good = disposition && (has_time(disposition) ? time_ahead(desk, disposition, command->complete.at_unix_ms) > 0 : command->complete.at_unix_ms == 0);
    if (!lead || lead->rep != number || lead->state != LEAD_ASSIGNED || !good) {
        bool is_its = lead && lead->rep == number && (lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED);
        answer(desk, command, is_its ? CORE_REJECTED : CORE_NOT_YOURS, id);
        return;
    }
    uint64_t wrap_up_ms = channel_of(desk, lead->channel)->wrap_up_ms;
    follow_up(desk, lead, command, disposition, number);
    struct slow_seen entry = {.kind = 'c', .at_ms = desk->now_ms, .lead = id};
    strcpy(entry.name, name);
    strcpy(entry.id, key);
    strcpy(entry.content, content);
    remember(desk, entry);
    if (wrap_up_ms > 0 && (desk->reps[number].state == REP_AVAILABLE || desk->reps[number].state == REP_WRAP_UP))
        set_state(desk, number, REP_WRAP_UP, CAUSE_COMPLETED, desk->now_ms + wrap_up_ms);
    answer(desk, command, CORE_ACCEPTED, id);
}

static bool anybody_meets(const struct slow_desk *desk, const struct slow_lead *lead)
{
    struct slow_lead quiet = *lead;
    quiet.call_back = true;   /* who has no device may have it */
    for (int i = 0; i < desk->rep_count; i++) {
        if (desk->reps[i].rules && has_skills(desk, &desk->reps[i], &quiet))
            return true;
    }
    return false;
}

/* Makes the lead ask for what the transfer says. False: no such target. */
static bool ask_for(struct slow_desk *desk, const struct core_command *command, struct slow_lead *lead)
{
    if (command->transfer.team.size > 0) {
        lead->team_count = 1;
        copy_text(lead->teams[0], command->transfer.team);
        return anybody_meets(desk, lead);
    }
    char skill[TEXT];
    uint32_t at = 0, level = command->transfer.level;
    copy_text(skill, command->transfer.skill);
    while (at < lead->require_count && strcmp(lead->require[at], skill) != 0)
        at++;
    if (level < 1 || level > 10 || at == CONFIG_REQUIRE_MAX)
        return false;
    lead->require_count += at == lead->require_count;
    strcpy(lead->require[at], skill);
    lead->require_level[at] = (uint8_t)level;
    return anybody_meets(desk, lead);
}

static void transfer(struct slow_desk *desk, const struct core_command *command, int number)
{
    struct desk_id id = command->transfer.lead;
    struct slow_lead *lead = find_lead(desk, id);
    uint32_t offer_number = command->transfer.offer_number;
    if (lead && lead->set_by == number && lead->set_offer_number == offer_number) {
        answer(desk, command, CORE_DUPLICATE, id);
        return;
    }
    if (!lead || lead->rep != number || lead->offer_number != offer_number || lead->state != LEAD_ASSIGNED) {
        bool connecting = lead && lead->rep == number && lead->offer_number == offer_number && lead->state == LEAD_CONNECTING;
        answer(desk, command, connecting ? CORE_REJECTED : CORE_NOT_YOURS, id);
        return;
    }
    int64_t at_ms = command->transfer.appointment_unix_ms;
    bool to_rep = command->transfer.rep.size > 0;
    int targets = to_rep + (command->transfer.team.size > 0) + (command->transfer.skill.size > 0), to = -1;
    char name[TEXT];
    copy_text(name, command->transfer.rep);
    if (to_rep)
        to = find_rep(desk, name);
    struct slow_lead asked = *lead;
    bool good = targets == 1 && (at_ms == 0 ? command->transfer.place.size == 0 : at_ms > (int64_t)desk->now_ms) &&
                (to_rep ? to >= 0 && to != number && desk->reps[to].rules : ask_for(desk, command, &asked));
    if (!good) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    if (!to_rep) {
        *lead = asked;
        lead->less_ms = 0;
    }
    lead->refusal_count = 0;
    lead->offers_made = 0;
    lead->set_by = number;
    lead->set_offer_number = offer_number;
    if (at_ms != 0) {
        lead->appointment_ms = (uint64_t)at_ms;
        copy_text(lead->place, command->transfer.place);
    }
    lead->preferred = to;
    lead->preferred_until_ms = desk->now_ms + desk->rules->transfer_for_ms;
    give_back_by(desk, lead, CAUSE_TRANSFERRED, true, true, number);
    answer(desk, command, CORE_ACCEPTED, id);
}

static void dial_result(struct slow_desk *desk, const struct core_command *command)
{
    struct desk_id id = command->dial_result.lead;
    struct slow_lead *lead = find_lead(desk, id);
    enum dial_outcome outcome = command->dial_result.outcome;
    if (!lead || lead->offer_number != command->dial_result.offer_number || (lead->state != LEAD_CONNECTING && lead->state != LEAD_ASSIGNED)) {
        answer(desk, command, lead ? CORE_NOT_YOURS : CORE_NOT_FOUND, id);
        return;
    }
    if (lead->state == LEAD_ASSIGNED) {
        answer(desk, command, outcome == DIAL_OUTCOME_ANSWERED ? CORE_DUPLICATE : CORE_NOT_YOURS, id);
        return;
    }
    int rep = lead->rep;
    if (outcome == DIAL_OUTCOME_ANSWERED) {
        move(desk, lead, LEAD_ASSIGNED, CAUSE_ANSWERED, rep, work_deadline(desk, lead), "");
        tell_lead(desk, lead, EFFECT_HOLDING, false);
    } else {
        give_back(desk, lead, outcome == DIAL_OUTCOME_NO_ANSWER ? CAUSE_NO_ANSWER : outcome == DIAL_OUTCOME_BUSY ? CAUSE_DEVICE_BUSY : CAUSE_DIAL_FAILED, true, false);
        missed(desk, rep);
    }
    answer(desk, command, CORE_ACCEPTED, id);
}

/* ---- managers ---------------------------------------------------------------------------- */

static void act(struct slow_desk *desk, const struct core_command *command)
{
    struct desk_id id = command->act.lead;
    struct slow_lead *lead = find_lead(desk, id);
    enum core_act what = command->act.act;
    if (!lead) {
        answer(desk, command, CORE_NOT_FOUND, id);
        return;
    }
    if (what == ACT_RELEASE && lead->state == LEAD_SCHEDULED) {
        wake(desk, lead, CAUSE_RELEASED);
        answer(desk, command, CORE_ACCEPTED, id);
        return;
    }
    if ((what == ACT_RELEASE && lead->state != LEAD_PARKED) || (what == ACT_TAKE_BACK && lead->rep < 0) ||
        (what == ACT_CREDIT && lead->charged == 0)) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    if (what == ACT_RELEASE) {
        lead->refusal_count = 0;
        lead->offers_made = 0;
        lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
        move(desk, lead, LEAD_WAITING, CAUSE_RELEASED, -1, lead->wait_deadline_ms, "");
    } else if (what == ACT_CREDIT) {
        uncharge(desk, lead);
    } else if (what == ACT_TAKE_BACK) {
        give_back(desk, lead, CAUSE_TAKEN_BACK, true, true);
    } else {
        if (lead->rep >= 0)
            tell_withdrawn(desk, id, lead->offer_number, lead->rep, CAUSE_CANCELLED);
        move(desk, lead, LEAD_CANCELLED, CAUSE_CANCELLED, -1, 0, "");
    }
    answer(desk, command, CORE_ACCEPTED, id);
}

static void configure(struct slow_desk *desk, const struct core_command *command)
{
    desk->rules = command->configure.config;
    desk->version++;
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        desk->open[i] = is_open_at(&desk->rules->teams[i], desk->now_ms);
        desk->team_ms[i] = desk->now_ms;
    }
    for (int i = 0; i < LW_CHANNEL_COUNT; i++) {
        if (desk->rules->channels[i].enabled)
            desk->channels[i] = desk->rules->channels[i];
        desk->channels[i].enabled = desk->rules->channels[i].enabled;
    }
    for (int i = 0; i < desk->rep_count; i++)
        desk->reps[i].rules = NULL;
    for (uint32_t i = 0; i < desk->rules->rep_count; i++) {
        int number = find_rep(desk, desk->rules->reps[i].name);
        if (number < 0) {
            assert(desk->rep_count < REPS);
            number = desk->rep_count++;
            desk->reps[number] = (struct slow_rep){.state = REP_OFFLINE, .mark = desk->given, .share = 1};
            strcpy(desk->reps[number].name, desk->rules->reps[i].name);
        }
        desk->reps[number].rules = &desk->rules->reps[i];
        desk->reps[number].capacity = desk->rules->reps[i].capacity;
    }
    for (int i = 0; i < desk->rep_count; i++)
        attend(desk, i);
    for (int i = 0; i < desk->rep_count; i++) {
        struct slow_rep *rep = &desk->reps[i];
        bool gone = !rep->rules && (rep->state != REP_OFFLINE || load_of(desk, i) > 0);
        struct core_effect effect = rep_effect(desk, i, gone ? EFFECT_REPLACED : EFFECT_REP_STATUS);
        if (rep->session != 0)
            emit(desk, &effect);
        for (int l = 0; !rep->rules && l < desk->lead_count; l++) {
            if (desk->leads[l].open && prefers(&desk->leads[l]) && desk->leads[l].preferred == i)
                to_all(&desk->leads[l]);
        }
        if (gone)
            log_off(desk, i, CAUSE_REP_REMOVED);
    }
    answer(desk, command, CORE_ACCEPTED, (struct desk_id){0});
    struct core_effect event = new_effect(EFFECT_DESK_EVENT);
    event.cause = CAUSE_CONFIGURED;
    event.config_version = desk->version;
    emit(desk, &event);
}

static void service_resumed(struct slow_desk *desk)
{
    for (int number = 0; desk->rules && number < desk->rep_count; number++) {
        for (int i = 0; i < desk->lead_count; i++) {
            struct slow_lead *lead = &desk->leads[i];
            if (!lead->open || lead->rep != number || (lead->state != LEAD_OFFERED && lead->state != LEAD_CONNECTING))
                continue;
            const struct config_channel *channel = channel_of(desk, lead->channel);
            lead->deadline_ms = desk->now_ms + (lead->state == LEAD_OFFERED ? channel->offer_timeout_ms : channel->connect_timeout_ms);
            if (lead->state == LEAD_OFFERED)
                tell_lead(desk, lead, EFFECT_OFFER, true);
        }
        if (!desk->reps[number].connected && desk->reps[number].state != REP_OFFLINE)
            desk->reps[number].grace_deadline_ms = desk->now_ms + desk->rules->grace_ms;
    }
    struct core_effect event = new_effect(EFFECT_DESK_EVENT);
    event.cause = CAUSE_SERVING;
    event.config_version = desk->version;
    if (desk->rules)
        emit(desk, &event);
}

/* ---- deadlines ------------------------------------------------------------------------------ */

static uint64_t rep_deadline(const struct slow_rep *rep)
{
    uint64_t next_ms = rep->state == REP_WRAP_UP ? rep->until_ms : UINT64_MAX;
    return rep->grace_deadline_ms != 0 && rep->grace_deadline_ms < next_ms ? rep->grace_deadline_ms : next_ms;
}

static uint64_t lead_deadline(const struct slow_lead *lead)
{
    uint64_t next_ms = lead->deadline_ms;
    for (uint32_t i = 0; lead->state == LEAD_WAITING && i < lead->refusal_count; i++)
        next_ms = lead->refusals[i].until_ms < next_ms ? lead->refusals[i].until_ms : next_ms;
    if (lead->state == LEAD_WAITING && lead->less_ms != 0 && lead->less_ms < next_ms)
        next_ms = lead->less_ms;
    if (prefers(lead) && lead->preferred_until_ms < next_ms)
        next_ms = lead->preferred_until_ms;
    return next_ms;
}

/* The earliest; of equal ones reps, then teams, then leads, lower numbers first. */
static uint64_t find_earliest(const struct slow_desk *desk, int *rep_out, int *team_out, int *lead_out)
{
    uint64_t earliest_ms = UINT64_MAX;
    *rep_out = *team_out = *lead_out = -1;
    for (int i = 0; i < desk->rep_count; i++) {
        if (rep_deadline(&desk->reps[i]) < earliest_ms) {
            earliest_ms = rep_deadline(&desk->reps[i]);
            *rep_out = i;
        }
    }
    for (uint32_t i = 0; desk->rules && i < desk->rules->team_count; i++) {
        if (team_deadline(desk, i) < earliest_ms) {
            earliest_ms = team_deadline(desk, i);
            *team_out = (int)i;
            *rep_out = -1;
        }
    }
    for (int i = 0; i < desk->lead_count; i++) {
        if (desk->leads[i].open && lead_deadline(&desk->leads[i]) < earliest_ms) {
            earliest_ms = lead_deadline(&desk->leads[i]);
            *lead_out = i;
            *rep_out = *team_out = -1;
        }
    }
    return earliest_ms;
}

static void lead_due(struct slow_desk *desk, struct slow_lead *lead)
{
    int rep = lead->rep;
    if (lead->deadline_ms > desk->now_ms) {
        if (prefers(lead) && lead->preferred_until_ms <= desk->now_ms)
            to_all(lead);
        if (drop_lapsed(desk, lead))
            lead->cause = CAUSE_RETRY;
        if (lead->state == LEAD_WAITING && relax(desk, lead))
            lead->cause = CAUSE_RELAXED;
        return;
    }
    switch (lead->state) {
    case LEAD_WAITING: move(desk, lead, LEAD_PARKED, CAUSE_WAIT_LIMIT, -1, desk->now_ms + desk->rules->park_limit_ms, ""); break;
    case LEAD_OFFERED:
    case LEAD_CONNECTING:
        give_back(desk, lead, lead->state == LEAD_OFFERED ? CAUSE_OFFER_EXPIRED : CAUSE_CONNECT_TIMEOUT, true, false);
        missed(desk, rep);
        break;
    case LEAD_ASSIGNED: give_back(desk, lead, CAUSE_WORK_LIMIT, true, true); break;
    case LEAD_PARKED: move(desk, lead, LEAD_EXPIRED, CAUSE_PARK_LIMIT, -1, 0, ""); break;
    case LEAD_SCHEDULED: wake(desk, lead, CAUSE_DUE); break;
    case LEAD_STATES: case LEAD_NONE: case LEAD_COMPLETED: case LEAD_CANCELLED: case LEAD_EXPIRED: assert(0);
    }
}

static void run_deadlines(struct slow_desk *desk)
{
    int rep, team, lead;
    uint64_t due_ms;
    while ((due_ms = find_earliest(desk, &rep, &team, &lead)) <= desk->now_ms) {
        if (lead >= 0) {
            lead_due(desk, &desk->leads[lead]);
        } else if (team >= 0) {
            desk->open[team] = is_open_at(&desk->rules->teams[team], due_ms);
            desk->team_ms[team] = due_ms;
        }
        else if (desk->reps[rep].grace_deadline_ms != 0 && desk->reps[rep].grace_deadline_ms <= desk->now_ms)
            log_off(desk, rep, CAUSE_GRACE_OVER);
        else
            set_state(desk, rep, REP_AVAILABLE, CAUSE_WRAP_UP_OVER, 0);
        match(desk);
    }
}

/* ---- outside ---------------------------------------------------------------------------------- */

struct slow_desk *slow_desk_new(uint64_t epoch, const struct core_limits *limits,
                                void (*effect)(void *context, const struct core_effect *effect), void *context)
{
    struct slow_desk *desk = calloc(1, sizeof *desk);
    assert(desk);
    desk->epoch = epoch;
    desk->limits = *limits;
    desk->effect = effect;
    desk->context = context;
    return desk;
}

void slow_desk_free(struct slow_desk *desk)
{
    free(desk);
}

void slow_desk_step(struct slow_desk *desk, const struct core_command *command, uint64_t now_ms)
{
    int rep = find_session(desk, command->session);
    bool needs_rep = command->kind == COMMAND_SET_REP_STATE || command->kind == COMMAND_ANSWER_OFFER || command->kind == COMMAND_COMPLETE ||
                     command->kind == COMMAND_TRANSFER;
    desk->decision_count = 0;
    desk->now_ms = now_ms;
    if (needs_rep && rep < 0)
        answer(desk, command, CORE_NO_SESSION, (struct desk_id){0});
    else switch (command->kind) {
    case COMMAND_CONFIGURE: configure(desk, command); break;
    case COMMAND_PUBLISH: publish(desk, command); break;
    case COMMAND_QUERY: query(desk, command); break;
    case COMMAND_CANCEL: cancel(desk, command); break;
    case COMMAND_DIAL_RESULT: dial_result(desk, command); break;
    case COMMAND_LOG_ON: log_on(desk, command); break;
    case COMMAND_LOG_OFF:
        if (rep >= 0)
            log_off(desk, rep, CAUSE_LOGGED_OFF);
        break;
    case COMMAND_CONNECTION_LOST: connection_lost(desk, command); break;
    case COMMAND_SET_REP_STATE: set_rep_state(desk, command, rep); break;
    case COMMAND_ANSWER_OFFER: answer_offer(desk, command, rep); break;
    case COMMAND_COMPLETE: complete(desk, command, rep); break;
    case COMMAND_TRANSFER: transfer(desk, command, rep); break;
    case COMMAND_ACT: act(desk, command); break;
    case COMMAND_SERVICE_RESUMED: service_resumed(desk); break;
    case COMMAND_FOUND_DESK: case COMMAND_TIME: case COMMAND_NONE: break;
    }
    match(desk);
    run_deadlines(desk);
}

uint64_t slow_desk_next_deadline_ms(const struct slow_desk *desk)
{
    int rep, team, lead;
    return find_earliest(desk, &rep, &team, &lead);
}

void slow_desk_leads_visit(const struct slow_desk *desk, void (*visit)(void *context, const struct core_effect *row), void *context)
{
    for (int i = 0; i < desk->lead_count; i++) {
        struct core_effect row = new_effect(EFFECT_LEAD_EVENT);
        if (!desk->leads[i].open)
            continue;
        put_lead(desk, &desk->leads[i], &row);
        row.from = row.to;
        visit(context, &row);
    }
}

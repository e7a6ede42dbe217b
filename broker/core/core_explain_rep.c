/* SPDX-License-Identifier: Apache-2.0
 *
 * Why did this rep get nothing? The decisions of late, newest first, each as one rep sees it. What reps were is
 * walked back once, with the decisions.
 */
#include <stdlib.h>

#include "device.h"
#include "explain_past.h"
#include "preferred.h"
#include "why_text.h"

struct asking {
    struct core *core;
    const struct rep *rep;
    const struct core_explain_rep_visitor *visitor;
    struct past_rep *reps;
    uint64_t reps_at;            /* changes that had happened when the reps were so */
    struct index_table ended;    /* places of ended leads by lead number; made when first needed */
    bool has_ended;
};

struct texts { char detail[128], keys[WHY_KEYS_ROOM], chosen_keys[WHY_KEYS_ROOM]; };
struct row { const char *excluded_by; char detail[128]; uint32_t count; };
struct rows { struct row rows[CORE_REP_WAITING_MAX]; uint32_t count; };

static uint64_t tell_decisions(struct asking *asking, uint64_t since_ms);
static void tell_decision(struct asking *asking, const struct decided *decided);
static const struct decision *find_decision(struct asking *asking, const struct decided *decided, struct subject *subject, uint32_t *queue_out);
static const struct ended_lead *find_ended(struct asking *asking, const struct decided *decided);
static void tell_why_not(struct asking *asking, const struct decision *decision, const struct subject *subject, struct core_rep_decision *told,
                         struct texts *texts);
static void tell_waiting(struct asking *asking);
static void count_class(const struct asking *asking, const struct demand_class *demand, const struct history_entry *now, struct rows *rows);
static void count_preferring(const struct asking *asking, const struct history_entry *now, struct rows *rows);
static void count_reason(struct rows *rows, const char *excluded_by, const char *detail, uint32_t count);

bool core_explain_rep(struct core *core, struct core_text name, uint64_t since_ms, const struct core_explain_rep_visitor *visitor,
                      uint64_t *from_ms_out)
{
    struct asking asking = {.core = core, .visitor = visitor, .rep = rep_table_by_name(&core->reps, name.data, name.size)};
    *from_ms_out = since_ms;
    if (!asking.rep || !asking.rep->configured)
        return false;
    asking.reps = calloc(core->reps.count, sizeof *asking.reps);
    if (asking.reps)
        asking.reps_at = explain_reps_now(core, asking.reps);
    *from_ms_out = tell_decisions(&asking, since_ms);
    tell_waiting(&asking);
    if (asking.has_ended)
        index_table_fini(&asking.ended);
    free(asking.reps);
    return true;
}

static uint64_t tell_decisions(struct asking *asking, uint64_t since_ms)
{
    const struct core *core = asking->core;
    const struct history *history = &core->history;
    uint64_t last = history->decided_next, first = last - history_kept(last, history->decided_max);
    uint64_t from_ms = history->decided_from_ms;
    for (uint64_t at = last; at-- > first;) {
        const struct decided *decided = &history->decided[at % history->decided_max];
        if (decided->at_ms < since_ms)
            return since_ms;
        if (last - at > CORE_REP_DECISIONS_MAX)
            return from_ms;
        tell_decision(asking, decided);
        from_ms = at > 0 ? decided->at_ms : from_ms;
    }
    from_ms = first > 0 ? from_ms : history->decided_from_ms;
    return from_ms > since_ms ? from_ms : since_ms;
}

static void tell_decision(struct asking *asking, const struct decided *decided)
{
    const struct core *core = asking->core;
    const struct rep *chosen = rep_table_at(&core->reps, decided->rep);
    struct subject subject;
    struct texts texts = {.detail = "", .keys = "", .chosen_keys = ""};
    struct core_rep_decision told = {
        .lead = decided->lead, .at_ms = decided->at_ms, .rep = chosen ? chosen->name : "", .offer_number = decided->offer_number,
        .is_mine = chosen == asking->rep, .queue = "", .policy = "", .excluded_by = "", .detail = texts.detail, .decided_by = "",
        .keys = texts.keys, .chosen_keys = texts.chosen_keys,
    };
    uint32_t queue = NAME_NONE;
    const struct decision *decision = find_decision(asking, decided, &subject, &queue);
    if (decision) {
        told.queue = names_text(&core->names, queue);
        told.policy = decision->config_version == core->config_version ? subject.policy->name : "";
        told.channel = subject.channel;
        told.config_version = decision->config_version;
        told.outcome = (enum core_cause)decision->outcome;
        told.complete = told.is_mine;
        if (!told.is_mine)
            tell_why_not(asking, decision, &subject, &told, &texts);
    }
    asking->visitor->decision(asking->visitor->context, &told);
}

static const struct decision *on_offer(const struct decision *decisions, uint32_t count, uint32_t offer_number)
{
    while (count-- > 0) {
        if (decisions[count].offer_number == offer_number)
            return &decisions[count];
    }
    return NULL;
}

static const struct decision *find_decision(struct asking *asking, const struct decided *decided, struct subject *subject, uint32_t *queue_out)
{
    struct core *core = asking->core;
    const struct lead *lead = lead_table_find(&core->leads, decided->lead);
    const struct decision *found = lead ? on_offer(lead->decisions, lead->decision_count, decided->offer_number) : NULL;
    if (found) {
        *queue_out = lead->demand->queue;
        *subject = explain_subject_of_lead(lead);
        return found;
    }
    const struct ended_lead *ended = find_ended(asking, decided);   /* also of one that was reopened since */
    if (!ended)
        return NULL;
    *queue_out = ended->asked->queue;
    *subject = explain_subject_of_ended(core, ended);
    return on_offer(subject->decisions, subject->decision_count, decided->offer_number);
}

/* The life of the lead in which the decision was made. */
static const struct ended_lead *find_ended(struct asking *asking, const struct decided *decided)
{
    const struct history *history = &asking->core->history;
    if (!asking->has_ended) {
        uint32_t kept = history_kept(history->ended_next, history->ended_max);
        asking->has_ended = kept > 0 && index_table_init(&asking->ended, kept) == LW_OK;
        if (!asking->has_ended)
            return NULL;
        for (uint32_t i = 0; i < kept; i++)
            index_table_add(&asking->ended, index_hash_u64(history->ended[i].id.number), i);
    }
    uint32_t hash = index_hash_u64(decided->lead.number), place;
    for (uint32_t at = index_table_first(&asking->ended, hash); index_table_at(&asking->ended, hash, &at, &place);) {
        const struct ended_lead *ended = &history->ended[place];
        if (desk_id_equal(ended->id, decided->lead) && on_offer(ended->decisions, ended->decision_count, decided->offer_number))
            return ended;
    }
    return NULL;
}

static void tell_why_not(struct asking *asking, const struct decision *decision, const struct subject *subject, struct core_rep_decision *told,
                         struct texts *texts)
{
    const struct core *core = asking->core;
    told->complete = asking->reps && explain_is_known(core, subject, decision) &&
                     explain_rewind(core, &asking->reps_at, decision->history_seq, asking->reps);
    if (!told->complete)
        return;
    const struct history_entry *was = &asking->reps[asking->rep->number].was;
    told->excluded_by = explain_excluded_by(core, asking->rep, was, subject, decision, texts->detail, sizeof texts->detail);
    if (*told->excluded_by != '\0')
        return;
    const struct past_ledger ledger = explain_ledger_of(core, decision, asking->reps);
    struct policy_rep mine = explain_rank_of(core, was, subject, decision, &ledger);
    struct policy_rep theirs = explain_rank_of(core, &asking->reps[decision->rep].was, subject, decision, &ledger);
    told->decided_by = why_key_decided(subject->policy, &theirs, &mine);
    why_keys_write(subject->policy, &mine, decision->at_ms, texts->keys);
    why_keys_write(subject->policy, &theirs, decision->at_ms, texts->chosen_keys);
}

/* ---- what waits now ----------------------------------------------------------------- */

static void tell_waiting(struct asking *asking)
{
    const struct classes *classes = &asking->core->classes;
    const struct history_entry now = history_rep_now(asking->rep);
    struct rows rows = {.count = 0};
    for (uint32_t i = 0; i < classes->demand_count; i++) {
        if (classes->demand[i] && classes->demand[i]->waiting.count > 0)
            count_class(asking, classes->demand[i], &now, &rows);
    }
    count_preferring(asking, &now, &rows);
    for (uint32_t i = 0; i < rows.count; i++)
        asking->visitor->waiting(asking->visitor->context, &(struct core_rep_waiting){rows.rows[i].excluded_by, rows.rows[i].detail, rows.rows[i].count});
}

/* All of a class are alike but for those that this rep refused. */
static void count_class(const struct asking *asking, const struct demand_class *demand, const struct history_entry *now, struct rows *rows)
{
    struct core *core = asking->core;
    const struct subject subject = {.needs = &demand->needs, .channel = demand->channel, .policy = demand->of_queue->policy};
    uint32_t refused = 0, count = (uint32_t)demand->waiting.count;
    char detail[128];
    const char *rule = explain_excluded_by(core, asking->rep, now, &subject, NULL, detail, sizeof detail);
    bool may_be_refused = *rule == '\0' || strcmp(rule, "capacity") == 0;
    for (uint32_t i = 0; may_be_refused && i < asking->rep->excluded_count; i++) {
        const struct lead *lead = lead_table_find(&core->leads, asking->rep->excluded[i].lead);
        refused += lead && lead->demand == demand && lead->state == LEAD_WAITING && !lead_is_preferring(lead);
    }
    if (*rule == '\0' && demand->of_queue->is_pulled)
        rule = "shared_list";   /* nobody is offered it */
    count_reason(rows, "declined_before", "", refused);
    count_reason(rows, rule, detail, count - refused);
}

static void count_preferring(const struct asking *asking, const struct history_entry *now, struct rows *rows)
{
    const uint32_t mine = (uint32_t)asking->rep->preferred.count;
    const char *rule = now->connected && now->state == REP_AVAILABLE ? ((now->full & ~(KEPT_FROM_BACKLOG | DEVICE_IS_BUSY | DEVICE_IS_UNREACHABLE)) != 0 ? "cap" : "capacity") : now->connected ? rep_state_word((enum rep_state)now->state) : "offline";
    count_reason(rows, "preferred_rep", "", (uint32_t)asking->core->preferred.count - mine);
    count_reason(rows, rule, "", mine);
}

static void count_reason(struct rows *rows, const char *excluded_by, const char *detail, uint32_t count)
{
    uint32_t at = 0;
    if (count == 0)
        return;
    while (at < rows->count && (strcmp(rows->rows[at].excluded_by, excluded_by) != 0 || strcmp(rows->rows[at].detail, detail) != 0))
        at++;
    if (at >= CORE_REP_WAITING_MAX - 1) {
        at = CORE_REP_WAITING_MAX - 1;
        excluded_by = "other";
        detail = "";
    }
    if (at == rows->count) {
        rows->rows[at] = (struct row){.excluded_by = excluded_by};
        strcpy(rows->rows[at].detail, detail);
        rows->count++;
    }
    rows->rows[at].count += count;
}

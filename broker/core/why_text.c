/* SPDX-License-Identifier: Apache-2.0
 *
 * The short reason that goes out with every offer. Written by hand: printf would be a tenth of the cost of a lead's life.
 */
#include "broadcast.h"
#include "core_internal.h"
#include "interrupt.h"
#include "pairs.h"
#include "urgency.h"
#include "why_text.h"

_Static_assert((int)CORE_WHY_ROOM >= (int)WHY_TEXT_ROOM, "writing needs not look, and nothing is copied when it is done");
_Static_assert((int)WHY_TEXT_ROOM >= 2 * (int)WHY_KEYS_ROOM + (int)URGENCY_TEXT_MAX, "the rest beside the skills");

/* All of these write at `at`, where there is room, and give the place behind it. That place is handed on by value, alone: so it
 * stays in a register, where writing letters through a pointer to it would have it read again for each. */
static inline char *put_bytes(char *at, const char *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* Inline, so that of words known here the length is, too. */
static inline char *put(char *at, const char *words)
{
    return put_bytes(at, words, strlen(words));
}

static __attribute__((noinline)) char *put_large(char *at, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return put_bytes(at, digits + first, sizeof digits - first);
}

/* Most are levels, loads and capacities. */
static inline char *put_number(char *at, uint64_t number)
{
    static const char digits[] = "0 1 2 3 4 5 6 7 8 9 101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354"
                                 "555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    if (number >= 100)
        return put_large(at, number);
    memcpy(at, digits + 2 * number, 2);
    return at + (number < 10 ? 1 : 2);
}

static char *put_hundredths(char *at, int64_t hundredths)
{
    at = put_number(at, (uint64_t)hundredths / 100);
    at = put(at, hundredths % 100 < 10 ? ".0" : ".");
    return put_number(at, (uint64_t)hundredths % 100);
}

static char *put_thousandths(char *at, uint32_t thousandths)
{
    uint32_t rest = thousandths % 1000;
    at = put_number(at, thousandths / 1000);
    at = put(at, rest < 10 ? ".00" : rest < 100 ? ".0" : ".");
    return put_number(at, rest);
}

static inline char *put_load(char *at, const struct policy_rep *rank)
{
    at = put_number(put(at, "load "), rank->load);
    return put_number(put(at, " of "), rank->capacity);
}

static inline char *put_idle(char *at, const struct policy_rep *rank, uint64_t at_ms)
{
    at = put_number(put(at, "idle "), at_ms > rank->idle_since_ms ? (at_ms - rank->idle_since_ms) / 1000 : 0);
    return put(at, " s");
}

static char *put_share(char *at, const struct policy_rep *rank)
{
    at = put_number(put(at, "share "), rank->share);
    at = put(at, rank->owed < 0 ? ", ahead by " : ", owed ");
    return put_hundredths(at, rank->owed < 0 ? -(int64_t)rank->owed : rank->owed);
}

static inline char *put_key(char *at, enum policy_key key, const struct policy_rep *rank, uint64_t at_ms)
{
    switch (key) {
    case POLICY_KEY_LOAD: return put_load(at, rank);
    case POLICY_KEY_IDLE: return put_idle(at, rank, at_ms);
    case POLICY_KEY_TIER: return put_number(put(at, "tier "), rank->tier);
    case POLICY_KEY_LEVELS: return put_number(put(at, "levels "), rank->levels);
    case POLICY_KEY_TURN: return put(put_number(put(at, "number "), rank->number), " in turn");
    case POLICY_KEY_SHARE: return put_share(at, rank);
    case POLICY_KEY_WORTH: return put_thousandths(put(at, "worth "), rank->worth);
    case POLICY_KEY_END: break;
    }
    return at;
}

static inline char *put_keys(char *at, const struct policy *policy, const struct policy_rep *rank, uint64_t at_ms)
{
    if (rank->interrupts)
        at = put(at, "interrupts; ");
    if (rank->preferred > 0)
        at = put(put_number(put(at, "preferred "), rank->preferred), "; ");
    for (uint32_t i = 0; i < POLICY_KEYS_MAX && policy->keys[i] != POLICY_KEY_END; i++)
        at = put_key(i > 0 ? put(at, "; ") : at, policy->keys[i], rank, at_ms);
    return at;
}

static bool key_differs(enum policy_key key, const struct policy_rep *a, const struct policy_rep *b)
{
    switch (key) {
    case POLICY_KEY_LOAD: return (uint64_t)a->load * b->capacity != (uint64_t)b->load * a->capacity;
    case POLICY_KEY_IDLE: return a->idle_since_ms != b->idle_since_ms;
    case POLICY_KEY_TIER: return a->tier != b->tier;
    case POLICY_KEY_LEVELS: return a->levels != b->levels;
    case POLICY_KEY_TURN: return true;
    case POLICY_KEY_SHARE:
        return a->is_ahead != b->is_ahead || (a->account + POLICY_LEAD) * b->share != (b->account + POLICY_LEAD) * a->share;
    case POLICY_KEY_WORTH: return a->rate != b->rate;
    case POLICY_KEY_END: break;
    }
    return false;
}

const char *why_key_decided(const struct policy *policy, const struct policy_rep *a, const struct policy_rep *b)
{
    static const char *const words[] = {[POLICY_KEY_LOAD] = "load", [POLICY_KEY_IDLE] = "idle", [POLICY_KEY_TIER] = "tier",
                                        [POLICY_KEY_LEVELS] = "levels", [POLICY_KEY_TURN] = "turn", [POLICY_KEY_SHARE] = "share", [POLICY_KEY_WORTH] = "worth"};
    if (a->interrupts != b->interrupts)
        return "interrupts";
    if (a->preferred != b->preferred)
        return "preferred";
    for (uint32_t i = 0; i < POLICY_KEYS_MAX && policy->keys[i] != POLICY_KEY_END; i++) {
        if (key_differs(policy->keys[i], a, b))
            return words[policy->keys[i]];
    }
    return "order";
}

void why_keys_write(const struct policy *policy, const struct policy_rep *rank, uint64_t at_ms, char data[WHY_KEYS_ROOM])
{
    *put_keys(data, policy, rank, at_ms) = '\0';
}

static inline char *put_needs(char *at, const struct core *core, const struct lead *lead, const struct rep *rep)
{
    for (uint32_t i = 0; i < lead->demand->needs.require_count; i++) {
        const struct requirement *require = &lead->demand->needs.require[i];
        const struct core_text name = names_view(&core->names, core->skill_names[require->skill]);
        uint32_t level = classes_level(&core->classes, require->skill, rep->supply->index);   /* the rep's own are far from all else */
        at = put_bytes(at, name.data, name.size <= WHY_TEXT_MAX ? name.size : WHY_TEXT_MAX);
        at = put_number(put(at, " "), level);
        at = put(put_number(put(at, " of "), require->level), " needed; ");
    }
    return at;
}

/* What the policy looked at when it decided. Not a copy of the rep's with changes: some of that was written a moment ago, and
 * reading it as a whole would wait until it has left the processor. */
static struct policy_rep decided_rank(const struct core *core, const struct lead *lead, const struct rep *rep, const struct decision *decision)
{
    const struct queue *queue = lead->demand->of_queue;
    struct policy_rep rank = {
        .load = decision->load, .capacity = decision->capacity, .idle_since_ms = decision->idle_since_ms, .number = rep->number,
        .tier = rep->rank.tier, .share = rep->rank.share, .interrupts = interrupt_is(core, lead, rep), .owed = decision->standing};
    if (queue->policy->uses_levels)
        rank.levels = classes_levels(&core->classes, lead->demand, rep->supply->index);
    if (queue->policy->ranks_pairs)
        rank.worth = pairs_worth(queue, lead_value(lead), pairs_class_rate(&core->classes, lead->demand, rep->supply->index),
                                 lead->received_ms, decision->at_ms);
    else
        rank.preferred = classes_preferred(&core->classes, lead->demand, rep->supply->index);
    return rank;
}

static char *put_urgency(char *at, const struct lead *lead, uint64_t at_ms)
{
    const struct urgency_subject urgent = urgency_subject_of(lead);
    char urgency[URGENCY_TEXT_MAX];
    urgency_write(&urgent, at_ms, urgency);
    return put(put(at, "; "), urgency);
}

/* NULL: it is no longer kept. */
static const struct decision *decision_of(const struct lead *lead, uint32_t offer_number)
{
    for (uint32_t i = lead->decision_count; i-- > 0;) {
        if (lead->decisions[i].offer_number == offer_number)
            return &lead->decisions[i];
    }
    return NULL;
}

const char *core_why_words(const struct core_why *why, char text[CORE_WHY_ROOM])
{
    char *at = text;

    text[0] = '\0';
    const struct decision *decision = why ? decision_of(why->lead, lead_offer_number(why->lead, why->rep->number)) : NULL;
    if (!decision)
        return text;
    const struct core *core = why->core;
    const struct lead *lead = why->lead;
    const struct rep *rep = why->rep;
    const struct policy_rep rank = decided_rank(core, lead, rep, decision);
    if (decision->cause == CAUSE_PREFERRED)
        at = put(at, "you are asked first; ");
    at = put_needs(at, core, lead, rep);
    at = put_keys(at, lead->demand->of_queue->policy, &rank, decision->at_ms);
    at = put(put_number(put(at, "; "), decision->able), " could take it");
    if (lead->demand->of_queue->weighs)
        at = put_urgency(at, lead, decision->at_ms);
    *(at <= text + WHY_TEXT_MAX ? at : text + WHY_TEXT_MAX) = '\0';
    return text;
}

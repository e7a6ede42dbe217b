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

/* Of WHY_TEXT_MAX; what does not fit is cut. Handed on by value: so it stays in registers, where writing letters through a
 * pointer to it would have it read again for each. */
struct text { char *at, *last; };

static inline struct text begin(char data[WHY_TEXT_MAX])
{
    return (struct text){data, data + WHY_TEXT_MAX - 1};
}

static __attribute__((noinline)) struct text put_cut(struct text text, const char *bytes)
{
    memcpy(text.at, bytes, (size_t)(text.last - text.at));
    text.at = text.last;
    return text;
}

static inline struct text put_bytes(struct text text, const char *bytes, size_t size)
{
    if (size > (size_t)(text.last - text.at))
        return put_cut(text, bytes);
    memcpy(text.at, bytes, size);
    text.at += size;
    return text;
}

/* Inline, so that of words known here the length is, too. */
static inline struct text put(struct text text, const char *words)
{
    return put_bytes(text, words, strlen(words));
}

static struct text put_large(struct text text, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return put_bytes(text, digits + at, sizeof digits - at);
}

/* Most are levels, loads and capacities. */
static inline struct text put_number(struct text text, uint64_t number)
{
    static const char digits[] = "0 1 2 3 4 5 6 7 8 9 101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354"
                                 "555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    if (number >= 100 || text.last - text.at < 2)
        return put_large(text, number);
    memcpy(text.at, digits + 2 * number, 2);
    text.at += number < 10 ? 1 : 2;
    return text;
}

static struct text put_hundredths(struct text text, int64_t hundredths)
{
    text = put_number(text, (uint64_t)hundredths / 100);
    text = put(text, hundredths % 100 < 10 ? ".0" : ".");
    return put_number(text, (uint64_t)hundredths % 100);
}

static struct text put_thousandths(struct text text, uint32_t thousandths)
{
    uint32_t rest = thousandths % 1000;
    text = put_number(text, thousandths / 1000);
    text = put(text, rest < 10 ? ".00" : rest < 100 ? ".0" : ".");
    return put_number(text, rest);
}

static inline struct text put_idle(struct text text, const struct policy_rep *rank, uint64_t at_ms)
{
    text = put_number(put(text, "idle "), at_ms > rank->idle_since_ms ? (at_ms - rank->idle_since_ms) / 1000 : 0);
    return put(text, " s");
}

static inline struct text put_key(struct text text, enum policy_key key, const struct policy_rep *rank, uint64_t at_ms)
{
    switch (key) {
    case POLICY_KEY_LOAD: return put_number(put(put_number(put(text, "load "), rank->load), " of "), rank->capacity);
    case POLICY_KEY_IDLE: return put_idle(text, rank, at_ms);
    case POLICY_KEY_TIER: return put_number(put(text, "tier "), rank->tier);
    case POLICY_KEY_LEVELS: return put_number(put(text, "levels "), rank->levels);
    case POLICY_KEY_TURN: return put(put_number(put(text, "number "), rank->number), " in turn");
    case POLICY_KEY_SHARE:
        text = put(put_number(put(text, "share "), rank->share), rank->owed < 0 ? ", ahead by " : ", owed ");
        return put_hundredths(text, rank->owed < 0 ? -(int64_t)rank->owed : rank->owed);
    case POLICY_KEY_WORTH: return put_thousandths(put(text, "worth "), rank->worth);
    case POLICY_KEY_END: break;
    }
    return text;
}

static inline struct text put_keys(struct text text, const struct policy *policy, const struct policy_rep *rank, uint64_t at_ms)
{
    if (rank->interrupts)
        text = put(text, "interrupts; ");
    if (rank->preferred > 0)
        text = put(put_number(put(text, "preferred "), rank->preferred), "; ");
    for (uint32_t i = 0; i < POLICY_KEYS_MAX && policy->keys[i] != POLICY_KEY_END; i++)
        text = put_key(i > 0 ? put(text, "; ") : text, policy->keys[i], rank, at_ms);
    return text;
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

void why_keys_write(const struct policy *policy, const struct policy_rep *rank, uint64_t at_ms, char data[WHY_TEXT_MAX])
{
    *put_keys(begin(data), policy, rank, at_ms).at = '\0';
}

static struct text put_needs(struct text text, const struct core *core, const struct lead *lead, const struct rep *rep)
{
    for (uint32_t i = 0; i < lead->demand->needs.require_count; i++) {
        const struct requirement *require = &lead->demand->needs.require[i];
        struct core_text name = names_view(&core->names, core->skill_names[require->skill]);
        uint32_t level = classes_level(&core->classes, require->skill, rep->supply->index);   /* the rep's own are far from all else */
        text = put_number(put(put_bytes(text, name.data, name.size), " "), level);
        text = put(put_number(put(text, " of "), require->level), " needed; ");
    }
    return text;
}

/* What the policy looked at when it decided. */
static struct policy_rep decided_rank(const struct core *core, const struct lead *lead, const struct rep *rep, const struct decision *decision)
{
    const struct queue *queue = lead->demand->of_queue;
    struct policy_rep rank = rep->rank;
    rank.load = decision->load;
    rank.capacity = decision->capacity;
    rank.idle_since_ms = decision->idle_since_ms;
    rank.levels = queue->policy->uses_levels ? classes_levels(&core->classes, lead->demand, rep->supply->index) : 0;
    if (queue->policy->ranks_pairs)
        rank.worth = pairs_worth(queue, lead_value(lead), pairs_class_rate(&core->classes, lead->demand, rep->supply->index),
                                 lead->received_ms, decision->at_ms);
    else
        rank.preferred = classes_preferred(&core->classes, lead->demand, rep->supply->index);
    rank.interrupts = interrupt_is(core, lead, rep);
    rank.owed = decision->standing;
    rank.is_past = rep->number <= (uint32_t)decision->standing;
    return rank;
}

static struct text put_urgency(struct text text, const struct lead *lead, uint64_t at_ms)
{
    const struct urgency_subject urgent = urgency_subject_of(lead);
    char urgency[URGENCY_TEXT_MAX];
    urgency_write(&urgent, at_ms, urgency);
    return put(put(text, "; "), urgency);
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

void why_text_write(const struct core *core, const struct lead *lead, const struct rep *rep, char data[WHY_TEXT_MAX])
{
    const struct decision *decision = decision_of(lead, lead_offer_number(lead, rep->number));
    struct text text = begin(data);

    data[0] = '\0';
    if (!decision)
        return;
    const struct policy_rep rank = decided_rank(core, lead, rep, decision);
    if (decision->cause == CAUSE_PREFERRED)
        text = put(text, "you are asked first; ");
    text = put_needs(text, core, lead, rep);
    text = put_keys(text, lead->demand->of_queue->policy, &rank, decision->at_ms);
    text = put(put_number(put(text, "; "), decision->able), " could take it");
    if (lead->demand->of_queue->weighs)
        text = put_urgency(text, lead, decision->at_ms);
    *text.at = '\0';
}

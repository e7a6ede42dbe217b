/* SPDX-License-Identifier: Apache-2.0
 *
 * The short reason that goes out with every offer. Written by hand: printf would be a tenth of the cost of a lead's life.
 */
#include "broadcast.h"
#include "core_internal.h"
#include "pairs.h"
#include "urgency.h"
#include "why_text.h"

struct text { char *data; size_t size; };   /* of WHY_TEXT_MAX; what does not fit is cut */

static inline void put_bytes(struct text *text, const char *bytes, size_t size)
{
    size_t room = WHY_TEXT_MAX - 1 - text->size;
    if (size <= room)
        memcpy(text->data + text->size, bytes, size);
    else
        memcpy(text->data + text->size, bytes, room);
    text->size += size <= room ? size : room;
}

/* Inline, so that of words known here the length is, too. */
static inline void put(struct text *text, const char *words)
{
    put_bytes(text, words, strlen(words));
}

static inline void put_digit(struct text *text, uint64_t digit)
{
    if (text->size < WHY_TEXT_MAX - 1)
        text->data[text->size++] = (char)('0' + digit);
}

static void put_large(struct text *text, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put_bytes(text, digits + at, sizeof digits - at);
}

/* Most are levels, loads and capacities. */
static inline void put_number(struct text *text, uint64_t number)
{
    if (number >= 100) {
        put_large(text, number);
        return;
    }
    if (number >= 10)
        put_digit(text, number / 10);
    put_digit(text, number % 10);
}

static void end(struct text *text)
{
    text->data[text->size] = '\0';
}

static void put_hundredths(struct text *text, int64_t hundredths)
{
    put_number(text, (uint64_t)hundredths / 100);
    put(text, hundredths % 100 < 10 ? ".0" : ".");
    put_number(text, (uint64_t)hundredths % 100);
}

static void put_thousandths(struct text *text, uint32_t thousandths)
{
    uint32_t rest = thousandths % 1000;
    put_number(text, thousandths / 1000);
    put(text, rest < 10 ? ".00" : rest < 100 ? ".0" : ".");
    put_number(text, rest);
}

static void put_key(struct text *text, enum policy_key key, const struct policy_rep *rank, uint64_t at_ms)
{
    switch (key) {
    case POLICY_KEY_LOAD:
        put(text, "load ");
        put_number(text, rank->load);
        put(text, " of ");
        put_number(text, rank->capacity);
        break;
    case POLICY_KEY_IDLE:
        put(text, "idle ");
        put_number(text, at_ms > rank->idle_since_ms ? (at_ms - rank->idle_since_ms) / 1000 : 0);
        put(text, " s");
        break;
    case POLICY_KEY_TIER:
        put(text, "tier ");
        put_number(text, rank->tier);
        break;
    case POLICY_KEY_LEVELS:
        put(text, "levels ");
        put_number(text, rank->levels);
        break;
    case POLICY_KEY_TURN:
        put(text, "number ");
        put_number(text, rank->number);
        put(text, " in turn");
        break;
    case POLICY_KEY_SHARE:
        put(text, "share ");
        put_number(text, rank->share);
        put(text, rank->owed < 0 ? ", ahead by " : ", owed ");
        put_hundredths(text, rank->owed < 0 ? -(int64_t)rank->owed : rank->owed);
        break;
    case POLICY_KEY_WORTH:
        put(text, "worth ");
        put_thousandths(text, rank->worth);
        break;
    case POLICY_KEY_END:
        break;
    }
}

static void put_keys(struct text *text, const struct policy *policy, const struct policy_rep *rank, uint64_t at_ms)
{
    if (rank->preferred > 0) {
        put(text, "preferred ");
        put_number(text, rank->preferred);
        put(text, "; ");
    }
    for (uint32_t i = 0; i < POLICY_KEYS_MAX && policy->keys[i] != POLICY_KEY_END; i++) {
        if (i > 0)
            put(text, "; ");
        put_key(text, policy->keys[i], rank, at_ms);
    }
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
    struct text text = {data, 0};
    put_keys(&text, policy, rank, at_ms);
    end(&text);
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
    const struct queue *queue = lead->demand->of_queue;
    struct text text = {data, 0};

    data[0] = '\0';
    if (!decision)
        return;
    if (decision->cause == CAUSE_PREFERRED)
        put(&text, "you are asked first; ");
    for (uint32_t i = 0; i < lead->demand->needs.require_count; i++) {
        const struct requirement *require = &lead->demand->needs.require[i];
        struct core_text name = names_view(&core->names, core->skill_names[require->skill]);
        put_bytes(&text, name.data, name.size);
        put(&text, " ");
        put_number(&text, classes_level(&core->classes, require->skill, rep->supply->index));   /* the rep's own are far from all else */
        put(&text, " of ");
        put_number(&text, require->level);
        put(&text, " needed; ");
    }
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
    rank.owed = decision->standing;
    rank.is_past = rep->number <= (uint32_t)decision->standing;
    put_keys(&text, queue->policy, &rank, decision->at_ms);
    put(&text, "; ");
    put_number(&text, decision->able);
    put(&text, " could take it");
    if (lead->demand->of_queue->weighs) {
        const struct urgency_subject urgent = urgency_subject_of(lead);
        char urgency[URGENCY_TEXT_MAX];
        urgency_write(&urgent, decision->at_ms, urgency);
        put(&text, "; ");
        put(&text, urgency);
    }
    end(&text);
}

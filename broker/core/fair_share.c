/* SPDX-License-Identifier: Apache-2.0
 *
 * The fair share ledger of `weighted`.
 *
 * A rep's account is what they had of weighted queues, in POLICY_LEAD a unit of weight. S is the sum of shares of
 * the reps who are present (in the rules; available or in wrap-up). T, in the same units, grows by what is given: with share s,
 * T s/S is what a rep's account should be. T/S goes on evenly whoever is there: T is rescaled when S changes.
 * A rep is *ahead* who has what they should have with the next lead, too: account S >= (T + 1 lead) s. `by_start` orders
 * the present by account/s, so all who are ahead stand at its end, and when T or S change only those at the border change sides.
 *
 * Who leaves takes along what they are owed, as a negative account; who comes back starts from T s/S less that: an
 * absence itself neither owes nor costs anything, unless the rules say so.
 * Accounts are in the records of reps, T in that of the desk; S and the order are derived.
 */
#include "core_internal.h"
#include "rep_state.h"

#define TOTAL_FAR (INT64_C(1) << 41)   /* times the shares of a full desk it is far from overflowing */

static int compare_starts(const struct avl_node *a, const struct avl_node *b);
static bool should_be_present(const struct rep *rep);
static void come(struct core *core, struct rep *rep);
static void go(struct core *core, struct rep *rep);
static void join(struct fair_share *ledger, struct rep *rep);
static void part(struct fair_share *ledger, struct rep *rep);
static void stand(struct fair_share *ledger, struct rep *rep);
static bool is_ahead(const struct fair_share *ledger, const struct rep *rep);
static void settle(struct core *core);
static void come_nearer(struct core *core);
static void book(struct core *core, struct rep *rep, int64_t amount);
static void record_total(struct core *core);
static int64_t floor_divide(int64_t a, int64_t b);

void fair_share_init(struct fair_share *ledger)
{
    *ledger = (struct fair_share){0};
    avl_init(&ledger->by_start, compare_starts);
}

void fair_share_update(struct core *core, struct rep *rep)
{
    bool should = should_be_present(rep);
    assert(!rep->is_ready);
    if (core->is_restoring || should == rep->is_present)
        return;
    if (should)
        come(core, rep);
    else
        go(core, rep);
    settle(core);
    record_total(core);
}

/* Nobody is in a tree of ready reps while rules change: sides are set without moving anybody. */
void fair_share_link(struct core *core)
{
    struct fair_share *ledger = &core->fair_share;
    int64_t shares = ledger->shares, before = ledger->total;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        uint32_t share = rep ? rep->new_share : 0;
        if (!rep)
            continue;
        int64_t account = rep->rank.account;
        uint64_t mark = rep->share_mark;
        if (rep->is_present && (!should_be_present(rep) || rep->rank.share != share))
            go(core, rep);
        rep->rank.share = share;
        if (should_be_present(rep) && !rep->is_present && core->is_restoring) {
            int64_t total = ledger->total;
            join(ledger, rep);
            ledger->total = total;   /* of those who were present */
        } else if (should_be_present(rep) && !rep->is_present)
            come(core, rep);
        if ((rep->rank.account != account || rep->share_mark != mark) && !core->is_restoring)
            rep_record(core, rep);
    }
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (rep)
            rep->rank.is_ahead = rep->is_present && is_ahead(ledger, rep);
    }
    if ((ledger->shares != shares || ledger->total != before) && !core->is_restoring)   /* going and coming may round */
        record_total(core);
}

void fair_share_charge(struct core *core, struct rep *rep, uint32_t weight)
{
    core->fair_share.given += weight;
    book(core, rep, (int64_t)weight * POLICY_LEAD);
}

void fair_share_credit(struct core *core, struct lead *lead)
{
    uint32_t weight = lead->charged;
    lead->charged = 0;
    if (weight > 0)
        book(core, core->reps.reps[lead->rep], -(int64_t)weight * POLICY_LEAD);
}

void fair_share_returned(struct core *core, struct lead *lead, enum core_cause cause)
{
    bool was_refused = cause == CAUSE_DECLINED || cause == CAUSE_OFFER_EXPIRED || cause == CAUSE_NO_ANSWER || cause == CAUSE_DEVICE_BUSY ||
                       cause == CAUSE_DIAL_FAILED || cause == CAUSE_CONNECT_TIMEOUT;
    bool was_accepted = lead->state == LEAD_ASSIGNED;
    if (was_accepted ? cause == CAUSE_TAKEN_BACK || cause == CAUSE_ASSIGNED : !was_refused || !core->config->refused_counts)
        fair_share_credit(core, lead);
    lead->charged = 0;
}

int32_t fair_share_owed(const struct fair_share *ledger, const struct rep *rep)
{
    if (!rep->is_present)
        return (int32_t)(-rep->rank.account * 100 / POLICY_LEAD);
    int64_t owed = ledger->total * rep->rank.share / ledger->shares - rep->rank.account;
    return (int32_t)(owed * 100 / POLICY_LEAD);
}

/* ---- who is there ------------------------------------------------------------------ */

static bool should_be_present(const struct rep *rep)
{
    return rep->configured && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static void come(struct core *core, struct rep *rep)
{
    struct fair_share *ledger = &core->fair_share;
    int64_t owed = -rep->rank.account, share = rep->rank.share;
    uint64_t missed = ledger->given - rep->share_mark, most = core->config->absent_leads_max;
    if (most > 0) {
        uint64_t accrued = missed * POLICY_LEAD * (uint64_t)share / (uint64_t)(ledger->shares + share);
        owed += (int64_t)(accrued < most * POLICY_LEAD ? accrued : most * POLICY_LEAD);
    }
    rep->rank.account = (ledger->shares > 0 ? floor_divide(ledger->total * share, ledger->shares) : 0) - owed;
    join(ledger, rep);
}

static void go(struct core *core, struct rep *rep)
{
    struct fair_share *ledger = &core->fair_share;
    int64_t owed = floor_divide(ledger->total * rep->rank.share - rep->rank.account * ledger->shares, ledger->shares);
    part(ledger, rep);
    rep->rank.account = -owed;
    rep->share_mark = ledger->given;
}

static void set_shares(struct fair_share *ledger, int64_t shares)
{
    ledger->total = ledger->shares > 0 ? floor_divide(ledger->total * shares, ledger->shares) : 0;
    ledger->shares = shares;
}

static void join(struct fair_share *ledger, struct rep *rep)
{
    rep->is_present = true;
    set_shares(ledger, ledger->shares + rep->rank.share);
    stand(ledger, rep);
}

static void stand(struct fair_share *ledger, struct rep *rep)
{
    avl_insert(&ledger->by_start, &rep->start);
    /* As its neighbours, so that all who are ahead stand together; settle() judges. */
    const struct avl_node *next = avl_next(&rep->start), *prev = avl_prev(&rep->start);
    rep->rank.is_ahead = next ? AVL_ENTRY(next, struct rep, start)->rank.is_ahead && prev && AVL_ENTRY(prev, struct rep, start)->rank.is_ahead
                              : prev && AVL_ENTRY(prev, struct rep, start)->rank.is_ahead;
}

static void part(struct fair_share *ledger, struct rep *rep)
{
    avl_remove(&ledger->by_start, &rep->start);
    set_shares(ledger, ledger->shares - rep->rank.share);
    rep->is_present = rep->rank.is_ahead = false;
}

/* ---- what they had ------------------------------------------------------------------- */

static void book(struct core *core, struct rep *rep, int64_t amount)
{
    struct fair_share *ledger = &core->fair_share;
    bool is_present = rep->is_present;
    rep_before_change(core, rep);
    if (is_present)
        avl_remove(&ledger->by_start, &rep->start);
    rep->rank.account += amount;
    if (is_present)
        stand(ledger, rep);
    if (ledger->shares > 0)
        ledger->total += amount;
    settle(core);
    rep_relink(core, rep);
    rep_record(core, rep);
    if (ledger->total > TOTAL_FAR)
        come_nearer(core);
    record_total(core);
}

/* Everybody goes back by the same time: orders, sides and what is owed stay as they are. */
static void come_nearer(struct core *core)
{
    struct fair_share *ledger = &core->fair_share;
    int64_t time = ledger->shares > 0 ? ledger->total / ledger->shares : 0;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep || !rep->is_present)
            continue;
        rep->rank.account -= time * rep->rank.share;
        rep_record(core, rep);
    }
    ledger->total -= time * ledger->shares;
}

static void record_total(struct core *core)
{
    core->fair_share.revision = core_next_revision(core);
    desk_record(core, NULL);
}

/* ---- who is ahead ---------------------------------------------------------------------- */

static int compare_starts(const struct avl_node *a, const struct avl_node *b)
{
    const struct rep *x = AVL_ENTRY(a, struct rep, start), *y = AVL_ENTRY(b, struct rep, start);
    int64_t start_x = x->rank.account * y->rank.share, start_y = y->rank.account * x->rank.share;
    if (start_x != start_y)
        return start_x < start_y ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static bool is_ahead(const struct fair_share *ledger, const struct rep *rep)
{
    return rep->rank.account * ledger->shares >= (ledger->total + POLICY_LEAD) * rep->rank.share;
}

/* The first that is ahead by the side it stands on; NULL: nobody is. */
static struct avl_node *find_border(const struct fair_share *ledger)
{
    struct avl_node *first = NULL;
    for (struct avl_node *node = ledger->by_start.root; node;) {
        bool ahead = AVL_ENTRY(node, struct rep, start)->rank.is_ahead;
        first = ahead ? node : first;
        node = ahead ? node->left : node->right;
    }
    return first;
}

static struct avl_node *last_node(const struct avl_tree *tree)
{
    struct avl_node *node = tree->root;
    while (node && node->right)
        node = node->right;
    return node;
}

static void change_side(struct core *core, struct rep *rep)
{
    bool is_ready = rep->is_ready;
    if (is_ready)
        rep_before_change(core, rep);
    rep->rank.is_ahead = !rep->rank.is_ahead;
    if (is_ready)
        rep_relink(core, rep);
}

static void settle(struct core *core)
{
    struct fair_share *ledger = &core->fair_share;
    struct avl_node *node = find_border(ledger);
    while (node && !is_ahead(ledger, AVL_ENTRY(node, struct rep, start))) {
        change_side(core, AVL_ENTRY(node, struct rep, start));
        node = avl_next(node);
    }
    node = node ? avl_prev(node) : last_node(&ledger->by_start);
    while (node && is_ahead(ledger, AVL_ENTRY(node, struct rep, start))) {
        change_side(core, AVL_ENTRY(node, struct rep, start));
        node = avl_prev(node);
    }
}

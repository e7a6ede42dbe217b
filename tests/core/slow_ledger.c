/* SPDX-License-Identifier: Apache-2.0
 *
 * The fair share ledger of policy `weighted`: sums anew each time.
 */
#include "slow_desk_internal.h"

int64_t sum_shares(const struct slow_desk *desk)
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
void attend(struct slow_desk *desk, int number)
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

void uncharge(struct slow_desk *desk, struct slow_lead *lead)
{
    desk->reps[lead->rep].account -= (int64_t)lead->charged * 65536;
    if (sum_shares(desk) > 0)
        desk->total -= (int64_t)lead->charged * 65536;
    lead->charged = 0;
}

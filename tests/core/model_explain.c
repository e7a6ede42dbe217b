/* SPDX-License-Identifier: Apache-2.0 */
#include "model_explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core_explain.h"

struct comparing {
    const struct slow_decision *noted;
    bool is_here, is_complete, is_found;   /* is_here: what is told now is of the noted decision */
    uint32_t told;
};

static void fail(const struct slow_decision *noted, const char *what, const char *told, const char *wanted)
{
    fprintf(stderr, "explanation of lead %llu offer %u: %s is '%s', must be '%s'\n", (unsigned long long)noted->lead.number,
            noted->offer_number, what, told, wanted);
    abort();
}

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names,
                      const uint8_t *levels, uint32_t require_count, const char *because)
{
    (void)context, (void)lead, (void)rule, (void)names, (void)levels, (void)require_count, (void)because;
}

static void hear_decision(void *context, const struct core_decision_view *view)
{
    struct comparing *comparing = context;
    const struct slow_decision *noted = comparing->noted;
    comparing->is_here = view->offer_number == noted->offer_number;
    if (!comparing->is_here)
        return;
    comparing->is_found = true;
    comparing->is_complete = view->complete;
    if (strcmp(view->rep, noted->chosen) != 0)
        fail(noted, "the chosen rep", view->rep, noted->chosen);
    if (view->at_ms != noted->at_ms || view->config_version != noted->config_version)
        fail(noted, "time or version", "other", "the same");
    if (view->complete && strcmp(view->policy, noted->policy) != 0)
        fail(noted, "policy", view->policy, noted->policy);
}

static void hear_candidate(void *context, const struct core_candidate *told)
{
    struct comparing *comparing = context;
    const struct slow_decision *noted = comparing->noted;
    char rank[16], wanted[16];
    uint32_t at = 0;
    if (!comparing->is_here)
        return;
    comparing->told++;
    while (at < noted->count && strcmp(noted->candidates[at].rep, told->rep) != 0)
        at++;
    if (at == noted->count)
        fail(noted, "a candidate", told->rep, "in the rules");
    if (strcmp(told->excluded_by, noted->candidates[at].excluded_by) != 0)
        fail(noted, told->rep, told->excluded_by, noted->candidates[at].excluded_by);
    snprintf(rank, sizeof rank, "rank %u", told->rank);
    snprintf(wanted, sizeof wanted, "rank %u", noted->candidates[at].rank);
    if (told->rank != noted->candidates[at].rank || told->chosen != (strcmp(told->rep, noted->chosen) == 0) || told->chosen != (told->rank == 1))
        fail(noted, told->rep, rank, wanted);
}

static bool compare(struct model_explain *model, struct core *core, const struct slow_decision *noted)
{
    struct comparing comparing = {.noted = noted};
    const struct core_explain_visitor visitor = {&comparing, hear_lead, hear_decision, hear_candidate};
    if (!core_explain(core, noted->lead, &visitor) || !comparing.is_found)
        return false;
    if (comparing.is_complete && comparing.told != noted->count)
        fail(noted, "candidates", "not all told", "all of the rules");
    model->compared += comparing.is_complete;
    model->incomplete += !comparing.is_complete;
    return true;
}

void model_explain_step(struct model_explain *model, struct core *core, const struct slow_desk *slow)
{
    const struct slow_decision *decisions;
    uint32_t count = slow_desk_decisions(slow, &decisions);
    for (uint32_t i = 0; i < count; i++) {
        bool is_last_of_lead = true;
        for (uint32_t k = i + 1; k < count; k++)
            is_last_of_lead &= !desk_id_equal(decisions[i].lead, decisions[k].lead);
        model->noted[model->next++ % NOTED_DECISIONS] = decisions[i];
        if (!compare(model, core, &decisions[i]) && is_last_of_lead)
            fail(&decisions[i], "a decision", "not told", "told");
    }
    if (model->next > 0)   /* one of those before: what came after must not matter */
        compare(model, core, &model->noted[model->steps++ * 7 % (model->next < NOTED_DECISIONS ? model->next : NOTED_DECISIONS)]);
}

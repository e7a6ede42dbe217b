/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_act.h"

#include <string.h>

#include "json_out.h"
#include "rep_text.h"
#include "rep_words.h"
#include "wall_clock.h"

enum act_kind { ACT_ACCEPT, ACT_DECLINE, ACT_TOUCH, ACT_COMPLETE, ACT_TRANSFER, ACT_PULL, ACT_BREAK, ACT_READY, ACT_LOG_OFF };

static const struct { const char *name; bool has_lead, has_words; enum item_state of; } acts[] = {
    [ACT_ACCEPT] = {"accept", true, false, ITEM_OFFERED},  [ACT_DECLINE] = {"decline", true, true, ITEM_OFFERED},
    [ACT_TOUCH] = {"touch", true, false, ITEM_HELD},       [ACT_COMPLETE] = {"complete", true, true, ITEM_HELD},
    [ACT_TRANSFER] = {"transfer", true, true, ITEM_HELD},  [ACT_PULL] = {"pull", true, false, ITEM_GONE},
    [ACT_BREAK] = {"break", false, true, ITEM_GONE},       [ACT_READY] = {"ready", false, false, ITEM_GONE},
    [ACT_LOG_OFF] = {"log-off", false, false, ITEM_GONE},
};
enum { ACT_COUNT = sizeof acts / sizeof acts[0] };

/* False: too long. */
static bool join(struct rep_act *act, const char *const *given, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        const int more = snprintf(act->words + size, sizeof act->words - size, "%s%s", i > 0 ? " " : "", given[i]);
        if (more < 0 || (size_t)more >= sizeof act->words - size)
            return false;
        size += (size_t)more;
    }
    return true;
}

/* The words are cut up when the time comes: here it is seen whether they can be. */
static const char *try_words(const struct rep_act *act)
{
    struct lw_completion completion;
    struct lw_transfer transfer;
    char words[REP_ACT_WORDS_SIZE];
    memcpy(words, act->words, sizeof words);
    if (act->kind == ACT_COMPLETE)
        return rep_words_completion(words, wall_clock_unix_ms(), &completion);
    return act->kind == ACT_TRANSFER ? rep_words_transfer(words, wall_clock_unix_ms(), &transfer) : NULL;
}

const char *rep_act_read(struct rep_act *act, const char *const *given, size_t count, const char *note)
{
    *act = (struct rep_act){.name = given[0], .lead_id = "", .note = note};
    while (act->kind < ACT_COUNT && strcmp(acts[act->kind].name, given[0]) != 0)
        act->kind++;
    if (act->kind == ACT_COUNT)
        return "there is no such act: accept, decline, touch, complete, transfer, pull, break, ready, log-off";
    const size_t before = acts[act->kind].has_lead ? 2 : 1;
    if (count < before)
        return "this act needs a lead's id";
    if (count > before && !acts[act->kind].has_words)
        return "that is one word too many for this act";
    if (note != NULL && act->kind != ACT_COMPLETE && act->kind != ACT_TRANSFER)
        return "--note goes with complete and transfer";
    if (before == 2)
        act->lead_id = given[1];
    return join(act, given + before, count - before) ? try_words(act) : rep_text("wrong_length");
}

static void finish(struct rep_act *act, lw_outcome outcome, const char *reason)
{
    act->is_done = true;
    act->outcome = outcome;
    snprintf(act->reason, sizeof act->reason, "%s", reason);
}

static struct rep_item *find_item(struct rep_desk *desk, const struct rep_act *act)
{
    for (size_t i = 0; i < desk->item_count; i++) {
        if (desk->items[i].state == acts[act->kind].of && strcmp(desk->items[i].lead_id, act->lead_id) == 0)
            return &desk->items[i];
    }
    return NULL;
}

static lw_status end_lead(struct rep_act *act, struct rep_desk *desk, struct rep_item *item)
{
    struct lw_completion completion;
    struct lw_transfer transfer;
    if (act->kind == ACT_TRANSFER) {
        if (rep_words_transfer(act->words, wall_clock_unix_ms(), &transfer) != NULL)
            return LW_INVALID;
        transfer.note = act->note;
        return rep_desk_transfer(desk, item, &transfer);
    }
    if (rep_words_completion(act->words, wall_clock_unix_ms(), &completion) != NULL)
        return LW_INVALID;
    completion.note = act->note;
    return rep_desk_complete(desk, item, &completion);
}

static lw_status ask(struct rep_act *act, struct rep_desk *desk, struct rep_item *item)
{
    switch ((enum act_kind)act->kind) {
    case ACT_ACCEPT: return rep_desk_accept(desk, item);
    case ACT_DECLINE: return rep_desk_decline(desk, item, act->words);
    case ACT_TOUCH: return rep_desk_touch(desk, item);
    case ACT_COMPLETE:
    case ACT_TRANSFER: return end_lead(act, desk, item);
    case ACT_PULL: return rep_desk_pull(desk, act->lead_id);
    case ACT_BREAK: return rep_desk_set_state(desk, LW_REP_BREAK, act->words);
    case ACT_READY: return rep_desk_set_state(desk, LW_REP_AVAILABLE, "");
    case ACT_LOG_OFF: break;
    }
    return LW_INVALID;
}

void rep_act_take(struct rep_act *act, struct rep_desk *desk, const struct lw_rep_event *event)
{
    if (event->kind == LW_REP_ANSWER && act->is_asked) {
        finish(act, event->outcome, event->reason);
        return;
    }
    if (event->kind != LW_REP_SNAPSHOT || act->is_asked)
        return;
    act->is_asked = true;
    struct rep_item *item = find_item(desk, act);
    if (act->kind == ACT_LOG_OFF) {
        finish(act, LW_OUTCOME_ACCEPTED, "");
    } else if (item == NULL && acts[act->kind].of != ITEM_GONE) {
        finish(act, LW_OUTCOME_NOT_YOURS, acts[act->kind].of == ITEM_OFFERED ? "this lead is not offered to you" : "this lead is not in your hands");
    } else {
        const lw_status status = ask(act, desk, item);
        if (status != LW_OK)
            finish(act, LW_OUTCOME_REJECTED, status == LW_INVALID || status == LW_TOO_LARGE ? lw_rep_error(desk->rep) : lw_status_text(status));
    }
}

bool rep_act_print(const struct rep_act *act, const struct rep_desk *desk)
{
    struct json_out out;
    json_begin_line(&out, stdout);
    json_put_text(&out, "rep", desk->name);
    json_put_text(&out, "act", act->name);
    json_put_text(&out, "lead_id", act->lead_id[0] != '\0' ? act->lead_id : NULL);
    json_put_text(&out, "outcome", act->is_done ? lw_outcome_name(act->outcome) : "unknown");
    json_put_text(&out, "reason", act->reason);
    json_end_line(&out);
    return fflush(stdout) == 0;
}

bool rep_act_logs_off(const struct rep_act *act)
{
    return act->kind == ACT_LOG_OFF && act->is_done;
}

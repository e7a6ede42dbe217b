/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_undo.h"

#include <assert.h>
#include <string.h>

#include "rep_text.h"
#include "rep_words.h"
#include "wall_clock.h"

static bool is_of(const struct rep_waiting *row, const struct rep_item *item)
{
    return row->due_ms != 0 && row->offer_number == item->offer_number && strcmp(row->lead_id, item->lead_id) == 0;
}

/* NULL: the lead is no longer the rep's by that offer. */
static struct rep_item *item_of(struct rep_desk *desk, const struct rep_waiting *row)
{
    for (size_t i = 0; i < desk->item_count; i++) {
        if (desk->items[i].state == ITEM_ENDING && is_of(row, &desk->items[i]))
            return &desk->items[i];
    }
    return NULL;
}

static struct rep_waiting *find(struct rep_undo *undo, const struct rep_item *item)
{
    for (size_t i = 0; i < REP_UNDO_MAX; i++) {
        if (is_of(&undo->rows[i], item))
            return &undo->rows[i];
    }
    return NULL;
}

/* The oldest or the newest; NULL: none waits. */
static struct rep_waiting *extreme(struct rep_undo *undo, bool is_newest)
{
    struct rep_waiting *found = NULL;
    for (size_t i = 0; i < REP_UNDO_MAX; i++) {
        struct rep_waiting *row = &undo->rows[i];
        if (row->due_ms != 0 && (found == NULL || (row->order > found->order) == is_newest))
            found = row;
    }
    return found;
}

/* The break that waits for the last lead in hand is asked for before that lead is given up: no offer comes between. */
static lw_status break_first(struct rep_desk *desk)
{
    if (!desk->break_after_lead || rep_desk_held_count(desk) != 1)
        return LW_OK;
    const lw_status status = rep_desk_set_state(desk, LW_REP_BREAK, desk->break_reason);
    if (status == LW_OK)
        desk->break_after_lead = false;
    return status;
}

static lw_status send(struct rep_desk *desk, struct rep_waiting *row)
{
    struct rep_item *item = item_of(desk, row);
    row->due_ms = 0;
    if (item == NULL)
        return LW_OK;   /* the rep was told that it is gone */
    row->completion.note = row->transfer.note = item->note;
    lw_status status = break_first(desk);
    if (status == LW_OK)
        status = row->is_transfer ? rep_desk_transfer(desk, item, &row->transfer) : rep_desk_complete(desk, item, &row->completion);
    if (status != LW_OK)
        item->state = ITEM_HELD;
    return status;
}

static struct rep_waiting *free_row(struct rep_undo *undo, struct rep_desk *desk, lw_status *status)
{
    for (size_t i = 0; i < REP_UNDO_MAX; i++) {
        if (undo->rows[i].due_ms == 0)
            return &undo->rows[i];
    }
    struct rep_waiting *oldest = extreme(undo, false);
    *status = send(desk, oldest);
    return oldest;
}

/* Cuts the words up. Why they are not understood, in words for people; else NULL. */
static const char *read_words(struct rep_waiting *row)
{
    return row->is_transfer ? rep_words_transfer(row->words, wall_clock_unix_ms(), &row->transfer)
                            : rep_words_completion(row->words, wall_clock_unix_ms(), &row->completion);
}

const char *rep_undo_end(struct rep_undo *undo, struct rep_desk *desk, struct rep_item *item, bool is_transfer, const char *words, uint64_t now_ms,
                         lw_status *status)
{
    struct rep_waiting trial = {.is_transfer = is_transfer}, *row = find(undo, item);
    *status = LW_OK;
    if (strlen(words) >= sizeof trial.words)
        return rep_text("wrong_length");
    if (strlen(item->note) > REP_KEPT_NOTE_MAX)
        return rep_text("wrong_note");
    snprintf(trial.words, sizeof trial.words, "%s", words);
    const char *why = read_words(&trial);
    if (why != NULL)
        return why;
    if (row == NULL)
        row = free_row(undo, desk, status);
    *row = (struct rep_waiting){.due_ms = now_ms + undo->wait_ms, .order = ++undo->order, .offer_number = item->offer_number, .is_transfer = is_transfer};
    snprintf(row->lead_id, sizeof row->lead_id, "%s", item->lead_id);
    snprintf(row->words, sizeof row->words, "%s", words);
    why = read_words(row);   /* what it gives points into the row */
    assert(why == NULL);
    item->state = ITEM_ENDING;
    if (undo->wait_ms == 0)
        *status = send(desk, row);
    return NULL;
}

struct rep_item *rep_undo_back(struct rep_undo *undo, struct rep_desk *desk, const struct rep_item *item)
{
    struct rep_waiting *row;
    while ((row = item != NULL ? find(undo, item) : extreme(undo, true)) != NULL) {
        struct rep_item *mine = item_of(desk, row);
        row->due_ms = 0;
        if (mine != NULL) {
            mine->state = ITEM_HELD;
            return mine;
        }
    }
    return NULL;
}

lw_status rep_undo_send(struct rep_undo *undo, struct rep_desk *desk, uint64_t now_ms)
{
    lw_status worst = LW_OK;
    struct rep_waiting *row;
    while ((row = extreme(undo, false)) != NULL && row->due_ms <= now_ms) {
        const lw_status status = send(desk, row);
        worst = status != LW_OK ? status : worst;
    }
    return worst;
}

bool rep_undo_now(struct rep_undo *undo, struct rep_desk *desk, const struct rep_item *item, lw_status *status)
{
    struct rep_waiting *row = item != NULL ? find(undo, item) : extreme(undo, false);
    *status = LW_OK;
    if (row == NULL)
        return false;
    *status = item != NULL ? send(desk, row) : rep_undo_send(undo, desk, UINT64_MAX);
    return true;
}

uint64_t rep_undo_left_ms(struct rep_undo *undo, const struct rep_item *item, uint64_t now_ms)
{
    const struct rep_waiting *row = find(undo, item);
    if (row == NULL || item->state != ITEM_ENDING)
        return 0;
    return row->due_ms > now_ms ? row->due_ms - now_ms : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_box.h"

#include "lw_log.h"
#include "wall_clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum turn { TURN_GO_ON, TURN_STOP };

static bool is_held(struct mail_box *box, const char *name, uint64_t now_ms);
static void hold(struct mail_box *box, struct mail_item *item, const char *why);
static struct mail_item *find_item(struct mail_box *box, const char *name);
static struct mail_item *oldest_waiting(struct mail_box *box);
static enum turn handle(struct mail_box *box, struct mail_item *item);
static enum turn take(struct mail_box *box, struct mail_item *item, const void *bytes, size_t size);
static void on_outcome(void *context, const struct mail_outcome *outcome);
static enum turn end(struct mail_box *box, struct mail_item *item, const struct mail_outcome *outcome);
static void finish(struct mail_box *box, struct mail_item *item, enum mail_reason reason, const char *outcome,
                   const char *lead_id);
static void back_off(struct mail_box *box, uint32_t at_least_ms, const char *why);

lw_status mail_box_open(const struct mail_source_config *source, const struct mail_box_tools *tools,
                        struct mail_box **out)
{
    struct mail_box *box = calloc(1, sizeof *box);
    *out = NULL;
    if (!box)
        return LW_NO_MEMORY;
    box->source = source;
    box->tools = tools;
    box->maildir.new_fd = box->quarantine.new_fd = -1;
    const char *path = source->maildir;
    lw_status status = maildir_open(path, &box->maildir);
    if (status == LW_OK) {
        path = source->quarantine;
        status = maildir_open(path, &box->quarantine);
    }
    if (status != LW_OK) {
        log_error("source=%s: the maildir %s cannot be opened: %s", source->source.name, path,
                  status == LW_IO ? strerror(errno) : lw_status_text(status));
        mail_box_close(&box);
        return status;
    }
    *out = box;
    return LW_OK;
}

void mail_box_close(struct mail_box **box)
{
    struct mail_box *closing = *box;
    if (!closing)
        return;
    for (size_t i = 0; i < BOX_MAILS_MAX; i++) {
        if (closing->items[i].state == MAIL_STATE_IN_FLIGHT)
            mail_intake_drop(&closing->tools->intake, &closing->items[i].request);
    }
    maildir_close(&closing->maildir);
    maildir_close(&closing->quarantine);
    free(closing);
    *box = NULL;
}

/* Forgets waiting mails that went away, learns new ones while there is room. */
static void take_over(struct mail_box *box, const struct maildir_entry *entries, size_t count)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    for (size_t i = 0; i < BOX_MAILS_MAX; i++) {
        if (box->items[i].state == MAIL_STATE_WAITING)
            box->items[i].state = MAIL_STATE_FREE;
    }
    size_t slot = 0;
    for (size_t i = 0; i < count; i++) {
        if (find_item(box, entries[i].name) || is_held(box, entries[i].name, now_ms))
            continue;
        while (slot < BOX_MAILS_MAX && box->items[slot].state != MAIL_STATE_FREE)
            slot++;
        if (slot == BOX_MAILS_MAX)
            return;
        box->items[slot] = (struct mail_item){.box = box, .entry = entries[i], .state = MAIL_STATE_WAITING};
    }
}

void mail_box_scan(struct mail_box *box)
{
    enum { LISTED_MAX = BOX_MAILS_MAX + BOX_HELD_MAX };
    if (box->more_than_known && oldest_waiting(box))
        return;
    struct maildir_entry *entries = calloc(LISTED_MAX, sizeof *entries);
    size_t count = 0, total = 0;
    box->unreadable = !entries || maildir_list(&box->maildir, entries, LISTED_MAX, &count, &total) != LW_OK;
    if (box->unreadable) {
        log_warning("source=%s: the maildir cannot be listed: %s", box->source->source.name, strerror(errno));
        free(entries);
        return;
    }
    take_over(box, entries, count);
    box->more_than_known = total > BOX_MAILS_MAX;
    free(entries);
}

bool mail_box_turn(struct mail_box *box)
{
    const struct mail_config *config = box->tools->config;
    if (wall_clock_monotonic_ms() < box->resume_ms)
        return false;
    for (int i = 0; i < BOX_MAILS_A_TURN; i++) {
        if (box->in_flight >= config->in_flight_max)
            return false;
        struct mail_item *item = oldest_waiting(box);
        if (!item && box->more_than_known) {
            mail_box_scan(box);
            item = oldest_waiting(box);
        }
        if (!item || handle(box, item) == TURN_STOP)
            return false;
    }
    return true;
}

uint32_t mail_box_waiting(const struct mail_box *box)
{
    uint32_t count = 0;
    for (size_t i = 0; i < BOX_MAILS_MAX; i++)
        count += box->items[i].state != MAIL_STATE_FREE;
    return count;
}

static struct mail_item *oldest_waiting(struct mail_box *box)
{
    struct mail_item *oldest = NULL;
    for (size_t i = 0; i < BOX_MAILS_MAX; i++) {
        struct mail_item *item = &box->items[i];
        if (item->state != MAIL_STATE_WAITING)
            continue;
        if (!oldest || item->entry.arrived_unix_ns < oldest->entry.arrived_unix_ns ||
            (item->entry.arrived_unix_ns == oldest->entry.arrived_unix_ns &&
             strcmp(item->entry.name, oldest->entry.name) < 0))
            oldest = item;
    }
    return oldest;
}

static struct mail_item *find_item(struct mail_box *box, const char *name)
{
    for (size_t i = 0; i < BOX_MAILS_MAX; i++) {
        if (box->items[i].state != MAIL_STATE_FREE && strcmp(box->items[i].entry.name, name) == 0)
            return &box->items[i];
    }
    return NULL;
}

static bool is_held(struct mail_box *box, const char *name, uint64_t now_ms)
{
    for (size_t i = 0; i < BOX_HELD_MAX; i++) {
        if (box->held[i].until_ms > now_ms && strcmp(box->held[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Leaves the file alone for a while; the others go on. With no place free, the one due first is tried earlier. */
static void hold(struct mail_box *box, struct mail_item *item, const char *why)
{
    struct mail_held *place = &box->held[0];
    for (size_t i = 0; i < BOX_HELD_MAX; i++) {
        if (strcmp(box->held[i].name, item->entry.name) == 0) {
            place = &box->held[i];
            break;
        }
        if (box->held[i].until_ms < place->until_ms)
            place = &box->held[i];
    }
    memcpy(place->name, item->entry.name, sizeof place->name);
    place->until_ms = wall_clock_monotonic_ms() + BOX_HOLD_MS;
    box->warnings++;
    log_warning("source=%s: mail %s %s; next try in %d s", box->source->source.name, item->entry.name, why,
                BOX_HOLD_MS / 1000);
    item->state = MAIL_STATE_FREE;
}

static enum turn handle(struct mail_box *box, struct mail_item *item)
{
    void *bytes = NULL;
    size_t size = 0;
    enum turn turn = TURN_GO_ON;
    lw_status status = maildir_read(&box->maildir, item->entry.name, box->tools->config->mail_size_max, &bytes, &size);
    if (status == LW_OK) {
        turn = take(box, item, bytes, size);
    } else if (status == LW_TOO_LARGE) {
        finish(box, item, MAIL_TOO_LARGE, mail_reason_name(MAIL_TOO_LARGE), NULL);
    } else if (status == LW_NOT_FOUND) {
        item->state = MAIL_STATE_FREE;   /* somebody else took it */
    } else if (status == LW_NO_MEMORY) {
        back_off(box, 0, "no memory to read a mail");
        turn = TURN_STOP;
    } else {
        hold(box, item, "cannot be read");
    }
    free(bytes);
    return turn;
}

static enum turn take(struct mail_box *box, struct mail_item *item, const void *bytes, size_t size)
{
    struct mail_outcome outcome;
    item->request = (struct mail_request){.done = on_outcome, .context = item};
    if (mail_intake_take(&box->tools->intake, &box->source->source, bytes, size, item->entry.arrived_unix_ns / 1000000,
                         &item->request, &outcome))
        return end(box, item, &outcome);
    item->state = MAIL_STATE_IN_FLIGHT;
    box->in_flight++;
    return TURN_GO_ON;
}

static void on_outcome(void *context, const struct mail_outcome *outcome)
{
    struct mail_item *item = context;
    struct mail_box *box = item->box;
    assert(item->state == MAIL_STATE_IN_FLIGHT && box->in_flight > 0);
    box->in_flight--;
    item->state = MAIL_STATE_WAITING;
    if (end(box, item, outcome) == TURN_STOP)
        return;   /* the timer goes on with it */
    box->back_off_ms = 0;
    box->resume_ms = 0;
    box->tools->wake(box->tools->wake_context);
}

static enum turn end(struct mail_box *box, struct mail_item *item, const struct mail_outcome *outcome)
{
    if (outcome->end == MAIL_END_LATER) {
        back_off(box, outcome->retry_after_ms, outcome->why);
        return TURN_STOP;
    }
    if (outcome->reason == MAIL_REJECTED)
        log_warning("source=%s: the broker rejected mail %s: %s", box->source->source.name, item->entry.name, outcome->why);
    box->duplicates += outcome->duplicate;
    finish(box, item, outcome->reason, mail_outcome_name(outcome), outcome->lead_id);
    return TURN_GO_ON;
}

/* The mail's end: moved to where it belongs. */
static void finish(struct mail_box *box, struct mail_item *item, enum mail_reason reason, const char *outcome,
                   const char *lead_id)
{
    const char *name = item->entry.name;
    bool quarantine = mail_reason_place(reason) == MAIL_QUARANTINE;
    lw_status status = quarantine ? maildir_move(&box->maildir, name, &box->quarantine)
                                  : maildir_finish(&box->maildir, name);
    if (status == LW_IO) {
        /* Read again later; the broker will then say "duplicate". */
        hold(box, item, quarantine ? "cannot be moved to quarantine" : "cannot be moved to cur");
        return;
    }
    box->done[reason]++;
    decisions_log_add(box->tools->decisions, box->source->source.name, name, outcome, lead_id);
    log_info("mail done source=%s file=%s outcome=%s%s%s%s", box->source->source.name, name, outcome,
             quarantine ? " quarantined" : "", lead_id && lead_id[0] ? " lead=" : "", lead_id ? lead_id : "");
    item->state = MAIL_STATE_FREE;
}

static void back_off(struct mail_box *box, uint32_t at_least_ms, const char *why)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    if (now_ms < box->resume_ms)
        return;   /* one of several in flight that hear the same */
    uint32_t next = box->back_off_ms ? 2 * box->back_off_ms : BOX_BACK_OFF_MIN_MS;
    box->back_off_ms = next > BOX_BACK_OFF_MAX_MS ? BOX_BACK_OFF_MAX_MS : next;
    uint32_t wait = at_least_ms > box->back_off_ms ? at_least_ms : box->back_off_ms;
    if (wait > BOX_BACK_OFF_MAX_MS)
        wait = BOX_BACK_OFF_MAX_MS;
    box->resume_ms = now_ms + wait;
    log_warning("source=%s: waiting %u ms, mails stay in new: %s", box->source->source.name, wait, why);
}

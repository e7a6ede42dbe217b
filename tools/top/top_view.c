/* SPDX-License-Identifier: Apache-2.0 */
#include "top_view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS_FIXED = 5, ROWS_QUEUES_MIN = 4, MINUTE_SLOTS = 60000 / TOP_SLOT_MS };

static const char *const help_lines[] = {
    "s        sort reps by name, state, load, last act",
    "/        show only queues and reps whose name has this in it; Esc: all again",
    "up, down, PgUp, PgDn, Home   scroll the reps",
    "?  h     this help, and back",
    "q        quit",
    "",
    "late     waits longer than the queue's service level; risk: longer than three quarters of it",
    "new/1m   leads that arrived on the channel in the last minute, new/15m: in the last 15, since this program runs",
};

const char *top_sort_name(enum top_sort sort)
{
    static const char *const names[TOP_SORTS] = {"name", "state", "load", "last act"};
    return names[sort];
}

const char *top_duration(int64_t ms, char text[16])
{
    const int64_t s = ms / 1000;
    if (ms < 0)
        snprintf(text, 16, "-");
    else if (s < 60)
        snprintf(text, 16, "%ds", (int)s);
    else if (s < 3600)
        snprintf(text, 16, "%dm%02ds", (int)(s / 60), (int)(s % 60));
    else if (s < 86400)
        snprintf(text, 16, "%dh%02dm", (int)(s / 3600), (int)(s % 3600 / 60));
    else
        snprintf(text, 16, "%dd%02dh", (int)(s / 86400 % 100000), (int)(s % 86400 / 3600));
    return text;
}

void top_lines_fini(struct top_lines *lines)
{
    free(lines->lines);
    *lines = (struct top_lines){0};
}

static bool __attribute__((format(printf, 3, 4))) add(struct top_lines *lines, enum top_style style, const char *format, ...)
{
    if (lines->count == lines->room) {
        const size_t room = lines->room == 0 ? 64 : lines->room * 2;
        struct top_line *grown = room <= 2 * TOP_LINES_MAX ? realloc(lines->lines, room * sizeof *grown) : NULL;
        if (grown == NULL)
            return false;
        lines->lines = grown;
        lines->room = room;
    }
    va_list arguments;
    struct top_line *line = &lines->lines[lines->count++];
    line->style = style;
    va_start(arguments, format);
    vsnprintf(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
    for (char *at = line->text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
            *at = '?';   /* a store's words may have anything in them */
    }
    return true;
}

/* ---- order */

struct ordered { const struct top_view *view; const struct top_model *model; };

/* qsort has no argument for it; one thread draws. */
static struct ordered ordered;

static int by_number(uint64_t a, uint64_t b)   /* the larger first */
{
    return a > b ? -1 : a < b;
}

/* Higher: somebody waits for longer. */
static uint64_t longest_rank(const struct top_queue *queue)
{
    return queue->waiting > 0 ? UINT64_MAX - (uint64_t)queue->oldest_unix_ms : 0;
}

static int compare_queues(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct top_queue *one = &ordered.model->queues[a], *other = &ordered.model->queues[b];
    int order = by_number(one->late, other->late);
    if (order == 0)
        order = by_number(one->at_risk, other->at_risk);
    if (order == 0)
        order = by_number(longest_rank(one), longest_rank(other));
    return order != 0 ? order : strcmp(ordered.model->queue_names.names[a], ordered.model->queue_names.names[b]);
}

static int state_rank(const struct top_rep *rep)
{
    static const int ranks[] = {[LW_REP_AVAILABLE] = 0, [LW_REP_WRAP_UP] = 1, [LW_REP_BREAK] = 2, [LW_REP_AWAY] = 3, [LW_REP_OFFLINE] = 4, [LW_REP_STATE_NONE] = 5};
    return rep->state <= LW_REP_AWAY ? ranks[rep->state] : 5;
}

static int compare_reps(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct top_rep *one = &ordered.model->reps[a], *other = &ordered.model->reps[b];
    int order = 0;
    if (ordered.view->sort == TOP_BY_STATE)
        order = state_rank(one) - state_rank(other);
    else if (ordered.view->sort == TOP_BY_LOAD)
        order = by_number(one->load, other->load);
    else if (ordered.view->sort == TOP_BY_LAST_ACT)
        order = by_number((uint64_t)one->last_act_unix_ms, (uint64_t)other->last_act_unix_ms);
    return order != 0 ? order : strcmp(ordered.model->rep_names.names[a], ordered.model->rep_names.names[b]);
}

uint32_t top_view_order_queues(const struct top_view *view, const struct top_model *model, uint32_t *order)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->queue_names.count && i < model->queue_room; i++) {
        if (strstr(model->queue_names.names[i], view->filter) != NULL)
            order[count++] = i;
    }
    ordered = (struct ordered){view, model};
    qsort(order, count, sizeof *order, compare_queues);
    return count;
}

uint32_t top_view_order_reps(const struct top_view *view, const struct top_model *model, uint32_t *order)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->rep_names.count && i < model->rep_room; i++) {
        if (model->reps[i].is_known && strstr(model->rep_names.names[i], view->filter) != NULL)
            order[count++] = i;
    }
    ordered = (struct ordered){view, model};
    qsort(order, count, sizeof *order, compare_reps);
    return count;
}

/* ---- parts */

static bool draw_title(const struct top_view *view, const struct top_model *model, int64_t now_unix_ms, struct top_lines *lines)
{
    const struct top_broker *broker = &model->broker;
    char uptime[16], clock[16] = "";
    const time_t seconds = (time_t)(now_unix_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local) != NULL)
        strftime(clock, sizeof clock, "%H:%M:%S", &local);
    if (!broker->is_known)
        return add(lines, TOP_TITLE, "leadwire top   %s", view->banner != NULL ? "no broker yet" : "asking the broker...");
    return add(lines, TOP_TITLE, "leadwire top   desk %s   %s   broker %s, up %s   rules version %" PRIu32, broker->desk, clock, broker->version,
               top_duration((int64_t)(broker->uptime_ms % INT64_MAX), uptime), broker->config_version);
}

static bool draw_totals(const struct top_model *model, struct top_lines *lines)
{
    const struct top_broker *broker = &model->broker;
    uint64_t late = 0, at_risk = 0;
    for (uint32_t i = 0; i < model->queue_room; i++) {
        late += model->queues[i].late;
        at_risk += model->queues[i].at_risk;
    }
    return add(lines, late > 0 ? TOP_BAD : at_risk > 0 ? TOP_WARN : TOP_PLAIN,
               "leads  %" PRIu64 " waiting (%" PRIu64 " late, %" PRIu64 " at risk), %" PRIu64 " offered, %" PRIu64 " in hand, %" PRIu64 " parked, %" PRIu64
               " scheduled; %" PRIu64 " in, %" PRIu64 " completed since start",
               broker->waiting, late, at_risk, broker->offered, broker->connecting + broker->assigned, broker->parked, broker->scheduled,
               broker->published_total, broker->completed_total);
}

static bool draw_store(const struct top_model *model, struct top_lines *lines)
{
    const struct top_broker *broker = &model->broker;
    char checkpoint[16];
    return add(lines, strcmp(broker->store_state, "ready") == 0 ? TOP_GOOD : TOP_BAD,
               "store  %s, durability %s, %" PRIu64 " journal entries, checkpoint %s ago; %" PRIu64 " MiB of memory, %" PRIu64 " publishers, %" PRIu64
               " reps on, %" PRIu64 " available",
               broker->store_state, broker->durability, broker->journal_entries,
               top_duration((int64_t)(broker->checkpoint_age_ms % INT64_MAX), checkpoint), broker->memory_bytes >> 20, broker->publishers, broker->reps_on,
               broker->reps_available);
}

/* What is wrong with the connection, else what the store warns of, else nothing. */
static bool draw_banner(const struct top_view *view, const struct top_model *model, size_t height, struct top_lines *lines)
{
    if (view->banner != NULL)
        return add(lines, TOP_BAD, "%s", view->banner);
    if (height == 0) {
        for (size_t i = 0; i < model->broker.warning_count; i++) {
            if (!add(lines, TOP_WARN, "warning: %s", model->broker.warnings[i]))
                return false;
        }
        return true;
    }
    if (model->leads.untracked > 0)
        return add(lines, TOP_WARN, "more leads are open than are looked at here: queues and channels show %d of them", TOP_LEADS_MAX);
    return add(lines, TOP_WARN, "%s%s", model->broker.warning_count > 0 ? "warning: " : "", model->broker.warning_count > 0 ? model->broker.warnings[0] : "");
}

static bool draw_queue(const struct top_model *model, uint32_t index, int64_t now_unix_ms, struct top_lines *lines)
{
    const struct top_queue *queue = &model->queues[index];
    char longest[16], level[16];
    top_duration(queue->waiting > 0 ? now_unix_ms - queue->oldest_unix_ms : -1, longest);
    top_duration(queue->service_level_ms > 0 ? (int64_t)queue->service_level_ms : -1, level);
    return add(lines, queue->late > 0 ? TOP_BAD : queue->at_risk > 0 ? TOP_WARN : TOP_PLAIN,
               "%-24.24s %7" PRIu64 " %8s %6" PRIu64 " %6" PRIu64 " %8" PRIu64 " %8" PRIu64 " %8s", model->queue_names.names[index], queue->waiting, longest,
               queue->late, queue->at_risk, queue->offered, queue->in_hand, level);
}

static bool draw_queues(const struct top_view *view, const struct top_model *model, int64_t now_unix_ms, size_t rows_max, uint32_t *order,
                        struct top_lines *lines)
{
    const uint32_t count = top_view_order_queues(view, model, order);
    bool good = add(lines, TOP_HEAD, "%-24s %7s %8s %6s %6s %8s %8s %8s", "QUEUE", "WAITING", "LONGEST", "LATE", "RISK", "OFFERED", "IN HAND", "LEVEL");
    const bool all = count + 1 <= rows_max;
    for (uint32_t i = 0; good && i < count && (all || i + 2 < rows_max); i++)
        good = draw_queue(model, order[i], now_unix_ms, lines);
    if (good && count == 0)
        good = add(lines, TOP_DIM, "no queue%s", view->filter[0] != '\0' ? " with such a name" : " yet");
    if (good && !all)
        good = add(lines, TOP_DIM, "and %" PRIu32 " more", count - (uint32_t)(rows_max - 2));
    return good;
}

/* Who looks once knows of no arrivals. */
static bool draw_channels(const struct top_model *model, int64_t now_unix_ms, bool with_arrivals, struct top_lines *lines)
{
    bool good = add(lines, TOP_HEAD, "%-24s %7s %8s%s", "CHANNEL", "WAITING", "OPEN", with_arrivals ? " NEW/1m  NEW/15m" : "");
    for (int i = LW_CHANNEL_NONE + 1; good && i < LW_CHANNEL_COUNT; i++) {
        const uint64_t arrived = top_model_arrived(model, (lw_channel)i, now_unix_ms, TOP_SLOTS);
        char arrivals[64] = "";
        if (with_arrivals)
            snprintf(arrivals, sizeof arrivals, " %6" PRIu64 " %8" PRIu64, top_model_arrived(model, (lw_channel)i, now_unix_ms, MINUTE_SLOTS), arrived);
        if (model->channels[i].open > 0 || arrived > 0)
            good = add(lines, TOP_PLAIN, "%-24s %7" PRIu64 " %8" PRIu64 "%s", lw_channel_name((lw_channel)i), model->channels[i].waiting,
                       model->channels[i].open, arrivals);
    }
    return good;
}

static bool draw_rep(const struct top_model *model, uint32_t index, int64_t now_unix_ms, struct top_lines *lines)
{
    const struct top_rep *rep = &model->reps[index];
    char load[24], ago[16], act[48] = "-";
    snprintf(load, sizeof load, "%" PRIu32 "/%" PRIu32, rep->load, rep->capacity);
    if (rep->last_act != NULL)
        snprintf(act, sizeof act, "%s %s ago", rep->last_act, top_duration(now_unix_ms > rep->last_act_unix_ms ? now_unix_ms - rep->last_act_unix_ms : 0, ago));
    const bool is_off = rep->state == LW_REP_OFFLINE || rep->state == LW_REP_STATE_NONE;
    return add(lines, is_off ? TOP_DIM : rep->state == LW_REP_AWAY ? TOP_WARN : rep->state == LW_REP_AVAILABLE ? TOP_GOOD : TOP_PLAIN,
               "%-24.24s %-10s %6s  %s%s", model->rep_names.names[index], lw_rep_state_name(rep->state), load, act,
               !is_off && !rep->connected ? " (not connected)" : "");
}

static bool draw_reps(struct top_view *view, const struct top_model *model, int64_t now_unix_ms, size_t rows_max, uint32_t *order,
                      struct top_lines *lines)
{
    const uint32_t count = top_view_order_reps(view, model, order);
    const size_t shown = rows_max > 1 ? rows_max - 1 : 0;
    if (view->first_rep + shown > count)
        view->first_rep = count > shown ? count - shown : 0;
    char range[64] = "";
    if (count > shown)
        snprintf(range, sizeof range, "   %zu to %zu of %" PRIu32, view->first_rep + 1, view->first_rep + shown, count);
    bool good = add(lines, TOP_HEAD, "%-24s %-10s %6s  %s   by %s%s", "REP", "STATE", "LOAD", "LAST ACT", top_sort_name(view->sort), range);
    for (size_t i = view->first_rep; good && i < count && i < view->first_rep + shown; i++)
        good = draw_rep(model, order[i], now_unix_ms, lines);
    if (good && count == 0)
        good = add(lines, TOP_DIM, "no rep%s", view->filter[0] != '\0' ? " with such a name" : " yet");
    return good;
}

static bool draw_help(struct top_lines *lines)
{
    for (size_t i = 0; i < sizeof help_lines / sizeof help_lines[0]; i++) {
        if (!add(lines, TOP_PLAIN, "%s", help_lines[i]))
            return false;
    }
    return true;
}

static bool draw_tables(struct top_view *view, const struct top_model *model, int64_t now_unix_ms, size_t height, struct top_lines *lines)
{
    const size_t most = model->queue_room > model->rep_room ? model->queue_room : model->rep_room;
    uint32_t *order = malloc((most + 1) * sizeof *order);
    if (order == NULL)
        return false;
    size_t rows = height == 0 ? SIZE_MAX / 2 : height > ROWS_FIXED ? height - ROWS_FIXED : 0;
    const size_t third = rows / 3 > ROWS_QUEUES_MIN ? rows / 3 : ROWS_QUEUES_MIN, before = lines->count;
    bool good = draw_queues(view, model, now_unix_ms, third, order, lines) && draw_channels(model, now_unix_ms, height != 0, lines);
    const size_t taken = lines->count - before;
    good = good && draw_reps(view, model, now_unix_ms, rows > taken ? rows - taken : 0, order, lines);
    free(order);
    return good;
}

bool top_view_draw(struct top_view *view, const struct top_model *model, int64_t now_unix_ms, size_t height, struct top_lines *lines)
{
    lines->count = 0;
    bool good = draw_title(view, model, now_unix_ms, lines) && draw_totals(model, lines) && draw_store(model, lines) &&
                draw_banner(view, model, height, lines);
    good = good && (view->shows_help ? draw_help(lines) : draw_tables(view, model, now_unix_ms, height, lines));
    if (!good || height == 0)
        return good;
    while (lines->count + 1 < height && good)
        good = add(lines, TOP_PLAIN, "%s", "");
    if (lines->count >= height)
        lines->count = height - 1;
    if (view->is_typing_filter)
        return good && add(lines, TOP_TITLE, "show only: %s_", view->filter);
    return good && add(lines, TOP_DIM, "q quit  s sort  / filter%s%s  ? help", view->filter[0] != '\0' ? ": " : "", view->filter);
}

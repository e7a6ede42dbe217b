/* SPDX-License-Identifier: Apache-2.0
 *
 * top_view - the lines that `leadwire top` draws of a model: for a screen of some size, or all of them.
 *
 * ASCII only; one style a line. What is worst comes first: queues by leads that are late, at risk, then by the longest wait.
 * Threads: one owner.
 */
#ifndef TOP_VIEW_H
#define TOP_VIEW_H

#include "top_model.h"

enum { TOP_LINE_SIZE = 256, TOP_FILTER_SIZE = 32, TOP_LINES_MAX = 70000 };

enum top_style { TOP_PLAIN, TOP_TITLE, TOP_HEAD, TOP_GOOD, TOP_WARN, TOP_BAD, TOP_DIM };
enum top_sort { TOP_BY_NAME, TOP_BY_STATE, TOP_BY_LOAD, TOP_BY_LAST_ACT, TOP_SORTS };

struct top_line { enum top_style style; char text[TOP_LINE_SIZE]; };
struct top_lines { struct top_line *lines; size_t count, room; };

struct top_view {
    enum top_sort sort;              /* of reps */
    char filter[TOP_FILTER_SIZE];    /* part of a queue's or rep's name; "": all */
    bool is_typing_filter, shows_help;
    size_t first_rep;                /* scrolled so far; drawing keeps it within what is there */
    const char *banner;              /* in words what is wrong with the connection; NULL: nothing */
};

const char *top_sort_name(enum top_sort sort);
/* Draws into lines, which are cleared before; height 0: all there is, without the line of keys. False without memory.
 * The model has been counted as of now (top_model_count). */
bool top_view_draw(struct top_view *view, const struct top_model *model, int64_t now_unix_ms, size_t height, struct top_lines *lines);
void top_lines_fini(struct top_lines *lines);
/* "-", "45s", "3m20s", "2h05m", "3d04h" */
const char *top_duration(int64_t ms, char text[16]);
/* The queues that the filter lets through, worst first, into order, which has room for all of the model. Gives how many. */
uint32_t top_view_order_queues(const struct top_view *view, const struct top_model *model, uint32_t *order);
uint32_t top_view_order_reps(const struct top_view *view, const struct top_model *model, uint32_t *order);

#endif

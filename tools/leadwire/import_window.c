/* SPDX-License-Identifier: Apache-2.0 */
#include "import_window.h"

#include <stdio.h>

struct import_row *import_window_add(struct import_window *window, const struct csv_reader *row)
{
    if (window->count == IMPORT_WINDOW_ROWS)
        return NULL;
    struct import_row *added = &window->rows[(window->first + window->count++) % IMPORT_WINDOW_ROWS];
    *added = (struct import_row){.line = row->line, .raw = row->raw, .raw_size = row->raw_size};
    return added;
}

void import_window_answer(struct import_window *window, uint64_t ticket, Leadwire__V1__Status status, const char *why)
{
    for (uint32_t i = 0; i < window->count; i++) {
        struct import_row *row = &window->rows[(window->first + i) % IMPORT_WINDOW_ROWS];
        if (row->ticket != ticket)
            continue;
        row->ticket = 0;
        row->status = status;
        snprintf(row->why, sizeof row->why, "%s", why);
        return;
    }
}

struct import_row *import_window_first(struct import_window *window)
{
    return window->count > 0 ? &window->rows[window->first] : NULL;
}

void import_window_drop_first(struct import_window *window)
{
    window->first = (window->first + 1) % IMPORT_WINDOW_ROWS;
    window->count--;
}

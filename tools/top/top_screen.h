/* SPDX-License-Identifier: Apache-2.0
 *
 * top_screen - the terminal of `leadwire top`: ncurses, opened and given back.
 *
 * Colours where the terminal has them and NO_COLOR is not set; else bold and reverse. ncurses has one screen a process.
 * Threads: one owner.
 */
#ifndef TOP_SCREEN_H
#define TOP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "top_view.h"

enum top_key {
    TOP_KEY_NONE, TOP_KEY_QUIT, TOP_KEY_SORT, TOP_KEY_FILTER, TOP_KEY_HELP, TOP_KEY_UP, TOP_KEY_DOWN, TOP_KEY_PAGE_UP, TOP_KEY_PAGE_DOWN, TOP_KEY_HOME,
    TOP_KEY_OTHER,   /* the size changed, or a key that means nothing: draw anew */
};

/* False: there is no terminal on both streams, or none that is known here (TERM). */
bool top_screen_open(void);
/* Gives the terminal back as it was. Does nothing when it is not open. */
void top_screen_close(void);
size_t top_screen_height(void);
void top_screen_show(const struct top_lines *lines);
/* The next key that was pressed; TOP_KEY_NONE: none. While a filter is typed, keys go to view->filter. */
enum top_key top_screen_key(struct top_view *view);

#endif

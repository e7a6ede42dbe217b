/* SPDX-License-Identifier: Apache-2.0 */
#include "top_screen.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "top_terminal.h"

enum { ESCAPE = 27, ESCAPE_WAIT_MS = 25, PAIR_GOOD = 1, PAIR_WARN, PAIR_BAD };

static SCREEN *screen;
static bool has_colours;

static void start_colours(void)
{
    const char *no_color = getenv("NO_COLOR");   /* no-color.org: set and not empty */
    has_colours = has_colors() && (no_color == NULL || no_color[0] == '\0') && start_color() == OK && use_default_colors() == OK;
    if (!has_colours)
        return;
    init_pair(PAIR_GOOD, COLOR_GREEN, -1);
    init_pair(PAIR_WARN, COLOR_YELLOW, -1);
    init_pair(PAIR_BAD, COLOR_RED, -1);
}

bool top_screen_open(void)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !top_terminal_is_known())
        return false;
    screen = newterm(NULL, stdout, stdin);
    if (screen == NULL)
        return false;
    set_term(screen);
    start_colours();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_WAIT_MS);
    curs_set(0);
    return true;
}

void top_screen_close(void)
{
    if (screen == NULL)
        return;
    endwin();
    delscreen(screen);
    screen = NULL;
}

size_t top_screen_height(void)
{
    return LINES > 0 ? (size_t)LINES : 1;
}

static attr_t style_attributes(enum top_style style)
{
    switch (style) {
    case TOP_TITLE:
    case TOP_HEAD: return style == TOP_HEAD ? A_REVERSE : A_BOLD;
    case TOP_GOOD: return has_colours ? (attr_t)COLOR_PAIR(PAIR_GOOD) : A_NORMAL;
    case TOP_WARN: return has_colours ? (attr_t)COLOR_PAIR(PAIR_WARN) : A_BOLD;
    case TOP_BAD: return (has_colours ? (attr_t)COLOR_PAIR(PAIR_BAD) : A_UNDERLINE) | A_BOLD;
    case TOP_DIM: return A_DIM;
    case TOP_PLAIN: break;
    }
    return A_NORMAL;
}

void top_screen_show(const struct top_lines *lines)
{
    erase();
    for (size_t i = 0; i < lines->count && i < top_screen_height(); i++) {
        attrset((int)style_attributes(lines->lines[i].style));
        mvaddnstr((int)i, 0, lines->lines[i].text, COLS);
    }
    attrset(A_NORMAL);
    refresh();
}

/* A key while the filter is typed: Enter keeps it, Esc lets all through again. */
static void type_filter(struct top_view *view, int key)
{
    const size_t size = strlen(view->filter);
    if (key == '\r' || key == '\n' || key == KEY_ENTER || key == ESCAPE)
        view->is_typing_filter = false;
    if (key == ESCAPE)
        view->filter[0] = '\0';
    else if ((key == KEY_BACKSPACE || key == '\b' || key == 127) && size > 0)
        view->filter[size - 1] = '\0';
    else if (key > ' ' && key <= '~' && size + 1 < sizeof view->filter) {
        view->filter[size] = (char)key;
        view->filter[size + 1] = '\0';
    }
}

enum top_key top_screen_key(struct top_view *view)
{
    const int key = getch();
    if (key == ERR)
        return TOP_KEY_NONE;
    if (view->is_typing_filter && key != KEY_RESIZE) {
        type_filter(view, key);
        return TOP_KEY_OTHER;
    }
    switch (key) {
    case 'q':
    case 'Q': return TOP_KEY_QUIT;
    case 's': return TOP_KEY_SORT;
    case '/': return TOP_KEY_FILTER;
    case '?':
    case 'h': return TOP_KEY_HELP;
    case KEY_UP: return TOP_KEY_UP;
    case KEY_DOWN: return TOP_KEY_DOWN;
    case KEY_PPAGE: return TOP_KEY_PAGE_UP;
    case KEY_NPAGE: return TOP_KEY_PAGE_DOWN;
    case KEY_HOME: return TOP_KEY_HOME;
    case ESCAPE: view->filter[0] = '\0'; return TOP_KEY_OTHER;
    default: return TOP_KEY_OTHER;
    }
}

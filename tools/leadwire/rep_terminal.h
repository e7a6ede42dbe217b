/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_terminal - a rep who is a person at a terminal: shows offers with a countdown, reads commands.
 *
 * The only place where the tool shows personal data: to the rep whose lead it is. At a
 * terminal the prompt counts down while one types; from a pipe, or plain (for screen readers), lines
 * are commands, nothing is drawn anew, and the last seconds of an offer are said once. Threads: one owner.
 */
#ifndef REP_TERMINAL_H
#define REP_TERMINAL_H

#include "rep_desk.h"

struct rep_terminal;

struct rep_terminal_options {
    bool is_plain;       /* nothing is drawn anew */
    bool is_silent;      /* no bell when an offer comes */
    uint64_t undo_ms;    /* so long completions and hand-ons can be undone; REP_UNDO_USUAL: 10 s for a person, none in a pipe */
};
#define REP_UNDO_USUAL UINT64_MAX

/* NULL without memory. Puts the terminal to character mode, unless plain; rep_terminal_close puts it back. */
struct rep_terminal *rep_terminal_open(const struct rep_terminal_options *options);
void rep_terminal_close(struct rep_terminal **terminal);
void rep_terminal_show(struct rep_terminal *terminal, struct rep_desk *desk, const struct lw_rep_event *event, const struct rep_item *item);
/* Reads what is typed and does it. False: the rep wants to quit, or input has ended. */
bool rep_terminal_read(struct rep_terminal *terminal, struct rep_desk *desk);
/* Sends what could still be undone: the rep goes. */
void rep_terminal_finish(struct rep_terminal *terminal, struct rep_desk *desk);
/* Sends what can no longer be undone. Draws the prompt anew, with the seconds left; or says them. */
void rep_terminal_tick(struct rep_terminal *terminal, struct rep_desk *desk, uint64_t now_ms);

#endif

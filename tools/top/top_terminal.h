/* SPDX-License-Identifier: Apache-2.0
 *
 * top_terminal - is the terminal known here? Apart from the screen, as term.h makes macros of common names. Threads: one owner.
 */
#ifndef TOP_TERMINAL_H
#define TOP_TERMINAL_H

#include <stdbool.h>

/* terminfo has what TERM says. newterm would answer too, but loses memory when it does not. */
bool top_terminal_is_known(void);

#endif

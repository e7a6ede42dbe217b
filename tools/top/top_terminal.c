/* SPDX-License-Identifier: Apache-2.0 */
#include "top_terminal.h"

#include <curses.h>
#include <term.h>
#include <unistd.h>

bool top_terminal_is_known(void)
{
    int error;
    if (setupterm(NULL, STDOUT_FILENO, &error) != OK)
        return false;
    del_curterm(cur_term);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_scope - of what a user sees of the desk: all, or what is their team's. Threads: one owner.
 *
 * A team's are its reps and the leads that they are offered or have; a lead's story while the team has it, or had it lately.
 */
#ifndef OPS_SCOPE_H
#define OPS_SCOPE_H

#include "ops_board.h"
#include "users.h"

struct ops_scope {
    bool all;
    uint32_t team;   /* a name of the board */
};

struct ops_scope ops_scope_of(struct ops_board *board, const struct user *user);
bool ops_scope_has_rep(const struct ops_scope *scope, const struct ops_board *board, const char *rep);
bool ops_scope_has_rep_row(const struct ops_scope *scope, const struct ops_rep *rep);   /* NULL: nobody */
/* Is the lead in it now? */
bool ops_scope_has_lead(const struct ops_scope *scope, const struct ops_board *board, const struct ops_lead *lead);

#endif

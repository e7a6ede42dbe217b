/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_scope.h"

struct ops_scope ops_scope_of(struct ops_board *board, const struct user *user)
{
    return (struct ops_scope){.all = !user->team[0], .team = ops_names_number(&board->names, user->team)};
}

/* A name that found no room is no team. */
bool ops_scope_has_rep_row(const struct ops_scope *scope, const struct ops_rep *rep)
{
    return scope->all || (rep && scope->team != 0 && rep->team == scope->team);
}

bool ops_scope_has_rep(const struct ops_scope *scope, const struct ops_board *board, const char *rep)
{
    return ops_scope_has_rep_row(scope, ops_board_rep(board, ops_names_find(&board->names, rep)));
}

bool ops_scope_has_lead(const struct ops_scope *scope, const struct ops_board *board, const struct ops_lead *lead)
{
    return ops_scope_has_rep_row(scope, lead->rep_row != OPS_NONE ? &board->reps[lead->rep_row] : NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * user_access - what a user's role may ask of the desk: what the broker lets the roles do that it stands for (roles.h).
 *
 *   rep        a rep
 *   lead       a rep, and sees all
 *   manager    a rep, and acts on leads and reps
 *   admin      also changes the rules; works as no rep
 *   read-only  sees all
 *
 * Threads: any; no state.
 */
#ifndef USER_ACCESS_H
#define USER_ACCESS_H

#include "roles.h"
#include "users.h"
#include "wire.h"

bool user_may(enum user_role role, enum wire_type what);
/* The set of such roles, 1 << role each. */
unsigned users_who_may(enum wire_type what);
/* Is it said as a rep, for which a user must work as one? */
bool is_said_as_rep(enum wire_type what);
/* As whom the broker would see them at its control endpoint; ROLE_NOBODY: not there. */
enum role user_watches_as(enum user_role role);

#endif

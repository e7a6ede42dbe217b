/* SPDX-License-Identifier: Apache-2.0
 *
 * roles - who may say what to a broker: the one table.
 *
 * A role is what a key, or the endpoint that somebody came in by, stands for. What the table does not list is refused, to
 * everybody: a message of a new type is nobody's until it has its row. docs/PROTOCOL.md prints the table.
 * Threads: any; no state.
 */
#ifndef WIRE_ROLES_H
#define WIRE_ROLES_H

#include <stdbool.h>
#include <stddef.h>

/* number, NAME, name in key files and commands, what its Hello says, what it is for */
#define ROLE_TABLE(X) \
    X(1, PUBLISHER, "publisher", ROLE_PUBLISHER, "a worker or a program that brings leads") \
    X(2, REP, "rep", ROLE_REP, "one rep, the one of the key's name") \
    X(3, EVENTS, "events", ROLE_CONTROL, "a dashboard: sees all, changes nothing") \
    X(4, MANAGER, "manager", ROLE_CONTROL, "also acts on leads and reps") \
    X(5, ADMIN, "admin", ROLE_CONTROL, "also changes the rules and the customers")

enum role {
    ROLE_NOBODY = 0,
#define X(number, NAME, name, hello, about) ROLE_##NAME = number,
    ROLE_TABLE(X)
#undef X
    ROLES_END,
};

/* May this role send a frame of this type (enum wire_type)? Of Event: may it subscribe? False for whatever is not listed. */
bool roles_may(enum role role, unsigned wire_type);
/* Does the table have a row for the type? */
bool roles_list(unsigned wire_type);
/* May this role say Hello as that one (Leadwire__V1__Role)? */
bool roles_may_log_on(enum role role, unsigned hello_role);

/* "publisher"...; "nobody" for any other number. Never NULL. */
const char *roles_name(enum role role);
/* ROLE_NOBODY: there is none of that name. */
enum role roles_find(const char *name);

#endif

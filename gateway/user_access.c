/* SPDX-License-Identifier: Apache-2.0 */
#include "user_access.h"

static bool works_as_rep(enum user_role role)
{
    return role == USER_REP || role == USER_LEAD || role == USER_MANAGER;
}

enum role user_watches_as(enum user_role role)
{
    switch (role) {
    case USER_LEAD:
    case USER_READ_ONLY: return ROLE_EVENTS;
    case USER_MANAGER: return ROLE_MANAGER;
    case USER_ADMIN: return ROLE_ADMIN;
    case USER_REP:
    case USER_ROLE_COUNT: break;
    }
    return ROLE_NOBODY;
}

bool user_may(enum user_role role, enum wire_type what)
{
    return (works_as_rep(role) && roles_may(ROLE_REP, what)) || roles_may(user_watches_as(role), what);
}

unsigned users_who_may(enum wire_type what)
{
    unsigned set = 0;
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++)
        set |= user_may((enum user_role)role, what) ? 1u << role : 0;
    return set;
}

bool is_said_as_rep(enum wire_type what)
{
    return roles_may(ROLE_REP, what);
}

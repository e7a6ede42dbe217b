/* SPDX-License-Identifier: Apache-2.0 */
#include "roles.h"

#include <string.h>

#include "wire.h"

enum {
    PUBLISHER = 1 << ROLE_PUBLISHER,
    REP = 1 << ROLE_REP,
    EVENTS = 1 << ROLE_EVENTS,
    MANAGER = 1 << ROLE_MANAGER,
    ADMIN = 1 << ROLE_ADMIN,
    WATCHERS = EVENTS | MANAGER | ADMIN,
    ALL = PUBLISHER | REP | WATCHERS,
};

/* By type; 0: not listed. */
static const unsigned char table[256] = {
    [WIRE_HELLO] = ALL,
    [WIRE_PING] = ALL,
    [WIRE_BYE] = ALL,
    [WIRE_PUBLISH] = PUBLISHER,
    [WIRE_LEAD_QUERY] = PUBLISHER,
    [WIRE_CANCEL] = PUBLISHER,
    [WIRE_DIAL_RESULT] = PUBLISHER,
    [WIRE_DEVICE_REPORT] = PUBLISHER,
    [WIRE_SET_REP_STATE] = REP,
    [WIRE_OFFER_ANSWER] = REP,
    [WIRE_COMPLETE] = REP,
    [WIRE_TRANSFER] = REP,
    [WIRE_TOUCH] = REP | PUBLISHER,
    [WIRE_EVENT] = WATCHERS,
    [WIRE_PULL] = REP,
    [WIRE_STATUS_REQUEST] = WATCHERS,
    [WIRE_SNAPSHOT_REQUEST] = WATCHERS,
    [WIRE_APPLY_CONFIG] = ADMIN,
    [WIRE_CONFIG_REQUEST] = WATCHERS,
    [WIRE_EXPLAIN_REQUEST] = WATCHERS,
    [WIRE_LEAD_COMMAND] = MANAGER | ADMIN,
    [WIRE_REP_COMMAND] = MANAGER | ADMIN,
    [WIRE_CUSTOMER_COMMAND] = ADMIN,
    [WIRE_SOURCE_COMMAND] = MANAGER | ADMIN,
    [WIRE_LEDGER_REQUEST] = WATCHERS,
    [WIRE_CHOICES_REQUEST] = REP,
    [WIRE_DAY_REQUEST] = REP,
};

bool roles_may(enum role role, unsigned wire_type)
{
    return role > ROLE_NOBODY && role < ROLES_END && wire_type < sizeof table && (table[wire_type] >> role & 1) != 0;
}

bool roles_list(unsigned wire_type)
{
    return wire_type < sizeof table && table[wire_type] != 0;
}

bool roles_may_log_on(enum role role, unsigned hello_role)
{
    switch (role) {
#define X(number, NAME, name, hello, about) case ROLE_##NAME: return hello_role == LEADWIRE__V1__ROLE__##hello;
    ROLE_TABLE(X)
#undef X
    case ROLE_NOBODY:
    case ROLES_END: break;
    }
    return false;
}

const char *roles_name(enum role role)
{
    switch (role) {
#define X(number, NAME, name, hello, about) case ROLE_##NAME: return name;
    ROLE_TABLE(X)
#undef X
    case ROLE_NOBODY:
    case ROLES_END: break;
    }
    return "nobody";
}

enum role roles_find(const char *name)
{
#define X(number, NAME, text, hello, about) if (strcmp(name, text) == 0) return ROLE_##NAME;
    ROLE_TABLE(X)
#undef X
    return ROLE_NOBODY;
}

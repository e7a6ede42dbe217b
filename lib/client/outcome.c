/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome.h"

#include <leadwire/rep.h>

#define NAME_OF(table, number) \
    ((unsigned)(number) < sizeof table / sizeof table[0] && table[number] ? table[number] : "unknown")

_Static_assert((int)LW_LEAD_MERGED == (int)LEADWIRE__V1__LEAD_STATE__LEAD_STATE_MERGED, "numbers of the wire");
_Static_assert((int)LW_REP_AWAY == (int)LEADWIRE__V1__REP_STATE__REP_STATE_AWAY, "numbers of the wire");
_Static_assert((int)LW_DIAL_FAILED == (int)LEADWIRE__V1__DIAL_OUTCOME__DIAL_FAILED, "numbers of the wire");
_Static_assert((int)LW_CHANNEL_CHAT == (int)LEADWIRE__V1__CHANNEL__CHANNEL_CHAT, "numbers of the wire");

const char *lw_outcome_name(lw_outcome outcome)
{
    static const char *const names[] = {
        [LW_OUTCOME_NONE] = "none",
        [LW_OUTCOME_ACCEPTED] = "accepted",
        [LW_OUTCOME_DUPLICATE] = "duplicate",
        [LW_OUTCOME_DUPLICATE_DIFFERS] = "duplicate_differs",
        [LW_OUTCOME_REJECTED] = "rejected",
        [LW_OUTCOME_BUSY] = "busy",
        [LW_OUTCOME_NOT_FOUND] = "not_found",
        [LW_OUTCOME_NOT_YOURS] = "not_yours",
    };
    return NAME_OF(names, outcome);
}

const char *lw_lead_state_name(lw_lead_state state)
{
    static const char *const names[] = {
        [LW_LEAD_NONE] = "none",
        [LW_LEAD_WAITING] = "waiting",
        [LW_LEAD_OFFERED] = "offered",
        [LW_LEAD_CONNECTING] = "connecting",
        [LW_LEAD_ASSIGNED] = "assigned",
        [LW_LEAD_PARKED] = "parked",
        [LW_LEAD_COMPLETED] = "completed",
        [LW_LEAD_CANCELLED] = "cancelled",
        [LW_LEAD_EXPIRED] = "expired",
        [LW_LEAD_SCHEDULED] = "scheduled",
        [LW_LEAD_MERGED] = "merged",
    };
    return NAME_OF(names, state);
}

const char *lw_rep_state_name(lw_rep_state state)
{
    static const char *const names[] = {
        [LW_REP_STATE_NONE] = "none",
        [LW_REP_OFFLINE] = "offline",
        [LW_REP_AVAILABLE] = "available",
        [LW_REP_WRAP_UP] = "wrap_up",
        [LW_REP_BREAK] = "break",
        [LW_REP_AWAY] = "away",
    };
    return NAME_OF(names, state);
}

lw_outcome outcome_from_status(Leadwire__V1__Status status)
{
    switch (status) {
    case LEADWIRE__V1__STATUS__STATUS_ACCEPTED: return LW_OUTCOME_ACCEPTED;
    case LEADWIRE__V1__STATUS__STATUS_DUPLICATE: return LW_OUTCOME_DUPLICATE;
    case LEADWIRE__V1__STATUS__STATUS_DUPLICATE_DIFFERS: return LW_OUTCOME_DUPLICATE_DIFFERS;
    case LEADWIRE__V1__STATUS__STATUS_BUSY: return LW_OUTCOME_BUSY;
    case LEADWIRE__V1__STATUS__STATUS_NOT_YOURS: return LW_OUTCOME_NOT_YOURS;
    case LEADWIRE__V1__STATUS__STATUS_NOT_FOUND: return LW_OUTCOME_NOT_FOUND;
    case LEADWIRE__V1__STATUS__STATUS_NONE:
    case LEADWIRE__V1__STATUS__STATUS_REJECTED:
    case LEADWIRE__V1__STATUS__STATUS_NOT_OWNER:
    case LEADWIRE__V1__STATUS__STATUS_NO_SESSION:
    case LEADWIRE__V1__STATUS__STATUS_UNAUTHENTICATED:
    case LEADWIRE__V1__STATUS__STATUS_VERSION:
    case LEADWIRE__V1__STATUS__STATUS_MALFORMED:
    case LEADWIRE__V1__STATUS__STATUS_TOO_LARGE:
    case LEADWIRE__V1__STATUS__STATUS_FORBIDDEN:
    case _LEADWIRE__V1__STATUS_IS_INT_SIZE:
        break;
    }
    return LW_OUTCOME_REJECTED;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net_totals.h"

#include "net_internal.h"

void net_totals_read(const struct net *net, struct net_totals *out)
{
    *out = (struct net_totals){
        .refused_frames = net->refused_frames,
        .held_bytes = net->outbox.used_bytes,
        .publishers = net->sessions.counts[SESSION_ROLE_PUBLISHER],
        .reps = net->sessions.counts[SESSION_ROLE_REP],
        .controls = net->sessions.counts[SESSION_ROLE_CONTROL],
    };
    memcpy(out->publisher_answers, net->answers[SESSION_ROLE_PUBLISHER], sizeof out->publisher_answers);
    memcpy(out->rep_answers, net->answers[SESSION_ROLE_REP], sizeof out->rep_answers);
}

const char *net_status_word(unsigned status)
{
    static const char *const words[NET_STATUSES] = {
        "none", "accepted", "duplicate", "duplicate_differs", "rejected", "busy", "not_owner", "not_yours", "not_found", "no_session",
        "unauthenticated", "version", "malformed", "too_large", "forbidden"};

    return status < NET_STATUSES ? words[status] : "none";
}

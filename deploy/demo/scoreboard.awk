# SPDX-License-Identifier: Apache-2.0
# The reps' own logs -> who did what, a line a rep.

function text(name,   at, rest) {
    at = index($0, "\"" name "\": \"")
    if (!at) return ""
    rest = substr($0, at + length(name) + 5)
    return substr(rest, 1, index(rest, "\"") - 1)
}

{ rep = text("rep"); event = text("event"); lead = text("lead_id") }
!(rep in known) { known[rep] = 1; reps[++count] = rep }
event == "offer" && !((rep, lead) in seen) { seen[rep, lead] = 1; channel[lead] = text("channel"); offers[rep]++ }
event == "completed" { done[rep]++; by[rep, channel[lead]]++ }
event == "declined" { declined[rep]++ }
event == "withdrawn" { missed[rep]++ }

END {
    printf "%-8s %7s %10s %6s %6s %6s %9s %7s\n", "rep", "offers", "completed", "calls", "forms", "mails", "declined", "missed"
    for (i = 1; i <= count; i++) {
        rep = reps[i]
        printf "%-8s %7d %10d %6d %6d %6d %9d %7d\n", rep, offers[rep], done[rep], by[rep, "phone"], by[rep, "web"], by[rep, "email"], \
            declined[rep], missed[rep]
    }
}

# SPDX-License-Identifier: Apache-2.0
# Prints a sentence for each thing that is wrong, then one JSON object.
# Before each group of files, "what" is feeder, journal or rep; "seconds" is in tenths.

function text(name,   at, rest) {
    at = index($0, "\"" name "\": \"")
    if (!at) return ""
    rest = substr($0, at + length(name) + 5)
    return substr(rest, 1, index(rest, "\"") - 1)
}
function number(name,   at) {
    at = index($0, "\"" name "\": ")
    return at ? substr($0, at + length(name) + 4) + 0 : 0
}

what == "feeder" {
    if ($1 == "duplicate") duplicates++
    if (!($2 in published)) { published[$2] = 1; order[++published_count] = $2 }
    next
}

what == "journal" {
    kind = text("kind"); lead = text("lead_id"); state = text("state")
    if (kind == "lead") {
        in_journal[lead] = state
        if (index($0, "\"ended\": true")) has_end[lead] = 1
    } else if (kind == "seen" && text("what") == "publish" && state != "open") {
        has_end[lead] = 1
    }
    next
}

# A rep has what was offered, accepted, or told again as held, until the rep completes it or it is taken away.
# Where our view and the broker's may differ by the time that a message takes, the one that finds less is taken.
{
    rep = text("rep"); event = text("event"); lead = text("lead_id"); now = number("unix_ms")
    offer = lead " " number("offer_number")
}
event == "status" { capacity[rep] = number("capacity") }
event == "offer" {
    if (!(offer in offered)) { offered[offer] = 1; offered_count++ }
    load_add()
}
event == "holding" { load_add(); own_begin() }
event == "accepted" {
    if (!(offer in accepted)) { accepted[offer] = 1; accepted_count++ }
    own_begin()
}
event == "completing" || event == "withdrawn" || event == "refused" { load_take(); own_end() }
event == "declined" { load_take() }
event == "completed" && !(lead in completed) { completed[lead] = 1; completed_count++ }

function load_add(   weight) {
    if ((rep, lead) in has) return
    weight = number("weight")
    has[rep, lead] = weight
    load[rep] += weight
    if (load[rep] > capacity[rep])
        over[++over_count] = "lead " lead " put " rep " over capacity: " load[rep] " of " capacity[rep]
}
function load_take() {
    load[rep] -= has[rep, lead]
    delete has[rep, lead]
}
function own_begin() {
    if ((rep, lead) in owns) return
    own_rep[++own_count] = rep; own_lead[own_count] = lead; own_from[own_count] = now; own_to[own_count] = 1e18
    owns[rep, lead] = own_count
}
function own_end() {
    if (!((rep, lead) in owns)) return
    own_to[owns[rep, lead]] = now
    delete owns[rep, lead]
}

END {
    for (i = 1; i <= own_count; i++)
        for (k = 1; k < i; k++)
            if (own_lead[i] == own_lead[k] && own_rep[i] != own_rep[k] && own_from[i] < own_to[k] && own_from[k] < own_to[i]) {
                doubles++
                print "lead " own_lead[i] " was with " own_rep[k] " and " own_rep[i] " at the same time"
            }
    for (i = 1; i <= over_count; i++)
        print over[i]
    for (i = 1; i <= published_count; i++) {
        lead = order[i]
        if (lead in has_end) continue
        lost++
        state = lead in in_journal ? in_journal[lead] : "gone"
        if (state == "waiting" || state == "parked") waiting++
        print "lead " lead " was acknowledged and has no end: in Redis it is " state
    }
    printf "{\"published\": %d, \"offered\": %d, \"accepted\": %d, \"completed\": %d, \"waiting\": %d, \"duplicates\": %d, ", \
        published_count, offered_count, accepted_count, completed_count, waiting, duplicates
    printf "\"lost\": %d, \"double_owned\": %d, \"over_capacity\": %d, \"seconds\": %d.%d}\n", \
        lost, doubles, over_count, int(seconds / 10), seconds % 10
}

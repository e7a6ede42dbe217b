# SPDX-License-Identifier: Apache-2.0
# One fault each, so that one can see that the judge sees it.

# A lead that waits is taken out of Redis while the broker is down. In the journal its absence would be a gap, which the
# broker refuses to serve over; so a checkpoint is made first, and its record is deleted from there.
sabotage_lose() {
    scene=sabotage
    form fr solar "Amélie"   # nobody is there who speaks French
    end broker KILL
    broker_start --checkpoint-ms 10
    await 8 "the broker serves again" broker log_has "$floor/broker.ready" serving
    await 8 "the lead is in the checkpoint" broker checkpoint_has "$lead"
    end broker KILL
    [[ $(redis HDEL "$lost_key" "$lost_field") == 1 ]] || fail "the lead's record could not be deleted"
    broker_start
    await 8 "the broker serves again" broker log_has "$floor/broker.ready" serving
    say sabotage "lead $lead is deleted from Redis while the broker is down"
}

# checkpoint_has LEAD: as one field of one of the desk's hashes of leads. Gives $lost_key and $lost_field.
checkpoint_has() {
    local field
    while read -r lost_key; do
        while read -r field; do
            [[ $field == *"$1"* ]] && lost_field=$field && return 0
        done < <(redis HKEYS "$lost_key")
    done < <(redis --scan --pattern 'lw:{main}:leads:*')
    return 1
}

redis() { redis-cli -s "$floor/redis.sock" "$@" 2>/dev/null; }

# A rep's client that says it accepted what another had accepted, at the same time.
sabotage_double() {
    local owner
    find_line '"event": "accepted"' "$floor"/log/*.jsonl || fail "no lead was accepted"
    lead=$(field "$line" lead_id) owner=$(field "$line" rep)
    grep -hF -e '"event": "status"' -e "\"lead_id\": \"$lead\"" "$floor/log/$owner.jsonl" |
        sed "s/\"rep\": \"$owner\"/\"rep\": \"rogue\"/" >"$floor/log/rogue.jsonl"
    say sabotage "a rogue client's log claims lead $lead, which $owner accepted"
}

# A rep's client that takes leads for four units with a capacity of three.
sabotage_overload() {
    local now i
    now=$(now_ms)
    printf '{"unix_ms": %s, "rep": "rogue", "event": "status", "load": 0, "capacity": 3}\n' "$now" >"$floor/log/rogue.jsonl"
    for i in 1 2 3 4; do
        lead=$(sed -n "${i}p" "$floor/feeder.log" | cut -d ' ' -f 2)
        printf '{"unix_ms": %s, "rep": "rogue", "event": "%s", "lead_id": "%s", "offer_number": 1, "weight": 1}\n' \
            "$((now + i))" offer "$lead" "$((now + i))" accepted "$lead" >>"$floor/log/rogue.jsonl"
    done
    say sabotage "a rogue client's log shows four leads accepted with room for three, the last of them $lead"
}

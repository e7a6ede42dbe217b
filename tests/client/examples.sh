#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The example programs against a real broker: one watches the desk, one takes a lead
# as a rep, one publishes it, twice. A rep with a wrong secret is refused.
#   examples.sh EXAMPLES-DIR      (LEADWIRE_BIN: where leadwire and leadwire-broker are)
set -euo pipefail
umask 077

examples=$1
wait_s=20
work=$(mktemp -d /tmp/lw-examples-XXXXXX)
processes=()

clean_up() {
    for process in "${processes[@]}"; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap clean_up EXIT

fail() {
    echo "FAILED: $1"
    for log in "$work"/*.log; do
        echo "--- ${log##*/}"
        cat "$log"
    done
    exit 1
}

# expect_line FD PATTERN LOG: reads lines, keeping them, until one matches.
expect_line() {
    local line
    while IFS= read -r -t "$wait_s" -u "$1" line; do
        echo "$line" >> "$3"
        # shellcheck disable=SC2053
        [[ $line == $2 ]] && return 0
    done
    fail "no line like '$2' came"
}

run=$work/run
cat > "$work/desk.yaml" <<'END'
desk: sales
reps:
  anna:
    capacity: 3
dispositions:
  won: {label: Won, class: won}
END
echo "anna correct-horse" > "$work/secrets"
echo "correct-horse" > "$work/anna.secret"
echo "wrong-horse" > "$work/wrong.secret"

mkfifo "$work/ready" "$work/watched" "$work/taken"
"$LEADWIRE_BIN/leadwire-broker" --desk sales --run-dir "$run" --ephemeral --rep-secrets "$work/secrets" \
    --ready-fd 3 3> "$work/ready" 2> "$work/broker.log" &
processes+=($!)
exec 4< "$work/ready"
IFS= read -r -t "$wait_s" -u 4 _ || fail "the broker does not serve"
"$LEADWIRE_BIN/leadwire" apply "$work/desk.yaml" --run-dir "$run" > "$work/apply.log" 2>&1 || fail "the rules were not taken"

"$examples/watch_desk" "ipc://$run/events" "ipc://$run/control" sales 0 > "$work/watched" 2> "$work/watch_desk.log" &
processes+=($!)
exec 5< "$work/watched"
expect_line 5 "-- live" "$work/watch_desk.log"

"$examples/take_leads" "ipc://$run/reps" sales anna "$work/anna.secret" won 1 > "$work/taken" 2> "$work/take_leads.log" &
rep=$!
processes+=("$rep")
exec 6< "$work/taken"
expect_line 6 "logged on" "$work/take_leads.log"

first=$("$examples/publish_lead" "ipc://$run/publish" sales form-1 2> "$work/publish_lead.log") || fail "not published"
[[ $first == "accepted "* ]] || fail "the first publish said: $first"
lead=${first#accepted }
expect_line 6 "offer $lead: *" "$work/take_leads.log"
code=0
while [ "$code" = 0 ]; do
    IFS= read -r -t "$wait_s" -u 6 line || code=$?
    echo "$line" >> "$work/take_leads.log"
done
[ "$code" -le 128 ] || fail "the rep did not complete the lead in time"   # above: time is up, not the end of its output
wait "$rep" || fail "the rep did not complete the lead"
expect_line 5 "lead $lead completed*" "$work/watch_desk.log"

again=$("$examples/publish_lead" "ipc://$run/publish" sales form-1 2>> "$work/publish_lead.log") || true
[[ $again == "duplicate"*" $lead"* ]] || fail "the second publish said: $again"

code=0
"$examples/take_leads" "ipc://$run/reps" sales anna "$work/wrong.secret" won 1 > "$work/refused.log" 2>&1 || code=$?
[ "$code" = 1 ] && grep -q "^refused: " "$work/refused.log" || fail "a wrong secret was not refused ($code)"

echo "lead $lead: published, offered, completed, watched; its repeat is '${again%% *}'; a wrong secret is refused"

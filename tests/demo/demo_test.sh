#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The promises of ./run demo. usage: demo_test.sh PROMISE
# Needs LEADWIRE_BIN and LEADWIRE_SOURCE. Each run has a private directory for
# all that demos leave, so that "nothing left behind" can be seen.
set -u
promise=${1:?names a promise}
demo=${LEADWIRE_SOURCE:?}/deploy/demo/demo
for tool in curl setpriv "${LEADWIRE_REDIS_SERVER:-redis-server}" redis-cli; do
    command -v "$tool" >/dev/null || { echo "SKIP: there is no $tool"; exit 77; }
done
work=$(mktemp -d /tmp/lw-demo-test.XXXXXX)
export XDG_RUNTIME_DIR=$work/run
mkdir -m 700 -- "$XDG_RUNTIME_DIR"
started=()
trap 'for pid in "${started[@]}"; do kill -TERM "$pid" 2>/dev/null; done; rm -rf -- "$work"' EXIT

wrong() {
    printf 'WRONG: %s\n' "$*"
    tail -n 40 -- "$work"/*.out "$work"/*.err 2>/dev/null
    exit 1
}

# until_true SECONDS WHAT COMMAND...
until_true() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        ((SECONDS < end)) || wrong "waited in vain until $what"
        sleep 0.05
    done
}

# member NAME: of the JSON object that is the last line of the output.
member() { tail -n 1 "$work/${2:-demo}.out" | grep -o "\"$1\": [0-9.]*" | grep -o '[0-9.]*$'; }

# Processes name the demo's directory in their arguments.
nobody_left() { ! ps -eo pid=,args= | grep -F -- "$XDG_RUNTIME_DIR/" | grep -vF ' grep ' | grep -q .; }
nothing_left() {
    until_true 5 "no process is left" nobody_left
    [[ -z $(ls -A "$XDG_RUNTIME_DIR") ]] || wrong "left behind: $(ls -A "$XDG_RUNTIME_DIR")"
}

once() { bash "$demo" --once "$@" >"$work/demo.out" 2>"$work/demo.err"; }

check_all_well() {
    local name out=${1:-demo}
    for name in published accepted completed; do
        [[ $(member $name "$out") == "$(member published "$out")" ]] || wrong "$name is not what was published"
    done
    (($(member published "$out") >= 20)) || wrong "hardly anything was published"
    (($(member offered "$out") >= $(member published "$out") + 2)) || wrong "no decline and no expiry"
    [[ $(member duplicates "$out") -ge 1 ]] || wrong "no duplicate"
    for name in waiting lost double_owned over_capacity; do
        [[ $(member $name "$out") == 0 ]] || wrong "$name is not 0"
    done
}

first_lead_is_there() { grep -q '  form  ' "$work/${1:-demo}.out"; }

# start NAME OPTION...: in a process group of its own, in which Ctrl-C is not ignored.
start() {
    set -m
    bash "$demo" "${@:2}" >"$work/$1.out" 2>"$work/$1.err" &
    set +m
    started+=($!)
}

# sign_in PAGE SCRIPT: with what the demo itself says of that page, which then has the script.
sign_in() {
    local line user password
    line=$(grep -oE "http://[0-9.:]+/$1, sign in as [a-z]+ with the password [^ ]+$" "$work/demo.out") || wrong "nothing is said of /$1"
    read -r address _ _ _ user _ _ _ password <<<"$line"
    address=${address%,}
    printf '{"user": "%s", "password": "%s"}' "$user" "$password" |
        curl -sf --max-time 5 -c "$work/jar-$1" -H 'Content-Type: application/json' -d @- -o "$work/signed-in" "${address%/*}/api/v1/sign-in" ||
        wrong "$user cannot sign in at $address"
    curl -sf --max-time 5 -b "$work/jar-$1" -o "$work/page" "$address" && grep -qF "$2" "$work/page" || wrong "$address shows nothing to $user"
}

# What /ops says of the doors, where somebody watches: each answers with its rates.
doors_are_told() {
    local worker
    curl -sN --max-time 1.5 -b "$work/jar-ops" "${address%/*}/api/v1/ops/events" >"$work/doors" 2>/dev/null
    for worker in website telephone mailbox; do
        grep -qE "\"worker\": ?\"$worker\", ?\"state\": ?\"(ready|broker_away)\", ?\"since_unix_ms\": ?[0-9]+, ?\"came_hour\": ?[0-9]+" "$work/doors" || return 1
    done
}

demo_once() {
    start demo --once
    until_true 5 "the first lead is with a rep" first_lead_is_there
    sign_in desk desk.mjs
    sign_in ops ops.mjs
    until_true 8 "/ops tells of the doors" doors_are_told
    wait "${started[0]}" || wrong "exit code $?"
    check_all_well
    [[ $(member seconds) =~ ^[0-9]+\.[0-9]$ && $(member seconds | cut -d. -f1) -lt 60 ]] || wrong "it took $(member seconds) s"
    [[ ! -s $work/demo.err ]] || wrong "words on standard error"
    nothing_left
}

# sabotage KIND MEMBER PATTERN
sabotage() {
    local code lead
    once --sabotage "$1"
    code=$?
    ((code == 1)) || wrong "exit code $code, not 1"
    [[ $(member "$2") == 1 ]] || wrong "$2 is not 1"
    lead=$(grep -E '  sabotage  ' "$work/demo.out" | grep -oE '\b[0-9a-z]+-[0-9]+\b' | tail -n 1)
    [[ $lead ]] && grep -qE "^lead $lead $3" "$work/demo.out" || wrong "the lead is not named"
    nothing_left
}
demo_sabotage_lose() { sabotage lose lost 'was acknowledged and has no end: in Redis it is gone'; }
demo_sabotage_double() { sabotage double double_owned 'was with [a-z]+ and [a-z]+ at the same time'; }
demo_sabotage_overload() { sabotage overload over_capacity 'put rogue over capacity: 4 of 3'; }

demo_two_at_once() {
    start one --once
    start two --once
    wait "${started[0]}" || wrong "the first ended with $?"
    wait "${started[1]}" || wrong "the second ended with $?"
    check_all_well one
    check_all_well two
    nothing_left
}

demo_killed() {
    start killed
    until_true 15 "the first lead is with a rep" first_lead_is_there killed
    kill -KILL "${started[0]}"
    until_true 5 "no process is left" nobody_left
    [[ $(ls -A "$XDG_RUNTIME_DIR") ]] || wrong "who removed its directory?"
    once || wrong "the next one ended with $?"
    check_all_well
    nothing_left
}

demo_interrupted() {
    start stopped
    until_true 15 "the first lead is with a rep" first_lead_is_there stopped
    kill -INT -- "-${started[0]}"   # the group, as a terminal's Ctrl-C does
    wait "${started[0]}"
    nothing_left
}

# What README shows must be what is printed, but for numbers, ids, times, the password and who it was.
mask() {
    sed -E -e 's/leads-[0-9a-f]{8}/PASSWORD/g' -e 's/\b(anna|bruno|carla|dieter|elif|farid)\b/REP/gI' -e 's/\b[0-9a-z]+-[0-9]+\b/LEAD/g' \
        -e 's/\b[0-9]+(\.[0-9])? (ms|s)\b/TIME/g' -e 's/[0-9]+/N/g' -e 's/(REP ?)+$/REPS/' -e 's/ +/ /g'
}
demo_sample() {
    local line sample=$LEADWIRE_SOURCE/deploy/demo/sample_output.txt count=0
    once || wrong "exit code $?"
    mask <"$work/demo.out" >"$work/masked"
    while IFS= read -r line; do
        grep -qxF -- "$(mask <<<"$line")" "$work/masked" || wrong "this is not printed any more: $line"
        count=$((count + 1))
    done <"$sample"
    ((count >= 12)) || wrong "the sample has only $count lines"
}

"$promise"
echo "$promise: ok"

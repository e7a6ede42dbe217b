# SPDX-License-Identifier: Apache-2.0
# Whether all was well, judged without the broker: by what visitors were told
# (feeder.log), what the reps' own logs say, and what is in Redis.

# Into $verdict: one JSON object; into $findings: a sentence for each thing that is wrong.
judge_read() {
    "$bin/leadwire-journal" --redis "unix:$floor/redis.sock" --desk main --json >"$floor/journal.jsonl" 2>>"$floor/log/journal.log" ||
        fail "the journal could not be read" journal
    awk -f "$here/judge.awk" -v seconds="$(((${EPOCHREALTIME/./} - started_us) / 100000))" \
        what=feeder "$floor/feeder.log" what=journal "$floor/journal.jsonl" what=rep "$floor"/log/*.jsonl >"$floor/verdict"
    findings=$(grep -v '^{' "$floor/verdict")
    verdict=$(grep '^{' "$floor/verdict")
    [[ $verdict ]] || fail "the logs could not be judged"
}

# The end of --once: the JSON object is the last line. Exit 1 if anything was wrong.
judge_end() {
    printf '%s\n' "$verdict"
    [[ -z $findings ]] || exit 1
    exit 0
}

# SPDX-License-Identifier: Apache-2.0
# Time, waiting with a deadline, and reading what the programs logged.

now_us() { printf '%s' "${EPOCHREALTIME/./}"; }
now_ms() { printf '%s' "$((${EPOCHREALTIME/./} / 1000))"; }

# A short sleep without a process: nobody ever writes into that pipe.
tick() { read -r -t 0.02 -u "$tick_fd"; return 0; }

# pace SECONDS: time to read; none with --once.
pace() {
    [[ $once ]] || read -r -t "$1" -u "$tick_fd"
    return 0
}

# await SECONDS WHAT LOG COMMAND...: until COMMAND succeeds; else fails with WHAT and the end of log/LOG.log.
await() {
    local until_us=$((${EPOCHREALTIME/./} + $1 * 1000000)) seconds=$1 what=$2 log=$3
    shift 3
    until "$@"; do
        ((${EPOCHREALTIME/./} < until_us)) || fail "waited $seconds s in vain until $what" "$log"
        tick
    done
}

log_has() { grep -qsF -- "$2" "$1"; }

# find_line PATTERN FILE...: the first line with all of the basic regular expression, into $line.
find_line() {
    local pattern=$1
    shift
    line=$(grep -hs -m1 -e "$pattern" -- "$@" | head -n 1)
    [[ $line ]]
}

# await_event EVENT LEAD [MORE]: the first such event of any rep, into $line. MORE: a pattern for the rest of it.
await_event() {
    await 8 "lead $2 is there as '$1'" broker find_line "\"event\": \"$1\", \"lead_id\": \"$2\".*${3:-}" "$floor"/log/*.jsonl
}

# The same, in one rep's log.
await_event_of() {
    await 8 "$1 has lead $3 as '$2'" "rep-$1" find_line "\"event\": \"$2\", \"lead_id\": \"$3\".*${4:-}" "$floor/log/$1.jsonl"
}

# field LINE NAME: the value of that member of a flat JSON object.
field() {
    [[ $1 =~ \"$2\":\ *\"([^\"]*)\" || $1 =~ \"$2\":\ *([^,\}]*) ]] && printf '%s' "${BASH_REMATCH[1]}"
}

# duration MS: "34 ms", or "1.2 s".
duration() {
    if (($1 < 1000)); then
        printf '%d ms' "$1"
    else
        printf '%d.%d s' $((($1 + 50) / 1000)) $((($1 + 50) % 1000 / 100))
    fi
}

# say KIND WORDS: one line of the show.
say() {
    local clock
    printf -v clock '%(%H:%M:%S)T' -1
    printf '%s  %-9s %s\n' "$clock" "$1" "$2"
}

# why_words LINE: the reason that went out with an offer, as people say it.
#   italian 10 of 7 needed; solar 8 of 6 needed; load 0 of 3; idle 3 s; 2 could take it
why_words() {
    field "$1" why | awk -F'; ' '
        function put(words) { text = text (text == "" ? "" : ", ") words }
        {
            for (i = 1; i <= NF; i++) {
                split($i, word, " ")
                if ($i ~ /needed$/) {
                    skill = word[1] == "heatpump" ? "heat pumps" : word[1]
                    if (skill ~ /^(italian|german|english|french)$/)
                        skill = toupper(substr(skill, 1, 1)) substr(skill, 2)
                    put(skill " " word[2] " (" word[4] " needed)")
                } else if ($i ~ /^load 0 of/) {
                    put("nothing in hand")
                } else if ($i ~ /^load/) {
                    put(word[2] " of " word[4] " in hand")
                } else if ($i ~ /could take it$/) {
                    put(word[1] == 1 ? "the only one who could" : "first of " word[1] " who could")
                }
            }
            print text
        }'
}

# fail WHAT [LOG]: ends the demo.
fail() {
    printf '\n./run demo: scene "%s" did not happen as told: %s.\n' "${scene:-start}" "$1" >&2
    if [[ ${2:-} && -s $floor/log/$2.log ]]; then
        printf 'the last words of %s:\n' "$2" >&2
        tail -n 5 -- "$floor/log/$2.log" | sed 's/^/  /' >&2
    fi
    [[ ! $once ]] || printf '{"error": "scene did not happen", "scene": "%s"}\n' "${scene:-start}"
    exit 1
}

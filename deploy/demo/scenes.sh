# SPDX-License-Identifier: Apache-2.0
# What is shown, one function a scene, in this order. A scene that does not
# happen as told ends the demo with its name.

scenes_play() {
    tell keep "${demo_reps[@]}"   # nothing is completed until a scene says so
    say open "Redis, the broker, three ingest workers and six reps are up after $(duration $((($(now_us) - started_us) / 1000)))"
    say look "the whole floor: http://127.0.0.1:${port_of[gateway]}/ops, sign in as chief with the password $password"
    say look "a rep's desk: http://127.0.0.1:${port_of[gateway]}/desk, sign in as you with the password $password"
    for scene in best_match mail_comes load_counts call_first decline_moves_on offer_expires webhook_again \
        nobody_free broker_killed redis_killed; do
        "scene_$scene"
        pace 2.5
    done
    scene=the_end
    floor_clear
}

# Every desk empty: what is held is completed, and phone calls are wrapped up.
floor_clear() {
    tell go "${demo_reps[@]}"
    tell finish "${demo_reps[@]}"
    await 15 "all reps have finished what they had" broker floor_is_clear
    tell keep "${demo_reps[@]}"
}

floor_is_clear() {
    local line name
    line=$("$bin/leadwire" status --json --run-dir "$floor/run" --timeout 2 2>/dev/null) || return 1
    for name in waiting offered connecting assigned; do
        [[ $(field "$line" "$name") == 0 ]] || return 1
    done
    [[ $(field "$line" reps_available) == "${#demo_reps[@]}" ]]
}

# Who was offered $lead, after how long and why, into $rep, $took_ms, $why. The offer's line stays in $line.
see_offer() {
    await_event offer "$lead" "${1:-}"
    rep=$(field "$line" rep)
    took_ms=$(($(field "$line" unix_ms) - sent_ms))
    why=$(why_words "$line")
}

others_than() {
    local other
    others=()
    for other in "${demo_reps[@]}"; do
        [[ $other == "$1" ]] || others+=("$other")
    done
}

# ------------------------------------------------------------ the scenes

scene_best_match() {
    form it solar "Giulia Bianchi"
    see_offer
    await_event_of "$rep" accepted "$lead"
    say form "Giulia (Italian, solar panels) -> ${rep^} in $(duration "$took_ms"): $why"
    first_rep=$rep
}

scene_mail_comes() {
    mail "Jonas Weber" "Anfrage Wärmepumpe" "Guten Tag, ich hätte gern ein Angebot für eine Wärmepumpe."
    see_offer
    await_event_of "$rep" accepted "$lead"
    say mail "Jonas (German, heat pump) -> ${rep^} in $(duration "$took_ms"): $why"
}

scene_load_counts() {
    local explained reason
    landing 1 "Marco Greco" "impianto solare"
    landing_lead=$lead
    see_offer
    [[ $rep != "$first_rep" ]] || fail "the second form went to $rep too, who was not the least loaded"
    await_event_of "$rep" accepted "$lead"
    explained=$("$bin/leadwire" explain --run-dir "$floor/run" "$lead") || fail "the broker did not explain lead $lead" broker
    reason=$(awk -v rep="$first_rep" '$1 == rep && $2 == "could:" { print $6, "of", substr($8, 1, length($8) - 1) }' <<<"$explained")
    [[ $reason ]] || fail "the explanation does not say that $first_rep could have taken it too"
    say form "Marco (Italian, solar panels) -> ${rep^} in $(duration "$took_ms"): ${first_rep^} could too, but has $reason in hand, ${rep^} nothing"
}

scene_call_first() {
    local form_lead form_ms call_lead waited
    floor_clear
    tell break dieter elif
    await_event_like rep-dieter '"event": "status".*"state": "break"' dieter
    await_event_like rep-elif '"event": "status".*"state": "break"' elif
    form de solar "Sabine Vogel"
    form_lead=$lead form_ms=$sent_ms
    pace 1
    call_begin CA1 +493055500123
    waited=$((sent_ms - form_ms))
    tell ready dieter
    await 8 "the caller is put through" phone call_is_dialled CA1
    call_lead=$lead
    await_event offer "$call_lead"
    rep=$(field "$line" rep)
    find_line "\"event\": \"offer\", \"lead_id\": \"$form_lead\"" "$floor"/log/*.jsonl && fail "the form went before the call"
    call_answered CA1
    await_event_of "$rep" holding "$call_lead" '"state": "assigned"'
    took_ms=$(($(field "$line" unix_ms) - sent_ms))
    "$bin/leadwire" explain --run-dir "$floor/run" "$call_lead" | grep -q "^[0-9:]* $rep, offer 1: answered (leg CA1-leg)$" ||
        fail "the explanation does not tell of the call to $rep" broker
    say call "nobody who speaks German is free; a caller from Germany hears \"$said\""
    say call "${rep^} is back: the call goes before a waiting form; +$device rings, they talk; it waited $(duration "$took_ms")"
    tell ready elif
    lead=$form_lead sent_ms=$form_ms
    see_offer
    say form "Sabine (German), there $(duration "$waited") before the call -> ${rep^}, the next one free"
    await_event_of "$rep" accepted "$form_lead"
    call_end CA1
}

scene_decline_moves_on() {
    local first received
    floor_clear
    tell pause "${demo_reps[@]}"
    form en solar "Emily Clark"
    see_offer
    first=$rep received=$(field "$line" received_unix_ms)
    pace 0.5
    tell decline "$first"
    others_than "$first"
    tell go "${others[@]}"
    see_offer '"offer_number": 2,'
    [[ $rep != "$first" ]] || fail "the lead went back to $first, who had declined it"
    [[ $(field "$line" received_unix_ms) == "$received" ]] || fail "the lead lost its age"
    took_ms=$(field "$line" unix_ms)
    await_event_of "$first" declined "$lead"
    took_ms=$((took_ms - $(field "$line" unix_ms)))
    await_event_of "$rep" accepted "$lead"
    say decline "Emily's form: ${first^} declines -> ${rep^} $(duration "$((took_ms > 0 ? took_ms : 1))") later, with its age: here since $(clock_of "$received")"
    tell go "$first"
}

scene_offer_expires() {
    local first first_ms
    floor_clear
    tell pause "${demo_reps[@]}"
    mail "Lukas Braun" "Frage zu Solarmodulen" "Was kosten zwölf Solarmodule?"
    see_offer
    first=$rep first_ms=$(field "$line" unix_ms)
    others_than "$first"
    tell go "${others[@]}"
    see_offer '"offer_number": 2,'
    [[ $rep != "$first" ]] || fail "the lead went back to $first, who had not answered"
    took_ms=$(($(field "$line" unix_ms) - first_ms))
    await_event_of "$first" withdrawn "$lead"
    await_event_of "$rep" accepted "$lead"
    say expiry "Lukas's mail: ${first^} does not answer -> taken back after $(duration "$took_ms"), now with ${rep^}"
    tell go "$first"
}

scene_webhook_again() {
    landing 1 "Marco Greco" "impianto solare"
    [[ $(field "$answer" status) == duplicate && $lead == "$landing_lead" ]] || fail "the same webhook again was answered $answer" web
    say again "Marco's webhook comes a second time -> answered \"duplicate\" of lead $lead; no rep is bothered"
}

scene_nobody_free() {
    local waiting_lead waiting_ms next_rep next_ms
    floor_clear
    tell break farid
    await_event_like rep-farid '"event": "status".*"state": "break"' farid
    form en "heat pump" "Oliver Hughes"
    waiting_lead=$lead waiting_ms=$sent_ms
    form it solar "Chiara Galli"
    see_offer
    next_rep=$rep next_ms=$took_ms
    find_line "\"event\": \"offer\", \"lead_id\": \"$waiting_lead\"" "$floor"/log/*.jsonl && fail "a rep without the skill was offered the lead"
    say waits "Oliver (English, heat pump): only Farid could, who is at lunch; Chiara's form, later, -> ${next_rep^} in $(duration "$next_ms")"
    pace 2
    local ready_ms
    ready_ms=$(now_ms)
    tell ready farid
    lead=$waiting_lead sent_ms=$ready_ms
    see_offer
    [[ $rep == farid ]] || fail "the lead went to $rep"
    await_event_of farid accepted "$waiting_lead"
    say taken "Farid is back -> has Oliver's form $(duration "$took_ms") later; it had waited $(duration $((ready_ms - waiting_ms)))"
}

scene_broker_killed() {
    local leads=() reps=() i killed_ms
    floor_clear
    tell pause "${demo_reps[@]}"
    for i in "it solar Elena" "de solar Klaus" "en solar James" "it altro Franco"; do
        form $i
        see_offer
        leads+=("$lead") reps+=("$rep")
    done
    killed_ms=$(now_ms)
    end broker KILL
    broker_start
    await 8 "the broker serves again" broker log_has "$floor/broker.ready" serving
    for i in "${!leads[@]}"; do
        await_event_of "${reps[i]}" offer "${leads[i]}" '"offer_number": 1,.*"resumed": true'
    done
    took_ms=$(($(now_ms) - killed_ms))
    tell go "${demo_reps[@]}"
    for i in "${!leads[@]}"; do
        await_event_of "${reps[i]}" accepted "${leads[i]}" '"offer_number": 1'
    done
    say crash "the broker is killed with ${#leads[@]} offers open; $(duration "$took_ms") later the same offers go on: ${reps[*]^}"
}

scene_redis_killed() {
    local i killed_us count=8 before pids=()
    floor_clear
    tell finish "${demo_reps[@]}"
    before=$(wc -l <"$floor/feeder.log")
    end redis KILL
    killed_us=$(now_us)
    for ((i = 1; i <= count; i++)); do
        form it solar "Visitor $i" "-$i" {lock_fd}>&- &
        pids+=($!)
    done
    await 5 "three seconds are over" redis seconds_are_over "$killed_us" 3
    (($(wc -l <"$floor/feeder.log") == before)) || fail "a form was taken while Redis was dead" web
    say outage "Redis is killed for 3 s; $count forms come in and wait: none is told \"taken\" before it is safe"
    redis_start
    for i in "${pids[@]}"; do
        wait "$i" || fail "a form was not taken after Redis came back" web
    done
    await 15 "all is drained" broker floor_is_clear
    took_ms=$((($(now_us) - killed_us) / 1000 - 3000))
    (($(wc -l <"$floor/feeder.log") == before + count)) || fail "not each of the $count forms was taken once" web
    say back "Redis is back; all $count forms are in, given to reps and done $(duration "$took_ms") later"
}

seconds_are_over() { ((${EPOCHREALTIME/./} - $1 >= $2 * 1000000)); }

clock_of() { printf '%(%H:%M:%S)T' $(($1 / 1000)); }

# await_event_like LOG PATTERN REP: the last such line of a rep's log must be the newest of its kind.
await_event_like() { await 5 "$3 is on a break" "$1" last_status_is "$3" "$2"; }

last_status_is() { grep -s '"event": "status"' "$floor/log/$1.jsonl" | tail -n 1 | grep -q -e "$2"; }

# ------------------------------------------------------------ after the show

scoreboard() {
    scene=scoreboard
    judge_read
    printf '\n'
    awk -f "$here/scoreboard.awk" "$floor"/log/*.jsonl
    printf '%s leads came in, %s were completed; %s lost, %s with two owners at once, %s over a rep'"'"'s capacity.\n' \
        "$(field "$verdict" published)" "$(field "$verdict" completed)" "$(field "$verdict" lost)" \
        "$(field "$verdict" double_owned)" "$(field "$verdict" over_capacity)"
    [[ -z $findings ]] || printf '%s\n' "$findings"
}

now_you() {
    local rep_line
    scene=now_you
    trap 'printf "\nThe floor is closed; nothing is left behind.\n"; exit 0' INT
    # From here on reps have the time that the rules give them, not the show's two seconds.
    "$bin/leadwire" apply --run-dir "$floor/run" "$here/desk.yaml" >>"$floor/log/apply.log" 2>&1
    tell finish "${demo_reps[@]}"
    rep_line="$bin/leadwire rep you --run-dir $floor/run --secret-file $floor/secret/you"
    cat <<END_OF_WORDS

Now you, as a rep in a browser, the only one who speaks French:

  http://127.0.0.1:${port_of[gateway]}/desk    sign in as  you  with the password  $password

and as who runs the desk (in another browser or a private window, since one browser is one user):

  http://127.0.0.1:${port_of[gateway]}/ops     sign in as  chief  with the same password

In another terminal, send yourself a form (the very same one again is told "duplicate"; language=it is for the others):

  curl -d 'name=Ada' -d 'email=ada@example.com' -d 'language=fr' -d 'product=solar' http://127.0.0.1:${port_of[web]}/in/contact-form

Or be that rep in the terminal, which takes the desk from the browser:

  $rep_line

What happens is shown here. Ctrl-C ends it all and leaves nothing behind.

END_OF_WORDS
    exec {watch_fd}< <(exec setsid setpriv --pdeathsig KILL "$bin/leadwire" watch --no-snapshot --run-dir "$floor/run" 2>/dev/null)
    pid_of[watch]=$!
    while read -r -u "$watch_fd" line; do
        [[ $line == *' lead '* ]] && printf '%s\n' "$line"
    done
    fail "the event stream has ended" broker
}

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# leadwire-mail against the real broker (--ephemeral): mails become leads once each, by Maildir and by LMTP,
# however often the worker is killed; a broker that was silent gets what waited.
set -euo pipefail
umask 077

wait_s=30
rounds=12
samples=$LEADWIRE_SOURCE/tests/mail/samples
work=$(mktemp -d /tmp/lw-mail-XXXXXX)
run=$work/run
box=$work/box
queue=$LEADWIRE_BIN/../tests/lmtp_send
broker='' worker='' sender=''

for program in "$LEADWIRE_BIN"/{leadwire-broker,leadwire,leadwire-mail} "$queue"; do
    if [ ! -x "$program" ]; then
        rm -rf "$work"
        echo "SKIP: ${program##*/} is not built"
        exit 77
    fi
done

end_process() {   # end_process SIGNAL PID
    [ -n "$2" ] || return 0
    kill "-$1" "$2" 2> /dev/null || true
    wait "$2" 2> /dev/null || true
}

clean_up() {
    end_process TERM "$sender"
    end_process TERM "$worker"
    [ -n "$broker" ] && kill -CONT "$broker" 2> /dev/null
    end_process TERM "$broker"
    rm -rf "$work"
}
trap clean_up EXIT

fail() {
    echo "FAILED: $1"
    for log in "$work"/*.log "$work/decisions"; do
        [ -e "$log" ] && echo "--- ${log##*/}" && tail -n 40 "$log"
    done
    exit 1
}

mkfifo "$work/never"
exec 9<> "$work/never"
pause() { IFS= read -r -t "$1" -u 9 _ || true; }   # a fifo nobody writes to

wait_for() {   # wait_for WHAT COMMAND...
    local what=$1 deadline=$((SECONDS + wait_s))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || fail "$what did not happen"
        pause 0.02
    done
}

start_broker() {
    rm -f "$work/ready"
    mkfifo "$work/ready"
    "$LEADWIRE_BIN/leadwire-broker" --desk sales --run-dir "$run" --ephemeral --ready-fd 3 3> "$work/ready" \
        2>> "$work/broker.log" &
    broker=$!
    exec 4< "$work/ready"
    IFS= read -r -t "$wait_s" -u 4 _ || fail "the broker does not serve"
    exec 4<&-
    "$LEADWIRE_BIN/leadwire" apply "$work/desk.yaml" --run-dir "$run" > "$work/apply.log" 2>&1 || fail "the rules were not taken"
}

start_worker() {
    "$LEADWIRE_BIN/leadwire-mail" --config "$work/mail.yaml" 2>> "$work/worker.log" &
    worker=$!
}

deliver() {   # deliver NAME FILE
    cp "$2" "$box/tmp/$1"
    mv "$box/tmp/$1" "$box/new/$1"
}

files_in() { find "$1" -type f | wc -l; }
cur_has() { [ "$(files_in "$box/cur")" = "$1" ]; }
decided() { grep -q " office $1 $2" "$work/decisions"; }
leads_in_broker() {
    "$LEADWIRE_BIN/leadwire" status --json --desk sales --run-dir "$run" | grep -oE '"published_total": ?[0-9]+' | grep -oE '[0-9]+$'
}

cat > "$work/desk.yaml" <<'END'
desk: sales
reps:
  anna:
    capacity: 3
dispositions:
  won: {label: Won, class: won}
END
cat > "$work/mail.yaml" <<END
desk: sales
broker: ipc://$run/publish
answer_within: 1s
scan_every: 200ms
decisions_log: decisions
raw: {directory: raw}
lmtp: {listen: "unix:$work/lmtp"}
sources:
  office: {maildir: box, region: IT, own: [shop.example], recipients: [sales@shop.example]}
END
mkdir -p "$box/new" "$box/cur" "$box/tmp"

start_broker
start_worker
deliver plain "$samples/plain.eml"
deliver html "$samples/html_only.eml"
deliver bounce "$samples/bounce.eml"
deliver deep "$samples/deep_nesting.eml"
wait_for "taking three mails" cur_has 3
wait_for "the quarantine" decided deep too_deep
for decision in "plain accepted" "html accepted" "bounce delivery_report"; do
    decided "${decision% *}" "${decision#* }" || fail "not decided: $decision"
done
[ "$(leads_in_broker)" = 2 ] || fail "two mails did not make two leads but $(leads_in_broker)"

# The same bytes through the pipe: the first lead again.
lead=$(grep -oE ' plain accepted .*' "$work/decisions")
lead=${lead##* }
said=$("$LEADWIRE_BIN/leadwire-mail" --once --source office --config "$work/mail.yaml" < "$samples/plain.eml")
[ "$said" = "{\"status\":\"duplicate\",\"lead_id\":\"$lead\"}" ] || fail "the same mail again gave: $said"

# Killed again and again, at moments that differ: every mail once.
mails=0
for ((round = 1; round <= rounds; round++)); do
    for ((i = 1; i <= 10; i++)); do
        mails=$((mails + 1))
        printf 'From: Buyer <buyer%d@buyer.example>\nSubject: Order %d\nMessage-ID: <%d@buyer.example>\n\nHello\n' \
            "$mails" "$mails" "$mails" > "$work/mail"
        deliver "m$mails" "$work/mail"
    done
    pause "0.0$((round % 10))"
    end_process KILL "$worker"
    start_worker
done
wait_for "taking all mails" cur_has $((mails + 3))
[ "$(files_in "$box/new")" = 0 ] || fail "mails are left in new"
[ "$(leads_in_broker)" = $((mails + 2)) ] || fail "$((mails + 2)) mails made $(leads_in_broker) leads"
twice=$(grep -cE ' m[0-9]+ duplicate ' "$work/decisions" || true)

# The same by LMTP: a queue that comes again until it hears 250.
before=$(leads_in_broker)
letters=()
for ((i = 1; i <= 60; i++)); do
    printf 'From: Buyer <letter%d@buyer.example>\r\nSubject: Letter %d\r\nMessage-ID: <l%d@buyer.example>\r\n\r\nHello\r\n' \
        "$i" "$i" "$i" > "$work/letter$i"
    letters+=("$work/letter$i")
done
"$queue" "$work/lmtp" sales@shop.example "${letters[@]}" > "$work/sent" &
sender=$!
for ((round = 1; round <= rounds; round++)); do
    pause "0.0$((round % 10))"
    end_process KILL "$worker"
    start_worker
done
wait "$sender" || fail "the queue failed"
sender=''
[ "$(grep -cE '^250 2.0.0 (accepted|duplicate) ' "$work/sent")" = 60 ] || fail "not all letters were taken: $(cat "$work/sent")"
[ "$(leads_in_broker)" = $((before + 60)) ] || fail "60 letters made $(($(leads_in_broker) - before)) leads"
repeats=$(grep -cvE ' after 1$' "$work/sent" || true)
mails=$((mails + 60))

# The broker stops answering, mails wait; it goes on, they go. (Not restarted: an ephemeral one forgets its
# epoch, and clients do not follow a lower one.)
kill -STOP "$broker"
deliver late "$samples/reply_english.eml"
wait_for "the worker's wait" grep -q "mails stay in new" "$work/worker.log"
[ -e "$box/new/late" ] || fail "a mail left new without a broker"
kill -CONT "$broker"
wait_for "taking what waited" decided late '\(accepted\|duplicate\)'
[ "$(leads_in_broker)" = $((mails + 3)) ] || fail "$((mails + 3)) mails made $(leads_in_broker) leads"

end_process TERM "$worker"
grep -q "buyer.example" "$work/worker.log" "$work/decisions" && fail "a log holds an address"
echo "$((mails + 3)) leads of $((mails + 5)) mails; $rounds kills of the worker, $twice mails answered duplicate after one, $repeats letters sent again"

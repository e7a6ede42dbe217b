# SPDX-License-Identifier: Apache-2.0
# The visitors: people who fill in forms, write and call; and the telephone
# service between the callers and leadwire-phone. The people are made up.
#
# feeder.log has one line for each success answer that a visitor's system saw:
#   accepted|duplicate LEAD CHANNEL MS-WHEN-SENT

form_count=0

# Retries as senders do, with the same key, until it is taken. The answer goes to $answer.
# post URL CHANNEL CURL-OPTION...
post() {
    local url=$1 channel=$2 status out=$floor/answer.$BASHPID until_s=$((SECONDS + 20)) id
    shift 2
    sent_ms=$(now_ms) refusals=0
    until status=$(curl -s --max-time 10 -o "$out" -w '%{http_code}' "$@" "$url") && [[ $status == 200 ]]; do
        ((SECONDS < until_s)) || fail "the $channel worker took nothing for 20 s (HTTP $status)" "$channel"
        refusals=$((refusals + 1))
        tick
    done
    answer=$(<"$out")
    rm -f -- "$out"
    lead=$(field "$answer" lead_id)
    [[ $lead ]] && printf '%s %s %s %s\n' "$(field "$answer" status)" "$lead" "$channel" "$sent_ms" >>"$floor/feeder.log"
}

# form LANGUAGE PRODUCT NAME: a form of the website. Gives $lead and $sent_ms.
form() {
    form_count=$((form_count + 1))
    post "http://127.0.0.1:${port_of[web]}/in/contact-form" web -H "Idempotency-Key: form-$form_count-${4:-}" \
        --data-urlencode "name=$3" --data-urlencode "language=$1" --data-urlencode "product=$2" \
        --data-urlencode "email=visitor$form_count${4:-}@example.com"
}

# landing NUMBER NAME PRODUCT: a webhook of the landing page; the same NUMBER is the same submission.
landing() {
    post "http://127.0.0.1:${port_of[web]}/in/landing-page" web -H 'Content-Type: application/json' \
        --data "{\"submission_id\": \"$1\", \"contact\": {\"name\": \"$2\", \"email\": \"landing$1@example.com\"}, \"interest\": \"$3\"}"
}

# mail NAME SUBJECT TEXT: delivers it as mail servers do. Gives $lead and $sent_ms.
mail() {
    local file=demo.$((form_count += 1)).example
    printf 'From: %s <mail%d@example.com>\nTo: info@solar.example\nMessage-ID: <%d@example.com>\nSubject: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n' \
        "$1" "$form_count" "$form_count" "$2" "$3" >"$floor/mail/tmp/$file"
    sent_ms=$(now_ms)
    mv -- "$floor/mail/tmp/$file" "$floor/mail/new/$file"
    await 8 "the mail is taken" mail find_line " $file accepted " "$floor/mail-decisions.log"
    lead=${line##* }
    printf 'accepted %s mail %s\n' "$lead" "$sent_ms" >>"$floor/feeder.log"
}

# ------------------------------------------------------------ the telephone service

# phone_post URL CALL NAME=VALUE...: a signed webhook; its markup goes to $markup.
phone_post() {
    local amp='&' url status argument arguments=()
    url=${1//&amp;/"$amp"}
    shift
    set -- "CallSid=$1" "${@:2}"
    for argument; do
        arguments+=(--data-urlencode "$argument")
    done
    local signature
    signature=$("$bin/leadwire-phone" sign --token-file "$floor/secret/telephone" "$url" "$@")
    status=$(curl -s --max-time 10 -o "$floor/markup" -w '%{http_code}' -H "X-Twilio-Signature: $signature" "${arguments[@]}" \
        "http://127.0.0.1:${port_of[phone]}${url#https://voice.example.com}")
    markup=$(<"$floor/markup")
    [[ $status == 20[04] ]] || fail "the phone worker answered a webhook with HTTP $status" phone
}

# between TEXT BEFORE AFTER
between() {
    local rest=${1#*"$2"}
    [[ $rest != "$1" ]] && printf '%s' "${rest%%"$3"*}"
}

# call_begin CALL FROM: the phone rings. Gives $hold_url, $said and $sent_ms.
call_begin() {
    sent_ms=$(now_ms)
    phone_post https://voice.example.com/voice/main-line/incoming "$1" "From=$2" To=+390255500000 CallStatus=ringing Direction=inbound
    hold_url=$(between "$markup" '<Redirect method="POST">' '</Redirect>')
    said=$(between "$markup" '">' '</Say>')
    [[ $hold_url == */hold* ]] || fail "the caller was not put on hold" phone
}

# call_is_dialled CALL: the caller's next poll; true once the answer is to dial. Gives $device, $lead.
call_is_dialled() {
    phone_post "$hold_url" "$1"
    if [[ $markup != *'<Dial '* ]]; then
        hold_url=$(between "$markup" '<Redirect method="POST">' '</Redirect>')
        return 1
    fi
    leg_url=$(between "$markup" 'statusCallback="' '"')
    result_url=$(between "$markup" ' action="' '"')
    device=$(between "$markup" "\">+" '</Number>')
    lead=$(between "$leg_url" 'lead=' '&')
    printf 'accepted %s phone %s\n' "$lead" "$sent_ms" >>"$floor/feeder.log"
}

# call_answered CALL: the rep picks up.
call_answered() { phone_post "$leg_url" "$1-leg" CallStatus=in-progress; }

# call_end CALL: both hang up.
call_end() {
    phone_post "$leg_url" "$1-leg" CallStatus=completed
    phone_post "$result_url" "$1" DialCallStatus=completed "DialCallSid=$1-leg"
    phone_post https://voice.example.com/voice/main-line/status "$1" CallStatus=completed
}

# SPDX-License-Identifier: Apache-2.0
# The floor: a private directory with Redis, the broker, three workers, the gateway and the
# reps. Nothing listens but unix sockets and free ports of the loopback.
#
# No process outlives the demo, however it ends: each is killed by the kernel
# when its parent, the demo, dies (PR_SET_PDEATHSIG). A directory that a killed
# demo left is known by its lock, which nobody holds, and goes at the next start.

demo_reps=(anna bruno carla dieter elif farid)
declare -A pid_of word_to port_of
floor=''

floor_open() {
    bin=${LEADWIRE_BIN:?names the folder of the built programs; ./run demo sets it}
    redis_server=${LEADWIRE_REDIS_SERVER:-redis-server}
    local tool
    for tool in curl flock setpriv setsid "$redis_server"; do
        command -v "$tool" >/dev/null || fail "$tool is missing; ./run demo installs what is needed"
    done
    started_us=$(now_us) scene=start
    trap 'floor_close' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    floor_make_directory
    floor_remove_stale
    floor_start
}

floor_make_directory() {
    local base
    for base in "${XDG_RUNTIME_DIR:-}" /tmp; do
        # A unix socket's path may have 107 bytes; ours add 36.
        [[ -n $base && -d $base && -w $base && ${#base} -le 70 ]] && break
    done
    floors=$base
    local fresh
    fresh=$(mktemp -d -- "$base/leadwire-demo-new.XXXXXX") || fail "no directory can be made in $base"
    exec {lock_fd}>"$fresh/lock"
    flock -n "$lock_fd"
    floor=$base/leadwire-demo.${fresh##*.}
    mv -- "$fresh" "$floor"   # has this name only once it is locked
    mkdir -- "$floor"/{run,redis,log,secret,versions,mail,mail/{tmp,new,cur}}
    mkfifo -- "$floor/tick"
    exec {tick_fd}<>"$floor/tick"
}

floor_remove_stale() {
    local old fd
    for old in "$floors"/leadwire-demo.*; do
        [[ -d $old && -O $old && ! -L $old && $old != "$floor" ]] || continue
        { exec {fd}<"$old/lock"; } 2>/dev/null || continue
        flock -n "$fd" && rm -rf -- "$old"
        exec {fd}<&-
    done
    find "$floors" -maxdepth 1 -name 'leadwire-demo-new.*' -user "$(id -u)" -mmin +5 -exec rm -rf -- {} + 2>/dev/null
}

# spawn NAME COMMAND...: a child that dies with us. It reads $input; its words go to log/NAME.log.
# In a session of its own, so that Ctrl-C reaches only the demo, which ends all in order.
spawn() {
    local name=$1
    shift
    setsid setpriv --pdeathsig KILL -- "$@" <"${input:-/dev/null}" >>"$floor/log/$name.log" 2>&1 {lock_fd}>&- {tick_fd}>&- &
    pid_of[$name]=$!
}

# end NAME SIGNAL: and waits for it.
end() {
    local pid=${pid_of[$1]:-}
    [[ $pid ]] || return 0
    unset "pid_of[$1]"
    kill "-$2" "$pid" 2>/dev/null
    { wait "$pid"; } 2>/dev/null
}

floor_start() {
    local rep worker
    floor_write_files
    redis_start
    broker_start
    await 10 "the broker serves" broker log_has "$floor/broker.ready" serving
    "$bin/leadwire" apply --run-dir "$floor/run" "$floor/desk.yaml" >"$floor/log/apply.log" 2>&1 ||
        fail "the broker did not take desk.yaml" apply
    spawn web "$bin/leadwire-web" --config "$floor/web.yaml" --port-file "$floor/web.port" --health 127.0.0.1:0
    spawn phone "$bin/leadwire-phone" --config "$floor/phone.yaml" --port-file "$floor/phone.port" --health 127.0.0.1:0
    spawn mail "$bin/leadwire-mail" --config "$floor/mail.yaml" --health 127.0.0.1:0
    for worker in web phone mail; do
        await 5 "the health of $worker can be asked" "$worker" health_is_known "$worker"
    done
    spawn gateway "$bin/leadwire-gateway" --config "$floor/gateway.yaml" --port-file "$floor/gateway.port"
    for rep in "${demo_reps[@]}"; do
        rep_start "$rep"
        await 5 "$rep logs on" "rep-$rep" log_has "$floor/log/$rep.jsonl" '"status"'
    done
    await 5 "the web worker listens" web test -s "$floor/web.port"
    await 5 "the phone worker listens" phone test -s "$floor/phone.port"
    await 5 "the gateway listens" gateway test -s "$floor/gateway.port"
    port_of[gateway]=$(<"$floor/gateway.port")
    await 5 "the page of reps answers who signs in" gateway page_answers
    port_of[web]=$(<"$floor/web.port")
    port_of[phone]=$(<"$floor/phone.port")
    await 5 "the web worker reaches the broker" web worker_connected web
    await 5 "the phone worker reaches the broker" phone worker_connected phone
}

# For the show a rep has two seconds to answer the offer of a mail; the rules of the floor say a minute.
floor_write_files() {
    local rep secret hash
    sed '/^  email:/s/offer_timeout: *[0-9a-z]*/offer_timeout: 2s/' "$here/desk.yaml" >"$floor/desk.yaml"
    cp -- "$here"/{web,phone,mail,gateway}.yaml "$floor/"
    sed -i "s|FLOOR|$floor|" "$floor"/{web,phone,mail,gateway}.yaml
    for rep in "${demo_reps[@]}" you telephone; do
        secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        printf '%s\n' "$secret" >"$floor/secret/$rep"
        [[ $rep == telephone ]] || printf '%s %s\n' "$rep" "$secret" >>"$floor/secret/all-reps"
    done
    password=leads-$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
    hash=$(printf '%s\n' "$password" | "$bin/leadwire-gateway" --hash-password)
    printf '%s\n' "you rep you $hash" "chief admin - $hash" >"$floor/users"
}

redis_start() {
    spawn redis "$redis_server" --port 0 --unixsocket "$floor/redis.sock" --unixsocketperm 700 --dir "$floor/redis" \
        --appendonly yes --appendfsync always --save '' --daemonize no
}

# broker_start [OPTION...]
broker_start() {
    : >"$floor/broker.ready"
    exec {ready_fd}>"$floor/broker.ready"
    spawn broker "$bin/leadwire-broker" --desk main --run-dir "$floor/run" --redis "unix:$floor/redis.sock" \
        --rep-secrets "$floor/secret/all-reps" --ready-fd "$ready_fd" "$@"
    exec {ready_fd}>&-
}

# A robot that listens to our words; it logs off when its pipe ends.
rep_start() {
    local rep=$1 fd think=60 handle=100 input=$floor/log/$1.words
    [[ $once ]] || think=500 handle=1200
    mkfifo -- "$input"
    exec {fd}<>"$input"
    word_to[$rep]=$fd
    spawn "rep-$rep" "$bin/leadwire" rep "$rep" --auto --steered --think-ms "$think" --handle-ms "$handle" \
        --run-dir "$floor/run" --secret-file "$floor/secret/$rep" --log "$floor/log/$rep.jsonl"
}

# Signs in as a browser does, and asks for the desk.
page_answers() {
    local base=http://127.0.0.1:${port_of[gateway]} jar=$floor/cookies
    printf '{"user": "you", "password": "%s"}' "$password" |
        curl -sf --max-time 3 -c "$jar" -H 'Content-Type: application/json' -d @- -o "$floor/signed-in" "$base/api/v1/sign-in" &&
        curl -sf --max-time 3 -b "$jar" -o "$floor/page" "$base/desk" && log_has "$floor/page" '<title>Leadwire</title>'
}

# tell WORD REP...: see leadwire rep --help, --steered.
tell() {
    local word=$1 rep
    shift
    for rep; do
        printf '%s\n' "$word" >&"${word_to[$rep]}"
    done
}

# The free port on which a worker tells how it is: the gateway is told, and /ops shows it among its doors.
health_is_known() {
    local port
    port=$(sed -n 's/.*health on .* port=\([0-9]*\)$/\1/p' "$floor/log/$1.log" 2>/dev/null)
    [[ $port ]] && sed -i "s|${1^^}_HEALTH|$port|" "$floor/gateway.yaml"
}

worker_connected() {
    curl -sf --max-time 2 -o "$floor/health" "http://127.0.0.1:${port_of[$1]}/healthz"
}

# status_number NAME: one of the numbers of leadwire status.
status_number() {
    local line
    line=$("$bin/leadwire" status --json --run-dir "$floor/run" --timeout 2 2>/dev/null) || return 1
    field "$line" "$1"
}

floor_close() {
    local code=$? name
    trap - EXIT
    trap '' INT TERM HUP
    for name in "${!pid_of[@]}"; do
        kill -TERM "${pid_of[$name]}" 2>/dev/null
    done
    for name in "${!pid_of[@]}"; do
        await_end "${pid_of[$name]}" || kill -KILL "${pid_of[$name]}" 2>/dev/null
        { wait "${pid_of[$name]}"; } 2>/dev/null
    done
    if [[ $keep && $floor ]]; then
        printf 'everything that was logged: %s\n' "$floor" >&2
    elif [[ $floor ]]; then
        cd / && rm -rf -- "$floor"
    fi
    exit "$code"
}

await_end() {
    local turn
    for ((turn = 0; turn < 150; turn++)); do
        kill -0 "$1" 2>/dev/null || return 0
        tick
    done
    return 1
}

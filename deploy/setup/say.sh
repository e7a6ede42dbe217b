# SPDX-License-Identifier: Apache-2.0
# What ./run says, and how it ends. Sourced by ./run.

say() { printf '%s\n' "$*"; }

exec {say_errors}>&2   # so that a sentence of die is seen even where output goes to a log

# One sentence on what went wrong and what to do; exit 1 unless $exit_code says otherwise.
die() {
    printf './run: %s\n' "$*" >&"$say_errors"
    exit "${exit_code:-1}"
}

# kB -> "12 MB", rounded up.
megabytes() { printf '%d MB' $((($1 + 1023) / 1024)); }

# child COMMAND...: runs COMMAND without standard input in a process group of
# its own, so that Ctrl-C, or a kill of ./run alone, ends all that it started.
child_pid=
child() {
    local status
    set -m
    child_command "$@" </dev/null &
    child_pid=$!
    set +m
    wait "$child_pid"
    status=$?
    child_pid=
    return "$status"
}

# A straggler must not keep our standard error open for whoever reads it.
child_command() {
    exec {say_errors}>&-
    "$@"
}

end_child() {
    [[ $child_pid ]] || return 0
    kill -TERM -- "-$child_pid" 2>/dev/null
    for _ in {1..50}; do
        kill -0 -- "-$child_pid" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL -- "-$child_pid" 2>/dev/null
}

trap 'trap "" INT TERM HUP; end_child; exit 130' INT
trap 'trap "" INT TERM HUP; end_child; exit 143' TERM HUP

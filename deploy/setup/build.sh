# SPDX-License-Identifier: Apache-2.0
# Configures and builds one preset into build/PRESET. Sourced by ./run.
# Silent and quick (ninja's own check) when nothing has changed.

build_disk_kb=262144   # per preset; asan with its tests is the largest

# build_preset PRESET [CMAKE-ARGUMENT...]; on failure prints the compiler's words and returns 1.
build_preset() {
    local preset=$1 dir=$root/build/$1 log=$state_dir/build-$1.log start=$SECONDS lock
    shift
    exec {lock}>"$state_dir/build-$preset.lock"
    if ! flock -n "$lock"; then
        say "waiting for another ./run that builds $preset here"
        flock "$lock"
    fi
    : >"$log"
    build_configure "$preset" "$log" "$@" \
        && child build_ninja "$preset" "$dir" "$log"
    local status=$?
    exec {lock}>&-
    if ((status != 0)); then
        build_complaint "$log" >&2
        return 1
    fi
    if grep -q '^\[[1-9]' "$log"; then say "built $preset in $((SECONDS - start)) s"; fi
}

# Configures when the arguments, the presets or the place have changed.
build_configure() {
    local preset=$1 log=$2 dir=$root/build/$1 want launcher
    shift 2
    launcher=$(command -v ccache) && set -- "$@" "-DCMAKE_C_COMPILER_LAUNCHER=$launcher" "-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher"
    want="$root $* $(cksum <"$root/CMakePresets.json")"
    [[ -e $dir/build.ninja && $(cat "$dir/.configured" 2>/dev/null) == "$want" ]] && return
    [[ -e $dir/CMakeCache.txt ]] || system_require_disk "$root" "$build_disk_kb"
    say "configuring $preset"
    rm -rf -- "$dir/.configured" "$dir/CMakeCache.txt" "$dir/CMakeFiles"
    child cmake -S "$root" --preset "$preset" "$@" >>"$log" 2>&1 || return 1
    printf '%s\n' "$want" >"$dir/.configured"
}

build_ninja() {
    cmake --build "$2" --parallel "$(nproc)" 2>&1 | build_progress "$1" "$3"
}

# Ninja's lines go into the log; a terminal sees one line that counts up.
# (Step 0 is ninja looking for new files, which it does each time.)
build_progress() {
    local line shown=
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$2"
        [[ $line =~ ^\[([1-9][0-9]*)/([0-9]+)\] ]] || continue
        if [[ -t 1 ]]; then
            printf '\rbuilding %s: %d of %d ' "$1" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
        elif [[ -z $shown ]]; then
            say "building $1: ${BASH_REMATCH[2]} steps"
        fi
        shown=1
    done
    [[ -t 1 && $shown ]] && printf '\r\033[K'
    return 0
}

# The first failure in the log, without the commands around it.
build_complaint() {
    if grep -q '^FAILED:' "$1"; then
        sed -n '/^FAILED:/,$p' "$1" | cut -c 1-400 | head -n 60
    else
        tail -n 30 "$1"
    fi
}

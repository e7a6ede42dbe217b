# SPDX-License-Identifier: Apache-2.0
# What a fuzzer's corpus reaches beside what it reached in the end. Sourced by fuzz.sh and short.sh.

# fuzz_reached PROGRAM [OPTION|FOLDER]...: "EDGES FEATURES" of the inputs in the folders; nothing when they cannot be run.
fuzz_reached() {
    local program=$1
    shift
    "$program" -runs=0 "$@" 2>&1 | sed -n 's/.*INITED *cov: \([0-9]*\) ft: \([0-9]*\).*/\1 \2/p'
}

# fuzz_ended LOG: the same, as the fuzzer itself said at its end.
fuzz_ended() {
    sed -n 's/.*DONE *cov: \([0-9]*\) ft: \([0-9]*\).*/\1 \2/p' "$1"
}

# fuzz_at_least NAME "EDGES FEATURES" "EDGES FEATURES": of the corpus, and in the end. No, and why, when the end has fewer edges,
# as then it ran something else than its corpus. Features are of inputs: a better one may stand for two.
fuzz_at_least() {
    local name=$1 edges=${2% *} edges_now=${3% *}
    [[ $edges =~ ^[0-9]+$ ]] || { printf '%s: what its corpus reaches is not known\n' "$name" >&2; return 1; }
    [[ $edges_now =~ ^[0-9]+$ ]] || { printf '%s: it did not say what it reached in the end\n' "$name" >&2; return 1; }
    ((edges > 0 && edges_now >= edges)) && return
    printf '%s: it reached %s edges in the end, its corpus alone reaches %s\n' "$name" "$edges_now" "$edges" >&2
    return 1
}

# SPDX-License-Identifier: Apache-2.0
# ./run fuzz: one fuzzer for some minutes, and what it reached beside what its corpus reaches. Sourced by ./run.

. "$root/tests/fuzz/reached.sh"

fuzz_main() {
    local name='' minutes=10
    while (($#)); do
        case $1 in
            --minutes) minutes=${2:-}; shift ;;
            -*) exit_code=2 die "there is no option '$1' of ./run fuzz: './run help' lists them." ;;
            *) name=$1 ;;
        esac
        shift $(($# > 0))
    done
    [[ $minutes =~ ^[1-9][0-9]{0,3}$ ]] || exit_code=2 die "--minutes must be a whole number from 1 to 9999."
    set_up runtime build test
    build_preset fuzz || die "building the fuzzers failed: the compiler's words are above."
    [[ $name && -x build/fuzz/tests/fuzz_$name ]] \
        || exit_code=2 die "name one of these fuzzers: $(fuzz_names)."
    export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
    export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
    fuzz_run "$name" "$minutes"
}

fuzz_names() {
    local program names=()
    for program in build/fuzz/tests/fuzz_*; do
        [[ -x $program ]] && names+=("${program##*/fuzz_}")
    done
    printf '%s' "${names[*]}"
}

fuzz_corpus() {
    case $1 in
        mail) echo tests/mail/samples ;;
        sip) echo tests/phone/sip_corpus ;;
        *) echo "tests/fuzz/corpus/$1" ;;
    esac
}

fuzz_run() {
    local name=$1 minutes=$2 program=build/fuzz/tests/fuzz_$1 corpus found log status alone end
    corpus=$(fuzz_corpus "$name") found=build/fuzz/tests/found/$name log=$state_dir/fuzz-$name.log
    mkdir -p "$found"
    say "fuzzing $name for $minutes minutes; what it says is in $log"
    alone=$(fuzz_reached "$program" "$corpus")
    child "$program" -max_total_time=$((minutes * 60)) -max_len=16384 -timeout=10 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/tests/found-$name-" "$found" "$corpus" >"$log" 2>&1
    status=$?
    end=$(fuzz_reached "$program" "$found" "$corpus")
    printf '%s: %s runs; the corpus reaches %s edges (%s features), with the %s inputs found %s (%s)\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "${alone% *}" "${alone#* }" \
        "$(find "$found" -type f | wc -l)" "${end% *}" "${end#* }"
    if ((status != 0)); then
        grep -E -m3 'does not hold|ERROR:|SUMMARY:|runtime error' "$log" >&2
        die "$name found something: $(sed -n 's/^artifact_prefix.*Test unit written to //p' "$log"). Once it is mended keep the input in $corpus."
    fi
    fuzz_at_least "$name" "$alone" "$end" || die "$name reached less than its corpus: the words above say what."
}

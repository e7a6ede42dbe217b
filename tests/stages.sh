# SPDX-License-Identifier: Apache-2.0
# The stages of ./run test. Sourced by ./run; prints one line a stage, what
# failed tests said, and last "N passed, N failed, N skipped".
#
# Of each layer (ctest label) the tests run in preset dev; those that find
# memory errors run in asan too. A test with the further label "slow" is not
# run a second time. A stage that is no set of ctests counts as one test.

layers_twice='unit|property|sim|integration|web|mail|sip'
layers_alone='fault'   # they load the machine by themselves: one at a time
layers=(unit property sim theory integration web mail sip browser fault e2e)

tests_main() {
    local what=default preset=dev name= extra=()
    while (($#)); do
        case $1 in
            --all) what=all ;;
            --mutants) what=mutants ;;
            --in) preset=${2:-}; shift ;;
            -*) exit_code=2 die "there is no option '$1' of ./run test: './run help' lists them." ;;
            *) what=named name=$1 ;;
        esac
        shift $(($# > 0))
    done
    case $preset in
        dev | clang | asan | fuzz) ;;
        *) exit_code=2 die "there is no preset '$preset' for tests: use dev, clang, asan or fuzz." ;;
    esac
    [[ $what == all || $name == browser* ]] && extra+=(browser)
    [[ $what == all || $name == browser* || $name == integration.adapter* ]] && ! tests_have_node && extra+=(node)
    set_up runtime build test "${extra[@]}"
    [[ $what == all ]] && unpack_test_programs
    tests_begin
    "tests_$what" "$preset" "$name"
    tests_end
}

tests_have_node() {
    command -v node >/dev/null && command -v npm >/dev/null
}

tests_default() {
    stage "build dev" build_preset dev
    if [[ $stage_ok ]]; then
        stage "every test has its layer" python3 tests/report.py names build/dev
        tests_in_layers
    fi
    stage "build clang" build_preset clang
    stage "build asan" build_preset asan
    [[ $stage_ok ]] || return
    ctest_stage "tests asan" asan 2 -L "^($layers_twice)\$" -LE '^slow$'
    stage "threads of lib/health" limited 300 tests/health/threads.sh
}

tests_all() {
    local before
    strict=1 budget_s=3300
    before=$(tests_tree)
    tests_default
    stage "build fuzz" build_preset fuzz
    [[ $stage_ok ]] && ctest_stage "tests fuzz" fuzz 2 -L '^fuzz$'
    stage "sip load" limited 150 env LEADWIRE_BIN="$root/build/dev/bin" python3 -B tests/phone/sip_load_test.py
    stage "coverage of lib/wire" limited 600 tests/wire/coverage.sh
    stage "build release" build_preset release -DBUILD_TESTING=OFF
    if [[ $stage_ok ]]; then
        export LEADWIRE_BIN=$root/build/release/bin LEADWIRE_SOURCE=$root
        stage "sim faults" limited 1200 build/release/bin/leadwire-sim faults --seeds 300 --jobs 2 --quiet
        stage "demo --once" limited 120 "$BASH" deploy/demo/demo --once
        stage "instructions of the core" limited 180 python3 -B tests/bench/core_instructions.py
        stage "bench core" limited 120 build/release/bin/leadwire-bench core --quick --json
        stage "bench floor" limited 120 build/release/bin/leadwire-bench floor --quick --json
        stage "bench security" limited 120 build/release/bin/leadwire-bench security --quick --json
        stage "bench ingest" limited 120 build/release/bin/leadwire-bench ingest --quick --rounds 1 --json
        stage "bench restart" limited 120 build/release/bin/leadwire-bench restart --quick --json
        stage "bench overload" limited 150 "$BASH" tests/bench/overload.sh
        stage "bench checkpoint" limited 120 build/release/bin/leadwire-bench checkpoint --quick --json
        stage "bench gateway" limited 120 env LEADWIRE_BENCH_DESKS=400 python3 -B tests/bench/bench_gateway_test.py
        unset LEADWIRE_BIN LEADWIRE_SOURCE
    fi
    stage "mutants of quick tests" limited 900 tests/mutants/run --quick
    stage "nothing left behind" tests_left_behind "$before"
}

tests_mutants() {
    stage "mutants" limited 7200 tests/mutants/run
}

# One test by its name, or those whose names begin so.
tests_named() {
    local preset=$1 name=$2 known exact
    [[ $name == fuzz* ]] && preset=fuzz
    stage "build $preset" build_preset "$preset"
    [[ $stage_ok ]] || return
    known=$(python3 tests/report.py names "build/$preset" 2>/dev/null)
    : >"$results"   # what is asked for is counted, not its build
    exact=${name//./\\.}
    if grep -qxF -- "$name" <<<"$known"; then
        exact="^$exact\$"
    elif grep -q -- "^$exact" <<<"$known"; then
        exact="^$exact"
    else
        exit_code=2 die "no test is called '$name' or begins so: 'ctest --test-dir build/$preset -N' lists them."
    fi
    ctest_stage "tests $name ($preset)" "$preset" 1 -R "$exact"
}

tests_in_layers() {
    local layer jobs
    for layer in "${layers[@]}"; do
        jobs=2
        [[ $layer =~ ^($layers_alone)$ ]] && jobs=1
        if (($(python3 tests/report.py count build/dev "^$layer\$"))); then
            ctest_stage "tests $layer" dev "$jobs" -L "^$layer\$"
        fi
    done
}

tests_begin() {
    local lock
    exec {lock}>"$state_dir/test.lock"
    flock -n "$lock" || die "another ./run test is at work in this folder: let it finish or use another copy."
    tests_lock=$lock
    tests_start=$SECONDS
    budget_s=86400   # --all has less, so that CI always gets its last line
    strict=${CI:+1}
    results=$state_dir/results
    : >"$results"
    export LEADWIRE_RUN_ID="run-$$-$EPOCHSECONDS"   # marks all processes of this run, see tests_left_behind
    export LEADWIRE_SHARED=${LEADWIRE_SHARED:-$(dirname -- "$root")/shared}
    export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
    export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
}

tests_end() {
    printf '\n%d s in all\n' $((SECONDS - tests_start))
    python3 tests/report.py summary "$results" tests/skips.allowed "${strict:-0}"
    exit
}

# stage NAME COMMAND...: runs it, prints its line; sets stage_ok when it passed.
# What it says is kept in a log, whose end is shown when it fails.
stage() {
    local name=$1 log=$state_dir/stage.log start=$SECONDS status
    shift
    stage_ok=
    printf 'stage %s ... ' "$name"
    if [[ $1 == build_preset || $1 == tests_* ]]; then   # these need this shell
        "$@" >"$log" 2>&1
    else
        child stage_command "$@" >"$log" 2>&1
    fi
    status=$?
    stage_result "$name" "$status" "$log"
    stage_verdict "$status" $((SECONDS - start)) "$(stage_tally "$log")"
}

# In a process of its own, without the lock, which a straggler might hold.
stage_command() {
    exec {tests_lock}>&-
    "$@"
}

# limited SECONDS COMMAND...: exit 124 when they, or what is left of the run's budget, are over.
# By exec, as timeout would otherwise leave the process group that child can end.
limited() {
    local limit_s=$1 left_s=$((budget_s - (SECONDS - tests_start)))
    shift
    ((left_s < limit_s)) && limit_s=$left_s
    ((limit_s > 0)) || return 124
    exec timeout --kill-after=10 "$limit_s" "$@"
}

stage_verdict() {
    case $1 in
        0) stage_ok=1; printf 'ok %d s%s\n' "$2" "${3:+ ($3)}" ;;
        77) stage_ok=1; printf 'skipped\n' ;;
        *) printf 'FAILED %d s%s\n' "$2" "${3:+ ($3)}"
           python3 tests/report.py failures "$results" "${stage_first:-0}" ;;
    esac
}

# Adds one result for the stage.
stage_result() {
    stage_first=$(wc -l <"$results")
    python3 - "$results" "$1" "$2" "$3" <<'END'
import json, re, sys
results, name, status, log = sys.argv[1:]
with open(log, encoding="utf-8", errors="replace") as file:
    said = file.read()
verdict, detail = "passed", ""
if status == "77":
    reason = re.search(r"SKIP: *(.+)", said)
    verdict, detail = "skipped", reason.group(1) if reason else "no reason given"
elif status != "0":
    verdict = "failed"
    detail = ("took too long" if status == "124" else f"exit {status}") + "\n" + said
with open(results, "a", encoding="utf-8") as file:
    file.write(json.dumps([verdict, name, detail]) + "\n")
END
}

# The figure with which a command ends that measures by itself, e.g. "branches: 90 of 92 reached".
stage_tally() {
    tail -n 1 -- "$1" | grep -oE '^([0-9]+ (passed|killed)|branches:).*$'
}

# ctest_stage NAME PRESET JOBS CTEST-ARGUMENT...
ctest_stage() {
    local name=$1 preset=$2 jobs=$3 log=$state_dir/ctest.log junit=$state_dir/junit.xml
    local start=$SECONDS tally where='' status
    shift 3
    [[ $preset == dev ]] || where=" ($preset)"
    rm -f -- "$junit"
    stage_ok=
    printf 'stage %s ... ' "$name"
    child stage_command limited 1200 ctest --test-dir "build/$preset" --output-junit "$junit" \
        --parallel "$jobs" --timeout 300 --no-tests=error --no-compress-output \
        --test-output-size-passed 65536 --test-output-size-failed 262144 "$@" >"$log" 2>&1
    stage_first=$(wc -l <"$results")
    tally=$(python3 tests/report.py collect "$results" "$where" "$junit" "$log")
    status=$?
    stage_verdict "$status" $((SECONDS - start)) "$tally"
}

# What git sees in the work tree; nothing where there is no git.
tests_tree() { git -c safe.directory='*' status --porcelain 2>/dev/null; }

# tests_left_behind TREE-BEFORE: a run leaves no file outside build/ and no process.
tests_left_behind() {
    local entry left='' now
    for entry in /proc/[0-9]*; do
        [[ ${entry#/proc/} == "$$" || ${entry#/proc/} == "$BASHPID" ]] && continue
        if grep -qzxF -- "LEADWIRE_RUN_ID=$LEADWIRE_RUN_ID" "$entry/environ" 2>/dev/null; then
            left+="process ${entry#/proc/}: $(tr '\0' ' ' <"$entry/cmdline")"$'\n'
        fi
    done
    if [[ ${CI:-} ]]; then
        now=$(tests_tree)
        [[ $now == "$1" ]] || left+="changed files: $(diff <(printf '%s\n' "$1") <(printf '%s\n' "$now") | grep '^[<>]')"$'\n'
    fi
    printf '%s' "$left"
    [[ -z $left ]]
}

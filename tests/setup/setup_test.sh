#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The promises of ./run, on a copy of it around a project that has nothing to
# compile, with stand-ins for apt-get, sudo, df and the like first on PATH.
# Installs nothing. usage: setup_test.sh [PROMISE...]
#
# What no stand-in can show (a real installation from nothing) is shown by
# tests/setup/bare_debian.sh, in a fresh Debian.
set -u
source_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+rwX -- "$work"; rm -rf -- "$work"' EXIT
chmod 755 "$work"
failed=0

# ------------------------------------------------------------ the stage

# A fresh copy of ./run in a folder with a space, and a PATH without sudo.
setting() {
    rm -rf -- "$work/a copy" "$work/fake" "$work/calls"
    copy="$work/a copy/leadwire"
    mkdir -p "$copy/deploy/demo" "$copy/tests/health" "$work/fake"
    : >"$work/calls"
    cp -r "$source_dir/run" "$source_dir/CMakePresets.json" "$source_dir/.ci" "$copy/"
    cp -r "$source_dir/deploy/setup" "$copy/deploy/"
    cp "$source_dir"/tests/{stages.sh,report.py,skips.allowed} "$copy/tests/"
    cat >"$copy/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(stand_in LANGUAGES NONE)
include(CTest)
include(tests.cmake OPTIONAL)
file(GLOB parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/*/CMakeLists.txt)
END
    printf 'printf "demo <%%s>\\n" "$@"\n' >"$copy/deploy/demo/demo"
    printf '#!/bin/sh\n' >"$copy/tests/health/threads.sh" && chmod +x "$copy/tests/health/threads.sh"
    printf 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' >"$work/os-release"
    fake dpkg-query 'for name; do echo "ii  $name"; done'
    fake redis-server 'exit 0'
    fake apt-cache 'printf "Package: p\nVersion: 1\nInstalled-Size: 2048\nSize: 1048576\n"'
    fake df 'printf "head\nfs 9 9 99999999 1%% /\n"'
}

# fake NAME SCRIPT: stands in for a command, and notes how it was called.
fake() {
    printf '#!/bin/bash\nprintf "%%s\\n" "%s $*" >>"%s/calls"\n%s\n' "$1" "$work" "$2" >"$work/fake/$1"
    chmod 755 "$work/fake/$1"
}

nothing_installed() { fake dpkg-query 'exit 1'; }
apt_works() { fake apt-get 'case " $* " in *" -s "*) echo "Inst p (1 Debian:12/stable [amd64])" ;; esac'; }

# leadwire ARG...: ./run with nothing in its environment; sets said, status.
tools=$work/tools
mkdir "$tools" && ln -s /usr/bin/* /usr/sbin/* "$tools/" 2>/dev/null
rm -f "$tools/sudo" "$tools/ccache"
environment=(env -i "PATH=$work/fake:$tools" "HOME=$work" "LEADWIRE_OS_RELEASE=$work/os-release" LEADWIRE_APT_WAIT_S=2)
leadwire() {
    said=$("${environment[@]}" ${extra[@]+"${extra[@]}"} "$copy/run" "$@" 2>&1 </dev/null)
    status=$?
}
extra=()

expect() {
    local what=$1
    shift
    "$@" && return
    printf 'FAILED %s: %s\nstatus %s, said:\n%s\n' "$promise" "$what" "${status:-}" "${said:-}"
    failed=$((failed + 1))
}
says() { [[ $said == *"$1"* ]]; }
ends_with() { [[ $(tail -n 1 <<<"$said") == "$1" ]]; }
is() { [[ $1 == "$2" ]]; }
called() { grep -qE -- "$1" "$work/calls"; }
not() { ! "$@"; }
# One sentence, no more, and exit 1: what each failure of set-up must be.
one_sentence() {
    expect "exits 1" is "$status" 1
    expect "says why" says "$1"
    expect "one line from ./run itself" is "$(grep -c '^\./run: .*\.$' <<<"$said")" 1
    expect "ends with it" is "$(tail -n 1 <<<"$said" | cut -c 1-7)" "./run: "
}

# --------------------------------------------------------- the promises

alone_it_explains_itself() {
    leadwire
    expect "exits 0" is "$status" 0
    for word in demo test build help; do expect "names $word" says "./run $word"; done
    expect "writes nothing" not test -e "$copy/build"
}

an_unknown_word_is_refused_in_one_sentence() {
    leadwire dmo
    expect "exits 2" is "$status" 2
    expect "names it" is "$said" "./run: there is no command 'dmo': './run help' lists them."
    leadwire test --al
    expect "exits 2" is "$status" 2
    leadwire build fast
    expect "exits 2" is "$status" 2
}

nothing_to_do_is_silent_and_quick() {
    local start end
    leadwire demo first
    start=${EPOCHREALTIME/[.,]/}
    leadwire demo --once "two words"
    end=${EPOCHREALTIME/[.,]/}
    expect "only the demo speaks" is "$said" $'demo <--once>\ndemo <two words>'
    expect "under a second: $((end - start)) us" test $((end - start)) -lt 1000000
    expect "no apt" not called '^apt'
}

missing_packages_are_named_measured_and_installed() {
    nothing_installed
    apt_works
    leadwire demo
    expect "goes on" ends_with "demo <>"
    expect "names them" says "installing redis-tools "
    expect "says how large" says "(1 packages with what they need, 1 MB to download, 2 MB on disk)"
    expect "asks nothing" called '^apt-get .*install -q -y --no-install-recommends --no-download'
    expect "no test packages" not called 'cmocka'
    expect "no package with a service" not called '(redis-server|valkey|sentinel)( |$)'
}

a_test_package_is_that_of_this_debian() {
    nothing_installed
    apt_works
    leadwire build dev
    expect "12" called 'libclang-rt-14-dev'
    expect "not 13's" not called 'libclang-rt-19-dev'
    sed -i 's/12/13/' "$work/os-release"
    : >"$work/calls"
    leadwire build dev
    expect "13" called 'libclang-rt-19-dev'
}

a_browser_comes_for_tests_that_ask_for_one_and_node_where_there_is_none() {
    nothing_installed
    apt_works
    ctest_of browser.good browser 'exit 0'
    ctest_of unit.good unit 'exit 0'
    fake node 'exit 0'
    fake npm 'exit 0'
    leadwire test unit.good
    expect "no browser for other tests" not called 'chromium'
    leadwire test browser.
    expect "a browser" called 'chromium'
    expect "not Debian's node beside another" not called 'install .*npm'
    rm "$work/fake/npm"
    mkdir "$work/without" && cp -P "$tools"/* "$work/without/" && rm -f "$work/without"/{node,npm}
    environment[2]="PATH=$work/fake:$work/without"
    leadwire test browser.
    environment[2]="PATH=$work/fake:$tools"
    expect "both" called 'install .*nodejs npm'
}

# The real project: a library that CMake looks for and no list names would be missing on a bare Debian.
all_libraries_that_cmake_asks_for_are_listed() {
    local module owner listed
    listed=$(sed 's/[ #].*//' "$source_dir"/deploy/setup/*.txt)
    for module in $(cd "$source_dir" && grep -hoE 'pkg_check_modules\([^)]*' -r --include=CMakeLists.txt . \
                    | grep -v '^pkg_check_modules(X\$' | tr ' ' '\n' | grep -E '^[a-z]' | grep -v '^pkg_check' | sed 's/[<>=].*//' | sort -u); do
        owner=$(/usr/bin/dpkg -S "*/pkgconfig/$module.pc" 2>/dev/null | sed -n '1s/:.*//p')
        said="$module is in '$owner'"
        expect "listed" grep -qx -- "${owner:-none}" <<<"$listed"
    done
}

no_network_is_one_sentence() {
    nothing_installed
    fake apt-get 'echo "E: Could not resolve: Temporary failure resolving archive.example" >&2; exit 100'
    leadwire demo
    one_sentence "package servers could not be reached"
    expect "with apt's reason" says "Temporary failure resolving"
}

a_broken_download_is_one_sentence() {
    nothing_installed
    fake apt-get 'case " $* " in *" -s "*) echo "Inst p (1 Debian [amd64])" ;;
        *" --download-only "*) echo "E: Failed to fetch http://mirror/p.deb  404  Not Found"; exit 100 ;; esac'
    leadwire demo
    one_sentence "could not be fetched (Failed to fetch http://mirror/p.deb"
}

a_failed_installation_is_one_sentence() {
    nothing_installed
    fake apt-get 'case " $* " in *" -s "*) echo "Inst p (1 Debian [amd64])" ;;
        *" --no-download "*) echo "E: Sub-process /usr/bin/dpkg returned an error code (1)"; exit 100 ;; esac'
    leadwire demo
    one_sentence "apt could not install the packages"
}

a_user_without_sudo_is_told() {
    nothing_installed
    fake id 'echo 1000'
    leadwire demo
    one_sentence "only root can install them"
}

a_sudo_that_wants_a_password_is_not_asked() {
    nothing_installed
    fake id 'echo 1000'
    fake sudo 'echo "sudo: a password is required" >&2; exit 1'
    leadwire demo
    one_sentence "sudo wants a password"
    expect "only sudo -n" not called '^sudo ([^-]|-[^n])'
}

a_user_with_sudo_installs_through_it() {
    nothing_installed
    apt_works
    fake id 'echo 1000'
    fake sudo '[[ $1 == -n ]] && shift; exec "$@"'
    leadwire demo
    expect "goes on" ends_with "demo <>"
    expect "as root" called '^sudo -n env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get '
}

a_user_needs_no_sudo_when_all_is_there() {
    fake id 'echo 1000'
    leadwire demo
    expect "goes on" ends_with "demo <>"
}

a_locked_apt_is_waited_for() {
    nothing_installed
    fake apt-get 'case " $* " in *" -s "*) echo "Inst p (1 Debian [amd64])" ;;
        *" update "*) [[ -e ${0%/*}/tried ]] || { touch "${0%/*}/tried"
            echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt)"; exit 100; } ;; esac'
    leadwire demo
    expect "says that it waits" says "waiting for another apt to finish"
    expect "goes on" ends_with "demo <>"
}

a_lock_that_stays_is_one_sentence() {
    nothing_installed
    fake apt-get 'echo "E: Could not get lock /var/lib/dpkg/lock-frontend." >&2; exit 100'
    leadwire demo
    one_sentence "apt is locked"
}

too_small_a_disk_is_one_sentence() {
    fake df 'printf "head\nfs 9 9 20480 1%% /home\n"'
    leadwire demo
    one_sentence "disk space is short on /home"
    nothing_installed
    apt_works
    leadwire demo
    one_sentence "20 MB free"
    expect "nothing installed" not called '^apt-get .*--no-download'
}

another_system_is_one_sentence() {
    printf 'ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04 LTS"\n' >"$work/os-release"
    leadwire demo
    one_sentence "this is Ubuntu 24.04 LTS"
    extra=(LEADWIRE_SETUP=skip)
    leadwire demo
    expect "goes on if told to" ends_with "demo <>"
    rm "$work/os-release"
    extra=()
    leadwire demo
    one_sentence "a system without /etc/os-release"
}

a_checkout_that_cannot_be_written_is_one_sentence() {
    local as=()
    chmod a-w "$copy"
    chmod a+rx "$work/a copy"
    [[ $(id -u) == 0 ]] && as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    said=$("${as[@]}" "${environment[@]}" "$copy/run" demo 2>&1 </dev/null)
    status=$?
    one_sentence "/build cannot be written"
}

a_machine_without_redis_server_uses_the_one_in_redis_tools() {
    rm -f "$work/fake/redis-server"
    mkdir "$work/none" && ln -s "$tools"/* "$work/none/" && rm -f "$work/none"/redis-*
    fake redis-check-rdb 'echo "called as ${0##*/}"'
    printf '"$LEADWIRE_REDIS_SERVER"; redis-server\n' >"$copy/deploy/demo/demo"
    extra=("PATH=$work/fake:$work/none")
    leadwire demo
    expect "by name and on PATH" ends_with $'called as redis-server'
    expect "twice" is "$(grep -c 'called as redis-server' <<<"$said")" 2
    rm "$work/fake/redis-check-rdb"
    rm -rf "$copy/build/.run/bin"
    leadwire demo
    one_sentence "no redis-server was found"
    rm -rf "$work/none"
}

an_odd_environment_does_not_matter() {
    said=$(cd / && umask 0777 && env -i "PATH=$work/fake:$tools" "LEADWIRE_OS_RELEASE=$work/os-release" \
        CDPATH=/tmp "$copy/run" demo 2>&1 </dev/null)
    status=$?
    expect "goes on" ends_with "demo <>"
    ln -s "$copy/run" "$work/link"
    said=$("${environment[@]}" "$work/link" demo 2>&1 </dev/null)
    expect "through a link" ends_with "demo <>"
    rm "$work/link"
}

a_moved_checkout_builds_again() {
    leadwire demo
    mv "$work/a copy" "$work/moved"
    mkdir "$work/a copy"
    mv "$work/moved/leadwire" "$work/a copy/elsewhere"
    copy="$work/a copy/elsewhere"
    rmdir "$work/moved"
    leadwire demo
    expect "goes on" ends_with "demo <>"
}

a_failed_build_shows_the_compilers_words() {
    echo 'message(FATAL_ERROR "no such luck")' >"$copy/tests.cmake"
    leadwire demo
    expect "exits 1" is "$status" 1
    expect "shows them" says "no such luck"
    expect "ends with one sentence" says "./run: building Leadwire failed"
}

two_at_once_do_not_clash() {
    local one two
    "${environment[@]}" "$copy/run" demo >"$work/one" 2>&1 </dev/null & one=$!
    "${environment[@]}" "$copy/run" demo >"$work/two" 2>&1 </dev/null & two=$!
    wait "$one" && wait "$two"
    status=$? said=$(cat "$work/one" "$work/two")
    expect "both go on" is "$status $(grep -c '^demo <>' <<<"$said")" "0 2"
}

# interrupted_by STATUS KILL-ARGUMENT...: while a build hangs; all of it must be gone.
interrupted_by() {
    local want=$1 pid sleeper
    shift
    fake cmake 'if [[ $1 == --build ]]; then echo $$ >"'"$work"'/sleeper"; exec sleep 300; fi; exec '"$tools"'/cmake "$@"'
    rm -f "$work/sleeper"
    env --default-signal=INT "${environment[@]}" setsid "$copy/run" build >"$work/one" 2>&1 </dev/null & pid=$!
    for _ in {1..100}; do [[ -s $work/sleeper ]] && break; sleep 0.1; done
    sleeper=$(cat "$work/sleeper" 2>/dev/null)
    expect "the build runs" test -n "$sleeper"
    kill "${@//PID/$pid}"
    wait "$pid"
    status=$?
    expect "says so by its status" is "$status" "$want"
    for _ in {1..50}; do kill -0 "$sleeper" 2>/dev/null || break; sleep 0.1; done
    expect "the build is gone" not kill -0 "$sleeper" 2>/dev/null
}
# As above, while a test hangs.
a_kill_ends_the_tests_too() {
    local pid sleeper
    rm -f "$work/sleeper"
    ctest_of unit.hangs unit "echo \$\$ >'$work/sleeper'; exec sleep 300"
    "${environment[@]}" setsid "$copy/run" test unit >"$work/one" 2>&1 </dev/null & pid=$!
    for _ in {1..100}; do [[ -s $work/sleeper ]] && break; sleep 0.1; done
    sleeper=$(cat "$work/sleeper" 2>/dev/null)
    expect "the test runs" test -n "$sleeper"
    kill -TERM "$pid"
    wait "$pid"
    for _ in {1..50}; do kill -0 "$sleeper" 2>/dev/null || break; sleep 0.1; done
    expect "the test is gone" not kill -0 "$sleeper" 2>/dev/null
}
a_test_that_leaves_a_process_is_told() {
    ctest_of unit.leaves unit "setsid sleep 60 >/dev/null 2>&1 & echo \$! >'$work/sleeper'"
    printf 'tests_all() { tests_default; stage "nothing left behind" tests_left_behind ""; }\n' >>"$copy/tests/stages.sh"
    leadwire test --all
    expect "does not hold up ./run" kill "$(cat "$work/sleeper")"
    expect "fails" is "$status" 1
    expect "names it" says "sleep 60"
}
a_kill_ends_the_build_too() { interrupted_by 143 -TERM PID; }
a_ctrl_c_ends_the_build_too() { interrupted_by 130 -INT -- -PID; }

# ------------------------------------------------- ./run test and its last line

ctest_of() {   # ctest_of NAME LABEL COMMAND
    printf 'add_test(NAME %s COMMAND sh -c [==[%s]==])\nset_tests_properties(%s PROPERTIES LABELS "%s" SKIP_RETURN_CODE 77)\n' \
        "$1" "$3" "$1" "$2" >>"$copy/tests.cmake"
}

tests_end_with_a_line_that_counts() {
    ctest_of unit.good unit 'exit 0'
    ctest_of unit.skipping unit 'echo "SKIP: no moon tonight"; exit 77'
    ctest_of e2e.good e2e 'exit 0'
    leadwire test
    expect "exits 0" is "$status" 0
    expect "the skip has its reason" says "skipped: unit.skipping: no moon tonight"
    # 5 stages and 2 tests in dev, 1 again in asan; the skip twice
    expect "counts" ends_with "8 passed, 0 failed, 2 skipped"
    leadwire test unit.good
    expect "one by name" ends_with "1 passed, 0 failed, 0 skipped"
    leadwire test unit
    expect "all that begin so" ends_with "1 passed, 0 failed, 1 skipped"
    leadwire test moon
    expect "an unknown name is refused" is "$status" 2
}

a_skip_that_is_not_listed_fails_in_ci() {
    ctest_of unit.good unit 'exit 0'
    ctest_of unit.skipping unit 'echo "SKIP: no moon tonight"; exit 77'
    extra=(CI=true)
    leadwire test unit
    expect "fails" is "$status" 1
    expect "says which" says "unit.skipping: no moon tonight (not in tests/skips.allowed)"
    expect "counts" ends_with "1 passed, 1 failed, 0 skipped"
    echo 'unit.skipping: no moon*' >>"$copy/tests/skips.allowed"
    leadwire test unit
    expect "listed, it passes" is "$status" 0
    expect "counts" ends_with "1 passed, 0 failed, 1 skipped"
}

a_skip_inside_a_passing_test_is_seen() {
    ctest_of unit.inner unit 'echo "[  SKIPPED ] of_the_moon"; exit 0'
    leadwire test unit.inner
    expect "lists it" says "skipped: unit.inner/of_the_moon: no reason given"
}

a_failing_test_is_shown_and_fails() {
    ctest_of unit.bad unit 'echo "expected 1, got 2"; exit 1'
    leadwire test unit
    expect "exits 1" is "$status" 1
    expect "shows its words" says "    expected 1, got 2"
    expect "counts" ends_with "0 passed, 1 failed, 0 skipped"
}

a_test_in_no_layer_is_an_error() {
    ctest_of lost.one nowhere 'exit 0'
    leadwire test
    expect "exits 1" is "$status" 1
    expect "names it" says "no stage would run: lost.one"
}

a_build_that_fails_fails_the_run() {
    echo 'message(FATAL_ERROR "no such luck")' >"$copy/tests.cmake"
    leadwire test
    expect "exits 1" is "$status" 1
    expect "shows why" says "no such luck"
    expect "counts" ends_with "0 passed, 3 failed, 0 skipped"
}

ci_runs_everything_without_standard_input() {
    printf 'tests_all() { tests_default; echo "CI=$CI"; [[ ! -t 0 ]] && ! read -r && echo silence; }\n' >>"$copy/tests/stages.sh"
    ctest_of unit.good unit 'exit 0'
    said=$("${environment[@]}" bash "$copy/.ci/run" 2>&1 <<<"words")
    status=$?
    expect "exits 0" is "$status" 0
    expect "CI is set" says "CI=true"
    expect "no input" says "silence"
}

# ------------------------------------------------------------------

mapfile -t promises < <(declare -F | sed 's/^declare -f //' | grep -E '^(a|an|all|alone|another|ci|missing|no|nothing_to|tests|too|two)_[a-z_]*' | grep -v '^apt_')
(($#)) && promises=("$@")
for promise in "${promises[@]}"; do
    before=$failed started_ms=$((${EPOCHREALTIME/[.,]/} / 1000))
    extra=() said='' status=''
    setting
    "$promise"
    ((failed == before)) && printf 'ok %5d ms %s\n' $((${EPOCHREALTIME/[.,]/} / 1000 - started_ms)) "$promise"
done
printf '%d promises, %d broken expectations\n' "${#promises[@]}" "$failed"
((failed == 0))

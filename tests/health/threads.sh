#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# lib/health is the one place of ours with a thread: builds its unit test with the sanitizer that sees what two threads do
# to the same memory, in a scratch folder, and runs it. libzmq and libevent are not built so, so whole programs are not run.
#
#   tests/health/threads.sh [BUILD-FOLDER]     default: build/threads
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:-$root/build/threads}
log=$build.log
mkdir -p "$build"
if ! { cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Debug -DLEADWIRE_SANITIZE=thread &&
       cmake --build "$build" --parallel 2 --target test_unit_health; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    exit 1
fi
"$build/tests/test_unit_health" 2>&1

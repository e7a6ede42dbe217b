#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# How much of lib/wire the seed corpus and the mutations reach: builds them with
# clang's source coverage in a scratch folder, runs them, prints covered branches by
# file, and fails under 95 % of all. Generated code is not counted.
#
#   tests/wire/coverage.sh [BUILD-FOLDER]     default: build/coverage
#   COUNT=N                                   mutations, default 200000
#   SHOW=1                                    also the branches not taken
set -euo pipefail

percent_min=95
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:-$root/build/coverage}

# Prints the newest version of an LLVM tool: with clang's own suffix, or without one.
llvm_tool() {
    local name=$1 major candidate
    major=$(clang -dumpversion | cut -d. -f1)
    for candidate in "$name-$major" "$name"; do
        if command -v "$candidate" >/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

command -v clang >/dev/null || { echo "SKIP: clang is not installed"; exit 77; }
profdata=$(llvm_tool llvm-profdata) && cov=$(llvm_tool llvm-cov) ||
    { echo "SKIP: llvm-profdata and llvm-cov of clang's version are not installed"; exit 77; }

flags="-fprofile-instr-generate -fcoverage-mapping"
log=$build.log
mkdir -p "$build"
if ! { cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang \
           -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_FLAGS="$flags" &&
       cmake --build "$build" --parallel 2 --target test_property_wire_mutations; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    exit 1
fi

program=$build/tests/test_property_wire_mutations
LLVM_PROFILE_FILE=$build/wire.profraw "$program" --count "${COUNT:-200000}" --seed 1
"$profdata" merge -sparse "$build/wire.profraw" -o "$build/wire.profdata"

mapfile -t sources < <(printf '%s\n' "$root"/lib/wire/*.c)
if [[ ${SHOW:-} ]]; then
    "$cov" show "$program" -instr-profile="$build/wire.profdata" --show-branches=count "${sources[@]}" |
        grep -E '^/|Branch .*(True: 0,|False: 0\])' || true
fi
"$cov" export "$program" -instr-profile="$build/wire.profdata" -summary-only "${sources[@]}" |
    python3 -c '
import json, os, sys
percent_min = float(sys.argv[1])
data = json.load(sys.stdin)["data"][0]
for file in data["files"]:
    branches = file["summary"]["branches"]
    name = os.path.basename(file["filename"])
    print("%-22s %4d of %4d branches" % (name, branches["covered"], branches["count"]))
total = data["totals"]["branches"]
percent = 100.0 * total["covered"] / total["count"]
print("branches: %d of %d reached, %.1f %%" % (total["covered"], total["count"], percent))
sys.exit(0 if percent >= percent_min else 1)
' "$percent_min"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# short.sh NAME PROGRAM SECONDS MAX-LENGTH FOUND CORPUS: some seconds of a fuzzer, as a test. Its last line is what it reached.
. "$(dirname -- "${BASH_SOURCE[0]}")/reached.sh"
name=$1 program=$2 seconds=$3 length=$4 found=$5 corpus=$6
mkdir -p -- "$found"
log=$found.log
alone=$(fuzz_reached "$program" -max_len="$length" "$corpus")
"$program" -max_total_time="$seconds" -max_len="$length" -timeout=10 -print_final_stats=1 -artifact_prefix="$found-" "$found" "$corpus" 2>&1 | tee -- "$log"
status=${PIPESTATUS[0]}
((status == 0)) || exit "$status"
end=$(fuzz_ended "$log")
fuzz_at_least "$name" "$alone" "$end" || exit 1
printf '%s: coverage: the corpus alone %s edges (%s features), at the end %s (%s)\n' "$name" "${alone% *}" "${alone#* }" "${end% *}" "${end#* }"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A fuzzer that reaches less than its corpus, or does not say what it reached, is a failure. Before a fuzzer that says what it is told.
set -u
here=$(dirname -- "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
failed=0

cat >"$folder/fuzzer" <<'END'
#!/bin/bash
if [[ $1 == -runs=0 ]]; then
    [[ $CORPUS ]] && printf '#2\tINITED cov: %s corp: 2/9b\n' "$CORPUS" >&2
    exit 0
fi
[[ $END ]] && printf '#9\tDONE   cov: %s corp: 2/9b\n' "$END" >&2
exit "$CODE"
END
chmod +x "$folder/fuzzer"

# expect CODE WORDS CORPUS END CODE-OF-THE-FUZZER
expect() {
    local said code
    said=$(CORPUS=$3 END=$4 CODE=$5 bash "$here/short.sh" adf "$folder/fuzzer" 1 64 "$folder/found" "$folder/corpus" 2>&1)
    code=$?
    [[ $code == "$1" && $said == *"$2"* ]] && return
    printf 'wanted %s and "%s", was %s: %s\n' "$1" "$2" "$code" "$said"
    failed=1
}

expect 0 'adf: coverage: the corpus alone 412 edges (1605 features), at the end 431 (1600)' '412 ft: 1605' '431 ft: 1600' 0
expect 0 'at the end 412 (1605)' '412 ft: 1605' '412 ft: 1605' 0
expect 1 'adf: it reached 411 edges in the end, its corpus alone reaches 412' '412 ft: 1605' '411 ft: 1999' 0
expect 1 'its corpus alone reaches 0' '0 ft: 1' '0 ft: 1' 0
expect 1 'what its corpus reaches is not known' '' '412 ft: 1605' 0
expect 1 'it did not say what it reached in the end' '412 ft: 1605' '' 0
expect 77 '' '412 ft: 1605' '431 ft: 1600' 77   # it found something, as its own code says
exit "$failed"

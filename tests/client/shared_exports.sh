#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# libleadwire.so exports every function that include/leadwire declares, and nothing else.
#   shared_exports.sh LIBRARY NM INCLUDE-DIR
set -euo pipefail

exported=$("$2" --dynamic --defined-only --format=posix "$1" | awk '$2 == "T" || $2 == "D" || $2 == "B" || $2 == "R" { sub(/@.*/, "", $1); print $1 }' | sort -u)
# In the headers a name of ours before an opening parenthesis is a function, outside comments.
declared=$(sed -e 's#/\*.*\*/##' -e '/^ \*/d' -e '/^\/\*/d' -e '/^#/d' "$3"/leadwire/*.h | grep -oE '\blw_[a-z_]+\(' | tr -d '(' | sort -u)

missing=$(comm -13 <(echo "$exported") <(echo "$declared"))
extra=$(comm -23 <(echo "$exported") <(echo "$declared"))
if [ -n "$missing$extra" ]; then
    echo "declared and not exported: ${missing:-none}"
    echo "exported and not declared: ${extra:-none}"
    exit 1
fi
echo "$(echo "$declared" | wc -l) functions, all exported, nothing else"

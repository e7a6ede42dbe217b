#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what a lead's life costs the core, in instructions, and holds it to core_instructions.tsv. Exit 1: outside the band.

Counts do not depend on the machine's mood, but on the compiler, so each has rows of its own; one without rows is held to another's, in
a band so wide that it finds only what is grave. Both ends of the band fail: a count that is much lower makes the row worthless.

  core_instructions.py [--renew]     LEADWIRE_BIN has leadwire-bench, preset release; --renew writes the rows of its compiler
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

BENCH = pathlib.Path(os.environ["LEADWIRE_BIN"]) / "leadwire-bench"
TABLE = pathlib.Path(__file__).with_name("core_instructions.tsv")
LOADS = ("usual", "waiting", "alike")
FIRST, MORE = 2000, 10000                    # lives: the desk's start is in both, and falls away
BAND, BAND_OF_OTHERS = (0.75, 1.15), (0.6, 1.4)


def count(load, lives):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", BENCH, "lives", "--load", load, "--leads", str(lives)],
                          text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"valgrind: exit {done.returncode}\n{done.stderr}")
    return int(found.group(1))


def compiler():
    """Of the program that is counted: "gcc 12"."""
    told = subprocess.run(["readelf", "-p", ".comment", BENCH], text=True, check=True, stdout=subprocess.PIPE).stdout
    found = re.search(r"(GCC|clang)\D* (\d+)\.\d+\.\d+", re.sub(r"\([^)]*\)", "", told))
    return f"{found.group(1).lower()} {found.group(2)}" if found else "unknown"


def read_table():
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {(name, load): int(instructions) for name, load, instructions in rows}


def write_table(rows):
    notes = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines = [f"{name}\t{load}\t{instructions}" for (name, load), instructions in sorted(rows.items())]
    TABLE.write_text("\n".join(notes + lines) + "\n", encoding="utf-8")


def main():
    if not shutil.which("valgrind"):
        print("SKIP: no valgrind here")
        return 77
    name, rows, good = compiler(), read_table(), True
    counted = {load: (count(load, FIRST + MORE) - count(load, FIRST)) // MORE for load in LOADS}
    if "--renew" in sys.argv[1:]:
        write_table({**rows, **{(name, load): instructions for load, instructions in counted.items()}})
        return 0
    is_known = (name, LOADS[0]) in rows
    least, most = BAND if is_known else BAND_OF_OTHERS
    held_to = name if is_known else max(row[0] for row in rows)
    for load, instructions in counted.items():
        share = instructions / rows[held_to, load]
        good = good and least <= share <= most
        print(f"{load}: {instructions} instructions a life, {share:.3f} of {rows[held_to, load]} ({name}, held to {held_to}: {least} to {most})"
              + ("" if least <= share <= most else "  OUTSIDE: mend it, or renew the rows if it is meant"))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

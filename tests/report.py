#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns what ctest reports into results, and results into the last line of ./run test.

  report.py names BUILD             names of the registered tests; fails if one has no known label
  report.py count BUILD REGEX...    how many tests of BUILD have a label matching
  report.py collect RESULTS WHERE JUNIT LOG
                                    appends one result a test; prints a short tally; exit 1 if a test failed
  report.py failures RESULTS START  prints the tails of what failed tests said, from line START of RESULTS on
  report.py summary RESULTS ALLOWED STRICT
                                    prints skips and failures, and "N passed, N failed, N skipped"

A results file has one JSON array a line: [verdict, name, detail], verdict one of passed, failed, skipped.
"""
import fnmatch
import json
import re
import subprocess
import sys
import xml.etree.ElementTree

LABELS = "unit property sim theory integration web mail sip browser fuzz fault e2e".split()
TAIL_LINES = 40
# Tests within one ctest that it skipped by itself, as cmocka prints them.
INNER_SKIP = re.compile(r"^\[  SKIPPED \] (?!\d+ test)(.+)$", re.MULTILINE)
REASON = re.compile(r"^.*?SKIP: *(.+)$", re.MULTILINE)


def registered(build):
    """[(name, labels)] of all tests in a build folder."""
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"],
                           check=True, stdout=subprocess.PIPE)
    tests = []
    for test in json.loads(shown.stdout)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        tests.append((test["name"], properties.get("LABELS", [])))
    return tests


def names(build):
    tests = registered(build)
    for name, _ in tests:
        print(name)
    lost = [name for name, labels in tests if len(set(labels) & set(LABELS)) != 1]
    if lost:
        sys.exit("tests without exactly one known label, which no stage would run: " + " ".join(lost))


def count(build, *regexes):
    matches = [name for name, labels in registered(build)
               if any(re.search(r, label) for r in regexes for label in labels)]
    print(len(matches))


def verdict_of(case):
    """(verdict, detail) of one <testcase>."""
    said = (case.findtext("system-out") or "").strip()
    status = case.get("status")
    if status == "run":
        return "passed", said
    if status == "fail":
        node = case.find("failure")
        why = node.get("message", "failed") if node is not None else "failed"
        return "failed", f"{why} after {float(case.get('time', 0)):.1f} s\n{said}"
    node = case.find("skipped")
    why = node.get("message", "") if node is not None else ""
    if why.startswith("SKIP_"):
        reason = REASON.search(said)
        return "skipped", reason.group(1).strip() if reason else "no reason given"
    if status == "disabled":
        return "skipped", "disabled in CMake"
    return "failed", f"not run: {why or status}\n{said}"


def results_of(case, where):
    name = f"{case.get('name')}{where}"
    verdict, detail = verdict_of(case)
    if verdict != "passed":
        return [[verdict, name, detail]]
    inner = sorted(set(INNER_SKIP.findall(detail)))
    reason = REASON.search(detail)
    text = reason.group(1).strip() if reason else "no reason given"
    return [["passed", name, ""]] + [["skipped", f"{name}/{i.strip()}", text] for i in inner]


def collect(results, where, junit, log):
    """WHERE is put behind the names, e.g. " (asan)"; empty for the first preset."""
    try:
        cases = xml.etree.ElementTree.parse(junit).getroot().iter("testcase")
        found = [r for case in cases for r in results_of(case, where)]
        if not found:
            found = [["failed", "ctest" + where, "no test was found to run"]]
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        with open(log, encoding="utf-8", errors="replace") as file:
            found = [["failed", "ctest" + where, f"no report from ctest: {error}\n{file.read()}"]]
    append(results, found)
    tally = {v: sum(r[0] == v for r in found) for v in ("passed", "failed", "skipped")}
    print(", ".join(f"{n} {v}" for v, n in tally.items() if n) or "none")
    sys.exit(1 if tally["failed"] else 0)


def append(results, found):
    with open(results, "a", encoding="utf-8") as file:
        for result in found:
            file.write(json.dumps(result) + "\n")


def read(results):
    with open(results, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def failures(results, start):
    for verdict, name, detail in read(results)[int(start):]:
        if verdict != "failed":
            continue
        lines = detail.splitlines()
        print(f"--- {name}: {lines[0] if lines else 'failed'}")
        for line in lines[1:][-TAIL_LINES:]:
            print("    " + line)


def allowed_skips(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    rules = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return [(name.strip(), reason.strip()) for name, _, reason in rules]


def summary(results, allowed, strict):
    rules = allowed_skips(allowed)
    everything = read(results)
    tally = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for verdict, name, detail in everything:
        tally[verdict] += 1
        if verdict == "skipped":
            plain = name.partition(" (")[0]
            known = any(fnmatch.fnmatchcase(plain, n) and fnmatch.fnmatchcase(detail, r) for n, r in rules)
            refused = strict == "1" and not known
            tally["failed"] += refused
            tally["skipped"] -= refused
            print(f"skipped: {name}: {detail}" + (" (not in tests/skips.allowed)" if refused else ""))
    for verdict, name, _ in everything:
        if verdict == "failed":
            print(f"failed: {name}")
    print(f"{tally['passed']} passed, {tally['failed']} failed, {tally['skipped']} skipped")
    sys.exit(1 if tally["failed"] or not everything else 0)


if __name__ == "__main__":
    actions = {f.__name__: f for f in (names, count, collect, failures, summary)}
    actions[sys.argv[1]](*sys.argv[2:])

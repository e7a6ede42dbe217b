#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each refusal and warning of a desk's rules has a test that provokes it: those of the file's reader, and those of the core.

The tests compare whole sentences; here each format string must fit one of them.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = [
    {"sources": "tools/desk/*.c", "calls": "yaml_doc_problem|desk_warn", "tests": ["tests/tools/test_desk_*.c"], "least": 100},
    {"sources": "broker/core/config_*.c", "calls": "config_wrong|snprintf", "tests": ["tests/core/unit_core_*.c"], "least": 35},
]

# What no file can provoke, and why.
UNREACHABLE = {
    "cannot be read: out of memory": "memory ends",
    "cannot be sent to a broker: %s": "a net under the checks before it",
    "cannot be sent to a broker: it is larger than 4 MiB with all that it means": "a net under the bounds before it",
    "out of memory": "memory ends",
    "queue '%s'": "a part of a sentence",
    "%s: the days of time zone '%.64s' cannot be computed; write a zone such as Europe/Rome": "a zone that exists has days",
}


def literal_of(match):
    """The text of a run of C string literals."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', match)
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m.group(1), m.group(1)), "".join(parts))


LITERALS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'


def formats_of(source, calls):
    """Each format string that goes to one of the calls."""
    for call in re.finditer(r"\b(?:" + calls + r")\((?:[^;\"]*?)" + LITERALS + r"(?:\s*:\s*" + LITERALS + r")?", source):
        for group in call.groups():
            if group and " " in literal_of(group):   # a single word is the key of a node that is looked up on the way
                yield literal_of(group)


def pattern_of(text):
    pieces = re.split(r"%(?:\.(?:\d+|\*))?(?:zu|u|d|s)", text)
    return re.compile(".*".join(re.escape(piece) for piece in pieces), re.DOTALL)


def sentences_of(tests):
    """Each text of the tests, without the file and line that it may begin with."""
    for path in tests:
        for match in re.finditer(LITERALS, path.read_text()):
            yield re.sub(r"^d\.yaml[^ ]*: ", "", literal_of(match.group(1)))


def check(part):
    said = list(sentences_of(path for pattern in part["tests"] for path in sorted(ROOT.glob(pattern))))
    missing, count = [], 0
    for path in sorted(ROOT.glob(part["sources"])):
        for text in formats_of(path.read_text(), part["calls"]):
            count += 1
            pattern = pattern_of(text)
            if text not in UNREACHABLE and not any(pattern.fullmatch(sentence) for sentence in said):
                missing.append(f"{path.name}: {text}")
    for line in missing:
        print(f"no test provokes: {line}")
    print(f"{part['sources']}: {count} refusals and warnings, {len(missing)} without a test")
    return not missing and count >= part["least"]


def main():
    return 0 if all([check(part) for part in PARTS]) else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/METRICS.md are the metrics of the code, by name, kind and label, and so are their names' rules."""
import re
import unittest

import doc_sources as sources

DEFINED = re.compile(r'struct metric \w+ = \{\s*"(\w+)",\s*METRIC_(\w+),\s*"((?:[^"\\]|\\.)*)",\s*(?:"(\w+)"|NULL)\s*\}')
UNITS = ("_seconds", "_bytes", "_ratio")
DOCUMENT = sources.read("docs/METRICS.md")


def in_code():
    """{name: (kind, label, help)}"""
    found = {}
    for path in sources.tracked_files():
        if path.endswith(".c") and not path.startswith("tests/"):
            for name, kind, text, label in DEFINED.findall(sources.read(path)):
                assert name not in found, name
                found[name] = (kind.lower(), label, text)
    return found


def in_tables():
    """{name: (kind, label)}"""
    rows = [row for row in sources.table_rows(sources.section(DOCUMENT, "What is counted")) if len(row) == 4 and row[0] != "metric"]
    names = [row[0].strip("`") for row in rows]
    assert len(names) == len(set(names)), names
    return {row[0].strip("`"): (row[1], row[2].strip("`")) for row in rows}


class Metrics(unittest.TestCase):
    def test_the_tables_are_what_the_code_has(self):
        code = {name: (kind, label) for name, (kind, label, _) in in_code().items()}
        self.assertGreater(len(code), 20)
        self.assertEqual(code, in_tables())

    def test_every_definition_is_found(self):
        uses = sum(len(re.findall(r"^static const struct metric \w+ =", sources.read(path), re.M)) for path in sources.tracked_files()
                   if path.endswith(".c") and not path.startswith("tests/"))
        self.assertEqual(uses, len(in_code()))

    def test_names_are_in_base_units_and_say_what_they_are(self):
        for name, (kind, _, text) in in_code().items():
            self.assertRegex(name, r"^(leadwire|process)_[a-z]+(_[a-z]+)*$")
            self.assertEqual(name.endswith("_total"), kind == "counter", name)
            self.assertNotRegex(name, r"_(ms|us|kb|kib|mb|mib|percent|minutes)(_|$)", name)
            self.assertTrue(kind != "histogram" or name.endswith(UNITS), name)
            self.assertTrue(text.endswith(".") or text.startswith("1; "), name)

    def test_the_troubles_are_those_of_the_code(self):
        words = re.findall(r'X\(\w+, "(\w+)"\)', sources.read("broker/store/store_troubles.h"))
        rows = sources.table_rows(sources.section(DOCUMENT, "Troubles with Redis"))[1:]
        self.assertGreater(len(words), 10)
        self.assertEqual(words, [row[0].strip("`") for row in rows])


if __name__ == "__main__":
    unittest.main()

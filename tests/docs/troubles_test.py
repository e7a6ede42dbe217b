#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each trouble with Redis that is counted has an answer in docs/METRICS.md and a test in docs/TESTING.md; the test is there and looks at its count."""
import re
import unittest

import doc_sources as sources

BY_NAME = 'trouble(health, "{word}")'
BY_KIND = "STORE_TROUBLE_{kind}"


def in_code():
    """{word: NAME in the enum}"""
    table = sources.read("broker/store/store_troubles.h").split("STORE_TROUBLE_TABLE(X)", 1)[1].split("enum", 1)[0]
    return {word: name for name, word in re.findall(r'X\((\w+), "(\w+)"\)', table)}


def rows(document):
    return [row for row in sources.table_rows(sources.section(sources.read(document), "Troubles with Redis")) if row[0] != "`trouble`"]


def body(text, function):
    """From the function's head to the next one's."""
    found = re.search(rf"^(?:static void {function}\(void \*\*state\)|    def {function}\(self\):)$", text, re.MULTILINE)
    if not found:
        return ""
    rest = text[found.end():]
    end = re.search(r"^(?:\}|    def |class )", rest, re.MULTILINE)
    return rest[:end.start()] if end else rest


class Troubles(unittest.TestCase):
    def test_each_is_answered_in_the_metrics(self):
        self.assertEqual([row[0].strip("`") for row in rows("docs/METRICS.md")], list(in_code()))
        for row in rows("docs/METRICS.md"):
            self.assertTrue(all(row), row)

    def test_each_has_a_test_that_looks_at_its_count(self):
        shown = {row[0].strip("`"): (row[1].strip("`"), row[2].strip("`")) for row in rows("docs/TESTING.md")}
        self.assertEqual(list(shown), list(in_code()))
        for word, (function, path) in shown.items():
            text = body(sources.read(path), function)
            self.assertTrue(text, f"{word}: there is no {function} in {path}")
            self.assertTrue(BY_NAME.format(word=word) in text or BY_KIND.format(kind=in_code()[word]) in text, f"{function} does not look at {word}")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the table of bounds in docs/OPERATIONS.md to the bounds that a broker tells of in its status."""
import re
import unittest

import doc_sources as sources

TOLD = "broker/net/bounds_report.c"


def told():
    text = sources.read(TOLD)
    listed = re.search(r"names\[SESSION_ROLES\] = \{([^}]*)\}", text).group(1)
    return set(re.findall(r'add\(report, "(\w+)"', text)) | set(re.findall(r'"(\w+)"', listed))


class Bounds(unittest.TestCase):
    def test_the_table_has_each_bound_and_no_other(self):
        rows = [line for line in sources.section(sources.read("docs/OPERATIONS.md"), "Bounds").splitlines() if line.startswith("| `")]
        shown = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
        self.assertGreater(len(shown), 5)
        self.assertEqual(shown, told())


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a desk logs as JSON: each line is an object, ids are members of it, and nobody's data is in it."""
import json
import os
import re
import unittest

os.environ.update(LEADWIRE_LOG_FORMAT="json", LEADWIRE_LOG_LEVEL="debug")
from terminal_desk import Desk  # noqa: E402


class Log(unittest.TestCase):
    def test_each_line_is_an_object_with_the_ids_that_it_names(self):
        desk = Desk("desk: main\nreps: {anna: {}}\n")
        try:
            leads = [desk.publish("--name", "Giulia Verdi", "--phone", "+390212345678", "--email", "giulia@verdi.example", "--text", "a secret wish")
                     for _ in range(3)]
            desk.tool("lead", "cancel", leads[0], "--reason", "the test is over")
            desk.end("broker")
            text = (desk.folder / "broker.log").read_text(encoding="utf-8")
        finally:
            desk.close()
        rows = [json.loads(line) for line in text.splitlines()]
        for row in rows:
            self.assertEqual({"time", "level", "program", "message"} - set(row), set(), row)
            self.assertLessEqual(set(row), {"time", "level", "program", "message", "lead", "rep", "source", "session", "trace", "desk"}, row)
            for name in ("lead", "trace", "desk"):
                self.assertEqual(name in row, re.search(rf"\b{name}=\S", row["message"]) is not None, row)
        for lead in leads:
            told = [row for row in rows if row.get("lead") == lead]
            self.assertTrue(told, lead)
        self.assertEqual({row["desk"] for row in rows if "desk" in row}, {"main"})
        for data in ("Giulia", "Verdi", "390212345678", "verdi.example", "secret wish"):
            self.assertNotIn(data, text)


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/OPERATIONS.md names every option that a program's own help names, and no others."""
import os
import re
import subprocess
import unittest

import doc_sources as sources

BIN = os.environ["LEADWIRE_BIN"]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
DOCUMENT = sources.read("docs/OPERATIONS.md")


def help_of(program, *words):
    done = subprocess.run([os.path.join(BIN, program), *words, "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=30, check=True)
    return done.stdout.decode()


def commands():
    return [m for m in re.findall(r"^  ([a-z]+) ", help_of("leadwire"), re.M) if m not in ("leadwire", "help")]


class Options(unittest.TestCase):
    def compare(self, section, texts):
        shown = set(OPTION.findall(sources.section(DOCUMENT, section)))
        there = {option for text in texts for option in OPTION.findall(text)}
        self.assertEqual(sorted(there - shown), [], f"not in section {section}")
        self.assertEqual(sorted(shown - there), [], f"no such option, but in section {section}")

    def test_of_the_broker(self):
        self.compare("leadwire-broker", [help_of("leadwire-broker")])

    def test_of_the_http_workers(self):
        self.compare("leadwire-web and leadwire-phone",
                     [help_of("leadwire-web"), help_of("leadwire-phone"), help_of("leadwire-phone", "sign")])

    def test_of_the_mail_worker(self):
        self.compare("leadwire-mail", [help_of("leadwire-mail")])

    def test_of_the_tool(self):
        self.assertGreaterEqual(len(commands()), 10)
        self.compare("leadwire", [help_of("leadwire", command) for command in commands()])

    def test_of_the_tool_command_by_command(self):
        common = {"--help", "--json", "--run-dir", "--desk", "--timeout"}
        rows = [row for row in sources.table_rows(sources.section(DOCUMENT, "leadwire")) if len(row) == 3]
        for command in commands():
            there = set(OPTION.findall(help_of("leadwire", command))) - common
            shown = [row for row in rows if re.search(rf"`{command}\b", row[0])]
            self.assertEqual(len(shown), 1, command)
            self.assertLessEqual(there, set(OPTION.findall(shown[0][2])), command)

    def test_of_the_journal_printer(self):
        self.compare("leadwire-journal", [help_of("leadwire-journal")])

    def test_of_the_bench(self):
        self.compare("leadwire-bench", [help_of("leadwire-bench")])


class Words(unittest.TestCase):
    def test_each_state_of_the_store_is_explained(self):
        names = re.findall(r"\bSTORE_([A-Z]+)", re.search(r"enum store_state \{([^}]*)\}", sources.read("broker/store/store.h"))[1])
        rows = sources.table_rows(sources.section(DOCUMENT, "What the store says"))[1:]
        self.assertEqual([row[0] for row in rows], [name.lower() for name in names])

    def test_each_level_of_durability_has_its_column(self):
        names = re.findall(r"STORE_([A-Z]+)", re.search(r"enum store_durability \{([^}]*)\}", sources.read("broker/store/store.h"))[1])
        head = sources.table_rows(sources.section(DOCUMENT, "What survives what"))[0]
        self.assertEqual([cell.strip("`") for cell in head[2:]], [name.lower() for name in names])


if __name__ == "__main__":
    unittest.main()

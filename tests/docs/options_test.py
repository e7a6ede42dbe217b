#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/OPERATIONS.md and the manual pages name every option that a program's own help names, and no others."""
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
    return [m for m in re.findall(r"^  ([a-z-]+) ", help_of("leadwire"), re.M) if m not in ("leadwire", "help")]


SECTIONS = {   # of docs/OPERATIONS.md, and whose help they tell
    "leadwire-broker": [("leadwire-broker",)],
    "leadwire-web and leadwire-phone": [("leadwire-web",), ("leadwire-phone",), ("leadwire-phone", "sign")],
    "leadwire-mail": [("leadwire-mail",)],
    "leadwire-gateway": [("leadwire-gateway",)],
    "leadwire-webhooks": [("leadwire-webhooks",)],
    "leadwire-journal": [("leadwire-journal",)],
    "leadwire-bench": [("leadwire-bench",)],
    "leadwire-sim": [("leadwire-sim",), ("leadwire-sim", "faults"), ("leadwire-sim", "queue")],
}


def built_programs():
    texts = "".join(sources.read(p) for p in sources.tracked_files() if p.endswith("CMakeLists.txt"))
    return set(re.findall(r"add_executable\((leadwire-\w+)", texts)) - {"leadwire-cli"}   # that is `leadwire`


class Options(unittest.TestCase):
    def compare(self, section, texts):
        shown = set(OPTION.findall(sources.section(DOCUMENT, section)))
        there = {option for text in texts for option in OPTION.findall(text)}
        self.assertEqual(sorted(there - shown), [], f"not in section {section}")
        self.assertEqual(sorted(shown - there), [], f"no such option, but in section {section}")

    def test_each_program_that_is_built_has_a_section(self):
        told = {words[0] for of in SECTIONS.values() for words in of}
        self.assertEqual(sorted(built_programs() - told), [])

    def test_of_each_program_are_those_of_its_help(self):
        built = built_programs()
        for section, of in SECTIONS.items():
            if all(words[0] in built for words in of):
                self.compare(section, [help_of(*words) for words in of])

    def test_of_the_tool_are_those_of_its_commands(self):
        self.assertGreaterEqual(len(commands()), 10)
        self.compare("leadwire", [help_of("leadwire", command) for command in commands()])

    def test_of_the_tool_stand_with_their_command(self):
        common = {"--help", "--json", "--run-dir", "--desk", "--timeout", "--endpoint", "--key-file"}
        rows = [row for row in sources.table_rows(sources.section(DOCUMENT, "leadwire")) if len(row) == 3]
        for command in commands():
            there = set(OPTION.findall(help_of("leadwire", command))) - common
            shown = [row for row in rows if re.search(rf"`{command}\b", row[0])]
            self.assertEqual(len(shown), 1, command)
            self.assertLessEqual(there, set(OPTION.findall(shown[0][2])), command)


class Manuals(unittest.TestCase):
    def test_of_each_page_are_those_of_its_program(self):
        """A page is called as its program; leadwire(1) is compared command by command in tests/tools."""
        pages = [p for p in sources.tracked_files() if re.search(r"/leadwire-\w+\.[18]$", p)]
        self.assertGreaterEqual(len(pages), 3)
        helps = [words for of in SECTIONS.values() for words in of]
        for page in pages:
            program = re.search(r"(leadwire-\w+)\.[18]$", page)[1]
            manual = re.sub(r"\\f[BIR]", " ", sources.read(page)).replace("\\-", "-")
            told = "".join(help_of(*words) for words in helps if words[0] == program)
            self.assertEqual(sorted(set(OPTION.findall(manual)) - {"--help"}), sorted(set(OPTION.findall(told)) - {"--help"}), page)


    def test_options_of_the_workers_are_those_of_their_help(self):
        for program, manual, words in (("leadwire-web", "workers/web/leadwire-web.8", [()]),
                                       ("leadwire-phone", "workers/phone/leadwire-phone.8", [(), ("sign",)])):
            text = re.sub(r"\\f[BIR]", " ", sources.read(manual)).replace("\\-", "-")
            told = "".join(help_of(program, *more) for more in words)
            self.assertEqual(sorted(set(OPTION.findall(text))), sorted(set(OPTION.findall(told))), manual)


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

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each program, and each file that people write or read, has a manual page; mandoc finds nothing to say; all are installed."""
import os
import re
import shutil
import subprocess
import unittest

import doc_sources as sources
from options_test import built_programs, commands, help_of

PAGES = [p for p in sources.tracked_files() if re.search(r"/leadwire[\w.-]*\.[1-8]$", p)]

# An option that takes a file or folder, and the page that tells its format. "": what is written there has none of its own.
FORMATS = {
    "--config": "leadwire-PROGRAM.yaml.5", "--desk-file": "leadwire-desk.yaml.5",
    "--file": "leadwire-lead.json.5", "--lead": "leadwire-lead.json.5", "--rejects": "leadwire-customers.csv.5",
    "--key-file": "leadwire-keys.5", "--keys": "leadwire-keys.5", "--dir": "leadwire-keys.5",
    "--rep-secrets": "leadwire-secrets.5", "--secret-file": "leadwire-secrets.5", "--token-file": "leadwire-secrets.5",
    "--redis-password-file": "leadwire-secrets.5", "--password-file": "leadwire-secrets.5", "--raw": "leadwire-raw.5",
    "--run-dir": "", "--port-file": "", "--log": "leadwire-log.5", "--page": "",
}
# A command of `leadwire` that takes a file by itself, and the page that tells its format.
OF_ARGUMENTS = {"apply": "leadwire-desk.yaml.5", "check": "leadwire-desk.yaml.5", "desk": "leadwire-desk-export.5", "customers": "leadwire-customers.csv.5", "ingest": "leadwire-raw.5"}
WORKERS = ("web", "mail", "phone", "gateway", "webhooks")


def helps():
    for program in sorted(built_programs()):
        yield help_of(program)
    for command in commands():
        yield help_of("leadwire", command)


class Manuals(unittest.TestCase):
    def test_each_program_has_a_page(self):
        paged = {re.sub(r".*/|\.[18]$", "", p) for p in PAGES if p[-1] in "18"}
        self.assertEqual(sorted(built_programs() | {"leadwire"}), sorted(paged))

    def test_each_file_that_an_option_takes_has_a_page(self):
        options = {o for text in helps() for o in re.findall(r"(--[a-z-]+) (?:FILE|DIR|DIRECTORY)\b", text)}
        self.assertEqual(sorted(options - set(FORMATS)), [], "which manual page tells the format?")
        there = {os.path.basename(p) for p in PAGES}
        wanted = {name.replace("PROGRAM", worker) for option, name in FORMATS.items() if name for worker in WORKERS}
        self.assertEqual(sorted(wanted - there), [])

    def test_each_file_that_a_command_takes_by_itself_has_a_page(self):
        takes = {c for c in commands() if re.search(r"\bFILE\b", re.sub(r"--[a-z-]+ FILE", "", help_of("leadwire", c).splitlines()[0]))}
        self.assertGreaterEqual(len(takes), 4)
        self.assertLessEqual(takes, set(OF_ARGUMENTS), "which manual page tells the format?")
        self.assertLessEqual(set(OF_ARGUMENTS.values()), {os.path.basename(p) for p in PAGES})

    def test_each_process_says_where_the_form_of_its_log_is_told(self):
        for page in PAGES:
            if page.endswith(".8") and "journal.8" not in page:
                self.assertRegex(sources.read(page), r"(?m)^\.BR leadwire\\-log \(5\)", page)

    def test_mandoc_finds_nothing(self):
        self.assertIsNotNone(shutil.which("mandoc"), "the package mandoc is in deploy/setup/test.txt")
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *[str(sources.ROOT / p) for p in PAGES]],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.assertEqual((done.stdout.decode(), done.returncode), ("", 0))

    def test_each_page_begins_with_its_own_name(self):
        for page in PAGES:
            name, section = re.fullmatch(r".*/(.+)\.(\d)", page).groups()
            text = sources.read(page)
            self.assertRegex(text, rf'(?m)^\.TH {re.escape(name.upper())} {section} "\d{{4}}-\d\d-\d\d" ', page)
            self.assertRegex(text, rf"(?m)^\.SH NAME\n{re.escape(name)} \\- ", page)

    def test_pages_refer_to_pages_that_there_are(self):
        there = {os.path.basename(p) for p in PAGES}
        for page in PAGES:
            for name, section in re.findall(r"(leadwire[\w.-]*) \((\d)\)", sources.read(page).replace("\\-", "-")):
                self.assertIn(f"{name}.{section}", there, page)

    def test_each_page_is_installed(self):
        for page in PAGES:
            folder, name = os.path.split(page)
            lists = sources.read(f"{folder}/CMakeLists.txt")
            self.assertRegex(lists, rf"install\(FILES [^)]*\b{re.escape(name)} [^)]*MANDIR}}/man{name[-1]}\)", page)


if __name__ == "__main__":
    unittest.main()

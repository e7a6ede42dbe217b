#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each row of docs/INGEST.md that says what can be wrong has a test, named in ingest_rows.tsv: the ctest is there, runs that file, and the file has that case."""
import pathlib
import re
import unittest

import doc_sources as sources

ROWS = "tests/docs/ingest_rows.tsv"
HEADS = ("case", "what can be wrong")          # of the first column
ALSO = ("What becomes of a mail",)             # a table of outcomes, which are what can be wrong
DOORS = ("When something is wrong (web and phone)", "Voicemail", "While the broker is away", "SIP", "What becomes of a mail", "By LMTP", "From inbound-mail services",
         "Acknowledgements", "MIME, charsets and ADF that are wrong", "Customers")


def tables():
    """[(section, [first cells, the head's first])] of the document."""
    found, section, rows = [], "", []
    for line in [*sources.read("docs/INGEST.md").splitlines(), ""]:
        if heading := re.match(r"#+ (.*?)\s*$", line):
            section = heading[1]
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            found.append((section, [cells[0] for cells in sources.table_rows("\n".join(rows))]))
            rows = []
    return found


def rows_of_the_document():
    return [(section, row) for section, rows in tables() if rows[0] in HEADS or section in ALSO for row in rows[1:]]


def rows_with_tests():
    """[(section, row, ctest, file, case)]"""
    lines = [line.split("\t") for line in sources.read(ROWS).splitlines() if line and not line.startswith("#")]
    return [tuple(line) for line in lines]


def ctests():
    """{name: (folder, words of its call)} of all CMakeLists; what stands in a foreach is each of them."""
    found = {}
    for path in sources.tracked_files():
        if not (path.startswith("tests/") and path.endswith("CMakeLists.txt")):
            continue
        text = sources.read(path)
        parts = " ".join(re.findall(r"foreach\(part\s([^)]*)\)", text)).split()
        for call in re.findall(r"\blw_(?:script_)?test\(([^)]*)\)", text):
            for part in parts if "${part}" in call else [""]:
                words = call.replace("${part}", part).split()
                found[words[words.index("NAME") + 1]] = (pathlib.PurePosixPath(path).parent, words)
    return found


def runs(ctest, path):
    """The ctest is made of this file; or of one that reads it, where it is a file of samples."""
    folder, words = ctest
    name = pathlib.PurePosixPath(path).name
    if folder == pathlib.PurePosixPath(path).parent and any(word.split("/")[-1] == name for word in words):
        return True
    beside = [file for file in sources.tracked_files() if pathlib.PurePosixPath(file).parent == folder and file.endswith((".c", ".py"))]
    return name.endswith(".tsv") and any(f"/{name}\"" in sources.read(file) for file in beside)


def has_case(path, case):
    text = sources.read(path)
    if path.endswith(".py"):
        return re.search(rf"^    def {re.escape(case)}\(self\):$", text, re.MULTILINE)
    if path.endswith(".c"):
        return re.search(rf"^static void {re.escape(case)}\(void \*\*state\)$", text, re.MULTILINE) and len(re.findall(rf"\b{re.escape(case)}\b", text)) > 1
    return re.search(rf"^{re.escape(case)}\t", text, re.MULTILINE)


class IngestRows(unittest.TestCase):
    def test_each_door_has_its_table(self):
        have = [section for section, row in rows_of_the_document()]
        for door in DOORS:
            self.assertIn(door, have)

    def test_each_row_has_a_test_and_no_test_another_row(self):
        wanted = rows_of_the_document()
        self.assertEqual(len(wanted), len(set(wanted)), "two rows begin alike")
        given = {(section, row) for section, row, *_ in rows_with_tests()}
        self.assertEqual([row for row in wanted if row not in given], [], f"rows without a test in {ROWS}")
        self.assertEqual(sorted(given - set(wanted)), [], f"rows of {ROWS} that the document does not have")

    def test_each_test_is_there(self):
        known = ctests()
        for section, row, ctest, path, case in rows_with_tests():
            where = f"{section}: {row}: "
            self.assertTrue(ctest in known, f"{where}there is no ctest {ctest}")
            self.assertTrue(runs(known[ctest], path), f"{where}{ctest} does not run {path}")
            self.assertTrue(has_case(path, case), f"{where}there is no {case} in {path}")

    def test_what_is_not_there_is_noticed(self):
        known = ctests()
        self.assertFalse("web.nothing" in known)
        self.assertFalse(runs(known["web.held"], "tests/web/web_test.py"))
        self.assertFalse(has_case("tests/web/web_test.py", "test_nothing"))
        self.assertFalse(has_case("tests/mail/test_lmtp_worker.c", "nothing"))
        self.assertFalse(has_case("tests/mail/expected.tsv", "nothing"))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Documents name only what there is: files, headings, tests, binaries; and no path of anybody's machine."""
import pathlib
import re
import unittest

import doc_sources as sources

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|root|mnt|Users|home/\w+)/\w")
SELF = "tests/docs/links_test.py"


def documents():
    return [p for p in sources.tracked_files() if p.endswith(".md") and not p.startswith("tests/")]


def prose(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def anchors(text):
    """Anchors of headings, as forges make them."""
    names = re.findall(r"^#+ (.+?)\s*$", prose(text), re.M)
    return {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in names}


class Links(unittest.TestCase):
    def test_each_link_leads_somewhere(self):
        broken = []
        for path in documents():
            for link in LINK.findall(prose(sources.read(path))):
                if re.match(r"[a-z]+:", link):
                    continue
                name, _, anchor = link.partition("#")
                target = (sources.ROOT / path).parent / name if name else sources.ROOT / path
                if not target.exists():
                    broken.append(f"{path}: {link}")
                elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
                    broken.append(f"{path}: {link} (no such heading)")
        self.assertEqual(broken, [])

    def test_each_document_is_reached_from_the_readme(self):
        reached = {"README.md"}
        for _ in range(3):
            for path in sorted(reached):
                for link in LINK.findall(sources.read(path)) if path.endswith(".md") else []:
                    target = (sources.ROOT / path).parent / link.partition("#")[0]
                    if target.is_file():
                        reached.add(str(target.resolve().relative_to(sources.ROOT.resolve())))
        self.assertEqual(sorted(set(documents()) - reached), [])

    def test_each_path_in_ticks_is_there(self):
        missing = []
        tops = {p.split("/")[0] for p in sources.tracked_files() if "/" in p} - {"build"}
        for path in documents():
            for word in re.findall(r"`([\w./-]+)`", prose(sources.read(path))):
                if "/" in word and word.split("/")[0] in tops and not (sources.ROOT / word).exists():
                    missing.append(f"{path}: {word}")
        self.assertEqual(missing, [])


class Readme(unittest.TestCase):
    def test_sample_is_what_the_demo_printed(self):
        shown = re.search(r"^```text sample\n(.*?)^```$", sources.read("README.md"), re.M | re.S)[1]
        self.assertEqual(shown, sources.read("deploy/demo/sample_output.txt"))
        self.assertGreaterEqual(len(shown.splitlines()), 12)

    def test_licence_is_apache_in_full(self):
        text = sources.read("LICENSE")
        for part in ("Apache License", "Version 2.0, January 2004", "1. Definitions.", "9. Accepting Warranty", "END OF TERMS AND CONDITIONS"):
            self.assertIn(part, text)

    def test_version_is_that_of_the_build(self):
        version = re.search(r"project\(leadwire VERSION ([\d.]+)", sources.read("CMakeLists.txt"))[1]
        self.assertRegex(sources.read("CHANGELOG.md"), rf"(?m)^## {re.escape(version)}\b")

    def test_programs_are_those_of_the_build(self):
        texts = "".join(sources.read(p) for p in sources.tracked_files() if p.endswith("CMakeLists.txt"))
        built = {name for name in re.findall(r"add_executable\((leadwire-\w+)", texts)} - {"leadwire-cli"}
        for name in built:
            self.assertIn(name, sources.read("README.md") + sources.read("docs/OPERATIONS.md") + sources.read("CHANGELOG.md"))


class Routing(unittest.TestCase):
    def test_what_excludes_a_rep_stands_there_in_the_order_of_the_code(self):
        code = sources.read("broker/core/core_explain.c")
        body = code[code.rindex("const char *explain_excluded_by("):]
        order = re.findall(r'return "(\w+)"', body[: body.index("\n}\n")])
        rows = sources.table_rows(sources.section(sources.read("docs/ROUTING.md"), "Who can take it"))[1:]
        shown = [word for row in rows for word in re.findall(r"`(\w+)`", row[0])]
        self.assertEqual([word for word in shown if word in order], order)
        states = re.search(r"rep_state_word\(.*?words\[\] = \{([^}]*)\}", sources.read("broker/core/record.c"), re.S)[1]
        self.assertLessEqual(set(shown) - set(order), set(re.findall(r'"(\w+)"', states)))

    def test_defaults_of_the_example_are_those_of_the_manual(self):
        manual = sources.read("tools/leadwire/leadwire-desk.yaml.5").replace("\\-", "-")
        example = sources.read("deploy/small-business/desk.yaml")
        for name in ("grace", "park_limit", "park_nudge", "work_limit", "retry_same_rep"):
            value = re.search(rf"^  {name}: (\w+)", example, re.M)[1]
            self.assertRegex(manual, rf'{name} " ?\({value}\)', name)


class Testing(unittest.TestCase):
    def test_labels_are_those_of_the_stages(self):
        labels = re.search(r'^LABELS = "([a-z0-9 ]+)"', sources.read("tests/report.py"), re.M)[1].split()
        rows = sources.table_rows(sources.section(sources.read("docs/TESTING.md"), "Layers"))[1:]
        shown = [label for row in rows for label in re.findall(r"`(\w+)`", row[0])]
        self.assertEqual(sorted(shown), sorted(labels))

    def test_each_test_named_is_there(self):
        texts = "".join(sources.read(p) for p in sources.tracked_files() if p.startswith("tests/") and p.endswith("CMakeLists.txt"))
        for name in re.findall(r"`((?:unit|property|integration|e2e|fault|fuzz|web|mail|sim|theory|browser)\.\w+)`", sources.read("docs/TESTING.md")):
            label, _, rest = name.partition(".")
            generated = f"{label}.${{" in texts or f"{label}.wire_${{" in texts
            self.assertTrue(name in texts or (generated and rest.split("_")[-1] in texts), name)

    def test_crash_points_are_those_of_the_code(self):
        texts = "".join(sources.read(p) for p in sources.tracked_files() if p.startswith("broker/") and p.endswith(".c"))
        points = set(re.findall(r'crash_point\("([a-z_.]+)"\)', texts))
        shown = re.search(r"\*\*Crash points\.\*\*(.*?)\n\n", sources.read("docs/TESTING.md"), re.S)[1]
        self.assertEqual(set(re.findall(r"`([a-z_]+\.[a-z_]+)`", shown)), points)


class Machines(unittest.TestCase):
    def test_no_file_names_a_path_of_a_machine(self):
        found = []
        for path in sources.tracked_files():
            if path == SELF or pathlib.PurePosixPath(path).parts[:2] == ("tests", "fuzz"):
                continue
            text = (sources.ROOT / path).read_bytes().decode("utf-8", "replace")
            found += [f"{path}: {match[0]}" for match in MACHINE_PATH.finditer(text)]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()

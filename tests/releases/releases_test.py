#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What former releases wrote is read by this one: each frame as its JSON says, each desk to the state beside it.

    releases_test.py RELEASE-READER

Sets are made by tests/releases/make.py and never change; tests/releases/SHA256SUMS knows their files.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "golden"))

from google.protobuf import json_format, text_format   # noqa: E402

import frame_json   # noqa: E402

READER = sys.argv.pop()
SETS = sorted(path.parent for path in HERE.glob("*/frames.json"))
OWN = {"revision", "bytes"}   # of the records of whoever writes them


def decoded(frames):
    """The text form of each, as lib/wire reads it."""
    lines = "".join(f"{frame['from']} {frame['hex']}\n" for frame in frames)
    done = subprocess.run([READER, "frames"], input=lines.encode(), stdout=subprocess.PIPE, timeout=30, check=True)
    return done.stdout.decode().split("---\n")[:-1]


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def key(row):
    return tuple(str(row.get(name)) for name in ("kind", "lead_id", "rep", "what", "at_ms"))


class Releases(unittest.TestCase):
    def test_there_is_one_and_none_was_altered(self):
        self.assertGreater(len(SETS), 0)
        there = {f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for folder in SETS for path in folder.iterdir()}
        told = {name: sum_ for sum_, name in (line.split() for line in (HERE / "SHA256SUMS").read_text().splitlines())}
        self.assertEqual(there, told)

    def test_each_is_a_release_that_the_changes_tell_of(self):
        """The first heading is the version in work; each release has a set, and each set a release, or one that will be."""
        changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        told = re.findall(r"^## (\d+\.\d+\.\d+) \((not released yet|\d{4}-\d\d-\d\d)\)$", changes, re.MULTILINE)
        self.assertEqual(len(told), len(re.findall(r"^## ", changes, re.MULTILINE)), "a heading is not of the form '## 0.1.0 (2026-01-31)'")
        in_work = re.search(r"^project\(leadwire VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]
        self.assertEqual(told[0][0], in_work)
        released, sets = {version for version, when in told if when != "not released yet"}, {folder.name for folder in SETS}
        self.assertEqual(released - sets, set(), "a release has no set")
        self.assertEqual(sets - {version for version, _ in told}, set(), "a set is of no release")
        self.assertLessEqual(len([when for _, when in told if when == "not released yet"]), 1)

    def test_each_frame_is_read_as_its_json_says(self):
        types = frame_json.message_types()
        for folder in SETS:
            frames = json.loads((folder / "frames.json").read_text(encoding="utf-8"))
            texts = decoded(frames)
            self.assertEqual(len(texts), len(frames))
            for frame, text in zip(frames, texts):
                self.assertNotIn("refused: ", text, (folder.name, frame["name"]))
                message = text_format.Parse(text, types[frame["message"]]())
                self.assertEqual(json_format.MessageToDict(message, preserving_proto_field_name=True), frame["content"], (folder.name, frame["name"]))

    def test_each_desk_is_restored_to_the_state_beside_it(self):
        """What is told of a record since may be more, never other."""
        for folder in SETS:
            done = subprocess.run([READER, "desk", folder / "main.desk"], stdout=subprocess.PIPE, timeout=30, check=True)
            now = sorted(rows(done.stdout.decode()), key=key)
            then = sorted(rows((folder / "state.jsonl").read_text(encoding="utf-8")), key=key)
            self.assertEqual([key(row) for row in now], [key(row) for row in then], folder.name)
            for row, was in zip(now, then):
                kept = {name: value for name, value in was.items() if name not in OWN}
                self.assertEqual({name: row.get(name) for name in kept}, kept, folder.name)


if __name__ == "__main__":
    unittest.main()

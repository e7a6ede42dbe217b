#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The journal of each former release under a broker of this one: it loads it from a real Redis, and reps work each open lead to its end. So with
a set made now, which shows that the next one can be made."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import make

HERE = pathlib.Path(__file__).resolve().parent
SETS = sorted(path.parent for path in HERE.glob("*/main.desk"))
READER = make.BIN.parent / "tests/release_reader"


def rows_of(path):
    """The state that is restored from an export."""
    done = subprocess.run([READER, "desk", path], stdout=subprocess.PIPE, timeout=30, check=True, encoding="utf-8")
    return [json.loads(line) for line in done.stdout.splitlines()]


def ends_of(rows):
    """How each lead ended, or "open", as the idempotency window says, which knows all that were published in its days, or the lead itself."""
    ends = {row["lead_id"]: row["state"] for row in rows if row["kind"] == "lead" and row["ended"]}
    ends.update((row["lead_id"], row["state"]) for row in rows if row["kind"] == "seen" and row["what"] == "publish")
    return ends


class Served(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="lw-release-"))

    def wake(self, desk, path):
        """What sleeps or is parked waits again; how many leads are not at their end."""
        desk.export(path)
        opened = [row for row in rows_of(path) if row["kind"] == "lead" and not row["ended"]]
        for row in opened:
            if row["state"] in ("scheduled", "parked"):
                desk.tool("lead", "release", row["lead_id"], "--reason", "the next release", "--by", "marta")
        return len(opened)

    def serve(self, folder):
        path = pathlib.Path(self.folder, "now.desk")
        then = rows_of(folder / "main.desk")
        reps = [row["rep"] for row in then if row["kind"] == "rep"]
        desk = make.Desk(self.stack, self.stack.enter_context(tempfile.TemporaryDirectory(prefix="lw-served-")))
        subprocess.run([make.BIN / "leadwire", "desk", "import", folder / "main.desk", "--redis", desk.redis, "--json"], stdout=subprocess.PIPE,
                       timeout=30, check=True)
        desk.start_broker(reps)
        opened = [lead for lead, end in ends_of(then).items() if end == "open"]
        self.assertGreater(len(opened), 3)
        for rep in reps:
            desk.rep(rep, "--think-ms", "5", "--handle-ms", "20")
        make.wait_until(lambda: self.wake(desk, path) == 0, "an open lead does not come to its end")
        now = rows_of(path)
        ends = ends_of(now)
        self.assertEqual({lead: ends.get(lead) for lead in opened}, dict.fromkeys(opened, "completed"))
        for lead, end in ends_of(then).items():
            if end != "open":
                self.assertEqual(ends.get(lead, end), end, lead)   # once the set is older than the window nobody knows it
        self.assertEqual([now[0][name] for name in ("rules_version", "rules_hash")], [then[0][name] for name in ("rules_version", "rules_hash")])

    def test_open_leads_of_each_release_come_to_their_end(self):
        self.assertGreater(len(SETS), 0)
        for folder in SETS:
            with self.subTest(folder.name):
                self.serve(folder)

    def test_a_set_of_today_can_be_made_and_is_served(self):
        subprocess.run([sys.executable, "-B", HERE / "make.py", "999.0.0", self.folder], timeout=60, check=True)
        made = pathlib.Path(self.folder, "999.0.0")
        self.assertEqual(sorted(path.name for path in made.iterdir()), ["frames.json", "main.desk", "state.jsonl"])
        self.assertEqual(len(pathlib.Path(self.folder, "SHA256SUMS").read_text(encoding="utf-8").splitlines()), 3)
        self.serve(made)


if __name__ == "__main__":
    if not shutil.which(make.SERVER) and not os.path.exists(make.SERVER):
        print(f"SKIP: no {make.SERVER}: name one in LEADWIRE_REDIS_SERVER or put it on PATH")
        sys.exit(77)
    unittest.main(verbosity=2)

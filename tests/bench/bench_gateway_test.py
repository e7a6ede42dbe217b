#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire-bench gateway with few pages: what it checks holds, and its figures have their names. A stage of --all runs it with more pages, optimised.
How fast it was is not asked: other work may be on the machine."""
import json
import os
import pathlib
import subprocess
import unittest

DESKS = int(os.environ.get("LEADWIRE_BENCH_DESKS", "40"))
BENCH = pathlib.Path(os.environ["LEADWIRE_BIN"]) / "leadwire-bench"


class Gateway(unittest.TestCase):
    def test_each_page_is_shown_its_own_and_told_at_most_twenty_times_a_second(self):
        done = subprocess.run([BENCH, "gateway", "--quick", "--json", "--rounds", "1", "--desks", str(DESKS)], text=True, timeout=100, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertTrue(done.stdout, done.stderr)
        said = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((said["connections"], said["wrong"]), (DESKS, 0), done.stderr)
        self.assertEqual(said["published"], said["completed"])
        self.assertGreater(said["published"], 100)
        self.assertLessEqual(said["frames_per_s_most"], 20)
        self.assertNotIn("too slow", done.stderr)   # which is asked of 2,000 pages only
        for name in ("p50_ms", "p99_ms", "rss_bytes_per_connection"):
            self.assertGreater(said[name], 0, name)
        self.assertLessEqual(said["p50_ms"], said["p99_ms"])


if __name__ == "__main__":
    unittest.main()

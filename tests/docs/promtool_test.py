#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""promtool takes the alert rules and the configuration of deploy/prometheus, and finds a fault in rules that have one."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import doc_sources as sources

PROMTOOL = shutil.which("promtool")
RULES, CONFIGURATION = "deploy/prometheus/leadwire.rules.yml", "deploy/prometheus/prometheus.yml"


def check(*words):
    return subprocess.run([PROMTOOL, "check", *words], cwd=sources.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=50, check=False)


class Promtool(unittest.TestCase):
    def test_it_takes_what_is_shipped(self):
        for words in (["rules", RULES], ["config", CONFIGURATION]):
            done = check(*words)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_it_would_find_a_fault(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder, "rules.yml")
            broken.write_text(sources.read(RULES).replace("expr: ", "expr: sum(", 1), encoding="utf-8")
            self.assertNotEqual(check("rules", str(broken)).returncode, 0)


if __name__ == "__main__":
    if not PROMTOOL:
        print("SKIP: no promtool here (Debian: prometheus)")
        sys.exit(77)
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire-sim queue from outside: its words, its object, its exit codes."""
import json
import os
import subprocess
import unittest

SIM = os.path.join(os.environ["LEADWIRE_BIN"], "leadwire-sim")


def run(*options):
    return subprocess.run([SIM, "queue", *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, check=False)


SMALL = ("--arrivals", "1000", "--warm-up", "100", "--replications", "4")


class Queue(unittest.TestCase):
    def test_the_object_holds_together(self):
        done = run(*SMALL, "--reps", "4", "--per-hour", "24", "--room", "2", "--patience", "600", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        said = json.loads(done.stdout)
        figures = said["figures"]
        self.assertEqual(sorted(figures), ["abandoned", "blocked", "occupancy", "wait_s", "waited", "within"])
        self.assertAlmostEqual(said["erlang"], 4)
        self.assertEqual(said["arrivals"], 4000)
        self.assertAlmostEqual(figures["blocked"]["value"], 1 - said["admitted"] / said["arrivals"], places=6)
        self.assertAlmostEqual(figures["abandoned"]["value"], 1 - said["answered"] / said["admitted"], places=6)
        for name, figure in figures.items():
            self.assertGreater(figure["value"], 0, name)
            self.assertGreater(figure["error"], 0, name)

    def test_words_and_object_say_the_same(self):
        words, said = run(*SMALL).stdout, json.loads(run(*SMALL, "--json").stdout)
        self.assertRegex(words, rf"had to wait +{said['figures']['waited']['value']:.5g} ")
        self.assertIn("10 reps; 48 leads an hour of 600 s: 8 erlang", words)

    def test_one_rep_more_means_less_waiting(self):
        ten, eleven = (json.loads(run(*SMALL, "--reps", reps, "--json").stdout) for reps in ("10", "11"))
        self.assertLess(eleven["figures"]["wait_s"]["value"], ten["figures"]["wait_s"]["value"])

    def test_what_cannot_be_is_refused(self):
        for options, words in ((("--reps",), "--reps"), (("--reps", "x"), "--reps"), (("--handling", "-5"), "--handling"),
                               (("--nothing", "1"), "--nothing"), (("--reps", "8"), "more work than the reps can do"),
                               (("--policy", "no_such"), "no_such"), (("--skills", "2"), "classes"), (("--handling", "0.1"), "handling")):
            done = run(*SMALL, *options)
            self.assertEqual((done.returncode, done.stdout), (2, ""), options)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire device: what a telephony system sees of a rep's device, told to a real broker (memory store) by its scripts."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from waiting import wait_for  # noqa: E402

BIN = os.environ["LEADWIRE_BIN"]
DESK = os.path.join(os.environ["LEADWIRE_SOURCE"], "deploy/small-business/desk.yaml")
DEVICE = "+390255500101"   # anna's, in that file


class Device(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lw-device-")
        self.addCleanup(folder.cleanup)
        self.run_dir = os.path.join(folder.name, "run")
        broker = subprocess.Popen([f"{BIN}/leadwire-broker", "--desk", "main", "--run-dir", self.run_dir, "--ephemeral"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(broker.wait)
        self.addCleanup(broker.terminate)
        wait_for("the broker", lambda: os.path.exists(os.path.join(self.run_dir, "control")) or broker.poll() is not None)
        self.assertIsNone(broker.poll())
        self.leadwire("apply", DESK)

    def leadwire(self, *arguments, code=0):
        done = subprocess.run([f"{BIN}/leadwire", arguments[0], "--run-dir", self.run_dir, "--timeout", "20", *arguments[1:]],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False, encoding="utf-8")
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def test_a_device_is_said_to_be_busy_and_free(self):
        self.assertEqual(self.leadwire("device", DEVICE, "busy", "--minutes", "5"), f"device {DEVICE} is busy\n")
        told = json.loads(self.leadwire("device", DEVICE, "free", "--json"))
        self.assertEqual(told, {"device": DEVICE, "state": "free", "was_so_before": False})
        self.assertIs(json.loads(self.leadwire("device", DEVICE, "free", "--json"))["was_so_before"], True)
        self.leadwire("device", DEVICE, "unreachable")

    def test_what_makes_no_sense_is_refused(self):
        self.assertIn("no such device", self.leadwire("device", "+39", "busy", code=4))
        self.assertIn("'asleep'", self.leadwire("device", DEVICE, "asleep", code=2))
        self.assertIn("device is missing", self.leadwire("device", "", "busy", code=2))


unittest.main()

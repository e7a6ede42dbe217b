#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`leadwire top` before a real broker: the screen in a pseudo-terminal, and what it prints once."""
import json
import signal
import subprocess
import unittest

from pty_screen import Terminal
from terminal_desk import BIN, WAIT_S, Desk

RULES = """
desk: main
skills: {solar: Solar}
service_level: 10h
reps:
  anna: {capacity: 3, skills: {solar: 8}}
  bruno: {capacity: 3}
queues:
  slow: {label: Slow, service_level: none}
  hurried: {label: Hurried, service_level: 1s}
rules:
  - {name: solar, when: {product: {contains: [solar]}}, require: {solar: 5}}
  - {name: slow, when: {product: {contains: [slow]}}, queue: slow}
  - {name: hurried, when: {product: {contains: [now]}}, queue: hurried}
  - {name: everyone}
dispositions: {won: {label: Ordered, class: won}}
"""


class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = Desk(RULES)

    @classmethod
    def tearDownClass(cls):
        cls.desk.close()

    def top(self, *more, **settings):
        return Terminal([BIN / "leadwire", "top", "--run-dir", self.desk.run_dir, *more], **settings)

    def rep(self, name, *more):
        """A robot at work."""
        process = subprocess.Popen([str(w) for w in (BIN / "leadwire", "rep", name, "--auto", "--secret-file", self.desk.folder / name, "--run-dir",
                                                     self.desk.run_dir, *more)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return process

    def test_1_it_shows_what_happens_as_it_happens(self):
        with self.top() as t:
            t.see(r"^leadwire top   desk main .* rules version 1$")
            t.see(r"^store  ready, durability memory")
            t.see(r"^anna +offline +0/3  -$")
            self.desk.publish("--product", "solar")
            t.see(r"^solar +1 +\d+s +0 +0 +0 +0 +10h00m$")
            t.see(r"^web +1 +1 +1 +1$")
            self.desk.publish("--product", "now", "--channel", "email")
            t.see(r"^hurried +1 +\d+s +1 +0 +0 +0 +1s$")           # waited longer than its service level
            t.see(r"^leads  2 waiting \(1 late, 0 at risk\)")
            self.assertLess(t.screen.text().index("\nhurried"), t.screen.text().index("\nsolar"))   # worst first
            robot = self.rep("anna", "--think-ms", "1", "--handle-ms", "1")
            t.see(r"^anna +available +\d/3  completed \d+s ago$")
            t.see(r"^leads  0 waiting .* 2 in, 2 completed since start$")
            robot.terminate()
            t.see(r"^anna +offline +0/3  logged off \d+s ago$")
            t.type("q")
            self.assertEqual(t.end(), 0)
            self.assertTrue(t.is_as_before())

    def test_2_keys(self):
        with self.top() as t:
            t.see(r"^REP .* by name$")
            t.type("s")
            t.see(r"^REP .* by state$")
            t.type("?")
            t.see(r"^late +waits longer than")
            t.see_no(r"^QUEUE")
            t.type("?")
            t.see(r"^QUEUE")
            t.type("/bru")
            t.see(r"^show only: bru_$")
            t.see_no(r"^anna")
            t.see(r"^bruno")
            t.type("\r")
            t.see(r"filter: bru  \? help$")
            t.type("\x1b")
            t.see(r"^anna")
            t.type("q")
            self.assertEqual(t.end(), 0)

    def test_3_another_size(self):
        with self.top(rows=40) as t:
            t.see(r"^anna")
            t.resize(12, 60)
            t.until("the small screen", lambda s: len(s.lines()) == 12 and s.lines()[11].startswith("q quit") and s.lines()[0].startswith("leadwire top"))
            t.see(r"^REP ")
            t.resize(3, 20)
            t.until("the tiny screen", lambda s: s.lines()[2].startswith("q quit"))
            t.resize(30, 100)
            t.see(r"^bruno")
            t.type("q")
            self.assertEqual(t.end(), 0)

    def test_4_a_signal_gives_the_terminal_back(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.top() as t:
                t.see(r"^anna")
                self.assertFalse(t.is_as_before())
                t.kill(number)
                self.assertEqual(t.end(), 0)
                self.assertTrue(t.is_as_before())
                self.assertIn(b"\x1b[?1049l", t.screen.seen)   # off the alternate screen

    def test_5_colours_only_where_they_are_wanted(self):
        with self.top() as t:
            t.see(r"^store  ready")
            t.type("q")
            t.end()
            self.assertRegex(t.screen.seen, rb"\x1b\[3[0-9]m|\x1b\[[0-9;]*;3[0-9]m")
        for environment in ({"NO_COLOR": "1"}, {"TERM": "vt100"}):
            with self.top(environment=environment) as t:
                t.see(r"^store  ready")
                t.type("q")
                self.assertEqual(t.end(), 0)
                self.assertNotRegex(t.screen.seen, rb"\x1b\[(?:[0-9;]*;)?[34][0-9][;m]")

    def test_6_a_broker_that_goes_and_comes_back(self):
        with self.top() as t:
            t.see(r"^anna")
            self.desk.end("broker", signal.SIGKILL)
            t.see(r"^the broker does not answer; trying again\. What is shown is how it was$")
            t.see(r"^anna")                                        # the last picture stays
            self.desk.start()
            self.desk.apply(RULES)
            t.see_no(r"does not answer|reading the desk")
            self.desk.publish("--product", "solar")
            t.see(r"^solar +1 ")
            self.desk.end("broker", signal.SIGKILL)
            t.see(r"^the broker does not answer")
            t.kill(signal.SIGTERM)
            self.assertEqual(t.end(), 0)
            self.assertTrue(t.is_as_before())
        with self.top() as t:                                      # nobody there from the start
            t.see(r"^no broker answers yet; trying again")
            t.type("q")
            self.assertEqual(t.end(), 0)
        self.desk.tool("top", "--once", "--timeout", "1", code=3)
        self.desk.start()
        self.desk.apply(RULES)

    def test_7_once(self):
        self.desk.publish("--product", "now", "--name", "Zacharias Quillfeather")
        text = self.desk.tool("top", "--once")
        self.assertRegex(text, r"(?m)^hurried +1 ")
        self.assertRegex(text, r"(?m)^anna +offline +0/3  -$")
        self.assertNotIn("\x1b", text)
        self.assertNotIn("Quillfeather", text)
        told = json.loads(self.desk.tool("top", "--once", "--json"))
        self.assertEqual(list(told), ["desk", "now", "broker", "queues", "channels", "reps"])
        self.assertEqual((told["desk"], told["broker"]["store"], told["broker"]["config_version"]), ("main", "ready", 1))
        hurried = told["queues"][0]
        self.assertEqual((hurried["queue"], hurried["waiting"], hurried["service_level_ms"]), ("hurried", 1, 1000))
        self.assertGreaterEqual(hurried["longest_wait_ms"], 0)
        self.assertIn({"channel": "web", "waiting": 1, "open": 1}, told["channels"])
        self.assertEqual([r["rep"] for r in told["reps"]], ["anna", "bruno"])
        self.assertEqual(told["reps"][0], {"rep": "anna", "state": "offline", "connected": False, "load": 0, "capacity": 3})

    def test_8_where_there_is_no_terminal(self):
        done = subprocess.run([BIN / "leadwire", "top", "--run-dir", self.desk.run_dir], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=WAIT_S, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"'--once' prints the desk once", done.stdout)
        self.desk.tool("top", "--json", code=2)
        with self.top(environment={"TERM": "no-such-terminal"}) as t:
            self.assertEqual(t.end(), 2)


if __name__ == "__main__":
    unittest.main()

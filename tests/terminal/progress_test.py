#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bar of what takes its time: on a terminal it is drawn, grows and goes; where nobody looks there is not a byte of it."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from pty_screen import Terminal  # noqa: E402
from waiting import wait_for  # noqa: E402

BIN = os.environ["LEADWIRE_BIN"]
LEADWIRE = os.path.join(BIN, "leadwire")
SERVER = shutil.which(os.environ.get("LEADWIRE_REDIS_SERVER", "redis-server"))
BAR = re.compile(rb"\r\[([#.]{30})\] (\d+) of (\d+), (\d+) a second, ([^\r\x1b]+) left\x1b\[K")
TAKEN_AWAY = b"\r\x1b[K"
ROWS, LEADS = 120000, 2000   # more than several tenths of a second, after each of which it is drawn anew
DESK = "desk: main\npeople: {customer_for: 100d}\nrules: [{name: all}]\nreps: {anna: {}}\n"


class Progress(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lw-progress-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("desk.yaml", DESK)
        self.write("list.csv", "email\n\n" + "".join(f"c{row}@kunde.example\n" for row in range(ROWS)))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, *words):
        process = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def broker(self, *store):
        broker = self.start(os.path.join(BIN, "leadwire-broker"), "--desk", "main", "--run-dir", self.path("run"), "--ready-fd", 1, *store)
        self.assertEqual(broker.stdout.readline(), b"serving\n")
        self.run_tool("apply", self.path("desk.yaml"), *self.at_broker())
        return broker

    def redis(self):
        self.start(SERVER, "--port", 0, "--unixsocket", self.path("redis.sock"), "--dir", self.folder, "--save", "", "--appendonly", "yes")
        wait_for("Redis", lambda: os.path.exists(self.path("redis.sock")))
        return "unix:" + self.path("redis.sock")

    def at_broker(self):
        return ("--run-dir", self.path("run"))

    def run_tool(self, *words):
        """(standard output, standard error), neither of them a terminal."""
        done = subprocess.run([LEADWIRE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout, done.stderr

    def on_terminal(self, *words):
        """All bytes that a terminal gets, and what it shows in the end."""
        with Terminal([LEADWIRE, *words], columns=120) as terminal:
            self.assertEqual(terminal.end(), 0, terminal.screen.text())
            return terminal.screen.seen, terminal.screen.text()

    def expect_bar(self, seen, screen, total, words):
        bars = [(bar[1], int(bar[2]), int(bar[3]), bar[5]) for bar in BAR.finditer(seen)]
        self.assertGreaterEqual(len(bars), 1, seen[-500:])
        done = [bar[1] for bar in bars]
        self.assertEqual(done, sorted(done), "it went back")
        for drawn, count, of, _ in bars:
            self.assertEqual(of, total)
            full = count * 30 // total
            self.assertEqual(drawn, b"#" * full + b"." * (30 - full))
        self.assertEqual((bars[-1][1], bars[-1][3]), (total, b"0 ms"))
        self.assertIn(TAKEN_AWAY, seen[seen.rindex(b" left"):])
        self.assertNotIn("[#", screen)
        self.assertRegex(screen, words)

    def test_an_import_of_customers_draws_it_only_for_a_person(self):
        self.broker("--ephemeral")
        bring_in = ("customers", "import", self.path("list.csv"), *self.at_broker())
        out, err = self.run_tool(*bring_in)
        self.assertIn(b"%d new" % ROWS, out)
        self.assertEqual(err, b"")
        seen, screen = self.on_terminal(*bring_in)
        self.assertGreater(len(BAR.findall(seen)), 1)
        self.expect_bar(seen, screen, ROWS, f"0 new, {ROWS} known already")
        seen, _ = self.on_terminal(*bring_in, "--json")
        self.assertEqual((BAR.findall(seen), seen.count(b"\n")), ([], 1))

    def desk_at_rest(self):
        """The address of a Redis with a desk that nobody serves any more."""
        if not SERVER:
            self.skipTest("no redis-server")
        redis = self.redis()
        broker = self.broker("--redis", redis, "--durability", "everysec")
        self.run_tool("publish", "--count", str(LEADS), *self.at_broker())
        broker.terminate()
        broker.wait(60)
        return redis

    def test_an_export_of_a_desk_draws_it_only_for_a_person(self):
        redis = self.desk_at_rest()
        export = ("desk", "export", self.path("main.desk"), "--redis", redis)
        out, err = self.run_tool(*export)
        self.assertIn(b"main", out)
        self.assertEqual(err, b"")
        seen, screen = self.on_terminal(*export)
        total = int(BAR.findall(seen)[-1][2])
        self.expect_bar(seen, screen, total, "main")
        seen, _ = self.on_terminal(*export, "--json")
        self.assertEqual(BAR.findall(seen), [])

    def test_an_import_of_a_desk_draws_it_only_for_a_person(self):
        redis = self.desk_at_rest()
        exported = json.loads(self.run_tool("desk", "export", self.path("main.desk"), "--redis", redis, "--json")[0])
        bring_in = ("desk", "import", self.path("main.desk"), "--redis", redis, "--replace")
        out, err = self.run_tool(*bring_in)
        self.assertIn(b"is in Redis: %d open leads" % LEADS, out)
        self.assertEqual(err, b"")
        seen, screen = self.on_terminal(*bring_in)
        self.expect_bar(seen, screen, exported["fields"] + exported["entries"], f"is in Redis: {LEADS} open leads")
        seen, _ = self.on_terminal(*bring_in, "--json")
        self.assertEqual(BAR.findall(seen), [])


if __name__ == "__main__":
    unittest.main()

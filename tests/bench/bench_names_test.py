#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire-bench restart and security, with little to do: the figures have the names that others read, and each runs what it says. How fast it was is
not asked: other work may be on the machine."""
import json
import os
import pathlib
import re
import socket
import subprocess
import unittest

LEADS = 2000
BENCH = pathlib.Path(os.environ["LEADWIRE_BIN"]) / "leadwire-bench"


def commands_of_children(pid):
    """What each process that this one has started was called with."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pathlib.Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ") for child in children]
    except FileNotFoundError:   # one of them has ended
        return []


def synced(commands):
    """How the Redis among them syncs, as it says itself; "" while there is none that answers."""
    for path in re.findall(r"unixsocket:(\S+)", "\n".join(commands)):
        with socket.socket(socket.AF_UNIX) as redis:
            redis.settimeout(5)
            try:
                redis.connect(path)
                redis.sendall(b"CONFIG GET appendfsync\r\n")
                return "appendfsync " + redis.recv(1000).decode().split()[-1]
            except OSError:
                pass
    return ""


def bench(*words):
    """What it printed last, all commands that it was seen to run, and how their Redis synced."""
    seen = set()
    with subprocess.Popen([BENCH, *words, "--json"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(5000):
            there = commands_of_children(process.pid)
            seen.update([*there, synced(there)])
            try:
                out, errors = process.communicate(timeout=0.02)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            process.kill()
            raise AssertionError("it does not end")
    assert process.returncode == 0 and out, errors
    return json.loads(out.splitlines()[-1]), "\n".join(sorted(seen))


class Restart(unittest.TestCase):
    def check(self, level, *words):
        said, ran = bench("restart", "--leads", str(LEADS), "--rounds", "1", *words)
        self.assertEqual((said["durability"], said["leads"], said["leads_recovered"], said["stopped"]["leads_recovered"]), (level, LEADS, LEADS, LEADS))
        self.assertGreater(said["seconds_to_serving"], 0)
        self.assertIn(f"--durability {level} ", ran)
        self.assertIn(f"appendfsync {level}", ran)

    def test_all_leads_are_found_again_at_the_level_that_was_asked(self):
        self.check("always", "--durability", "always")

    def test_the_level_is_everysec_unless_asked(self):
        self.check("everysec")

    def test_a_level_that_it_cannot_give_is_refused(self):
        done = subprocess.run([BENCH, "restart", "--durability", "memory"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False)
        self.assertEqual(done.returncode, 2)


class Security(unittest.TestCase):
    def test_both_ratios_are_told(self):
        said, ran = bench("security", "--quick", "--rounds", "1")
        for name in ("curve_over_plain", "always_over_everysec"):
            self.assertGreater(said["ratio"][name], 0)
        for word in ("--keys ", "--durability always ", "--durability everysec "):
            self.assertIn(word, ran)


if __name__ == "__main__":
    unittest.main()

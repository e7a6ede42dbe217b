#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What /ops tells of the doors: a real leadwire-web that refuses, holds while the broker is away, hands over, and dies."""
import json
import subprocess
import unittest

import floor
from floor import BIN, Browser
from ops_test import Watch, named


class Workers(unittest.TestCase):
    def setUp(self):
        self.floor = floor.Floor(users=(("rita", "read-only", "-"), ("otto", "manager:outside", "-")))
        self.addCleanup(self.floor.close)
        self.port, health = self.floor.start_web()
        self.config(f"web: {health}")
        self.floor.open()

    def config(self, workers):
        self.floor.write_config(floor.GATEWAY.replace("versions: versions}", "versions: versions, workers: {" + workers + "}}"))

    def watch(self, user):
        browser = Browser(self.floor)
        self.assertEqual(browser.sign_in(user), 200)
        watch = Watch(browser)
        self.addCleanup(watch.close)
        return watch

    def test_errors_and_what_is_held_are_told_until_it_is_handed_over(self):
        watch = self.watch("rita")

        def until(what, condition):
            return named(watch.until(what, lambda state: state.get("workers") and condition(named(state["workers"], "worker", "web")))["workers"], "worker", "web")
        told = until("it works", lambda web: web["state"] == "ready")
        self.assertEqual((told["came_hour"], told["errors_hour"], told["errors"], told["held"], told["alarm"]), (0, 0, [], 0, ""))
        self.assertEqual(self.floor.post(self.port, "contact-form", "{"), 400)
        told = until("an error", lambda web: web["errors_hour"] == 1)
        self.assertEqual(told["errors"], [{"reason": "malformed", "count": 1}])
        self.assertEqual((told["came_hour"], told["spool_percent"]), (1, 0))
        self.floor.end("broker")
        until("the broker is away", lambda web: web["state"] == "broker_away")
        self.assertEqual(self.floor.post(self.port, "hook", json.dumps({"name": "Giulia", "phone": "02 555 12345"})), 202)
        told = until("it is held", lambda web: web["held"] == 1 and web["oldest_ms"] > 0)
        self.assertEqual((told["state"], told["alarm"], told["aside"]), ("broker_away", "waiting", 0))
        self.assertFalse(watch.state["connected"])
        self.floor.start_broker()
        self.assertEqual(self.floor.tool("apply", self.floor.folder / "desk.yaml").returncode, 0)
        told = until("it is handed over", lambda web: web["state"] == "ready" and web["held"] == 0)
        self.assertEqual(told["alarm"], "")
        self.floor.end("web", floor.signal.SIGKILL)
        told = until("it is silent", lambda web: web["state"] == "silent")
        self.assertEqual(told["errors_hour"], 1)
        of_team = self.watch("otto")
        of_team.until("one team", lambda state: state["team"] == "outside")
        self.assertNotIn("workers", of_team.state)

    def test_addresses_of_other_forms_are_refused_with_their_line(self):
        for address, problem in (("localhost:9471", "'web' needs an IP address and a port"), ("127.0.0.1", "'web' needs an IP"), ("127.0.0.1:0", "'web' needs an IP"),
                                 ("127.0.0.1:70000", "'web' needs an IP"), ("unix:/run/x", "'web' needs an IP"), ("::1:9471", "'web' needs an IP")):
            self.config(f'web: "{address}"')
            done = subprocess.run([BIN / "leadwire-gateway", "--config", self.floor.folder / "gateway.yaml", "--check"], check=False, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertRegex(done.stdout, rf"gateway.yaml:\d+: ops.workers: {problem}", address)
        for workers, problem in (("", "ops.workers must be a map"), (f'{"x" * 200}: "[::1]:1"', "a name has 1 to")):
            self.config(workers)
            done = subprocess.run([BIN / "leadwire-gateway", "--config", self.floor.folder / "gateway.yaml", "--check"], check=False, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertIn(problem, done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)

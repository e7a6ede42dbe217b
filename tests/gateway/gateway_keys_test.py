#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway as on another machine: a broker with keys, by TCP, a key for the gateway and one for each rep; and wrong ones."""
import json
import os
import shutil
import subprocess
import unittest

from floor import BIN, GATEWAY, Browser, Floor, Page, wait_for

NOBODY = "reason=nobody answers there who has the server's key of the key file and knows this key"


class KeyedFloor(Floor):
    """Its broker is reached by keys alone, at its addresses of TCP."""

    def key(self, role, name):
        """Makes one; gives its file."""
        made = self.tool("keys", "new", role, name, "--dir", self.folder / "keys", "--json", door=False)
        assert made.returncode == 0, made.stdout
        return json.loads(made.stdout)["file"]

    def tool(self, *words, door=True):
        more = ["--run-dir", self.folder / "run"] if door else []
        return subprocess.run([BIN / "leadwire", *[str(word) for word in [*words, *more]]], check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)

    def start_broker(self):
        listen = [word for door in ("reps", "control", "events") for word in (f"--listen-{door}", "tcp://127.0.0.1:0")]
        self.start("broker", BIN / "leadwire-broker", "--desk", "main", "--run-dir", self.folder / "run", "--ephemeral", "--keys", self.folder / "keys", *listen)
        wait_for("the broker", lambda: self.tool("status", "--timeout", "1").returncode == 0)
        rows = [line.split() for line in (self.folder / "run/status").read_text(encoding="utf-8").splitlines()]
        self.address = {row[0]: row[1] for row in rows if row[1].startswith("tcp://")}

    def start_gateway(self):
        text = GATEWAY.replace("rep_secrets: reps", "rep_keys: rep-keys").replace("ipc://FLOOR/run/reps", self.address["reps"])
        for door in ("control", "events"):
            text = text.replace(f"ipc://FLOOR/run/{door}", self.address[door])
        self.write_config(text.replace("ops: {", "ops: {key_file: ops.key, "))
        super().start_gateway()

    def check(self, *words, text=None):
        """What leadwire-gateway --check says of the configuration, or of another one."""
        path = self.folder / "check.yaml"
        path.write_text(text or (self.folder / "gateway.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        return subprocess.run([BIN / "leadwire-gateway", "--config", path, "--check", *words], check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.floor = KeyedFloor(users=(("anna", "rep", "anna"), ("bruno", "rep", "bruno"), ("carla", "rep", "carla"), ("ada", "admin", "-")))
        cls.keys = cls.floor.folder / "rep-keys"
        cls.keys.mkdir(mode=0o700)
        shutil.copy(cls.floor.key("admin", "gateway"), cls.floor.folder / "ops.key")
        shutil.copy(cls.floor.key("rep", "anna"), cls.keys)
        cls.floor.open()

    @classmethod
    def tearDownClass(cls):
        cls.floor.close()

    def browser(self, user):
        browser = Browser(self.floor)
        self.assertEqual(browser.sign_in(user), 200)
        return browser

    def said(self, text):
        wait_for(text, lambda: text in self.floor.log("gateway"))

    def test_a_rep_works_by_their_key_and_the_dashboard_by_the_gateways(self):
        page = Page(self.browser("anna"), "one")
        self.addCleanup(page.close)
        page.until("the desk", lambda state: state["connected"])
        lead = self.floor.publish()
        row = page.lead("offered")
        self.assertEqual(row["lead_id"], lead)
        self.assertEqual(page.act_on(row, "accept")[1]["outcome"], "accepted")
        ada = self.browser("ada")

        def live():
            status, _, text = ada.ask("GET", "/api/v1/ops/rules")
            return status == 200 and json.loads(text)["version"] > 0
        wait_for("the rules", live)
        status, _, text = ada.ask("POST", "/api/v1/ops/lead", {"lead_id": lead, "act": "take_back", "reason": "a test"})
        self.assertEqual((status, json.loads(text)["outcome"]), (200, "accepted"))

    def test_a_rep_without_a_key_or_with_another_ones_is_told_in_the_log(self):
        bruno = self.browser("bruno")
        self.assertNotEqual(bruno.ask("GET", "/api/v1/desk/events?page=b")[0], 200)
        self.said("no session for a rep: rep=bruno reason=")
        self.said("bruno.key: there is no such")
        shutil.copy(self.keys / "anna.key", self.keys / "bruno.key")
        self.assertNotEqual(bruno.ask("GET", "/api/v1/desk/events?page=b")[0], 200)
        self.said("bruno.key is the key of another rep")
        shutil.copy(self.floor.folder / "ops.key", self.keys / "bruno.key")
        self.assertNotEqual(bruno.ask("GET", "/api/v1/desk/events?page=b")[0], 200)
        self.said("bruno.key is no rep's key, but one of the role admin")
        os.chmod(self.keys / "bruno.key", 0o644)
        self.assertNotEqual(bruno.ask("GET", "/api/v1/desk/events?page=b")[0], 200)
        self.said("chmod 600 it")

    def test_a_key_that_the_broker_does_not_know_is_told_in_the_log(self):
        shutil.copy(self.floor.key("rep", "carla"), self.keys)
        self.assertEqual(self.floor.tool("keys", "revoke", "carla", "--dir", self.floor.folder / "keys", door=False).returncode, 0)
        page = Page(self.browser("carla"), "one")
        self.addCleanup(page.close)
        page.until("a desk without a broker", lambda state: not state["connected"])
        self.said(f"the broker is not reached: door=reps rep=carla {NOBODY}")

    def test_a_wrong_file_is_told_before_anything_is_opened(self):
        floor = self.floor
        self.assertEqual(floor.check().returncode, 0, floor.check().stdout)
        for words, told in ((("--key-file", str(floor.folder / "none.key")), "ops.key_file: "),
                            (("--key-file", str(self.keys / "anna.key")), "is the key of a rep; ops needs an admin's")):
            done = floor.check(*words)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertIn(told, done.stdout)
        good = (floor.folder / "gateway.yaml").read_text(encoding="utf-8")
        for text, told in ((good.replace("rep_keys:", "rep_secrets: reps\nrep_keys:"), "a rep is let in by one of them"),
                           (good.replace(floor.address["reps"], "ipc:///run/leadwire/reps"), "rep_keys is for a broker with keys by tcp"),
                           (good.replace(floor.address["reps"], "tcp://10.0.0.5:5571").replace("rep_keys: rep-keys", "rep_secrets: reps"), "it needs rep_keys"),
                           (good.replace(floor.address["control"], "tcp://10.0.0.5:5572").replace("key_file: ops.key, ", ""), "they need key_file"),
                           (good.replace(floor.address["control"], "ipc:///run/leadwire/control"), "ops.key_file is for a broker with keys by tcp")):
            done = floor.check(text=text)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertIn(told, done.stdout)


class RevokedGateway(unittest.TestCase):
    def test_the_dashboards_key_that_is_revoked_is_told_in_the_log(self):
        floor = KeyedFloor(users=(("ada", "admin", "-"),))
        self.addCleanup(floor.close)
        shutil.copy(floor.key("manager", "gateway"), floor.folder / "ops.key")
        (floor.folder / "rep-keys").mkdir()
        floor.open()
        self.assertEqual(floor.tool("keys", "revoke", "gateway", "--dir", floor.folder / "keys", door=False).returncode, 0)
        wait_for("the log", lambda: f"the broker is not reached: door=control {NOBODY}" in floor.log("gateway"))


if __name__ == "__main__":
    unittest.main()

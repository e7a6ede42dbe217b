#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Users of the desk's rules: they sign in with the file's hash or by the proxy, and what other rules say of them counts at once."""
import json
import unittest

import floor
from floor import Browser, Page, wait_for

USERS = """
users:
  anna: {role: rep}
  maria: {role: manager, team: outside}
  pia@example.com: {role: read-only}
"""
PROXY = "identity: {header: X-Remote-User, from: [127.0.0.0/8]}\n"


class UsersOfTheRules(unittest.TestCase):
    def setUp(self):
        self.floor = floor.Floor(users=[("ada", "admin", "-")], config=floor.GATEWAY + PROXY)
        self.addCleanup(self.floor.close)
        hashed = (self.floor.folder / "users").read_text().split()[3]
        with open(self.floor.folder / "users", "a", encoding="utf-8") as users:
            users.write(f"anna {hashed}\nmaria {hashed}\nzoe {hashed}\n")

    def apply(self, users, count):
        (self.floor.folder / "desk.yaml").write_text(floor.DESK + users, encoding="utf-8")
        applied = self.floor.tool("apply", self.floor.folder / "desk.yaml")
        self.assertEqual(applied.returncode, 0, applied.stdout)
        wait_for("the users are read", lambda: f"rules read, {count} users" in self.floor.log("gateway").splitlines()[-1])

    def role(self, browser, **headers):
        status, _, text = browser.ask("GET", "/api/v1/session", **headers)
        return json.loads(text)["role"] if status == 200 else status

    def test_users_come_and_go_with_the_rules(self):
        self.floor.start_broker()
        self.floor.start_gateway()
        early, zoe = Browser(self.floor), Browser(self.floor)
        self.assertEqual(early.sign_in("anna"), 503)   # no rules yet: who she is cannot be told
        self.assertEqual(early.sign_in("nobody"), 503)
        ada = Browser(self.floor)
        self.assertEqual((ada.sign_in("ada"), self.role(ada)), (200, "admin"))
        self.apply(USERS, 4)
        anna, maria = Browser(self.floor), Browser(self.floor)
        self.assertEqual((anna.sign_in("anna"), self.role(anna)), (200, "rep"))
        self.assertEqual((maria.sign_in("maria"), self.role(maria)), (200, "manager"))
        self.assertEqual(maria.sign_in("maria", "another-password"), 401)
        self.assertEqual(zoe.sign_in("zoe"), 401)      # a password, but no role
        self.assertEqual(self.role(Browser(self.floor), X_Remote_User="pia@example.com"), "read-only")
        self.assertEqual(self.role(Browser(self.floor), X_Remote_User="zoe"), 401)
        page = Page(anna, "one")
        self.addCleanup(page.close)
        page.until("the session is open", lambda state: state["connected"])

        self.apply("users:\n  maria: {role: lead}\n  ada: {role: read-only}\n", 2)
        self.assertEqual(self.role(maria), "lead")     # in the session that she has
        self.assertEqual(self.role(anna), 401)
        self.assertEqual(self.role(ada), "admin")      # as the file says
        while (event := page.event()) is not None and event[0] != "signed_out":
            pass
        self.assertEqual(event[0], "signed_out")
        said = self.floor.tool("config", "show", "--json").stdout
        self.assertIn("maria", said)
        self.assertNotIn("argon2", said)

        self.floor.end("broker", floor.signal.SIGKILL)   # a session of the rules waits for them, and is not over
        self.floor.end("gateway", floor.signal.SIGKILL)
        self.floor.start_gateway()
        self.assertEqual((self.role(maria), self.role(ada), self.role(Browser(self.floor))), (503, "admin", 401))
        status, told, page = maria.ask("GET", "/ops")
        self.assertEqual((status, told["Refresh"], told["Content-Type"].split(";")[0]), (503, "2", "text/html"))
        self.assertIn("The desk cannot be reached", page)   # for people
        self.floor.start_broker()
        self.apply("users:\n  maria: {role: lead}\n", 2)
        self.assertEqual(self.role(maria), "lead")


if __name__ == "__main__":
    unittest.main(verbosity=1)

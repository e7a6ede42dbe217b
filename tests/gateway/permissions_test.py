#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every role at every route, over HTTP: only who stands in permissions.tsv gets in. A route that is in one table and not the other fails."""
import json
import pathlib
import subprocess
import unittest

import floor

ROLES = {"r": "rep", "l": "lead", "m": "manager", "a": "admin", "o": "read-only"}


def expected():
    """{(method, path): set of roles, or None for everybody}"""
    rows = [line.split("\t") for line in pathlib.Path(__file__).with_name("permissions.tsv").read_text().splitlines() if line and line[0] != "#"]
    return {(method, path): None if who == "public" else {ROLES[letter] for letter in who} for method, path, who in rows}


def of_program():
    said = subprocess.run([floor.BIN / "leadwire-gateway", "--routes"], check=True, text=True, stdout=subprocess.PIPE).stdout
    rows = [line.split(" ") for line in said.splitlines()]
    return {(method, path): None if who == "public" else set(who.split(",")) for method, path, who in rows}


def users_of_rules():
    """A user of each role, without a word in the gateway's file but the password."""
    return "users:\n" + "".join(f"  {role}: {{role: {role}{'' if role in ('admin', 'read-only') else ', rep: anna'}}}\n" for role in ROLES.values())


class Permissions(unittest.TestCase):
    @classmethod
    def open_floor(cls):
        cls.floor = floor.Floor(users=[(role, role, "anna") for role in ROLES.values()])
        cls.floor.start_gateway()

    @classmethod
    def setUpClass(cls):
        cls.open_floor()
        cls.browsers = {None: floor.Browser(cls.floor)}
        for role in ROLES.values():
            cls.browsers[role] = floor.Browser(cls.floor)
            assert cls.browsers[role].sign_in(role) == 200

    @classmethod
    def tearDownClass(cls):
        cls.floor.close()

    def status(self, role, method, path):
        """What the route says to a request of the right form that names no page, so that nothing is done."""
        body = "{}" if method == "POST" else None
        if path == "/api/v1/sign-out":   # would end the session: asked for without the token
            browser = floor.Browser(self.floor)
            browser.cookie = self.browsers[role].cookie
            return browser.ask(method, path, body)[0]
        if path == "/api/v1/ops/events":   # would not end
            method = "HEAD"
        return self.browsers[role].ask(method, path.replace("*", "desk.css"), body)[0]

    def test_the_tables_are_one(self):
        self.assertEqual(of_program(), expected())

    def test_the_document_has_the_table(self):
        lines = (floor.SOURCE / "docs" / "GATEWAY.md").read_text(encoding="utf-8").splitlines()
        told = set(line for line in lines if line.startswith(("| `GET /", "| `POST /")))
        self.assertEqual(told, {f"| `{method} {path}` | {'everybody' if roles is None else ', '.join(sorted(roles))} |"
                                for (method, path), roles in of_program().items()})

    def test_every_role_at_every_route(self):
        for (method, path), roles in expected().items():
            for role in self.browsers:
                status = self.status(role, method, path)
                with self.subTest(method=method, path=path, role=role or "nobody", status=status):
                    if roles is None or (role in roles and path != "/api/v1/sign-out"):
                        self.assertIn(status, (200, 303, 400, 504))   # 504: no broker is there, whom it would ask
                    elif role is None:
                        self.assertEqual(status, 303 if path in ("/desk", "/ops") else 401)
                    else:   # of sign-out: without the token it is refused to everybody
                        self.assertEqual(status, 403)

    def test_pages_of_others_are_refused_in_words_and_their_data_as_json(self):
        for (method, path), roles in expected().items():
            if roles is None or "rep" in roles or method == "POST":
                continue
            status, headers, text = self.browsers["rep"].ask(method, path)
            with self.subTest(path=path):
                is_page = path == "/ops"
                self.assertEqual((status, headers["Content-Type"].split(";")[0]), (403, "text/html" if is_page else "application/json"))
                if is_page:
                    self.assertEqual(headers["Cache-Control"], "no-store")
                    self.assertIn("not_yours.mjs", text)
                else:
                    self.assertEqual(json.loads(text)["error"], "not for your role")
        status, headers, text = self.browsers["admin"].ask("GET", "/desk", If_None_Match='"x"')
        self.assertEqual((status, headers["Content-Type"].split(";")[0]), (403, "text/html"))
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])

    def test_what_is_not_in_the_table_is_not_there(self):
        for role in self.browsers:
            for path in ("/ops/x", "/api", "/api/v1/ops", "/api/v1/desk", "/api/v1/desk/other", "/static", "/static/../users", "/static/nothing", "/desk/x", "/users"):
                self.assertEqual(self.browsers[role].ask("GET", path)[0], 404, path)
            self.assertEqual(self.browsers[role].ask("DELETE", "/desk")[0], 405)
            self.assertEqual(self.browsers[role].ask("GET", "/api/v1/desk/accept")[0], 405)
            status, headers, _ = self.browsers[role].ask("DELETE", "/api/v1/ops/lead")
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD, POST"))


class PermissionsOfTheRules(Permissions):
    """The same of users that stand in the desk's rules."""

    @classmethod
    def open_floor(cls):
        cls.floor = floor.Floor(users=[("nobody", "admin", "-")])
        hashed = (cls.floor.folder / "users").read_text(encoding="utf-8").split()[3]
        cls.floor.secret_file("users", "".join(f"{role} {hashed}\n" for role in ROLES.values()))
        (cls.floor.folder / "desk.yaml").write_text(floor.DESK + users_of_rules(), encoding="utf-8")
        cls.floor.open()
        floor.wait_for("the users are read", lambda: "users of the rules read" in cls.floor.log("gateway"))


if __name__ == "__main__":
    unittest.main(verbosity=1)

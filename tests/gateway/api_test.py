#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The API for scripts: its description against the routes and against what a live gateway answers, and the tokens of scripts."""
import http.client
import json
import os
import subprocess
import unittest

import floor
import schema
from floor import BIN, Browser, Page, wait_for
from permissions_test import of_program

TOKENS = floor.GATEWAY + "tokens: tokens\n"
USERS = (("anna", "rep", "anna"), ("maria", "manager", "-"), ("ada", "admin", "-"))
PAGES = {"/", "/sign-in", "/static/*", "/desk", "/ops", "/offer"}   # for browsers, and no part of the API


class ApiCase(unittest.TestCase):
    asked = 0

    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor(users=USERS, config=TOKENS).open()
        cls.addClassCleanup(cls.floor.close)
        cls.file = cls.floor.folder / "tokens"

    def tool(self, *words, code=0):
        done = subprocess.run([BIN / "leadwire", "token", *words, "--file", self.file, "--json"], check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=floor.WAIT_S)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def token(self, name, role, *more):
        made = json.loads(self.tool("new", name, "--role", role, *more))["token"]
        wait_for("the gateway sees it", lambda: self.ask(made, "GET", "/api/v1/session")[0] == 200)
        return made

    def ask(self, token, method, path, body=None, **headers):
        """From an address of its own: those who guess share one."""
        ApiCase.asked += 1
        headers.setdefault("X_Forwarded_For", f"198.18.{ApiCase.asked // 250 % 250}.{ApiCase.asked % 250 + 1}")
        return Browser(self.floor).ask(method, path, body, Authorization=f"Bearer {token}", **headers)


class Tokens(ApiCase):
    def test_a_token_is_shown_once_and_only_its_hash_is_kept(self):
        made = json.loads(self.tool("new", "once", "--role", "read-only", "--days", "5"))
        self.assertRegex(made["token"], "^lwt_[0-9a-f]{64}$")
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        self.assertNotIn(made["token"][4:], self.file.read_text(encoding="utf-8"))
        listed = next(row for row in map(json.loads, self.tool("list").splitlines()) if row["name"] == "once")
        self.assertEqual((listed["role"], listed["in_force"]), ("read-only", True))
        self.assertNotIn("token", listed)
        self.assertIn("there is a token of this name", self.tool("new", "once", "--role", "admin", code=1))
        self.assertIn("needs --role", self.tool("new", "twice", "--role", "rep", code=2))
        self.assertIn("needs --role", self.tool("new", "twice", "--role", "admin:outside", code=2))
        self.assertIn("a name has", self.tool("new", "A b", "--role", "admin", code=2))
        self.assertIn("no token of this name", self.tool("revoke", "nobody", code=1))

    def test_a_token_may_what_its_role_may(self):
        tokens = {role: self.token(f"may-{role}", role) for role in ("read-only", "manager", "admin")}
        for (method, path), roles in of_program().items():
            if path in PAGES or roles is None or path == "/api/v1/ops/events":
                continue
            for role, token in tokens.items():
                status = self.ask(token, method, path, "{}" if method == "POST" else None)[0]
                with self.subTest(method=method, path=path, role=role):
                    if path.startswith("/api/v1/desk") or path == "/api/v1/sign-out":
                        self.assertEqual(status, 403)   # it works as no rep, and has no session
                    else:
                        self.assertIn(status, (200, 400, 504) if role in roles else (403,))   # 504: the line to the broker is not open yet
        status, headers, text = self.ask(tokens["admin"], "GET", "/desk")   # a page, but a script asks
        self.assertEqual((status, headers["Content-Type"], json.loads(text)["error"]), (403, "application/json", "not for your role"))

    def test_a_token_needs_no_page_and_its_acts_have_its_name(self):
        token = self.token("crm", "manager")
        self.assertEqual(self.ask(token, "POST", "/api/v1/ops/rep", "{}", Content_Type="text/plain")[0], 415)
        status, _, text = self.ask(token, "POST", "/api/v1/ops/rep", {"rep": "bruno", "state": "offline", "reason": "holiday"}, Origin="https://elsewhere.example")
        self.assertEqual(status, 200, text)
        self.assertIn("user=token:crm act=offline on=bruno", self.floor.log("gateway"))

    def test_a_team_token_sees_that_team(self):
        token = self.token("team", "read-only:outside")
        said = json.loads(self.ask(token, "GET", "/api/v1/session")[2])
        self.assertEqual((said["user"], said["role"], said["team"], said["csrf"]), ("token:team", "read-only", "outside", ""))
        self.assertEqual(self.ask(token, "GET", "/api/v1/ops/rules")[0], 403)

    def test_revoked_and_unknown_tokens_are_refused_whatever_cookie_comes_along(self):
        token = self.token("short", "read-only")
        stream = http.client.HTTPConnection("127.0.0.1", self.floor.port, timeout=floor.WAIT_S)
        self.addCleanup(stream.close)
        stream.request("GET", "/api/v1/ops/events", headers={"Authorization": f"Bearer {token}"})
        answer = stream.getresponse()
        self.addCleanup(answer.close)
        self.assertEqual(answer.status, 200)
        self.tool("revoke", "short")
        lines = iter(answer.readline, b"")
        self.assertTrue(any(line == b"event: signed_out\n" for line in lines))
        status, told, _ = self.ask(token, "GET", "/api/v1/session")
        self.assertEqual((status, told["WWW-Authenticate"]), (401, "Bearer"))
        anna = Browser(self.floor)
        self.assertEqual(anna.sign_in("anna"), 200)
        self.assertEqual(anna.ask("GET", "/api/v1/session", Authorization="Bearer lwt_" + "0" * 64)[0], 401)
        self.assertEqual(anna.ask("GET", "/api/v1/session", Authorization="Bearer of-a-proxy")[0], 200)
        self.assertEqual(anna.ask("GET", "/api/v1/session", Authorization="Basic eA==")[0], 200)

    def test_who_guesses_or_asks_too_often_waits(self):
        far = {"X_Forwarded_For": "192.0.2.77"}
        tries = [self.ask("lwt_" + "1" * 64, "GET", "/api/v1/session", **far)[0] for _ in range(32)]
        self.assertEqual((tries[0], tries[-1]), (401, 429))
        token = self.token("often", "read-only")
        said = (self.ask(token, "GET", "/api/v1/session") for _ in range(20000))
        late = next(headers for status, headers, _ in said if status == 429)
        self.assertGreater(int(late["Retry-After"]), 0)


class Readable(ApiCase):
    def test_a_file_that_others_can_read_lets_nobody_in(self):
        token = self.token("open", "read-only")
        self.file.chmod(0o644)
        wait_for("it is refused", lambda: self.ask(token, "GET", "/api/v1/session", X_Forwarded_For="192.0.2.78")[0] != 200)
        self.assertIn("no token is good", self.floor.log("gateway"))
        self.file.chmod(0o600)
        wait_for("it is good again", lambda: self.ask(token, "GET", "/api/v1/session")[0] == 200)


class Description(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.openapi = json.loads(Browser(cls.floor).ask("GET", "/api/v1/openapi.json")[2])

    def schema_of(self, method, path, status):
        answers = self.openapi["paths"][path][method.lower()]["responses"]
        return answers.get(str(status), answers["default"])["content"]

    def check(self, browser, method, path, body=None, query="", want=200, **headers):
        """What is asked and answered is as described."""
        if body is not None and want == 200:
            wanted = self.openapi["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
            self.assertEqual(schema.faults(self.openapi, wanted, body), [])
        status, _, text = browser.ask(method, path + query, body, **headers)
        self.assertEqual(status, want, text)
        said = json.loads(text)
        self.assertEqual(schema.faults(self.openapi, self.schema_of(method, path, status)["application/json"]["schema"], said), [], path)
        return said

    def state_schema(self, path):
        return self.schema_of("GET", path, 200)["text/event-stream"]["x-event-state"]

    def test_every_route_is_described_with_who_may_and_no_other(self):
        described = {(method.upper(), path): set(operation["x-roles"]) or None
                     for path, operations in self.openapi["paths"].items() for method, operation in operations.items()}
        self.assertEqual(described, {route: roles for route, roles in of_program().items() if route[1] not in PAGES},
                         "gateway/pages/openapi.json and the table of gateway/routes.c differ")

    def test_every_reference_leads_somewhere_and_every_schema_is_used(self):
        text = json.dumps(self.openapi)
        for name in self.openapi["components"]["schemas"]:
            self.assertIn(f'"#/components/schemas/{name}"', text)
        for part in text.split('"$ref": "')[1:]:
            schema.resolve(self.openapi, {"$ref": part.split('"')[0]})
        self.assertEqual(self.openapi["openapi"], "3.1.0")
        names = [operation["operationId"] for operations in self.openapi["paths"].values() for operation in operations.values()]
        self.assertEqual(len(names), len(set(names)))

    def test_the_validator_finds_faults(self):
        for name, value in (("Done", {"ok": 1}), ("Done", {}), ("Page", {"page": "x" * 33, "key": "k"}), ("Series", {"points": [{}]}),
                            ("RepCommand", {"rep": "a", "state": "asleep", "reason": ""}), ("LeadAct", {"page": "p", "key": "k"})):
            self.assertTrue(schema.faults(self.openapi, {"$ref": f"#/components/schemas/{name}"}, value), name)

    def test_what_a_desk_answers_is_as_described(self):
        anna = Browser(self.floor)
        self.check(anna, "POST", "/api/v1/sign-in", {"user": "anna", "password": "not-this-one"}, want=401)
        self.assertEqual(anna.sign_in("anna"), 200)
        self.check(anna, "GET", "/api/v1/session")
        self.check(anna, "GET", "/healthz")
        page = Page(anna, "one")
        self.addCleanup(page.close)
        page.until("the session is open", lambda state: state["connected"])
        self.check(anna, "POST", "/api/v1/desk/state", {"page": "one", "key": "1", "state": "available"})
        self.floor.publish()
        offer = page.lead("offered")
        lead = {"page": "one", "lead_id": offer["lead_id"], "offer_number": offer["offer_number"]}
        self.check(anna, "POST", "/api/v1/desk/accept", {**lead, "key": "2"})
        page.lead("assigned")
        self.assertEqual(schema.faults(self.openapi, self.state_schema("/api/v1/desk/events"), page.state), [])
        self.check(anna, "POST", "/api/v1/desk/touch", {**lead, "key": "3"})
        self.check(anna, "POST", "/api/v1/desk/list", {"page": "one", "key": "4"})
        self.check(anna, "POST", "/api/v1/desk/pull", {"page": "one", "key": "5", "lead_id": "none"})
        self.check(anna, "POST", "/api/v1/desk/complete", {**lead, "key": "6", "disposition": "won"})
        self.check(anna, "POST", "/api/v1/desk/decline", {**lead, "key": "7", "reason": "late"})
        self.check(anna, "POST", "/api/v1/desk/transfer", {**lead, "key": "8", "rep": "bruno"})
        self.check(anna, "POST", "/api/v1/desk/accept", {"page": "other", "key": "9", "lead_id": "x", "offer_number": 1}, want=409)
        self.check(anna, "POST", "/api/v1/desk/away", {"page": "one", "key": "10", "on": True}, want=400)   # not configured here
        self.check(anna, "POST", "/api/v1/offer/accept", {"token": "x.y"}, want=403)
        self.told_to_who_runs_it(offer["lead_id"])
        self.assertIsNotNone(self.check(anna, "GET", "/api/v1/desk/day")["today"])
        self.check(anna, "POST", "/api/v1/sign-out", {})
        self.check(anna, "GET", "/api/v1/session", want=401)

    def told_to_who_runs_it(self, lead_id):
        script = Browser(self.floor)
        token = {"Authorization": f"Bearer {self.token('all', 'admin')}"}
        stream = http.client.HTTPConnection("127.0.0.1", self.floor.port, timeout=floor.WAIT_S)
        self.addCleanup(stream.close)
        stream.request("GET", "/api/v1/ops/events", headers=token)
        answer = stream.getresponse()
        self.addCleanup(answer.close)
        states = (json.loads(line[6:]) for line in iter(answer.readline, b"") if line.startswith(b"data: {\""))
        state = next(state for state in states if state["connected"] and state["reps"])
        self.assertEqual(schema.faults(self.openapi, self.state_schema("/api/v1/ops/events"), state), [])
        self.check(script, "GET", "/api/v1/ops/series", query="?span=day", **token)
        story = self.check(script, "GET", "/api/v1/ops/lead", query=f"?id={lead_id}", **token)
        self.assertTrue(story["decisions"] and story["decisions"][0]["candidates"] and story["events"])
        self.check(script, "GET", "/api/v1/ops/lead", want=400, **token)
        self.check(script, "POST", "/api/v1/ops/lead", {"lead_id": lead_id, "act": "prioritise", "reason": "late", "priority": 9}, **token)
        self.check(script, "POST", "/api/v1/ops/lead", {"lead_id": lead_id, "act": "dance", "reason": ""}, want=400, **token)
        self.check(script, "POST", "/api/v1/ops/rep", {"rep": "anna", "state": "break", "reason": "lunch"}, **token)
        self.check(script, "POST", "/api/v1/ops/source", {"source": "fair", "pause": True, "reason": "no staff"}, **token)
        self.check(script, "POST", "/api/v1/ops/source", {"source": "fair", "pause": False, "reason": "staff"}, **token)
        self.assertEqual(len(self.check(script, "GET", "/api/v1/ops/ledger", **token)["rows"]), 2)
        rules = self.check(script, "GET", "/api/v1/ops/rules", **token)
        self.check(script, "GET", "/api/v1/ops/rules", query=f"?version={rules['version']}", **token)
        self.check(script, "POST", "/api/v1/ops/rules", {"text": rules["text"], "check": True}, **token)
        bad = self.check(script, "POST", "/api/v1/ops/rules", {"text": "desk: main\n", "check": True}, **token)
        self.assertTrue(bad["problems"])
        forms = self.check(script, "GET", "/api/v1/ops/forms", **token)
        act = {"act": "change_rep", "name": "anna", "based_on": forms["version"], "check": True}
        self.assertTrue(self.check(script, "POST", "/api/v1/ops/forms", {**act, "set": {"capacity": 4}}, **token)["changes"])
        self.assertTrue(self.check(script, "POST", "/api/v1/ops/forms", {**act, "set": {"capacity": 0}}, **token)["problems"])
        self.check(script, "POST", "/api/v1/ops/forms", {**act, "set": {"capacity": 4}, "based_on": 99}, want=409, **token)
        self.check(script, "POST", "/api/v1/ops/forms", {**act, "act": "dance"}, want=400, **token)


if __name__ == "__main__":
    unittest.main(verbosity=1)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A rep whose page is closed is reached by a webhook, and accepts with the link's click: all programs, and an HTTPS server that receives."""
import base64
import json
import pathlib
import sys
import unittest

import floor
from floor import BIN, Browser, Page, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "webhooks"))
from webhooks_test import Receiver, make_certificate  # noqa: E402

GATEWAY = floor.GATEWAY.replace("page_grace: 3s", "page_grace: 0s") + "away: {key_file: offer.key, for: 1h}\n"
HOOKS = """
desk: main
events: ipc://FLOOR/run/events
control: ipc://FLOOR/run/control
state: hooks-state
hooks:
  reach: {url: "https://localhost:PORT/", secret_file: hook.secret, ca_file: cert.pem, allow_private: yes, states: [offered],
          accept_link: "https://desk.example.com", accept_key_file: offer.key}
"""


class Away(unittest.TestCase):
    def setUp(self):
        self.floor = floor.Floor(config=GATEWAY)
        self.addCleanup(self.floor.close)
        self.floor.secret_file("offer.key", "0123456789abcdef" * 4 + "\n")
        self.floor.secret_file("hook.secret", f"whsec_{base64.b64encode(bytes(32)).decode()}\n")
        self.receiver = Receiver(make_certificate(self.floor.folder))
        self.addCleanup(self.receiver.stop)
        text = HOOKS.replace("FLOOR", str(self.floor.folder)).replace("PORT", str(self.receiver.server_port))
        (self.floor.folder / "hooks.yaml").write_text(text, encoding="utf-8")
        self.floor.open()
        self.floor.start("hooks", BIN / "leadwire-webhooks", "--config", self.floor.folder / "hooks.yaml")
        wait_for("the hooks follow", lambda: "following the desk" in self.floor.log("hooks"))

    def available(self):
        anna = Browser(self.floor)
        self.assertEqual(anna.sign_in("anna"), 200)
        page = Page(anna, "one")
        self.addCleanup(page.close)
        page.until("the session is open", lambda state: state["connected"])
        page.act("state", state="available")
        page.until("available", lambda state: state["rep"]["state"] == "available")
        return anna, page

    def accept(self, token, where="198.18.7.7"):
        """As the page of the link does: nobody is signed in."""
        status, _, text = Browser(self.floor).ask("POST", "/api/v1/offer/accept", {"token": token}, X_Forwarded_For=where)
        return status, json.loads(text)

    def offer(self):
        """The data of the next offer's message, and the token of its link."""
        before = len(self.receiver.got)
        self.floor.publish()
        wait_for("the message", lambda: len(self.receiver.got) > before)
        data = json.loads(self.receiver.got[before][2])["data"]
        self.assertTrue(data["accept_url"].startswith("https://desk.example.com/offer#"), data)
        return data, data["accept_url"].split("#")[1]

    def test_a_rep_who_is_away_accepts_by_a_click(self):
        anna, page = self.available()
        self.assertEqual(page.act("away", on=True), (200, {"outcome": "accepted", "reason": ""}))
        page.until("it is told", lambda state: state["stays_away"])
        page.close()
        data, token = self.offer()
        self.assertEqual((data["rep"], data["offer_number"]), ("anna", 1))
        self.assertGreater(data["deadline_unix_ms"], 0)
        for method in ("GET", "HEAD"):   # who looks at the link accepts nothing
            self.assertEqual(Browser(self.floor).ask(method, "/offer")[0], 200)
        self.assertEqual(Browser(self.floor).ask("GET", "/api/v1/offer/accept")[0], 405)
        state = lambda: self.floor.tool("explain", data["lead_id"]).stdout   # noqa: E731
        self.assertNotIn("assigned", state().splitlines()[0])
        forged = ("B" if token[0] == "A" else "A") + token[1:]
        for wrong in (forged, token[:-1], token + "A", "", ".", "x", token.split(".")[0], "A" * 600):
            self.assertEqual(self.accept(wrong, "198.18.7.8")[0], 403, wrong)
        self.assertEqual(Browser(self.floor).ask("POST", "/api/v1/offer/accept", {"token": token}, Origin="https://evil.example")[0], 403)
        self.assertEqual(self.accept(token), (200, {"outcome": "accepted", "reason": "assigned"}))
        self.assertEqual(self.accept(token), (200, {"outcome": "accepted", "reason": "assigned"}))   # and nothing again
        back = Page(anna, "two")
        self.addCleanup(back.close)
        self.assertEqual(back.lead("assigned")["lead_id"], data["lead_id"])
        self.assertEqual(back.act("away", on=False)[0], 200)
        back.until("it is told", lambda state: not state["stays_away"])

    def test_who_did_not_ask_for_it_is_not_at_the_desk_when_the_page_is_closed(self):
        _, page = self.available()
        _, token = self.offer()
        page.close()
        wait_for("anna leaves", lambda: "rep leaves the desk: rep=anna" in self.floor.log("gateway"))
        self.assertEqual(self.accept(token)[0], 409)

    def test_tries_are_limited_and_members_checked(self):
        _, page = self.available()
        self.assertEqual(page.act("away")[0], 400)
        self.assertEqual(page.act("away", page="other", on=True)[0], 409)
        tries = [self.accept("x", "198.18.7.9")[0] for _ in range(32)]
        self.assertEqual((tries[0], tries[-1]), (403, 429))


if __name__ == "__main__":
    unittest.main(verbosity=1)

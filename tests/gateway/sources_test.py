#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pausing a source, the fair share ledger and a rep's own day: by the tool and over HTTP, before a real broker with Redis."""
import json
import unittest

import floor
from ops_test import OpsCase, named

SHARED = floor.DESK.replace("policy: least_loaded", "policy: weighted").replace("team: inside, capacity: 2", "team: inside, capacity: 9, share: 3")


class Sources(OpsCase):
    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor(users=(("anna", "rep", "anna"), ("maria", "manager", "-"), ("otto", "manager:outside", "-"), ("rita", "read-only", "-")), redis=True)
        (cls.floor.folder / "desk.yaml").write_text(SHARED, encoding="utf-8")
        cls.floor.open()

    def pause(self, browser, pause, source="contact-form", reason="the form is broken"):
        status, _, text = browser.ask("POST", "/api/v1/ops/source", {"source": source, "pause": pause, "reason": reason})
        return status, json.loads(text)

    def try_publish(self, key):
        lead = self.floor.folder / "one.json"
        lead.write_text(json.dumps({"channel": "web", "source": "contact-form", "full_name": "Ada"}), encoding="utf-8")
        return self.floor.tool("publish", "--file", lead, "--id", key, "--json", "--timeout", "1")

    def test_a_paused_source_is_told_busy_until_it_goes_on_also_by_the_next_broker(self):
        browser, watch = self.watch("maria")
        self.assertEqual(self.pause(browser, True), (200, {"outcome": "accepted", "reason": ""}))
        self.assertEqual(self.pause(browser, True)[1]["outcome"], "duplicate")
        state = watch.until("it is paused", lambda state: state["health"] and state["health"]["paused_sources"])
        self.assertEqual([(row["source"], row["by"], row["reason"]) for row in state["health"]["paused_sources"]], [("contact-form", "maria", "the form is broken")])
        self.floor.end("broker", floor.signal.SIGKILL)
        self.floor.start_broker()
        told = json.loads(self.floor.tool("status", "--json").stdout)["paused_sources"]
        self.assertEqual([(row["source"], row["by"]) for row in told], [("contact-form", "maria")])
        self.assertRegex(self.floor.tool("status").stdout, r"paused: +source contact-form for .*, by maria: the form is broken")
        refused = self.try_publish("one")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("a manager has paused this source", refused.stdout)
        resumed = self.floor.tool("source", "contact-form", "resume", "--reason", "mended", "--by", "boss")
        self.assertEqual((resumed.returncode, resumed.stdout), (0, "source contact-form goes on\n"))
        self.assertEqual(self.try_publish("one").returncode, 0)
        watch.until("it goes on", lambda state: state["health"] and not state["health"]["paused_sources"])
        self.assertIn("act of a manager: user=maria act=pause on=contact-form outcome=accepted", self.floor.log("gateway"))

    def test_who_may_not_and_what_is_wrong(self):
        self.assertEqual(self.pause(self.signed_in("otto"), True)[0], 403)
        self.assertEqual(self.pause(self.signed_in("rita"), True)[0], 403)
        browser = self.signed_in("maria")
        for body in ({}, {"source": "x"}, {"source": "", "pause": True}, {"source": "a b", "pause": True}, {"source": "x", "pause": "yes"}, {"source": "x" * 200, "pause": True}):
            self.assertEqual(browser.ask("POST", "/api/v1/ops/source", body)[0], 400, body)
        for words, said in ((("fair", "pause"), "needs --reason"), (("fair", "stop", "--reason", "x"), "pause or resume, not 'stop'")):
            done = self.floor.tool("source", *words)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(said, done.stdout)
        self.assertEqual(json.loads(self.floor.tool("source", "fair", "pause", "--reason", "x", "--json").stdout),
                         {"source": "fair", "paused": True, "was_so_before": False})
        self.assertTrue(json.loads(self.floor.tool("source", "fair", "pause", "--reason", "x", "--json").stdout)["was_so_before"])
        self.assertEqual(self.floor.tool("source", "fair", "resume", "--reason", "x").returncode, 0)

    def test_the_ledger_and_a_reps_own_day(self):
        rita, _ = self.watch("rita")
        anna = self.desk("anna")
        lead_id = self.floor.publish()
        anna.act_on(next(row for row in anna.until("the offer", lambda state: named(state["leads"], "lead_id", lead_id))["leads"] if row["lead_id"] == lead_id), "accept")
        anna.until("it is theirs", lambda state: named(state["leads"], "lead_id", lead_id)["phase"] == "assigned")
        other = self.floor.publish(product="heat pump")
        ledger = json.loads(rita.ask("GET", "/api/v1/ops/ledger")[2])
        self.assertTrue(ledger["in_use"] and ledger["given_units"] >= 1)
        self.assertEqual([(row["rep"], row["share"], row["present"], row["place"]) for row in ledger["rows"]], [("anna", 3, True, 1), ("bruno", 10, False, 0)])
        day = json.loads(anna.browser.ask("GET", "/api/v1/desk/day")[2])
        self.assertGreaterEqual(day["today"]["accepted"], 1)
        self.assertEqual((day["share"]["place"], day["share"]["of"], day["share"]["share"]), (1, 1, 3))
        self.assertIn("heatpump", json.dumps(day["waiting"]))
        self.assertNotIn("bruno", json.dumps(day))
        otto = json.loads(self.signed_in("otto").ask("GET", "/api/v1/ops/ledger")[2])
        self.assertEqual([row["rep"] for row in otto["rows"]], ["bruno"])
        for lead in (lead_id, other):
            self.assertEqual(self.floor.tool("lead", "cancel", lead, "--reason", "over").returncode, 0)


class WithoutOps(unittest.TestCase):
    def test_a_reps_own_day_is_asked_by_their_session(self):
        place = floor.Floor(users=(("anna", "rep", "anna"), ("bruno", "rep", "bruno")),
                            config="".join(line for line in floor.GATEWAY.splitlines(True) if not line.startswith("ops:")))
        self.addCleanup(place.close)
        place.open()
        browser = floor.Browser(place)
        self.assertEqual(browser.sign_in("anna"), 200)
        self.assertEqual(browser.ask("GET", "/api/v1/desk/day")[0], 503)   # no page of hers is open, so no session is
        page = floor.Page(browser, "one")
        self.addCleanup(page.close)
        page.until("the session is open", lambda state: state["connected"])
        page.act("state", state="available")
        lead_id = place.publish()
        offer = next(row for row in page.until("the offer", lambda state: named(state["leads"], "lead_id", lead_id))["leads"] if row["lead_id"] == lead_id)
        page.act_on(offer, "accept")
        page.until("it is theirs", lambda state: named(state["leads"], "lead_id", lead_id)["phase"] == "assigned")
        place.publish(product="heat pump")

        def day():
            status, _, text = browser.ask("GET", "/api/v1/desk/day")
            self.assertEqual(status, 200, text)
            return json.loads(text)
        told = day()
        self.assertEqual(told["today"], {"offered": 1, "accepted": 1, "completed": 0, "declined": 0, "missed": 0})
        self.assertIsNone(told["share"])
        waiting = floor.wait_for("what keeps her from the other", lambda: day()["waiting"])
        self.assertEqual([(row["excluded_by"], row["count"]) for row in waiting], [("skill", 1)])
        self.assertIn("heatpump", waiting[0]["detail"])
        self.assertEqual(page.act("complete", lead_id=lead_id, disposition="won")[0], 200)
        self.assertEqual(day()["today"]["completed"], 1)
        other = floor.Browser(place)
        self.assertEqual(other.sign_in("bruno"), 200)
        self.assertEqual(other.ask("GET", "/api/v1/desk/day")[0], 503)   # the one that is open is not his

    def test_it_has_what_there_is_to_choose_from_of_the_reps_own_session(self):
        lines = [line for line in floor.GATEWAY.splitlines(True) if not line.startswith("ops:") and "transfer:" not in line]
        place = floor.Floor(users=(("anna", "rep", "anna"),), config="".join(lines))
        self.addCleanup(place.close)
        place.open()
        browser = floor.Browser(place)
        self.assertEqual(browser.sign_in("anna"), 200)
        told = json.loads(browser.ask("GET", "/api/v1/session")[2])["page"]
        self.assertEqual((told["rules"], told["dispositions"], told["break_reasons"]), (0, [], []))
        page = floor.Page(browser, "one")
        self.addCleanup(page.close)
        page.until("the rules have come", lambda state: state["rules"] == 1)
        told = json.loads(browser.ask("GET", "/api/v1/session")[2])["page"]
        self.assertEqual([one["name"] for one in told["dispositions"]], ["won", "later"])
        self.assertEqual(told["break_reasons"], [{"name": "lunch", "label": "Lunch", "texts": {"it": "Pranzo"}}])
        self.assertEqual({kind: [one["name"] for one in told["transfer"][kind]] for kind in ("skills", "teams", "reps")},
                         {"skills": ["solar", "heatpump"], "teams": ["inside", "outside"], "reps": ["bruno"]})


if __name__ == "__main__":
    unittest.main(verbosity=1)

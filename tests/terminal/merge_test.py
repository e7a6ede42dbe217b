#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two leads of one family are merged by a manager at a running broker, and parted again: what reps see, and what the history of each tells."""
import datetime
import json
import sys
import unittest

from pty_screen import Terminal
from terminal_desk import BIN, Desk

RULES = """
desk: main
people: {join: yes}
timeouts: {reopen_for: 1h}
channels:
  web: {weight: 1, priority: 20, offer_timeout: 10m}
  email: {weight: 1, priority: 10, offer_timeout: 10m}
reps: {anna: {capacity: 1}, bruno: {capacity: 1}}
dispositions: {won: {label: Ordered, class: won}}
"""
PUMPS = ("--channel", "web", "--source", "form", "--phone", "+390212345678", "--text", "About pumps")
PANELS = ("--channel", "email", "--source", "office", "--email", "ada@neri.example", "--text", "About panels")


class Merge(unittest.TestCase):
    def setUp(self):
        self.desk = Desk(RULES)
        self.addCleanup(self.desk.close)
        self.pumps, self.panels = self.desk.publish(*PUMPS), self.desk.publish(*PANELS)

    def act(self, name, *words, reason, code=0):
        return self.desk.tool("lead", name, *words, "--by", "mia", "--reason", reason, code=code)

    def acts(self, lead):
        told = json.loads(self.desk.tool("explain", lead, "--json"))
        return told["state"], told["priority"], [(act["what"], act["other_lead_id"], act["by"], act["reason"]) for act in told["acts"]]

    def came_ms(self, lead):
        return round(datetime.datetime.fromisoformat(json.loads(self.desk.tool("explain", lead, "--json"))["received"]).timestamp() * 1000)

    def rep(self, name):
        return Terminal([BIN / "leadwire", "rep", name, "--secret-file", self.desk.folder / name, "--run-dir", self.desk.run_dir, "--undo", "0"], rows=80)

    def test_two_leads_are_merged_with_both_histories_and_parted_again(self):
        pumps, panels = self.pumps, self.panels
        self.act("prioritise", pumps, "90", reason="asked twice")
        self.act("prioritise", panels, "30", reason="an old customer")
        self.assertEqual(self.act("merge", pumps, panels, reason="one family"), f"lead {pumps} is merged: all that it had is with the other lead\n")
        asked_twice, old_customer = ("prioritised", "", "mia", "asked twice"), ("prioritised", "", "mia", "an old customer")
        merged, ended = ("merged", pumps, "mia", "one family"), ("merged", panels, "mia", "one family")
        self.assertEqual(self.acts(panels), ("waiting", 90, [old_customer, merged]))   # as urgent as the more urgent
        self.assertEqual(self.acts(pumps), ("merged", 90, [asked_twice, ended]))
        of_both, _, of_pumps = self.desk.tool("explain", panels).partition("\nmerged into it:\n")
        self.assertRegex(of_both, rf"(?s)^lead {panels} \(email from office.*prioritised by mia: an old customer.*merged \(lead {pumps}\) by mia: one family")
        self.assertRegex(of_pumps, rf"(?s)^lead {pumps} \(web from form.*prioritised by mia: asked twice")

        told = json.loads(self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json"))
        [offer] = told["offers"]
        [came_ms] = offer["contact_unix_ms"]
        self.assertEqual([contact["summary"] for contact in offer["contacts"]], ["About pumps"])
        self.assertEqual(offer["received_unix_ms"], self.came_ms(pumps))   # as old as the older
        self.assertTrue(0 <= came_ms - self.came_ms(pumps) < 60000, came_ms)

        with self.rep("anna") as anna:
            anna.see(rf"\[1\] OFFER(, still open)?: an email lead .* \(lead {panels}\)")
            anna.see(r"message +About panels\s+and then +\S+.*\n(.*\n)*? +message +About pumps")
            anna.type("a\n")
            anna.see(rf"\[1\] YOURS: lead {panels}")
            self.assertEqual(self.act("part", pumps, reason="two neighbours"), f"lead {pumps} is parted: it waits again, with its own contacts\n")
            self.assertEqual(self.acts(pumps), ("waiting", 90, [asked_twice, ended, ("parted", panels, "mia", "two neighbours")]))
            self.assertEqual(self.acts(panels), ("assigned", 30, [old_customer, merged, ("parted", pumps, "mia", "two neighbours")]))
            self.assertNotIn("merged into it", self.desk.tool("explain", panels))
            with self.rep("bruno") as bruno:   # anna has no room
                bruno.see(rf"\[1\] OFFER: a web lead .* \(lead {pumps}\)")
                bruno.see(r"message +About pumps")
                self.assertNotRegex(bruno.screen.text(), "and then|About panels")

    def test_what_cannot_be_merged_or_parted_says_why(self):
        pumps, panels = self.pumps, self.panels
        epoch = pumps.partition("-")[0]
        for words in (("merge", "pumps", panels), ("merge", pumps, "panels"), ("part", "pumps")):
            self.act(*words, reason="one family", code=1)   # no lead id
        for words in (("merge", pumps, f"{epoch}-999"), ("merge", pumps, pumps), ("part", pumps)):
            self.act(*words, reason="one family", code=4)   # the broker's no
        self.assertEqual([self.acts(lead)[::2] for lead in (pumps, panels)], [("waiting", []), ("waiting", [])])


if __name__ == "__main__":
    for program in ("leadwire-broker", "leadwire"):
        if not (BIN / program).exists():
            print(f"SKIP: {program} is not built")
            sys.exit(77)
    unittest.main(verbosity=2)

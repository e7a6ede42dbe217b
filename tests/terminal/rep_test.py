#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`leadwire rep` in a pseudo-terminal, before a real broker with Redis: a rep's day."""
import json
import signal
import unittest

from pty_screen import Terminal
from terminal_desk import BIN, Desk

RULES = """
desk: main
skills: {solar: Solar}
channels:
  web: {weight: 1, offer_timeout: 60s, wrap_up: 0s}
  email: {weight: 1, offer_timeout: 1s, wrap_up: 0s}
reps:
  anna: {capacity: 3, skills: {solar: 8}}
  bruno: {capacity: 3}
rules:
  - {name: solar, when: {product: {contains: [solar]}}, require: {solar: 5}}
  - {name: everyone}
dispositions: {won: {label: Ordered, class: won}}
"""


class Rep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = Desk(RULES, with_redis=True)

    @classmethod
    def tearDownClass(cls):
        cls.desk.close()

    def rep(self, name, *more):
        return Terminal([BIN / "leadwire", "rep", name, "--secret-file", self.desk.folder / name, "--run-dir", self.desk.run_dir, *more], rows=60)

    def log_on(self, name, *more):
        t = self.rep(name, *more)
        t.see(rf"logged on as {name}")
        return t

    def log_off(self, t):
        t.type("q\n")
        self.assertEqual(t.end(), 0)
        self.assertTrue(t.is_as_before())

    def test_a_lead_is_accepted_noted_and_completed_and_then_comes_the_break(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar", "--name", "Giulia")
            t.see(rf"\[1\] OFFER: a web lead for queue solar, \d+ s to answer \(lead {lead}\)")
            t.see(r"name +Giulia")
            t.see(r"^anna: available, load 1 of 3 \| \[1\] \d\d s >")       # the countdown
            t.type("a\n")
            t.see(rf"\[1\] YOURS: lead {lead}")
            t.type(f"n {lead} wants it before winter\n")
            t.see(r"\[1\] noted")
            t.type("b after lunch\n")
            t.see("a break once what you have in hand is done")
            t.type("c won\n")
            t.see("you are on a break: lunch")
            t.see(r"\[1\] done")
            t.type("r\n")
            t.see("you are available$")
            self.log_off(t)
        self.assertEqual(json.loads(self.desk.tool("explain", lead, "--json"))["state"], "completed")

    def test_an_answer_that_is_late_is_told_so(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar", "--channel", "email")
            t.see(r"\[1\] OFFER: a email lead")
            t.see(rf"\[1\] GONE: lead {lead} is no longer yours")
            t.type("a\n")
            t.see("which offer\\?")
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
            self.log_off(t)

    def test_a_lead_is_declined_with_a_reason(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar")
            t.see(r"\[1\] OFFER")
            t.type("d 1 no time\n")
            t.see(r"\[1\] done")
            self.assertNotIn(json.loads(self.desk.tool("explain", lead, "--json"))["state"], ("assigned", "offered"))
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
            self.log_off(t)

    def test_a_lead_is_handed_on_and_back(self):
        with self.log_on("anna") as anna:
            lead = self.desk.publish("--product", "roof")
            anna.see(r"\[1\] OFFER")
            anna.type("a\n")
            anna.see(r"\[1\] YOURS")
            with self.log_on("bruno") as bruno:
                anna.type("t 1 rep bruno\n")
                bruno.see(rf"OFFER: a web lead .* \(lead {lead}\)")
                bruno.see(r"from +anna")
                bruno.type("a\n")
                bruno.see(r"\[1\] YOURS")
                bruno.type("t back 2h at their shop\n")
                anna.see(r"from +bruno")
                anna.see(r"place +at their shop")
                anna.type("a\n")
                anna.until("the lead again", lambda s: s.text().count("YOURS") == 2)
                anna.type("c won\n")
                anna.see(r"^\[\d\] done$")
                self.log_off(bruno)
            self.log_off(anna)

    def test_a_broker_that_is_killed_and_comes_back_has_the_lead_still(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar")
            t.see(r"\[1\] OFFER")
            t.type("a\n")
            t.see(r"\[1\] YOURS")
            self.desk.end("broker", signal.SIGKILL)
            t.see(r"the connection is lost; trying again \(your leads stay yours\)")
            t.see(r"^anna: not connected")
            self.desk.start()
            t.see(r"^anna: available, load 1 of 3")
            t.type("l\n")
            t.see(rf"\[1\] lead {lead}: yours")
            t.type("c won\n")
            t.see(r"\[1\] done")
            self.log_off(t)

    def test_plain_draws_nothing_anew(self):
        with self.log_on("anna", "--plain") as t:
            lead = self.desk.publish("--product", "solar")
            t.see(r"\[1\] OFFER")
            self.assertNotIn(b"\x1b", t.screen.seen)
            t.type("d\n")
            t.see(r"\[1\] done")
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
            self.log_off(t)
            self.assertNotIn(b"\x1b", t.screen.seen)

    def test_once_prints_what_the_rep_has(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar", "--name", "Giulia")
            t.see(r"\[1\] OFFER")
            t.type("a\n")
            t.see(r"\[1\] YOURS")
            told = json.loads(self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json"))
            self.assertEqual((told["rep"], told["state"], told["capacity"], told["offers"], told["pullable"]), ("anna", "available", 3, [], []))
            self.assertEqual([(row["lead_id"], row["state"], row["lead"]["full_name"]) for row in told["leads"]], [(lead, "assigned", "Giulia")])
            t.see("the broker will not have you")       # another device logged on
            self.assertEqual(t.end(), 4)
            self.assertTrue(t.is_as_before())
        self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", code=2)
        self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")

    def test_a_signal_gives_the_terminal_back(self):
        with self.log_on("bruno") as t:
            t.kill(signal.SIGINT)
            self.assertEqual(t.end(), 0)
            self.assertTrue(t.is_as_before())


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`leadwire rep` in a pseudo-terminal, before a real broker with Redis: a rep's day."""
import json
import re
import signal
import subprocess
import unittest

from pty_screen import Terminal
from terminal_desk import BIN, Desk

RULES = """
desk: main
skills: {solar: Solar}
channels:
  web: {weight: 1, offer_timeout: 60s, wrap_up: 0s}
  email: {weight: 1, offer_timeout: 1s, wrap_up: 0s}
  chat: {weight: 1, offer_timeout: 60s, wrap_up: 0s, first_touch: 10m}
teams: {inside: Inside, outside: Outside}
people: {customer_for: 365d}
reps:
  anna: {capacity: 3, team: inside, skills: {solar: 8}}
  bruno: {capacity: 3, team: outside}
rules:
  - {name: solar, when: {product: {contains: [solar]}}, require: {solar: 5}}
  - {name: everyone}
dispositions:
  won: {label: Ordered, class: won}
  later: {label: Call them back, class: later, then: call_back, after: 0s, at_least: 1h, at_most: 3d}
"""


class Rep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = Desk(RULES, with_redis=True, with_keys=True)

    @classmethod
    def tearDownClass(cls):
        cls.desk.close()

    def rep(self, name, *more, environment=None):
        return Terminal([BIN / "leadwire", "rep", name, "--secret-file", self.desk.folder / name, "--run-dir", self.desk.run_dir, *more], rows=60, environment=environment)

    def log_on(self, name, *more, undo=0):
        t = self.rep(name, "--undo", undo, *more)
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
            t.see(r"why you +solar 8 of 5 needed; ")
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

    def test_what_a_person_agreed_to_and_that_they_want_no_calls_is_shown(self):
        consents = [{"purpose": "marketing", "granted": True, "given_unix_ms": 1772625600000, "text": "Send me\x1b[2J offers"}, {"purpose": "contact", "granted": False}]
        file = self.desk.write("lead.json", json.dumps({"channel": "web", "source": "form", "phones": [{"e164": "+390255500999", "raw": "1"}], "product": "solar",
                                                        "consents": consents, "attributes": {"do_not_call": "yes"}}))
        with self.log_on("anna") as t:
            lead = self.desk.publish("--file", file)
            t.see(r"\[1\] OFFER")
            t.see(r"consent +marketing: yes, 2026-03-04 \d\d:00: Send me \[2J offers")   # of any time zone of whole hours
            t.see(r"consent +contact: NO, 20\d\d-\d\d-\d\d \d\d:\d\d$")   # when the lead came in
            t.see(r"do_not_call +yes")
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
            self.log_off(t)

    def test_an_answer_that_is_late_is_told_so(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar", "--channel", "email")
            t.see(r"\[1\] OFFER: an email lead")
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
                anna.type("n 1 " + "long " * 101 + "\n")
                anna.see(r"\[1\] noted")
                anna.type("t 1 rep bruno\n")
                anna.see("the note on this lead is too long")
                anna.type("c won\n")
                anna.until("the same of an end", lambda s: s.text().count("the note on this lead is too long") == 2)
                anna.type("n 1 -\n")
                anna.see(r"\[1\] has no note any more")
                anna.type("n 1 wants it before winter\n")
                anna.until("the second note", lambda s: s.text().count("noted") == 2)
                anna.type("t 1 rep bruno\n")
                bruno.see(rf"OFFER: a web lead .* \(lead {lead}\)")
                bruno.see(r"from +anna")
                bruno.see(r"note +anna: wants it before winter")
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

    def test_a_lead_is_handed_to_a_team_and_to_a_skill(self):
        with self.log_on("anna") as anna:
            lead = self.desk.publish("--product", "roof")
            anna.see(r"\[1\] OFFER")
            anna.type("a\n")
            anna.see(r"\[1\] YOURS")
            with self.log_on("bruno") as bruno:
                anna.type("t 1 team outside\n")
                bruno.see(rf"OFFER: a web lead .* \(lead {lead}\)")
                bruno.see(r"from +anna")
                bruno.type("a\n")
                bruno.see(rf"YOURS: lead {lead}")
                bruno.type("c won\n")
                bruno.see(r"^\[\d\] done$")
                anna.type("b\n")
                anna.see("you are on a break")
                other = self.desk.publish("--product", "roof")
                bruno.see(rf"OFFER: a web lead .* \(lead {other}\)")
                bruno.type("a\n")
                bruno.see(rf"YOURS: lead {other}")
                anna.type("r\n")
                bruno.type("t skill solar 5\n")
                anna.see(rf"OFFER: a web lead .* \(lead {other}\)")
                anna.see(r"why you +solar 8 of 5 needed; ")
                anna.see(r"from +bruno")
                self.desk.tool("lead", "cancel", other, "--reason", "the test is over")
                self.log_off(bruno)
            self.log_off(anna)
        self.assertEqual(self.state_of(lead), "completed")

    def test_a_lead_is_called_back_at_the_time_that_the_rep_says(self):
        with self.log_on("anna") as t:
            lead = self.in_hand(t)
            for too in ("", " 5d", " 10m"):
                before = t.screen.text().count("refused: ")
                t.type(f"c later{too}\n")
                t.until("a refusal", lambda s, before=before: s.text().count("refused: ") == before + 1)
            t.type("c later 2h\n")
            t.see(r"^\[1\] done$")
            self.assertEqual(self.state_of(lead), "scheduled")
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
            self.log_off(t)

    def with_address(self, address):
        return self.desk.write(f"{address}.json", json.dumps({"channel": "web", "source": "form", "product": "solar",
                                                              "emails": [{"address": address, "key": address}]}))

    def test_of_a_customer_is_shown_what_they_bought_and_of_others_whether_that_is_known(self):
        self.desk.tool("customers", "import", self.desk.write("customers.csv", "email;owner;product\ngiulia@example.com;anna;Roof of 2024\n"))
        with self.log_on("anna") as t:
            leads = [self.desk.publish("--file", self.with_address("giulia@example.com"))]
            t.see(r"\[1\] OFFER")
            t.see(r"^ +customer +20\d\d-\d\d-\d\d: Roof of 2024$")
            leads.append(self.desk.publish("--file", self.with_address("carla@example.com")))
            t.see(r"^ +customer +not so far$")
            leads.append(self.desk.publish("--product", "solar"))
            t.see(r"^ +customer +not known$")
            told = json.loads(self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json"))
            rows = {row["lead_id"]: (row["bought"], row["bought_unix_ms"] > 0, row["no_customer"]) for row in told["offers"]}
            self.assertEqual([rows.get(lead) for lead in leads], [("Roof of 2024", True, False), ("", False, True), ("", False, False)])
            t.see("the broker will not have you")       # another device logged on
            self.assertEqual(t.end(), 4)
        for lead in leads:
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")

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

    def state_of(self, lead):
        return json.loads(self.desk.tool("explain", lead, "--json"))["state"]

    def in_hand(self, t, number=1):
        lead = self.desk.publish("--product", "solar")
        t.see(rf"\[{number}\] OFFER.*{lead}")
        t.type(f"a {lead}\n")
        t.see(rf"\[{number}\] YOURS: lead {lead}")
        return lead

    def test_an_end_is_undone_and_another_is_done_now(self):
        with self.log_on("anna", undo=60) as t:
            lead = self.in_hand(t)
            t.type("c won\n")
            t.see(r"^\[1\] completed in 60 s; 'u' undoes it, 'y' does it now")
            t.see(r"^anna: available, load 1 of 3 \| \[1\] ends in \d+ s, u undoes")
            t.type("l\n")
            t.see(rf"^\[1\] lead {lead}: ends in \d+ s, 'u 1' undoes it")
            t.type("u 2\n")
            t.see("^there is nothing to undo$")
            t.type("u\n")
            t.see(rf"^\[1\] undone: lead {lead} is still yours")
            self.assertEqual(self.state_of(lead), "assigned")
            t.type("y\n")
            t.see("^nothing waits to be done$")
            t.type("t 1 rep\n")
            t.see("^to whom\\?")
            t.type("t 1 rep nobody-of-that-name\n")
            t.see(r"^\[1\] handed on in 60 s")
            t.type("y 1\n")
            t.see("^refused: ")
            t.type("c 1 won in-a-while\n")
            t.see("^when\\? write")
            t.type("c won\ny\n")
            t.see(r"^\[1\] done$")
            t.type("s\n")
            t.see("^anna: 1 offers, 1 accepted, 0 declined, 1 completed, 1 refused, 0 withdrawn$")
            self.log_off(t)
        self.assertEqual(self.state_of(lead), "completed")

    def test_an_end_is_done_when_its_time_is_over(self):
        with self.log_on("anna", undo=1) as t:
            lead = self.in_hand(t)
            t.type("c won\n")
            t.see(r"^\[1\] completed in 1 s")
            t.see(r"^\[1\] done$")
            self.log_off(t)
        self.assertEqual(self.state_of(lead), "completed")

    def test_who_leaves_does_what_could_still_be_undone(self):
        for leave in ("q", "signal"):
            with self.log_on("anna", undo=60) as t:
                lead = self.in_hand(t)
                t.type("c won\n")
                t.see(r"^\[1\] completed in 60 s")
                if leave == "q":
                    self.log_off(t)
                else:
                    t.kill(signal.SIGINT)
                    self.assertEqual(t.end(), 0)
            self.assertEqual(self.state_of(lead), "completed")

    def test_an_end_of_a_lead_that_was_taken_back_is_dropped(self):
        with self.log_on("anna", undo=60) as t:
            lead = self.in_hand(t)
            t.type("c won\n")
            t.see(r"^\[1\] completed in 60 s")
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
            t.see(rf"\[1\] GONE: lead {lead} is no longer yours")
            t.type("u\n")
            t.see("^there is nothing to undo$")
            self.log_off(t)

    def test_an_offer_rings_the_bell_unless_it_is_to_be_quiet(self):
        for options, bells in (((), 1), (("--quiet",), 0)):
            with self.log_on("anna", *options) as t:
                lead = self.in_hand(t)
                self.assertEqual(t.screen.seen.count(b"\a"), bells)
                t.type("c won\n")
                t.see(r"^\[1\] done$")
                self.log_off(t)
                self.assertEqual(self.state_of(lead), "completed")

    def test_a_list_has_the_clock_of_the_first_touch(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar", "--channel", "chat")
            t.see(r"\[1\] OFFER")
            t.type("a\n")
            t.see(r"\[1\] YOURS")
            t.type("l\n")
            t.see(rf"^\[1\] lead {lead}: yours, first call or mail within \d+ min")
            t.type("m\n")
            while not re.search(rf"^\[1\] lead {lead}: yours$", t.screen.text(), re.M):
                t.type("l\n")
                t.read(0.2)
            t.type("c won\n")
            t.see(r"^\[1\] done$")
            self.log_off(t)

    def act(self, name, *words, code=0):
        told = json.loads(self.desk.tool("rep", name, "--secret-file", self.desk.folder / name, "--once", "--json", *words, code=code))
        self.assertEqual((told["rep"], told["act"]), (name, words[0]))
        return told

    def test_a_script_does_a_reps_day(self):
        once = ("--secret-file", self.desk.folder / "bruno", "--once", "--json")
        self.act("bruno", "ready")
        lead, other = (self.desk.publish("--product", "roof") for _ in range(2))
        told = {}
        while len(told.get("offers", [])) < 2:
            told = json.loads(self.desk.tool("rep", "bruno", *once))
        done = self.act("bruno", "accept", lead)
        self.assertEqual(done, {"rep": "bruno", "act": "accept", "lead_id": lead, "outcome": "accepted", "reason": "assigned"})
        self.assertEqual(self.state_of(lead), "assigned")
        self.assertEqual(self.act("bruno", "accept", lead, code=1)["outcome"], "not_yours")
        self.assertEqual(self.act("bruno", "decline", lead, code=1)["reason"], "this lead is not offered to you")
        self.act("bruno", "touch", lead)
        refused = self.act("bruno", "complete", lead, "no-such-code", code=4)
        self.assertEqual(refused["outcome"], "rejected")
        self.assertEqual(refused["reason"], "the desk has no such disposition")
        refused = self.act("bruno", "transfer", lead, "rep", "no-such-rep", code=4)
        self.assertEqual(refused["outcome"], "rejected")
        refused = self.act("bruno", "transfer", lead, "team", "inside", "--note", "n" * 501, code=4)
        self.assertEqual(refused["reason"], "the note is longer than 500 bytes")
        refused = self.act("bruno", "complete", lead, "won", "--note", "n" * 501, code=4)
        self.assertEqual(refused["reason"], "the note is longer than 500 bytes")
        self.act("bruno", "complete", lead, "won", "--note", "wants it before winter")
        self.assertEqual(self.state_of(lead), "completed")
        self.act("bruno", "break", "after", "lunch")
        self.assertEqual(json.loads(self.desk.tool("rep", "bruno", *once))["state"], "break")
        self.act("bruno", "decline", other, "no", "time")
        self.assertNotEqual(self.state_of(other), "offered")
        self.act("bruno", "pull", other, code=4)
        self.assertEqual(self.act("bruno", "log-off"), {"rep": "bruno", "act": "log-off", "lead_id": None, "outcome": "accepted", "reason": ""})
        reps = {row["rep"]: row["state"] for row in json.loads(self.desk.tool("top", "--once", "--json"))["reps"]}
        self.assertEqual(reps["bruno"], "offline")
        self.desk.tool("lead", "cancel", other, "--reason", "the test is over")

    def test_a_script_that_asks_wrongly_is_told_before_it_logs_on(self):
        with self.log_on("anna") as t:
            once = ("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json")
            for words in (["accept"], ["accept", "1-1", "more"], ["dance"], ["complete", "1-1"], ["complete", "1-1", "won", "in-a-while"],
                          ["transfer", "1-1", "rep"], ["transfer", "1-1", "moon", "x"], ["break", "--note", "x"], ["--note", "x"],
                          ["decline", "1-1", "x" * 2000], ["ready", "x"]):
                self.desk.tool(*once, *words, code=2)
            self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "accept", "1-1", code=2)
            t.type("l\n")
            t.see("^you have nothing$")      # nobody logged on in anna's place
            self.log_off(t)

    def test_what_there_is_to_choose_from_is_listed(self):
        with self.log_on("anna") as t:
            t.type("o\n")
            t.see("^how a lead can end")
            t.see("^  won +")
            t.see("^teams")
            t.see("^  outside +")
            t.see("^reps")
            t.see("^  bruno +")
            self.log_off(t)

    def test_by_tcp_with_a_key_the_day_is_told_too_and_is_the_reps_own(self):
        anna, bruno = self.desk.key("rep", "anna"), self.desk.key("rep", "bruno")
        nowhere = ["--endpoint", self.desk.tcp("reps"), "--run-dir", self.desk.folder / "nowhere"]

        def today(name, key):
            done = subprocess.run([BIN / "leadwire", "rep", name, "--key-file", key, *nowhere, "--once", "--json"], check=True, stdout=subprocess.PIPE, timeout=30)
            return json.loads(done.stdout)["day"]["today"]
        was, others = today("anna", anna), today("bruno", bruno)
        with Terminal([BIN / "leadwire", "rep", "anna", "--key-file", anna, *nowhere, "--undo", "0"], rows=60) as t:
            t.see("logged on as anna")
            lead = self.desk.publish("--product", "solar")
            t.see(rf"OFFER: .*{lead}")
            t.type("a\n")
            t.see("YOURS")
            t.type("c won\n")
            t.see("done")
            t.type("s\n")
            told = t.see(r"your day since [\d:]+: (\d+) offers, (\d+) accepted, (\d+) completed, (\d+) declined, (\d+) missed")
            self.assertEqual([int(told[i]) for i in (2, 3)], [was["accepted"] + 1, was["completed"] + 1])
            self.log_off(t)
        self.assertEqual(today("bruno", bruno), others)

    def test_once_prints_what_the_rep_has(self):
        with self.log_on("anna") as t:
            lead = self.desk.publish("--product", "solar", "--name", "Giulia")
            t.see(r"\[1\] OFFER")
            t.type("a\n")
            t.see(r"\[1\] YOURS")
            told = json.loads(self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json"))
            self.assertIn("won", [one["name"] for one in told["choices"]["dispositions"]])
            self.assertIn("bruno", [one["name"] for one in told["choices"]["transfer"]["reps"]])
            self.assertEqual((told["rep"], told["state"], told["capacity"], told["offers"], told["pullable"]), ("anna", "available", 3, [], []))
            self.assertEqual([(row["lead_id"], row["state"], row["lead"]["full_name"]) for row in told["leads"]], [(lead, "assigned", "Giulia")])
            t.see("the broker will not have you")       # another device logged on
            self.assertEqual(t.end(), 4)
            self.assertTrue(t.is_as_before())
        self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", code=2)
        self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")

    def test_the_day_says_what_came_what_is_owed_and_what_went_to_others(self):
        rules = RULES + "policy: weighted\n"
        self.desk.apply(rules.replace("anna: {capacity: 3", "anna: {capacity: 3, share: 1").replace("bruno: {capacity: 3", "bruno: {capacity: 3, share: 3"))
        try:
            with self.log_on("bruno", "--crm-link", "https://crm.example/?id={lead}&who={name}&mail={email}&x={other}") as t:
                t.type("s\n")
                before = int(t.see(r"your day since [\d:]+: (\d+) offers, ")[1])
                lead = self.desk.publish("--product", "boats", "--name", "Ugo & Sons")
                t.see(rf"crm +https://crm.example/\?id={lead}&who=Ugo%20%26%20Sons&mail=&x=$")
                told = json.loads(self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json"))
                self.assertEqual((told["day"]["share"]["share"], told["day"]["share"]["of"]), (1, 2))
                t.type("a\n")
                t.see(r"\[1\] YOURS")
                t.type("s\n")
                t.see(rf"your day since [\d:]+: {before + 1} offers, \d+ accepted, \d+ completed, \d+ declined, \d+ missed")
                t.see(r"In the fair share you are number \d of 2; ")
                t.see(r"^Leads of the last half hour that others got:")
                solar = self.desk.publish("--product", "solar")     # for which bruno has not the skill
                day = json.loads(self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json",
                                                "--crm-link", "https://crm.example/{lead}"))
                self.assertEqual([row["crm_link"] for row in day["offers"]], [f"https://crm.example/{solar}"])
                t.type("s\n")
                t.see(r"^  1 .* not for you \(skill: solar 0, needs 5\)$")
                self.log_off(t)
            self.desk.tool("lead", "cancel", solar, "--reason", "the test is over")
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
        finally:
            self.desk.apply(RULES)

    def test_the_desk_speaks_italian(self):
        environments = ({"LANG": "it_IT.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}, {"LANG": "C", "LC_ALL": "", "LC_MESSAGES": "it_IT"})
        for environment in environments:
            with self.rep("anna", "--undo", 0, environment=environment) as t:
                t.see("collegato come anna")
                t.type("l\n")
                t.see("^non hai nulla$")
                self.log_off(t)
        with self.rep("anna", "--language", "it") as t:
            t.see("  s   la tua giornata, e perché i contatti vanno ad altri".encode().decode("latin-1"))
            lead = self.desk.publish("--product", "solar", "--name", "Giulia")
            t.see(rf"\[1\] PROPOSTA: un modulo per la coda solar, \d+ s per rispondere \(contatto {lead}\)")
            t.see(r"^ +nome +Giulia")
            t.see(r"^anna: disponibile, 1 di 3 in carico \| \[1\] \d\d s >")
            t.type("a\n")
            t.see(rf"\[1\] TUO: contatto {lead}")
            t.type("c won\n")
            t.see(r"\[1\] chiuso tra \d+ s; 'u' annulla, 'y' subito")
            t.type("u\n")
            t.see(rf"\[1\] annullato: il contatto {lead} ")
            t.type("c won domani\n")
            t.see("^quando. scrivi 30m")
            t.type("s\n")
            t.see(r"la tua giornata dalle [\d:]+: \d+ proposte")
            t.type("b after pranzo\n")
            t.see("pausa quando ciò che hai in carico".encode().decode("latin-1"))
            t.type("r\n")
            self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")
            t.see(rf"\[1\] VIA: il contatto {lead} non .* tuo: .* stato annullato")
            self.log_off(t)
        self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--language", "xx", code=2)
        self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--crm-link", "javascript:1", code=2)

    def test_reasons_are_in_the_reps_language_and_kept_by_their_names(self):
        self.addCleanup(self.desk.apply, RULES)
        self.desk.apply(RULES + "decline_reasons: {no-time: {label: No time, texts: {it: Non ho tempo}}, far: Too far away}\n")
        with self.rep("anna", "--language", "it") as t:
            t.see("collegato come anna")
            t.type("o\n")
            t.see("^  no-time +Non ho tempo$")
            t.see("^  far +Too far away$")
            lead = self.desk.publish("--product", "solar", "--name", "Giulia")
            t.see(r"\[1\] PROPOSTA")
            t.type("d no-time\n")
            t.see(r"^anna: disponibile, 0 di 3 in carico")
            self.log_off(t)
        told = json.loads(self.desk.tool("rep", "anna", "--secret-file", self.desk.folder / "anna", "--once", "--json"))
        self.assertEqual(told["choices"]["decline_reasons"], [{"name": "no-time", "label": "No time", "texts": {"it": "Non ho tempo"}},
                                                              {"name": "far", "label": "Too far away", "texts": {}}])
        declined = [one["reason"] for one in json.loads(self.desk.tool("explain", lead, "--json"))["decisions"] if one["outcome"] == "declined"]
        self.assertEqual(declined, ["no-time"])
        self.desk.tool("lead", "cancel", lead, "--reason", "the test is over")

    def test_whom_a_manager_logs_off_stays_logged_off(self):
        with self.log_on("bruno") as t:
            self.desk.tool("state", "bruno", "offline", "--reason", "your shift is over")
            t.see("the broker will not have you: who runs the desk has logged you off")
            self.assertEqual(t.end(), 4)
            self.assertTrue(t.is_as_before())
        reps = {row["rep"]: row["state"] for row in json.loads(self.desk.tool("top", "--once", "--json"))["reps"]}
        self.assertEqual(reps["bruno"], "offline")

    def test_a_signal_gives_the_terminal_back(self):
        with self.log_on("bruno") as t:
            t.kill(signal.SIGINT)
            self.assertEqual(t.end(), 0)
            self.assertTrue(t.is_as_before())


if __name__ == "__main__":
    unittest.main()

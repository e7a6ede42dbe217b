#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What who runs the desk sees and does, over HTTP before a real broker: the stream, acts, stories, and the manager of one team."""
import concurrent.futures
import http.client
import json
import time
import unittest

import floor
from floor import Browser, Page, wait_for

USERS = (("anna", "rep", "anna"), ("bruno", "rep", "bruno"), ("maria", "manager", "-"), ("otto", "manager:outside", "-"), ("ada", "admin", "-"),
         ("rita", "read-only", "-"))


class Watch:
    """The stream of what a user sees."""

    def __init__(self, browser):
        self.connection = http.client.HTTPConnection("127.0.0.1", browser.floor.port, timeout=floor.WAIT_S)
        self.connection.request("GET", "/api/v1/ops/events", headers={"Cookie": browser.cookie})
        self.stream = self.connection.getresponse()
        assert self.stream.status == 200, self.stream.status
        self.state, self.name = None, ""

    def close(self):
        self.connection.close()
        self.stream.close()

    def event(self):
        """The next event's name; "" at the end."""
        name = ""
        while True:
            line = self.stream.readline().decode()
            if not line:
                return ""
            if line.startswith("event: "):
                name = line[7:].strip()
            elif line.startswith("data: ") and name == "state":
                self.state = json.loads(line[6:])
            elif line == "\n" and name:
                return name

    def until(self, what, condition):
        end = time.monotonic() + floor.WAIT_S
        while self.state is None or not condition(self.state):
            assert time.monotonic() < end, f"waited in vain for {what}: {self.state}"
            assert self.event(), f"the stream ended before {what}"
        return self.state


def named(rows, key, value):
    return next((row for row in rows if row[key] == value), None)


class OpsCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor(users=USERS).open()

    @classmethod
    def tearDownClass(cls):
        cls.floor.close()

    def signed_in(self, user):
        browser = Browser(self.floor)
        self.assertEqual(browser.sign_in(user), 200)
        return browser

    def watch(self, user):
        browser = self.signed_in(user)
        watch = Watch(browser)
        self.addCleanup(watch.close)
        watch.until("the broker serves", lambda state: state["connected"] and state["config_version"] > 0)
        return browser, watch

    def desk(self, user):
        page = Page(self.signed_in(user), f"{user}-page")
        self.addCleanup(page.close)
        page.until("the session is open", lambda state: state["connected"])
        page.act("state", state="available")
        return page

    def act(self, browser, **members):
        status, _, text = browser.ask("POST", "/api/v1/ops/lead", members)
        return status, json.loads(text)


class Watching(OpsCase):
    def test_the_desk_is_told_as_it_changes(self):
        _, watch = self.watch("rita")
        state = watch.until("labels", lambda state: named(state["reps"], "rep", "anna")["label"] == "Anna Conti")
        self.assertEqual((state["health"]["store"], state["health"]["desk"], state["team"]), ("ready", "main", ""))
        self.assertEqual(named(state["queues"], "queue", "solar")["service_level_ms"], 120000)
        lead_id = self.floor.publish()
        state = watch.until("it waits", lambda state: named(state["leads"], "lead_id", lead_id))
        self.assertEqual(named(state["leads"], "lead_id", lead_id)["state"], "waiting")
        self.assertEqual(named(state["queues"], "queue", "solar")["waiting"], 1)
        self.assertEqual(named(state["sources"], "source", "contact-form")["last_hour"], 1)
        anna = self.desk("anna")
        offer = anna.lead("offered")
        anna.act_on(offer, "accept")
        state = watch.until("its touch is awaited", lambda state: "first_touch_unix_ms" in named(state["leads"], "lead_id", lead_id))
        self.assertEqual(state["first_touch"]["count"], 0)
        anna.act_on(anna.lead("assigned"), "touch")
        state = watch.until("it is touched", lambda state: state["first_touch"]["count"] == 1)
        self.assertNotIn("first_touch_unix_ms", named(state["leads"], "lead_id", lead_id))
        rep = named(state["reps"], "rep", "anna")
        self.assertEqual((rep["state"], rep["in_hand"], rep["today"]["accepted"]), ("available", 1, 1))
        queue = named(state["queues"], "queue", "solar")
        self.assertEqual((queue["waiting"], queue["first_offers"], queue["in_time"]), (0, 1, 1))
        anna.act_on(offer, "complete", disposition="won")
        watch.until("it is done", lambda state: not state["leads"] and named(state["reps"], "rep", "anna")["today"]["completed"] == 1)
        series = json.loads(self.signed_in("rita").ask("GET", "/api/v1/ops/series?span=hour")[2])["points"]
        self.assertEqual(sum(point["completed"] for point in series), 1)

    def test_lists_are_bounded_and_told_of_how_many(self):
        _, watch = self.watch("rita")
        self.assertEqual((watch.state["leads_count"], watch.state["parked_count"]), (len(watch.state["leads"]), len(watch.state["parked"])))
        published = self.floor.tool("publish", "--source", "list", "--product", "a boiler", "--count", 110)
        self.assertEqual(published.returncode, 0, published.stdout)
        state = watch.until("all are parked", lambda state: state["parked_count"] == 110)
        self.assertEqual(len(state["parked"]), 100)
        oldest = [row["received_unix_ms"] for row in state["parked"]]
        self.assertEqual(oldest, sorted(oldest))

    def test_of_a_queue_the_oldest_that_waits_is_told(self):
        browser, watch = self.watch("maria")
        first, second = (self.floor.publish(product="heat pump", source="list") for _ in range(2))

        def until_oldest(received_of):
            watch.until("the oldest", lambda state: named(state["queues"], "queue", "heatpump")["oldest_unix_ms"] == received_of(state))
        watch.until("both wait", lambda state: named(state["queues"], "queue", "heatpump")["waiting"] == 2)
        until_oldest(lambda state: named(state["leads"], "lead_id", first)["received_unix_ms"])
        self.assertEqual(self.act(browser, lead_id=first, act="hold", until_unix_ms=int(time.time() * 1000) + 3600000)[1]["outcome"], "accepted")
        until_oldest(lambda state: named(state["leads"], "lead_id", second)["received_unix_ms"])
        for lead_id in (first, second):
            self.assertEqual(self.act(browser, lead_id=lead_id, act="cancel")[1]["outcome"], "accepted")
        until_oldest(lambda state: 0)

    def test_a_session_that_is_over_ends_the_stream(self):
        browser, watch = self.watch("rita")
        browser.ask("POST", "/api/v1/sign-out", "{}")
        while (name := watch.event()) == "state":
            pass
        self.assertEqual(name, "signed_out")


class OverARestart(OpsCase):
    def test_what_is_seen_and_who_is_signed_in_outlive_the_gateway_and_what_it_counted_does_not(self):
        browser, watch = self.watch("maria")
        lead_id = self.floor.publish()
        seen = watch.until("the lead", lambda state: named(state["leads"], "lead_id", lead_id) and named(state["sources"], "source", "contact-form"))
        self.assertEqual(seen["since_unix_ms"], max(seen["day_unix_ms"], seen["began_unix_ms"]))
        self.assertEqual(named(seen["sources"], "source", "contact-form")["today"], 1)
        self.floor.end("gateway")
        while watch.event():
            pass
        self.floor.start_gateway()
        again = Watch(browser)
        self.addCleanup(again.close)
        now = again.until("the desk as it is", lambda state: state["connected"] and state["config_version"] > 0 and named(state["leads"], "lead_id", lead_id))
        self.assertGreater(now["began_unix_ms"], seen["began_unix_ms"])
        self.assertEqual(now["since_unix_ms"], max(now["day_unix_ms"], now["began_unix_ms"]))
        self.assertEqual([row["today"] for row in now["sources"]], [])   # a lead that was there already did not come today, for all it knows
        self.assertEqual(self.act(browser, act="cancel", lead_id=lead_id, reason="it was a test")[0], 200)
        again.until("the act is done", lambda state: not named(state["leads"], "lead_id", lead_id))


class Acting(OpsCase):
    def test_a_lead_is_held_released_prioritised_assigned_taken_back_and_ended(self):
        browser, watch = self.watch("maria")
        lead_id = self.floor.publish(product="heat pump")
        until = int(time.time() * 1000) + 3600000

        def state_of(wanted):
            watch.until(wanted, lambda state: (row := named(state["leads"] + state["parked"], "lead_id", lead_id)) and row["state"] == wanted)
        for act, more, wanted in (("hold", {"until_unix_ms": until}, "scheduled"), ("release", {}, "waiting"), ("prioritise", {"priority": 90}, "waiting")):
            self.assertEqual(self.act(browser, lead_id=lead_id, act=act, reason="because", **more)[1]["outcome"], "accepted", act)
            state_of(wanted)
        bruno = self.desk("bruno")
        bruno.lead("offered")
        self.assertEqual(self.act(browser, lead_id=lead_id, act="take_back")[1]["outcome"], "accepted")
        bruno.until("it is gone", lambda state: not state["leads"])
        anna = self.desk("anna")
        self.assertEqual(self.act(browser, lead_id=lead_id, act="assign", rep="anna")[1]["outcome"], "accepted")
        anna.lead("assigned")
        status, _, text = browser.ask("GET", f"/api/v1/ops/lead?id={lead_id}")
        told = json.loads(text)
        self.assertEqual((status, [(one["what"], one["by"]) for one in told["acts"]]), (200, [(what, "maria") for what in ("held", "released", "prioritised", "taken_back", "assigned")]))
        self.assertEqual(told["acts"][0]["reason"], "because")
        self.assertIn("bruno", [candidate["rep"] for decision in told["decisions"] for candidate in decision["candidates"]])
        self.assertEqual(told["events"][0]["cause"], "published")
        self.assertEqual(anna.act_on(anna.lead("assigned"), "transfer", rep="bruno", note="wants it before winter")[1]["outcome"], "accepted")
        handed_on = json.loads(browser.ask("GET", f"/api/v1/ops/lead?id={lead_id}")[2])["acts"][-1]
        self.assertEqual([handed_on[name] for name in ("what", "rep", "by", "reason")], ["transferred", "bruno", "anna", "wants it before winter"])
        self.assertEqual(self.act(browser, lead_id=lead_id, act="cancel")[1]["outcome"], "accepted")
        self.assertIn(f"act of a manager: user=maria act=cancel on={lead_id} outcome=accepted", self.floor.log("gateway"))

    def test_of_the_streams_of_a_session_the_oldest_ends(self):
        browser, first = self.watch("rita")
        more = [Watch(browser) for _ in range(8)]
        for watch in more:
            self.addCleanup(watch.close)
        while first.event():
            pass
        for watch in more:
            watch.until("it goes on", lambda state: state["connected"])

    def test_a_reps_state_is_set(self):
        browser, watch = self.watch("ada")
        page = self.desk("anna")
        status, _, text = browser.ask("POST", "/api/v1/ops/rep", {"rep": "anna", "state": "break", "reason": "lunch"})
        self.assertEqual((status, json.loads(text)["outcome"]), (200, "accepted"))
        page.until("a break", lambda state: state["rep"]["state"] == "break")
        watch.until("the same", lambda state: named(state["reps"], "rep", "anna")["state"] == "break")

    def test_wrong_words_are_refused(self):
        browser, _ = self.watch("maria")
        for body in ({}, {"lead_id": "x"}, {"lead_id": "", "act": "cancel"}, {"lead_id": "a b", "act": "cancel"}, {"lead_id": "x\ny", "act": "cancel"},
                     {"lead_id": "x", "act": "credit"}, {"lead_id": 7, "act": "cancel"}, {"lead_id": "x" * 100, "act": "cancel"}):
            self.assertEqual(browser.ask("POST", "/api/v1/ops/lead", body)[0], 400, body)
        for body in ({}, {"rep": "anna", "state": "away"}, {"rep": "an na", "state": "break"}):
            self.assertEqual(browser.ask("POST", "/api/v1/ops/rep", body)[0], 400, body)
        self.assertEqual(self.act(browser, lead_id="1abc-99", act="cancel")[1]["outcome"], "not_found")
        self.assertEqual(browser.ask("GET", "/api/v1/ops/lead?id=")[0], 400)
        self.assertFalse(json.loads(browser.ask("GET", "/api/v1/ops/lead?id=1abc-99")[2])["found"])


class Rules(OpsCase):
    def rules(self, browser, query=""):
        return json.loads(browser.ask("GET", f"/api/v1/ops/rules{query}")[2])

    def apply(self, browser, text, based_on, reason="more room", **more):
        status, _, answer = browser.ask("POST", "/api/v1/ops/rules", {"text": text, "reason": reason, "based_on": based_on, **more})
        return status, json.loads(answer)

    def test_each_change_is_a_version_with_author_and_reason_and_can_be_gone_back_from(self):
        browser, watch = self.watch("ada")
        first = self.rules(browser)
        self.assertEqual((first["version"], first["text"]), (1, floor.DESK))
        more_room = floor.DESK.replace("team: inside, capacity: 2", "team: inside, capacity: 5")
        self.assertEqual(self.apply(browser, more_room, 1, check=True)[1]["outcome"], "accepted")
        self.assertEqual(self.rules(browser)["version"], 1)   # it was only looked at
        status, answer = self.apply(browser, more_room, 1)
        self.assertEqual((status, answer["outcome"], answer["version"]), (200, "accepted", 2))
        watch.until("they are in force", lambda state: state["config_version"] == 2 and named(state["reps"], "rep", "anna")["capacity"] == 5)
        self.assertEqual(self.apply(browser, floor.DESK, 1)[0], 409)   # changed from a version that is no longer in force
        now = self.rules(browser)
        self.assertEqual([(row["version"], row["by"], row["reason"]) for row in now["versions"]][1:], [(2, "ada", "more room")])
        former = self.rules(browser, "?version=1")
        self.assertEqual(former["text"], floor.DESK)
        self.assertEqual(self.apply(browser, former["text"], 2, "back to version 1")[1]["version"], 3)
        watch.until("they are back", lambda state: state["config_version"] == 3 and named(state["reps"], "rep", "anna")["capacity"] == 2)
        self.floor.end("gateway")   # versions outlive it
        self.floor.start_gateway()
        browser, _ = self.watch("ada")
        self.assertEqual([(row["version"], row["reason"]) for row in self.rules(browser)["versions"]], [(1, ""), (2, "more room"), (3, "back to version 1")])
        self.assertEqual((self.floor.folder / "versions" / "2.json").stat().st_mode & 0o777, 0o600)

    def test_until_rules_of_ours_have_come_no_others_are_applied(self):
        browser, watch = self.watch("ada")
        version = watch.state["config_version"]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answers = list(pool.map(lambda room: self.apply(browser, floor.DESK.replace("inside, capacity: 2", f"inside, capacity: {room}"), version), range(3, 7)))
        accepted = [answer["version"] for status, answer in answers if status == 200]
        self.assertEqual((sorted(status for status, _ in answers), accepted), ([200, 409, 409, 409], [version + 1]))
        watch.until("they are in force", lambda state: state["config_version"] == version + 1)
        self.assertEqual(self.apply(browser, floor.DESK, version + 1)[1]["outcome"], "accepted")
        watch.until("they are back", lambda state: state["config_version"] == version + 2)

    def test_wrong_rules_are_refused_by_line(self):
        browser, _ = self.watch("ada")
        version = self.rules(browser)["version"]
        status, answer = self.apply(browser, floor.DESK.replace("solar: 8", "solar: 80"), version)
        self.assertEqual((status, answer["outcome"]), (200, "rejected"))
        self.assertRegex(answer["problems"][0], r"^desk\.yaml:\d+: ")
        self.assertEqual(self.apply(browser, floor.DESK, version, reason="")[0], 400)
        self.assertEqual(self.apply(browser, floor.DESK, version, reason="x" * 600)[0], 400)
        self.assertEqual(browser.ask("POST", "/api/v1/ops/rules", {"text": 1, "check": True})[0], 400)
        for query in ("?version=99", "?version=x", "?version=-1"):
            self.assertEqual(browser.ask("GET", f"/api/v1/ops/rules{query}")[0], 404, query)

    def test_managers_look_and_of_one_team_not_even_that(self):
        manager = self.watch("maria")[0]
        self.assertIn("anna", self.rules(manager)["text"])
        self.assertEqual(self.apply(manager, floor.DESK, 1)[0], 403)
        otto = self.signed_in("otto")
        self.assertEqual(otto.ask("GET", "/api/v1/ops/rules")[0], 403)
        self.assertEqual(otto.ask("GET", "/api/v1/ops/rules?version=1")[0], 403)


class OneTeam(OpsCase):
    def test_the_manager_of_a_team_sees_and_acts_on_that_team_only(self):
        browser, watch = self.watch("otto")
        anna, bruno = self.desk("anna"), self.desk("bruno")
        ours, theirs = self.floor.publish(product="heat pump"), self.floor.publish()
        bruno.act_on(bruno.lead("offered"), "accept")
        anna.act_on(anna.lead("offered"), "accept")
        waits = [self.floor.publish(product="heat pump") for _ in range(2)][1]
        state = watch.until("bruno has it", lambda state: (row := named(state["leads"], "lead_id", ours)) and row["state"] == "assigned")
        self.assertEqual([row["rep"] for row in state["reps"]], ["bruno"])
        self.assertEqual({row["rep"] for row in state["leads"]}, {"bruno"})
        self.assertFalse({"health", "queues", "sources", "first_touch"} & set(state))
        self.assertNotIn("anna", json.dumps(state).lower())
        self.assertEqual(json.loads(browser.ask("GET", "/api/v1/ops/series?span=day")[2]), {"points": []})
        for lead_id in (theirs, waits, "1abc-99"):
            self.assertEqual(browser.ask("GET", f"/api/v1/ops/lead?id={lead_id}")[0], 404, lead_id)
            for act in ("take_back", "assign", "cancel", "hold", "release", "prioritise"):
                self.assertEqual(self.act(browser, lead_id=lead_id, act=act, rep="bruno")[0], 403, act)
        self.assertEqual(self.act(browser, lead_id=ours, act="assign", rep="anna")[0], 403)
        self.assertEqual(self.act(browser, lead_id=ours, act="cancel")[0], 403)
        self.assertEqual(browser.ask("POST", "/api/v1/ops/rep", {"rep": "anna", "state": "break"})[0], 403)
        told = json.loads(browser.ask("GET", f"/api/v1/ops/lead?id={ours}")[2])
        self.assertTrue(told["decisions"] and told["events"])
        self.assertNotIn("anna", json.dumps(told).lower())
        self.assertEqual(self.act(browser, lead_id=ours, act="take_back", reason="mine")[1]["outcome"], "accepted")
        self.assertEqual(browser.ask("POST", "/api/v1/ops/rep", {"rep": "bruno", "state": "break"})[0], 200)
        told = json.loads(browser.ask("GET", f"/api/v1/ops/lead?id={ours}")[2])
        self.assertEqual([(one["what"], one["by"], one["reason"], one["other_lead_id"]) for one in told["acts"]], [("taken_back", "", "", "")])
        wait_for("its story stays for a while", lambda: browser.ask("GET", f"/api/v1/ops/lead?id={ours}")[0] == 200)

    def test_the_manager_of_a_team_reads_the_notes_of_that_team(self):
        browser, watch = self.watch("otto")
        anna, bruno = self.desk("anna"), self.desk("bruno")

        def notes_on(lead_id):
            told = json.loads(browser.ask("GET", f"/api/v1/ops/lead?id={lead_id}")[2])
            return [(one["what"], one["by"], one["reason"]) for one in told.get("acts", ())]
        theirs = self.floor.publish()
        anna.act_on(anna.lead("offered"), "accept")
        self.assertEqual(anna.act_on(anna.lead("assigned"), "transfer", rep="bruno", note="asked for Lucia")[1]["outcome"], "accepted")
        bruno.act_on(bruno.lead("offered"), "accept")
        watch.until("bruno has it", lambda state: named(state["leads"], "lead_id", theirs))
        self.assertEqual(notes_on(theirs), [("transferred", "", "")])
        self.assertEqual(bruno.act_on(bruno.lead("assigned"), "transfer", team="inside", note="prefers evenings")[1]["outcome"], "accepted")
        wait_for("its note is told", lambda: notes_on(theirs) == [("transferred", "", ""), ("transferred", "bruno", "prefers evenings")])
        anna.act_on(anna.lead("offered"), "accept")
        self.assertEqual(anna.act_on(anna.lead("assigned"), "complete", disposition="won")[1]["outcome"], "accepted")

    def test_a_team_that_nobody_is_in_is_nobodys(self):
        self.floor.write_users((*USERS, ("vera", "manager:nowhere", "-")))
        before = self.floor.log("gateway").count("configuration read again")
        self.floor.processes["gateway"].send_signal(floor.signal.SIGHUP)
        wait_for("users are read", lambda: self.floor.log("gateway").count("configuration read again") > before)
        _, watch = self.watch("vera")
        self.assertEqual((watch.state["reps"], watch.state["leads"], watch.state["parked"]), ([], [], []))


if __name__ == "__main__":
    unittest.main(verbosity=1)

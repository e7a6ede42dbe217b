#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The desk's rules by forms, over HTTP before a real broker: what changes is told first, each is a version, others' changes stay."""
import datetime
import json
import unittest
import zoneinfo

import floor
from ops_test import OpsCase, named

COMMENTED = floor.DESK.replace("  anna: {", "  # the senior\n  anna: {").replace("outside: Outside sales", 'outside: {label: Outside sales, time_zone: Europe/Rome, hours: {mon-fri: "00:00-24:00", sat-sun: "00:00-24:00"}}')


class Forms(OpsCase):
    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor(users=floor_users())
        (cls.floor.folder / "desk.yaml").write_text(COMMENTED, encoding="utf-8")
        cls.floor.open()

    def forms(self, browser):
        status, _, text = browser.ask("GET", "/api/v1/ops/forms")
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def ask_form(self, browser, act, name, set_=None, reason="because", **more):
        """(status, answer)"""
        more.setdefault("based_on", self.forms(browser)["version"])
        status, _, text = browser.ask("POST", "/api/v1/ops/forms", {"act": act, "name": name, "set": set_ or {}, "reason": reason, **more})
        return status, json.loads(text)

    def apply(self, user, act, name, set_=None, **more):
        """In force when it ends."""
        browser, watch = self.watch(user)
        status, answer = self.ask_form(browser, act, name, set_, **more)
        self.assertEqual((status, answer.get("outcome")), (200, "accepted"), answer)
        watch.until("they are in force", lambda state: state["config_version"] == answer["version"])
        return answer

    def text(self):
        return json.loads(self.watch("ada")[0].ask("GET", "/api/v1/ops/rules")[2])["text"]


def floor_users():
    return (("anna", "rep", "anna"), ("bruno", "rep", "bruno"), ("maria", "manager", "-"), ("otto", "manager:outside", "-"), ("ada", "admin", "-"),
            ("rita", "read-only", "-"), ("rosa", "read-only:outside", "-"))


class Changing(Forms):
    def test_a_manager_changes_a_level_and_leads_go_elsewhere(self):
        anna, bruno = self.desk("anna"), self.desk("bruno")
        lead_id = self.floor.publish()
        self.assertEqual(anna.lead("offered")["lead_id"], lead_id)
        anna.act_on(anna.lead("offered"), "accept")
        before = self.text()
        browser, watch = self.watch("maria")
        status, checked = self.ask_form(browser, "change_rep", "anna", {"skills": {"solar": 4}}, check=True)
        self.assertEqual((status, checked["outcome"], checked["problems"]), (200, "accepted", []))
        self.assertEqual(checked["changes"], [{"of": "rep", "name": "anna", "field": "skills", "key": "solar", "before": 8, "after": 4}])
        self.assertEqual(self.text(), before)   # it was only looked at
        first = self.apply("maria", "change_rep", "anna", {"skills": {"solar": 4}}, reason="back to school")
        second = self.apply("maria", "change_rep", "bruno", {"skills": {"solar": 9}}, reason="has learnt")
        self.assertEqual(self.text(), before.replace("solar: 8", "solar: 4").replace("heatpump: 8}}", "heatpump: 8, solar: 9}}"))   # the comment is there
        versions = json.loads(browser.ask("GET", "/api/v1/ops/rules")[2])["versions"]
        self.assertEqual([(row["version"], row["by"], row["reason"]) for row in versions][-2:],
                         [(first["version"], "maria", "back to school"), (second["version"], "maria", "has learnt")])
        lead_id = self.floor.publish(phones=[], emails=[{"address": "other@example.com"}])
        self.assertEqual(bruno.lead("offered")["lead_id"], lead_id)
        back = self.ask_form(browser, "go_back", "", version=first["version"] - 1, reason="too early")[1]
        self.assertEqual(back["outcome"], "accepted", back)
        self.assertEqual([(row["name"], row["key"], row["before"], row["after"]) for row in back["changes"]], [("anna", "solar", 4, 8), ("bruno", "solar", 9, None)])
        watch.until("they are back", lambda state: state["config_version"] == back["version"])
        self.assertEqual(self.text(), before)

    def test_reps_and_skills_come_and_go(self):
        before = self.text()
        self.apply("ada", "add_skill", "boiler", {"label": "Boilers"})
        self.apply("maria", "add_rep", "carla", {"label": "Carla Neri", "team": "inside", "skills": {"boiler": 6}})
        self.assertEqual(named(self.forms(self.signed_in("rita"))["reps"], "name", "carla")["skills"], {"boiler": 6})
        status, answer = self.ask_form(self.watch("maria")[0], "remove_skill", "boiler")
        self.assertEqual((status, answer["outcome"]), (200, "rejected"))   # Carla has it
        self.assertIn("boiler", answer["problems"][0]["text"])
        self.apply("maria", "remove_rep", "carla")
        self.apply("maria", "remove_skill", "boiler")
        self.assertEqual(self.text(), before)

    def test_a_value_is_refused_beside_its_field(self):
        browser, _ = self.watch("maria")
        for field, value, told in (("capacity", 0, "capacity"), ("capacity", "many", "capacity"), ("device", "home", "device"), ("skills", {"solar": 80}, "skills"),
                                   ("skills", {"cooking": 5}, "skills"), ("languages", {"klingon": 5}, "languages"), ("team", "nowhere", "team"), ("share", 1000, "share"),
                                   ("per_hour", 0, "per_hour"), ("per_source", {"portal": 0}, "per_source"), ("tier", 1000, "tier"), ("territories", {"x" * 100: True}, "territories"),
                                   ("label", "x" * 200, "label")):
            status, answer = self.ask_form(browser, "change_rep", "anna", {field: value})
            self.assertEqual((status, answer["outcome"], answer["problems"][0]["field"]), (200, "rejected", told), answer)
        for act, name, told in (("add_rep", "anna", "already"), ("add_rep", "Not A Name", "name"), ("change_rep", "nobody", "not in the rules")):
            status, answer = self.ask_form(browser, act, name)
            self.assertEqual((status, answer["outcome"], answer["problems"][0]["field"]), (200, "rejected", "name"), answer)
            self.assertIn(told, answer["problems"][0]["text"])
        self.assertEqual(self.ask_form(browser, "change_rep", "anna", {"wage": 5})[1]["problems"][0]["field"], "wage")
        for wrong in ({"act": "dance"}, {"name": ""}, {"name": 5}, {"set": 5}, {"reason": ""}, {"reason": "x" * 600}, {"act": "go_back"}):
            body = {"act": "change_rep", "name": "anna", "set": {}, "reason": "because", "based_on": self.forms(browser)["version"], **wrong}
            self.assertEqual(browser.ask("POST", "/api/v1/ops/forms", body)[0], 400, wrong)

    def test_what_others_changed_meanwhile_is_not_overwritten(self):
        browser, _ = self.watch("maria")
        version = self.forms(browser)["version"]
        self.apply("ada", "change_rep", "anna", {"capacity": 5})
        self.assertEqual(self.ask_form(browser, "change_rep", "anna", {"capacity": 4}, based_on=version)[0], 409)
        self.assertEqual(self.ask_form(browser, "change_rep", "anna", {"capacity": 4}, based_on=version, check=True)[0], 409)
        self.apply("ada", "change_rep", "anna", {"capacity": 2})
        self.floor.secret_file("others.yaml", COMMENTED.replace("grace: 10s", "grace: 30s"))
        version = self.forms(browser)["version"]
        self.assertEqual(self.floor.tool("apply", self.floor.folder / "others.yaml").returncode, 0)   # by another way: the gateway may not have heard of it yet
        self.assertEqual(self.ask_form(browser, "change_rep", "anna", {"capacity": 4}, based_on=version)[0], 409)
        self.assertEqual(self.floor.tool("apply", self.floor.folder / "desk.yaml").returncode, 0)

    def test_a_manager_goes_back_only_in_what_has_forms(self):
        ada, watch = self.watch("ada")
        now = json.loads(ada.ask("GET", "/api/v1/ops/rules")[2])
        changed = {"text": now["text"].replace("grace: 10s", "grace: 20s"), "reason": "longer", "based_on": now["version"]}
        version = json.loads(ada.ask("POST", "/api/v1/ops/rules", changed)[2])["version"]
        watch.until("they are in force", lambda state: state["config_version"] == version)
        maria = self.watch("maria")[0]
        self.assertEqual(self.ask_form(maria, "go_back", "", version=now["version"])[0], 403)
        self.assertEqual(self.ask_form(maria, "go_back", "", version=999)[0], 404)
        back = self.ask_form(ada, "go_back", "", version=now["version"])[1]
        self.assertEqual(back["outcome"], "accepted")
        watch.until("they are back", lambda state: state["config_version"] == back["version"])


class Teams(Forms):
    def kept_from(self, desk):
        """What keeps a rep from leads that wait now."""
        return [row["excluded_by"] for row in json.loads(desk.browser.ask("GET", "/api/v1/desk/day")[2])["waiting"]]

    def test_a_holiday_closes_a_team_and_goes_again(self):
        bruno, before = self.desk("bruno"), self.text()
        today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Rome")).date()
        days = [str(today + datetime.timedelta(days)) for days in (0, 1)]   # midnight may be near
        answer = self.apply("otto", "change_team", "outside", {"holidays": {day: True for day in days}})
        self.assertEqual([(row["of"], row["name"], row["field"], row["before"], row["after"]) for row in answer["changes"]],
                         [("team", "outside", "holidays", None, day) for day in days])
        lead_id = self.floor.publish(product="heat pump")
        watch = self.watch("maria")[1]
        watch.until("it waits", lambda state: named(state["leads"] + state["parked"], "lead_id", lead_id))
        self.assertIn("hours", self.kept_from(bruno))
        self.apply("maria", "change_team", "outside", {"holidays": {day: None for day in days}})
        self.assertEqual(bruno.lead("offered")["lead_id"], lead_id)
        self.assertEqual(self.text(), before)

    def test_a_cap_keeps_a_rep_from_more(self):
        anna = self.desk("anna")
        self.apply("maria", "change_rep", "anna", {"per_hour": 1})
        self.floor.publish(phones=[], emails=[{"address": "first@example.com"}])
        anna.act_on(anna.lead("offered"), "accept")
        second = self.floor.publish(phones=[], emails=[{"address": "second@example.com"}])
        watch = self.watch("maria")[1]
        watch.until("it waits", lambda state: named(state["leads"] + state["parked"], "lead_id", second))
        self.assertIn("cap", self.kept_from(anna))
        self.apply("maria", "change_rep", "anna", {"per_hour": None})
        anna.lead("offered")

    def test_hours_shares_and_caps_of_a_team(self):
        before, version = self.text(), self.forms(self.watch("maria")[0])["version"]
        self.apply("maria", "change_team", "outside", {"daily_share": 40, "daily_cap": 100, "per_day": 20, "per_source": {"portal": 5}, "hours": {"sun": None, "sat": "09:00-13:00"}})
        team = named(self.forms(self.signed_in("rosa"))["teams"], "name", "outside")
        self.assertEqual((team["daily_share"], team["daily_cap"], team["per_day"], team["per_source"], team["hours"].get("sun"), team["hours"]["sat"]),
                         (40, 100, 20, {"portal": 5}, None, "09:00-13:00"))
        self.assertIn('hours: {mon-fri: "00:00-24:00", sat: "09:00-13:00"}, daily_share: 40', self.text())
        browser, _ = self.watch("maria")
        for field, value in (("daily_share", 100), ("daily_cap", 0), ("hours", {"mon": "9 to 5"}), ("holidays", {"Christmas": True}), ("time_zone", "Mars/Olympus"), ("per_source", {"portal": 0}),
                             ("per_hour", 0)):
            status, answer = self.ask_form(browser, "change_team", "outside", {field: value})
            self.assertEqual((status, answer["outcome"], answer["problems"][0]["field"]), (200, "rejected", field), answer)
        self.apply("maria", "go_back", "", version=version)
        self.assertEqual(self.text(), before)


class Scopes(Forms):
    def test_who_may_not_change_only_looks(self):
        rita = self.watch("rita")[0]
        forms = self.forms(rita)
        self.assertEqual((forms["may"], [row["name"] for row in forms["reps"]]), ([], ["anna", "bruno"]))
        self.assertEqual(self.ask_form(rita, "change_rep", "anna", {"capacity": 4})[0], 403)
        self.assertEqual(self.forms(self.signed_in("maria"))["may"], ["change", "shares"])

    def test_the_manager_of_a_team_sees_and_changes_that_team(self):
        otto = self.watch("otto")[0]
        forms = self.forms(otto)
        self.assertEqual(([row["name"] for row in forms["reps"]], [row["name"] for row in forms["teams"]], forms["may"], forms["by"]), (["bruno"], ["outside"], ["change"], ""))
        for act, name, set_ in (("change_rep", "anna", {"capacity": 4}), ("remove_rep", "anna", {}), ("change_rep", "nobody", {"capacity": 4}), ("change_team", "inside", {"label": "Ours"}),
                                ("change_rep", "bruno", {"team": "inside"}), ("change_rep", "bruno", {"team": None}), ("change_rep", "bruno", {"share": 50}),
                                ("change_rep", "bruno", {"per_day": 500}), ("change_team", "outside", {"daily_share": 99}), ("add_skill", "x", {}), ("add_rep", "carla", {}),
                                ("add_rep", "carla", {"team": "inside"}), ("go_back", "", {})):
            status, answer = self.ask_form(otto, act, name, set_, version=1)
            self.assertEqual(status, 403, (act, name, set_, answer))
        self.apply("otto", "change_rep", "bruno", {"capacity": 3})
        self.apply("otto", "add_rep", "carla", {"team": "outside"})
        answer = self.apply("otto", "remove_rep", "carla")
        self.assertEqual(answer["warnings"], [])
        self.assertEqual([row["name"] for row in self.forms(self.signed_in("rosa"))["reps"]], ["bruno"])
        self.apply("maria", "change_rep", "bruno", {"capacity": 2})


if __name__ == "__main__":
    unittest.main(verbosity=1)

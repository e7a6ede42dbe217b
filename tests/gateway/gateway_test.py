#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway over HTTP before a real broker: signing in, forgery, throttling, the stream, acts, two pages, reload, sign-out."""
import json
import re
import subprocess
import time
import unittest

import floor
from floor import Browser, Page, wait_for


class GatewayCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor().open()

    @classmethod
    def tearDownClass(cls):
        cls.floor.close()

    def signed_in(self, user="anna"):
        browser = Browser(self.floor)
        self.assertEqual(browser.sign_in(user), 200)
        return browser

    def desk(self, name, user="anna", browser=None):
        page = Page(browser or self.signed_in(user), name)
        self.addCleanup(page.close)
        page.until("the session is open", lambda state: state["connected"])
        if page.state["rep"]["state"] != "available":
            page.act("state", state="available")
        page.until("available", lambda state: state["rep"]["state"] == "available")
        return page


class SignIn(GatewayCase):
    def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(self):
        wrong, unknown = (Browser(self.floor).ask("POST", "/api/v1/sign-in", {"user": user, "password": "not-this-one"}) for user in ("anna", "nobody"))
        self.assertEqual((wrong[0], wrong[2]), (401, unknown[2]))
        self.assertEqual(unknown[0], 401)
        self.assertNotIn("Set-Cookie", wrong[1])

    def test_the_cookie_is_the_browsers_alone(self):
        _, headers, _ = Browser(self.floor).ask("POST", "/api/v1/sign-in", {"user": "bruno", "password": floor.PASSWORD})
        self.assertRegex(headers["Set-Cookie"], r"^leadwire_session=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict$")
        _, headers, _ = Browser(self.floor).ask("POST", "/api/v1/sign-in", {"user": "bruno", "password": floor.PASSWORD},
                                                X_Forwarded_Proto="https", X_Forwarded_Host="desk.example.com", X_Forwarded_For="192.0.2.7")
        self.assertTrue(headers["Set-Cookie"].endswith("; Secure"))
        self.assertIn("max-age", headers["Strict-Transport-Security"])

    def test_every_answer_has_the_security_headers(self):
        for path in ("/", "/desk", "/sign-in", "/static/desk.css", "/api/v1/session", "/nothing"):
            headers = Browser(self.floor).ask("GET", path)[1]
            self.assertRegex(headers["Content-Security-Policy"], "^default-src 'none'; script-src 'self';")
            self.assertNotIn("unsafe", headers["Content-Security-Policy"])
            self.assertEqual([headers[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")], ["nosniff", "DENY", "no-referrer"], path)

    def test_pages_may_be_kept_and_answers_may_not(self):
        status, headers, text = Browser(self.floor).ask("GET", "/static/desk.mjs")
        self.assertEqual((status, headers["Cache-Control"], headers["Content-Type"]), (200, "no-cache", "text/javascript; charset=utf-8"))
        self.assertIn("SPDX", text)
        self.assertEqual(Browser(self.floor).ask("GET", "/static/desk.mjs", If_None_Match=headers["ETag"])[0], 304)
        self.assertEqual(self.signed_in().ask("GET", "/api/v1/session")[1]["Cache-Control"], "no-store")

    def test_other_sites_cannot_act(self):
        browser = self.signed_in()
        for headers in ({"X_CSRF_Token": "0" * 32}, {"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
                        {"Origin": f"https://127.0.0.1:{self.floor.port}"}):
            self.assertEqual(browser.ask("POST", "/api/v1/desk/state", "{}", **headers)[0], 403, headers)
        self.assertEqual(browser.ask("POST", "/api/v1/desk/state", "{}", Content_Type="text/plain")[0], 415)
        self.assertEqual(browser.ask("POST", "/api/v1/desk/state", "{}", Origin=f"http://127.0.0.1:{self.floor.port}", Sec_Fetch_Site="same-origin")[0], 400)
        self.assertEqual(Browser(self.floor).ask("POST", "/api/v1/sign-in", {"user": "anna", "password": floor.PASSWORD}, Origin="https://evil.example")[0], 403)

    def test_who_tries_too_often_waits(self):
        far = {"X_Forwarded_For": "192.0.2.99"}
        tries = [Browser(self.floor).ask("POST", "/api/v1/sign-in", {"user": "anna", "password": "x"}, **far) for _ in range(8)]
        self.assertEqual([status for status, _, _ in tries[:6]], [401] * 6)
        self.assertEqual(tries[-1][0], 429)
        self.assertGreater(int(tries[-1][1]["Retry-After"]), 0)
        self.assertEqual(self.signed_in("anna").ask("GET", "/api/v1/session")[0], 200)   # elsewhere she still can

    def test_signing_out_ends_the_session(self):
        browser = self.signed_in()
        self.assertEqual(browser.ask("POST", "/api/v1/sign-out", "{}")[0], 200)
        self.assertEqual(browser.ask("GET", "/api/v1/session")[0], 401)
        self.assertEqual(browser.ask("GET", "/desk")[1]["Location"], "/sign-in")

    def test_bodies_of_other_forms_are_refused(self):
        for body in ("", "[]", "{", '{"user": 1, "password": 2}', '{"user": "", "password": "x"}', json.dumps({"user": "a" * 200, "password": "x"})):
            self.assertEqual(Browser(self.floor).ask("POST", "/api/v1/sign-in", body, X_Forwarded_For="192.0.2.50")[0], 400, body)


class Proxy(GatewayCase):
    def tearDown(self):
        self.reload(floor.GATEWAY)

    def reload(self, text):
        before = self.floor.log("gateway").count("configuration read again")
        self.floor.write_config(text)
        self.floor.processes["gateway"].send_signal(floor.signal.SIGHUP)
        wait_for("the configuration is read", lambda: self.floor.log("gateway").count("configuration read again") > before)

    def ask(self, browser=None, **headers):
        return (browser or Browser(self.floor)).ask("GET", "/api/v1/session", **headers)

    def test_nobody_is_believed_unless_configured_and_from_elsewhere(self):
        self.assertEqual(self.ask(X_Remote_User="anna")[0], 401)
        self.reload(floor.GATEWAY + "identity: {header: X-Remote-User, from: [192.0.2.1]}\n")
        self.assertEqual(self.ask(X_Remote_User="anna", X_Forwarded_For="192.0.2.1")[0], 401)

    def test_the_proxys_header_signs_in_who_is_known(self):
        self.reload(floor.GATEWAY + "identity: {header: X-Remote-User, from: [127.0.0.0/8]}\n")
        self.assertEqual(self.ask(X_Remote_User="nobody")[0], 401)
        self.assertEqual(self.ask(X_Remote_User="anna, bruno")[0], 401)   # a browser's own line beside the proxy's
        self.assertEqual(self.ask()[0], 401)
        browser = Browser(self.floor)
        status, headers, text = self.ask(X_Remote_User="anna")
        self.assertEqual((status, json.loads(text)["user"]), (200, "anna"))
        browser.cookie, browser.csrf = headers["Set-Cookie"].split(";")[0], json.loads(text)["csrf"]
        self.assertNotIn("Set-Cookie", self.ask(browser, X_Remote_User="anna")[1])   # the same session
        self.assertEqual(browser.ask("POST", "/api/v1/desk/state", "{}", X_Remote_User="anna")[0], 400)
        self.assertEqual(browser.ask("POST", "/api/v1/desk/state", "{}", X_Remote_User="bruno")[0], 403)   # another's session: the token is not
        self.assertEqual(self.ask(browser)[0], 401)   # and anna's is over


class Desk(GatewayCase):
    def test_a_lead_is_offered_accepted_touched_and_completed(self):
        page = self.desk("one")
        lead_id = self.floor.publish(summary="Six kilowatt, please.")
        offer = page.lead("offered")
        self.assertEqual(offer["lead_id"], lead_id)
        self.assertEqual(offer["lead"]["summary"], "Six kilowatt, please.")
        self.assertTrue(0 < offer["deadline_unix_ms"] - page.state["now_unix_ms"] <= 45000)
        self.assertEqual(page.act_on(offer, "accept", key="k"), (200, {"outcome": "accepted", "reason": "assigned"}))
        self.assertEqual(page.act_on(offer, "accept", key="k"), (200, {"outcome": "accepted", "reason": "assigned"}))   # the same key
        held = page.lead("assigned")
        self.assertGreater(held["touch_by_unix_ms"], page.state["now_unix_ms"])
        self.assertEqual(page.act_on(held, "touch")[1]["outcome"], "accepted")
        page.until("the touch is told", lambda state: "touch_by_unix_ms" not in state["leads"][0])
        self.assertEqual(page.act_on(held, "complete", disposition="nonsense")[1]["outcome"], "rejected")
        self.assertEqual(page.act_on(held, "complete", disposition="won", note="n" * 501)[1], {"outcome": "rejected", "reason": "the note is longer than 500 bytes"})
        self.assertEqual(page.act_on(held, "complete", disposition="won", note="fine")[1]["outcome"], "accepted")
        page.until("it is gone", lambda state: not state["leads"])

    def test_a_decline_goes_to_nobody_twice_and_a_late_answer_is_not_ours(self):
        page = self.desk("two", "bruno")
        self.floor.publish(product="heat pump")
        offer = page.lead("offered")
        self.assertEqual(page.act_on(offer, "decline")[1]["outcome"], "accepted")
        page.until("it is gone", lambda state: not state["leads"])
        self.assertEqual(page.act_on(offer, "accept")[1]["outcome"], "not_yours")

    def test_a_lead_is_handed_on(self):
        anna, bruno = self.desk("three"), self.desk("four", "bruno")
        self.floor.publish(name="Dario")
        offer = anna.lead("offered")
        anna.act_on(offer, "accept")
        held = anna.lead("assigned")
        self.assertEqual(anna.act_on(held, "transfer", rep="bruno", note="n" * 501)[1], {"outcome": "rejected", "reason": "the note is longer than 500 bytes"})
        self.assertEqual(anna.act_on(held, "transfer", rep="bruno", note="Würde gern im Mai anfangen")[1]["outcome"], "accepted")
        handed = bruno.lead("offered")
        self.assertEqual((handed["set_by"], handed["lead"]["full_name"]), ("anna", "Dario"))
        self.assertEqual((handed["note_by"], handed["note"]), ("anna", "Würde gern im Mai anfangen"))
        told = self.floor.tool("explain", handed["lead_id"]).stdout
        self.assertRegex(told, r"transferred \(rep bruno\) by anna: Würde gern im Mai anfangen")
        self.assertEqual(bruno.act_on(handed, "accept")[1]["outcome"], "accepted")
        self.assertEqual(bruno.act_on(handed, "complete", disposition="won")[1]["outcome"], "accepted")

    def test_a_break_comes_after_the_lead(self):
        page = self.desk("five")
        self.floor.publish(name="Elena")
        page.act_on(page.lead("offered"), "accept")
        held = page.lead("assigned")
        self.assertEqual(page.act("state", state="break", reason="lunch", after_lead=True)[1]["outcome"], "accepted")
        page.until("it is announced", lambda state: state["break_after_lead"])
        self.assertEqual(page.state["rep"]["state"], "available")
        page.act_on(held, "complete", disposition="won")
        page.until("the break", lambda state: state["rep"]["state"] == "break" and not state["break_after_lead"])

    def test_the_second_page_wins_and_the_first_is_told(self):
        browser = self.signed_in()
        first = self.desk("six", browser=browser)
        second = self.desk("seven")   # another sign-in: another device
        while (event := first.event()) and event[0] != "elsewhere":
            pass
        self.assertEqual(event, ("elsewhere", {"by": "page"}))
        self.assertIsNone(first.event())
        self.assertEqual(first.act("list")[0], 409)
        back = Page(browser, "six", take=False)   # its line comes back by itself: it takes nothing
        self.addCleanup(back.close)
        self.assertEqual(back.event()[0], "elsewhere")
        self.assertEqual(second.act("list")[1]["outcome"], "accepted")

    def test_the_desk_outlives_a_reload_and_a_program_that_logs_on_is_told(self):
        browser = self.signed_in("bruno")
        page = self.desk("eight", browser=browser)
        page.close()
        again = self.desk("nine", browser=browser)
        log = self.floor.log("gateway")
        self.assertEqual(log.count("rep at the desk: rep=bruno") - log.count("rep leaves the desk: rep=bruno"), 1)
        self.floor.secret_file("bruno.secret", "battery-staple\n")
        self.floor.start("rep", floor.BIN / "leadwire", "rep", "bruno", "--auto", "--run-dir", self.floor.folder / "run", "--secret-file", self.floor.folder / "bruno.secret")
        while (event := again.event()) and event[0] != "elsewhere":
            pass
        self.assertEqual(event, ("elsewhere", {"by": "device"}))
        self.floor.end("rep")

    def test_leaving_for_longer_than_the_grace_and_signing_out_log_off(self):
        browser = self.signed_in()
        self.desk("ten", browser=browser).close()
        before = self.floor.log("gateway").count("rep leaves the desk: rep=anna")
        wait_for("the grace is over", lambda: self.floor.log("gateway").count("rep leaves the desk: rep=anna") > before)
        wait_for("nobody is logged on", lambda: json.loads(self.floor.tool("status", "--json").stdout)["reps_on"] == 0)
        page = self.desk("eleven", browser=browser)
        browser.ask("POST", "/api/v1/sign-out", "{}")
        while (event := page.event()) and event[0] != "signed_out":
            pass
        self.assertIsNotNone(event)

    def test_frames_come_at_most_twenty_a_second_and_the_last_has_all(self):
        page = self.desk("thirteen")
        began, frames, first = time.monotonic(), 0, page.state["revision"]
        for _ in range(40):
            page.act("list")
        while page.state["revision"] < first + 40:   # each answer is a change
            self.assertEqual(page.event()[0], "state")
            frames += 1
        self.assertLessEqual(frames, 1 + (time.monotonic() - began) / 0.050)

    def test_other_dispositions_are_told_to_pages_that_are_open(self):
        page = self.desk("rules")

        def of_session():
            return json.loads(page.browser.ask("GET", "/api/v1/session")[2])["page"]
        wait_for("the rules are known", lambda: of_session()["rules"] > 0)
        before = of_session()
        self.assertEqual([row["name"] for row in before["dispositions"]], ["won", "later"])
        rules = self.floor.folder / "others.yaml"
        rules.write_text(floor.DESK.replace("  won: {label: Ordered, class: won}\n", "  sold: {label: Sold, class: won, texts: {it: Venduto}}\n"), encoding="utf-8")
        self.assertEqual(self.floor.tool("apply", rules).returncode, 0)
        page.until("other rules are told", lambda state: state["rules"] != before["rules"])
        self.assertEqual(of_session()["dispositions"][0], {"name": "sold", "label": "Sold", "texts": {"it": "Venduto"}, "class": "won", "then": "end",
                                                           "after_ms": 0, "at_least_ms": 0, "at_most_ms": 0})
        self.assertEqual(self.floor.tool("apply", self.floor.folder / "desk.yaml").returncode, 0)
        page.until("the former ones are back", lambda state: state["rules"] == of_session()["rules"] > before["rules"] + 1)

    def test_acts_of_other_forms_are_refused(self):
        page = self.desk("twelve")
        for name, members in (("accept", {}), ("state", {"state": "asleep"}), ("complete", {"lead_id": 7}), ("touch", {"lead_id": "x" * 100, "offer_number": 1})):
            status, answer = page.act(name, **members)
            self.assertEqual(status, 400, (name, answer))
        self.assertEqual(page.act("list", key="x" * 65)[0], 400)
        self.assertEqual(page.act_on({"lead_id": "1-1", "offer_number": 4}, "accept")[1]["outcome"], "not_yours")


class HandedOn(GatewayCase):
    """Bruno comes when Anna has the lead, so that it is known who is offered what."""

    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor()
        rules = floor.DESK.replace("  - name: everyone\n", "  - name: someday\n    when: {product: {contains: [someday]}}\n  - name: everyone\n")
        (cls.floor.folder / "desk.yaml").write_text(rules + "queues: {someday: {pull: yes}}\n", encoding="utf-8")
        cls.floor.open()

    def takes(self, page):
        """The lead that is offered to it, in hand then."""
        offer = page.lead("offered")
        self.assertEqual(page.act_on(offer, "accept")[1]["outcome"], "accepted")
        return page.lead("assigned")

    def ends(self, page, held):
        self.assertEqual(page.act_on(held, "complete", disposition="won")[1]["outcome"], "accepted")
        page.until("it is gone", lambda state: not state["leads"])

    def test_by_skill_back_by_team_and_with_an_appointment(self):
        anna = self.desk("hand-one")
        lead_id = self.floor.publish(name="Dario", product="a question")
        held = self.takes(anna)
        bruno = self.desk("hand-two", "bruno")
        appointment = int(time.time()) * 1000 + 86400000
        for giver, taker, by, target in ((anna, bruno, "anna", {"skill": "heatpump", "level": 5}), (bruno, anna, "bruno", {"back": True}),
                                         (anna, bruno, "anna", {"team": "outside"}), (bruno, anna, "bruno", {"rep": "anna"}),
                                         (anna, bruno, "anna", {"rep": "bruno", "appointment_unix_ms": appointment, "place": "Via Roma 1, Bergamo"})):
            self.assertEqual(giver.act_on(held, "transfer", **target), (200, {"outcome": "accepted", "reason": ""}), target)
            giver.until("it is gone", lambda state: not state["leads"])
            held = self.takes(taker)
            self.assertEqual((held["lead_id"], held["set_by"], held["lead"]["full_name"]), (lead_id, by, "Dario"), target)
        self.assertEqual((held["appointment_unix_ms"], held["place"]), (appointment, "Via Roma 1, Bergamo"))
        self.ends(bruno, held)

    def test_to_nobody_who_could_is_refused_and_the_lead_stays(self):
        anna = self.desk("hand-three")
        self.floor.publish(name="Elio")
        held = self.takes(anna)
        for target, why in (({"skill": "solar", "level": 10}, "nobody has that skill, and all else that the lead requires"),
                            ({"skill": "chess", "level": 1}, "the desk's rules have no such skill, or its level is not 1 to 10"),
                            ({"team": "nowhere"}, "nobody in that team can take it"), ({"rep": "nobody"}, "the desk's rules have no such rep"),
                            ({"back": True}, "nobody handed it on"), ({}, "name a rep, a team or a skill, or hand it back")):
            self.assertEqual(anna.act_on(held, "transfer", **target)[1], {"outcome": "rejected", "reason": why}, target)
        self.assertEqual(anna.lead("assigned")["lead_id"], held["lead_id"])
        self.ends(anna, held)

    def test_a_lead_of_the_shared_list_is_whose_who_pulls_first(self):
        anna, bruno = self.desk("pull-one"), self.desk("pull-two", "bruno")
        lead_id = self.floor.publish(name="Fausta", product="someday a new roof")
        for page in (anna, bruno):
            self.assertEqual(page.act("list")[1]["outcome"], "accepted")
            page.until("the list is told", lambda state: state["shared"])
            self.assertEqual([(row["lead_id"], row["queue"], row["channel"]) for row in page.state["shared"]], [(lead_id, "someday", "web")])
            self.assertEqual(page.state["leads"], [])
        self.assertEqual(anna.act("pull", lead_id=lead_id)[1]["outcome"], "accepted")
        self.assertEqual(bruno.act("pull", lead_id=lead_id)[1]["outcome"], "not_yours")
        bruno.act("list")
        bruno.until("the list is empty", lambda state: state["shared"] == [])
        held = anna.lead("assigned")
        self.assertEqual((held["lead_id"], held["lead"]["full_name"]), (lead_id, "Fausta"))
        self.ends(anna, held)


class Process(unittest.TestCase):
    def test_reload_takes_users_away_and_a_wrong_file_changes_nothing(self):
        place = floor.Floor()
        self.addCleanup(place.close)
        place.start_gateway()
        browser = Browser(place)
        self.assertEqual(browser.sign_in("anna"), 200)
        place.write_config("nonsense: true\n")
        place.processes["gateway"].send_signal(floor.signal.SIGHUP)
        wait_for("it is refused", lambda: "nothing was changed" in place.log("gateway"))
        self.assertEqual(browser.ask("GET", "/api/v1/session")[0], 200)
        place.write_config(floor.GATEWAY)
        place.write_users([("bruno", "rep", "bruno")])
        place.processes["gateway"].send_signal(floor.signal.SIGHUP)
        wait_for("it is read", lambda: "read again, 1 users" in place.log("gateway"))
        self.assertEqual(browser.ask("GET", "/api/v1/session")[0], 401)

    def test_a_restart_signs_nobody_off_and_what_had_ended_stays_so(self):
        place = floor.Floor(users=(("anna", "rep", "anna"), ("bruno", "rep", "bruno"), ("carla", "admin", "-")))
        self.addCleanup(place.close)
        place.open()
        anna, bruno, carla = Browser(place), Browser(place), Browser(place)
        for user, browser in (("anna", anna), ("bruno", bruno), ("carla", carla)):
            self.assertEqual(browser.sign_in(user), 200)
        self.assertEqual(bruno.ask("POST", "/api/v1/sign-out", {})[0], 200)

        def statuses():
            return [browser.ask("GET", "/api/v1/session")[0] for browser in (anna, bruno, carla)]
        for how, code in ((floor.signal.SIGKILL, -floor.signal.SIGKILL), (floor.signal.SIGTERM, 0)):
            page = Page(anna, f"before-{code}")
            page.until("the desk", lambda state: state["connected"])
            self.assertEqual(place.end("gateway", how), code)
            page.close()
            place.start_gateway()
            self.assertEqual(statuses(), [200, 401, 200], how)
            page = Page(anna, f"after-{code}")
            page.until("the desk", lambda state: state["connected"])
            self.assertEqual(page.act("list")[1]["outcome"], "accepted")   # by the token that the page had before
            page.close()
        kept = place.folder / "sessions"
        self.assertEqual(kept.stat().st_mode & 0o7777, 0o600)
        for secret in (anna.cookie.split("=")[1], anna.csrf, "argon2"):
            self.assertNotIn(secret, kept.read_text())
        self.assertEqual(carla.ask("POST", "/api/v1/sign-out", {})[0], 200)   # told: on the disk
        place.end("gateway", floor.signal.SIGKILL)
        place.write_users((("anna", "rep", "anna"), ("bruno", "rep", "bruno"), ("carla", "admin", "-")), anew=True)
        place.start_gateway()
        self.assertEqual(statuses(), [401, 401, 401])
        self.assertEqual(anna.sign_in("anna"), 200)
        place.write_users((("anna", "rep", "anna"),), anew=True)
        place.processes["gateway"].send_signal(floor.signal.SIGHUP)
        wait_for("another password", lambda: statuses()[0] == 401)
        kept.chmod(0o644)
        place.end("gateway")
        place.start("gateway", floor.BIN / "leadwire-gateway", "--config", place.folder / "gateway.yaml")
        self.assertEqual(place.processes.pop("gateway").wait(floor.WAIT_S), 1)
        self.assertIn("sessions.file", place.log("gateway"))
        self.assertIn("others can read or write it", place.log("gateway"))

    def test_what_is_wrong_is_said_with_its_line(self):
        place = floor.Floor()
        self.addCleanup(place.close)
        command = [floor.BIN / "leadwire-gateway", "--config", place.folder / "gateway.yaml", "--check"]

        def check(code, *words):
            done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(done.returncode, code, done.stdout)
            for word in words:
                self.assertIn(word, done.stdout)
        check(0, "configuration is good, 2 users")
        place.secret_file("users", "anna rep anna plain-text\n")
        check(3, "users: line 1: the hash is none of leadwire-gateway --hash-password")
        place.secret_file("users", "anna boss anna $argon2id$x\n")
        check(3, "line 1: the role is rep, lead, manager, admin or read-only")
        (place.folder / "users").chmod(0o644)
        check(3, "others can read it")
        place.write_config("desk: main\nlistn: 1\npage: {language: xx, crm_link: javascript}\n")
        check(3, "gateway.yaml:2", "did you mean 'listen'", "broker is missing", "users is missing", "page.language is en or it", "page.crm_link begins with")

    def test_hashes_differ_and_short_passwords_are_refused(self):
        def hashed(password):
            return subprocess.run([floor.BIN / "leadwire-gateway", "--hash-password"], input=password, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        first, second = hashed("long enough\n"), hashed("long enough\n")
        self.assertTrue(first.stdout.startswith("$argon2id$"))
        self.assertNotEqual(first.stdout, second.stdout)
        self.assertEqual(hashed("short\n").returncode, 2)


class Beats(unittest.TestCase):
    def test_a_page_does_without_two_beats_before_it_takes_the_line_for_broken(self):
        beat = re.search(r"BEAT_EVERY_MS = (\d+)", (floor.SOURCE / "gateway" / "rep_desks.h").read_text())
        silence = re.search(r"SILENCE_MAX_MS = (\d+)", (floor.SOURCE / "gateway" / "pages" / "event_line.mjs").read_text())
        self.assertLess(2 * int(beat[1]), int(silence[1]))


if __name__ == "__main__":
    unittest.main(verbosity=1)

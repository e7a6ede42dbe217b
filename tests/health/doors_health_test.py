#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Health of web, mail, phone and gateway before a broker: ready, broker away, mailbox gone; their metrics; and no personal data anywhere."""
import json
import os
import re
import signal
import subprocess
import urllib.parse

from doors_floor import MAIL, MARKS, TRACE, WEB, DoorsCase
from health_rig import BIN, DEADLINE_S, documented, main, wait_for

SECTIONS = {"leadwire-web": ["Doors", "Spools"], "leadwire-phone": ["Doors", "Spools"], "leadwire-mail": ["leadwire-mail"], "leadwire-gateway": ["leadwire-gateway"]}
COMMON = ("leadwire_broker_connected", "leadwire_broker_pending_requests", "leadwire_raw_store_bytes")


class Doors(DoorsCase):
    def test_each_serves_what_is_documented(self):
        self.open_doors()
        for program, sections in SECTIONS.items():
            names = documented("Every process", *sections) | (set(COMMON) if program == "leadwire-mail" else set())
            self.assertEqual(set(self.health[program].metrics()), names, program)
            self.assertEqual(self.health[program].ask("/livez")[0], 200)

    def test_the_broker_goes_and_comes_back(self):
        self.open_doors()
        self.broker.send_signal(signal.SIGTERM)
        self.broker.wait(DEADLINE_S)
        for program in ("leadwire-web", "leadwire-phone", "leadwire-mail"):
            self.assertEqual(wait_for(program + " not ready", self.health[program].not_ready), "the broker is away\n")
            self.assertEqual(self.health[program].ask("/livez")[0], 200)
        self.assertTrue(self.health["leadwire-gateway"].is_ready())
        self.open_broker()
        for program in SECTIONS:
            wait_for(program + " ready again", self.health[program].is_ready)

    def test_contacts_are_held_and_counted_while_the_broker_is_away(self):
        self.open_door("leadwire-web", WEB)
        self.broker.send_signal(signal.SIGTERM)
        self.broker.wait(DEADLINE_S)
        wait_for("not ready", self.health["leadwire-web"].not_ready)
        status, _ = self.post("leadwire-web", "/in/hook", json.dumps({"email": MARKS["email"]}), Content_Type="application/json")
        self.assertLess(status, 300)
        wait_for("the spool", lambda: self.counter("leadwire-web", "leadwire_spool_contacts") == 1)
        self.assertGreater(self.counter("leadwire-web", "leadwire_spool_bytes"), 0)
        self.assertEqual(self.counter("leadwire-web", "leadwire_requests_total", outcome="held"), 1)

    def test_a_mailbox_that_is_gone_is_told(self):
        process = self.open_door("leadwire-mail", MAIL)
        os.rmdir(self.path("mail/new"))
        self.assertEqual(wait_for("not ready", self.health["leadwire-mail"].not_ready), "a Maildir cannot be read\n")
        os.mkdir(self.path("mail/new"))
        process.send_signal(signal.SIGHUP)
        wait_for("ready again", self.health["leadwire-mail"].is_ready)

    def test_a_lead_is_followed_from_its_door_to_its_end_by_its_trace(self):
        self.open_door("leadwire-web", WEB)
        with open(self.path("watch.out"), "wb") as out:
            self.processes.append(subprocess.Popen([os.path.join(BIN, "leadwire"), "watch", "--json", "--run-dir", self.path("run")], stdout=out))
        wait_for("watch is live", lambda: '"live"' in self.text("watch.out"))
        self.assertEqual(self.post_form(traceparent=f"00-{TRACE}-00f067aa0ba902b7-01", Idempotency_Key="1")[0], 200)
        self.assertEqual(self.post_form(traceparent="00-" + "a" * 32 + "-00f067aa0ba902b7-01", Idempotency_Key="1")[1].count("duplicate"), 1)
        self.assertEqual(self.post("leadwire-web", "/in/contact-form", "email=other%40marked.example", Content_Type="application/x-www-form-urlencoded")[0], 200)
        self.start_rep()
        wait_for("both are completed", lambda: self.text("watch.out").count('"to":"completed"') == 2 or self.text("watch.out").count('"to": "completed"') == 2)
        events = [event for event in map(json.loads, self.text("watch.out").splitlines()) if event.get("lead_id")]
        mine = [event["cause"] for event in events if event["trace_id"] == TRACE]
        self.assertEqual(mine, ["published", "offered", "accepted", "completed"])
        others = {event["trace_id"] for event in events} - {TRACE}
        self.assertEqual([len(trace) for trace in others], [32])
        told = [line["program"] for line in map(json.loads, self.logs().splitlines()) if TRACE in line["message"]]
        self.assertEqual(told, ["leadwire-broker"] * 4 + ["leadwire-web"])

    def test_no_log_and_no_metric_tells_whom_a_lead_is_about(self):
        self.open_doors()
        self.assertEqual(self.post_form()[0], 200)
        self.post("leadwire-web", "/in/contact-form", json.dumps(MARKS)[:-5], Content_Type="application/json")      # broken
        self.post("leadwire-web", "/in/contact-form?name=" + urllib.parse.quote(MARKS["name"]), "", Content_Type="text/" + MARKS["text"])
        self.deliver_mail()
        self.leadwire("publish", "--name", MARKS["name"], "--language", "it")
        wait_for("the mail", lambda: self.counter("leadwire-mail", "leadwire_mails_total", outcome="accepted") == 1)
        self.start_rep()
        wait_for("leads of three doors are completed", lambda: self.counter("leadwire-broker", "leadwire_lead_events_total", cause="completed") >= 3)
        self.assertEqual(self.call()[0], 200)
        wait_for("the call", lambda: self.counter("leadwire-phone", "leadwire_requests_total", outcome="accepted") == 1)
        metrics = "".join(health.ask("/metrics")[1] for health in self.health.values())
        self.assertIn('leadwire_requests_total{outcome="accepted"} 1', metrics)
        logs = self.logs()
        self.assertGreater(logs.count('"program":"leadwire-'), 20)
        for line in logs.splitlines():
            self.assertEqual(set(json.loads(line)) & {"time", "level", "program", "message"}, {"time", "level", "program", "message"}, line)
        for what, mark in MARKS.items():
            for form in (mark, mark.split()[0], urllib.parse.quote(mark), re.sub(r"\D", "", mark) or mark):
                self.assertNotIn(form.lower(), (logs + metrics).lower(), what)


if __name__ == "__main__":
    main()

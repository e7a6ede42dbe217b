#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Health of web, mail, phone and gateway before a broker: ready, broker away, mailbox gone; their metrics; and no personal data anywhere."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import subprocess
import urllib.parse

from health_rig import BIN, DEADLINE_S, HealthCase, documented, main, wait_for

DESK = """
desk: main
reps: {anna: {capacity: 9, device: "sip:anna@desk.example"}}
channels: {phone: {wrap_up: 0s}, web: {wrap_up: 0s}, email: {wrap_up: 0s}}
rules: [{name: everyone}]
dispositions: {won: {label: Done, class: won}}
"""
WEB = """
desk: main
broker: ipc://FLOOR/run/publish
listen: 127.0.0.1:0
raw: {directory: raw-web}
spool: {directory: spool}
sources: {contact-form: {region: IT}, hook: {region: IT, cannot_retry: yes}}
"""
PHONE = """
desk: main
broker: ipc://FLOOR/run/publish
listen: 127.0.0.1:0
public_base: https://voice.example.com
sources: {main-line: {auth_token_file: token, region: IT, language: en}}
"""
MAIL = """
desk: main
broker: ipc://FLOOR/run/publish
raw: {directory: raw-mail}
scan_every: 1s
sources: {sales: {maildir: mail, region: IT}}
"""
GATEWAY = """
desk: main
broker: ipc://FLOOR/run/reps
users: users
rep_secrets: reps
listen: 127.0.0.1:0
page: {dispositions: {won: Done}}
"""
SECTIONS = {"leadwire-web": ["Doors", "leadwire-web"], "leadwire-phone": ["Doors"], "leadwire-mail": ["leadwire-mail"], "leadwire-gateway": ["leadwire-gateway"]}
COMMON = ("leadwire_broker_connected", "leadwire_broker_pending_requests", "leadwire_raw_store_bytes")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
# What people write about themselves: none of it may come to a log or a metric.
MARKS = {"name": "Zacharias Quillfeather", "email": "quillfeather@marked.example", "phone": "+393311234567", "text": "meadowlark unicycle"}


class Floor(HealthCase):
    def setUp(self):
        super().setUp()
        self.write("reps", "anna correct-horse\n")
        self.write("anna.secret", "correct-horse\n")
        self.write("token", "0123456789abcdef0123456789abcdef\n")
        hashed = subprocess.run([os.path.join(BIN, "leadwire-gateway"), "--hash-password"], input="an-open-door-policy\n", text=True, check=True,
                                stdout=subprocess.PIPE).stdout.strip()
        self.write("users", f"anna rep anna {hashed}\n")
        for folder in ("mail", "mail/new", "mail/cur", "mail/tmp"):
            os.mkdir(self.path(folder))
        self.health = {}
        self.open_broker()
        self.leadwire("apply", self.write("desk.yaml", DESK))

    def open_broker(self):
        self.broker, self.health["leadwire-broker"] = self.start_broker("--ephemeral", "--rep-secrets", self.path("reps"), LEADWIRE_LOG_LEVEL="debug",
                                                                       LEADWIRE_LOG_FORMAT="json")
        wait_for("the broker", self.health["leadwire-broker"].is_ready)

    def open_door(self, program, config):
        self.write(program + ".yaml", config.replace("FLOOR", self.directory))
        process, self.health[program] = self.start(program, "--config", self.path(program + ".yaml"), "--port-file", self.path(program + ".port"),
                                                   LEADWIRE_LOG_LEVEL="debug", LEADWIRE_LOG_FORMAT="json")
        wait_for(program, lambda: self.health[program].is_ready() or process.poll() is not None)
        self.assertIsNone(process.poll(), self.logs())
        return process

    def open_doors(self):
        for program, config in (("leadwire-web", WEB), ("leadwire-phone", PHONE), ("leadwire-mail", MAIL), ("leadwire-gateway", GATEWAY)):
            self.open_door(program, config)

    def port(self, program):
        with open(self.path(program + ".port"), encoding="ascii") as file:
            return int(file.read())

    def post(self, program, path, body, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port(program), timeout=DEADLINE_S)
        connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def post_form(self, **more):
        return self.post("leadwire-web", "/in/contact-form", urllib.parse.urlencode(MARKS | {"message": MARKS["text"]}),
                         Content_Type="application/x-www-form-urlencoded", **more)

    def deliver_mail(self):
        self.write("mail/tmp/1", f"From: {MARKS['name']} <{MARKS['email']}>\nTo: sales@solar.example\nSubject: {MARKS['text']}\n"
                                 f"Message-ID: <1@marked.example>\n\nPlease call {MARKS['phone']}: {MARKS['text']}.\n")
        os.rename(self.path("mail/tmp/1"), self.path("mail/new/1"))

    def call(self):
        fields = {"CallSid": "CA1", "From": MARKS["phone"], "To": "+390255500100", "Direction": "inbound", "CallStatus": "ringing",
                  "CallerName": MARKS["name"]}
        signed = "https://voice.example.com/voice/main-line/incoming" + "".join(name + value for name, value in sorted(fields.items()))
        signature = base64.b64encode(hmac.new(b"0123456789abcdef0123456789abcdef", signed.encode(), hashlib.sha1).digest()).decode()
        return self.post("leadwire-phone", "/voice/main-line/incoming", urllib.parse.urlencode(fields), Content_Type="application/x-www-form-urlencoded",
                         X_Twilio_Signature=signature)

    def start_rep(self):
        with open(self.path("rep.out"), "wb") as out:
            self.processes.append(subprocess.Popen([os.path.join(BIN, "leadwire"), "rep", "anna", "--auto", "--run-dir", self.path("run"), "--secret-file",
                                                    self.path("anna.secret"), "--think-ms", "1", "--handle-ms", "1"], stdout=out, stderr=out))

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def counter(self, program, name, **labels):
        return self.health[program].metrics().value(name, **labels)

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

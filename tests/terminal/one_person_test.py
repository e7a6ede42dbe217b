#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One person by all doors: a form, a call and a mail through the real workers and a real broker are one lead and one offer; a reply joins what it answers."""
import json
import os
import re
import sys
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web"))
from pty_screen import Terminal  # noqa: E402
from terminal_desk import BIN, Desk  # noqa: E402
from worker_case import Worker, wait_for  # noqa: E402

DEVICE = "+390255500101"
RULES = f"""
desk: main
people: {{join: yes}}
channels:
  phone: {{weight: 3, priority: 50, offer_timeout: 10m, connect_timeout: 5m}}
  web: {{weight: 1, priority: 20, offer_timeout: 10m}}
  email: {{weight: 1, priority: 10, offer_timeout: 10m}}
reps:
  anna: {{capacity: 3, device: "{DEVICE}"}}
dispositions: {{won: {{label: Ordered, class: won}}}}
"""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Doors(unittest.TestCase):
    def setUp(self):
        self.desk = Desk(RULES)
        self.directory = str(self.desk.folder)
        head = f"desk: main\nbroker: ipc://{self.desk.run_dir}/publish\n"
        self.web = Worker("leadwire-web", self.directory, head + "listen: 127.0.0.1:0\nsources: {form: {region: IT}}\n")
        self.phone = Worker("leadwire-phone", self.directory, head + "listen: 127.0.0.1:0\npublic_base: http://voice.example\nsources:\n"
                            "  line: {region: IT, signature: 'off', texts: {it: {hold: 'Numero {position}.', goodbye: Addio.}}}\n")
        for name in ("tmp", "new", "cur"):
            (self.desk.folder / "box" / name).mkdir(parents=True)
        config = self.desk.write("mail.yaml", head + "scan_every: 100ms\ndecisions_log: decisions\n"
                                 "sources: {office: {maildir: box, region: IT, own: [shop.example]}}\n")
        self.desk.launch("mail", BIN / "leadwire-mail", "--config", config)
        self.web.ready()
        self.phone.ready()

    def tearDown(self):
        for worker in (self.web, self.phone):
            self.assertEqual(worker.stop(), 0, worker.log())
            self.assertNotRegex(worker.log(), "Sanitizer|runtime error")
        self.desk.close()

    def form(self, **fields):
        status, _, body = self.web.request("POST", "/in/form", urllib.parse.urlencode(fields), FORM)
        self.assertEqual(status, 200, body)
        return json.loads(body)["lead_id"]

    def call(self, step, **params):
        status, _, body = self.phone.request("POST", f"/voice/line/{step}", urllib.parse.urlencode({"CallSid": "CA1", "To": "+390255500000", **params}), FORM)
        self.assertEqual(status, 200, body)
        return list(xml.fromstring(body))

    def mail(self, name, sender, text="Hello", **headers):
        """The lead that it has become, or joined."""
        lines = [f"From: {sender}", "Subject: Pumps", f"Message-ID: <{name}@mail.example>", *(f"{key.replace('_', '-')}: {value}" for key, value in headers.items())]
        (self.desk.folder / "box" / "tmp" / name).write_text("\n".join(lines) + f"\n\n{text}\n")
        os.rename(self.desk.folder / "box" / "tmp" / name, self.desk.folder / "box" / "new" / name)
        log = self.desk.folder / "decisions"

        def decision():
            return log.exists() and re.search(rf" office {name} (.*)\n", log.read_text())
        return wait_for(f"the decision on {name}", decision)[1].split()[-1]

    def test_a_form_a_call_and_a_mail_of_one_person_are_one_lead_and_one_offer(self):
        with Terminal([BIN / "leadwire", "rep", "anna", "--secret-file", self.desk.folder / "anna", "--run-dir", self.desk.run_dir, "--undo", "0"], rows=80) as anna:
            anna.see("logged on as anna")
            lead = self.form(name="Mario Rossi", phone="02 1234 5678", email="mario@rossi.example", message="Call me about pumps")
            anna.see(rf"\[1\] OFFER: a web lead .* \(lead {lead}\)")
            self.assertEqual([e.tag for e in self.call("incoming", From="+390212345678", CallStatus="ringing")], ["Say", "Pause", "Redirect"])
            anna.see(r"and then +phone")
            self.assertEqual(self.mail("m1", "Mario <mario@rossi.example>"), lead)
            anna.see(r"and then +email")
            self.assertNotIn("[2]", anna.screen.text())
            anna.type("a\n")
            anna.see(rf"\[1\] CALL: your phone rings, pick up \(lead {lead}\)")   # the form is a call now
            dial = [e for e in self.call("hold?n=1&p=1", From="+390212345678", CallStatus="in-progress") if e.tag == "Dial"]
            self.assertEqual([number.text for e in dial for number in e], [DEVICE])
            self.assertNotIn("[2]", anna.screen.text())

    def test_a_reply_joins_what_it_answers_whoever_wrote_it(self):
        first = self.mail("m1", "Anna <anna@buyer.example>")
        self.assertEqual(self.mail("m2", "Bernd <bernd@buyer.example>", In_Reply_To="<offer@shop.example>", References="<m1@mail.example> <offer@shop.example>"), first)
        self.assertEqual(self.mail("m3", "Carla <carla@buyer.example>", In_Reply_To="<m2@mail.example>"), first)   # a joined mail is known too
        self.assertEqual(self.mail("m4", "Dora <dora@buyer.example>", In_Reply_To="<offer@shop.example>"), first)   # both answer our own mail
        self.assertNotEqual(self.mail("m5", "Emil <emil@buyer.example>", In_Reply_To="<other@shop.example>"), first)


if __name__ == "__main__":
    for program in ("leadwire-web", "leadwire-phone", "leadwire-mail", "leadwire"):
        if not (BIN / program).exists():
            print(f"SKIP: {program} is not built")
            sys.exit(77)
    unittest.main(verbosity=2)

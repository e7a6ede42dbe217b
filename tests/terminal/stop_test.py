#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who says stop by mail is not called for a later form: it is parked, and says why; over a restart too, until they agree."""
import json
import os
import re
import signal
import subprocess
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web"))
from pty_screen import Terminal  # noqa: E402
from terminal_desk import BIN, Desk  # noqa: E402
from worker_case import Worker, wait_for  # noqa: E402

RULES = """
desk: main
people: {do_not_call: park}
channels: {web: {offer_timeout: 10m}, email: {offer_timeout: 10m}}
rules:
  - {name: quiet, when: {attribute.do_not_call: yes}}
  - {name: sales}
reps: {anna: {capacity: 9}}
dispositions: {won: {class: won}, leave-me: {class: do_not_call}}
"""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STOP = "From: Mario <Mario.Rossi@buyer.example>\nSubject: Re: Pumps\nDate: Wed, 4 Mar 2026 09:30:00 +0100\nMessage-ID: <m1@buyer.example>\n\nSTOP\n"


class Stop(unittest.TestCase):
    def setUp(self):
        self.desk = Desk(RULES, with_redis=True)
        head = f"desk: main\nbroker: ipc://{self.desk.run_dir}/publish\n"
        self.web = Worker("leadwire-web", str(self.desk.folder), head + "listen: 127.0.0.1:0\nsources: {form: {region: IT}}\n")
        for name in ("tmp", "new", "cur"):
            (self.desk.folder / "box" / name).mkdir(parents=True)
        config = self.desk.write("mail.yaml", head + "scan_every: 100ms\ndecisions_log: decisions\nsources: {office: {maildir: box, region: IT}}\n")
        self.desk.launch("mail", BIN / "leadwire-mail", "--config", config)
        self.web.ready()

    def tearDown(self):
        self.assertEqual(self.web.stop(), 0, self.web.log())
        self.assertNotRegex(self.web.log(), "Sanitizer|runtime error|rossi")
        self.desk.close()

    def form(self, **fields):
        status, _, body = self.web.request("POST", "/in/form", urllib.parse.urlencode({"name": "Mario Rossi", **fields}), FORM)
        self.assertEqual(status, 200, body)
        return json.loads(body)["lead_id"]

    def mail_stop(self):
        (self.desk.folder / "box" / "tmp" / "m1").write_text(STOP)
        os.rename(self.desk.folder / "box" / "tmp" / "m1", self.desk.folder / "box" / "new" / "m1")
        log = self.desk.folder / "decisions"
        return wait_for("the mail", lambda: log.exists() and re.search(r" office m1 (.*)\n", log.read_text()))[1].split()[-1]

    def state(self, lead):
        return json.loads(self.desk.tool("explain", lead, "--json"))

    def restart(self):
        self.desk.end("broker")
        self.desk.start()

    def move(self):
        """The desk goes into a file, and comes out of it into another Redis."""
        redis = f"unix:{self.desk.folder}/redis.sock"
        self.desk.end("broker")
        for act in ("export", "import"):
            done = subprocess.run([BIN / "leadwire", "desk", act, self.desk.folder / "main.desk", "--redis", redis], check=False, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout)
            if act == "export":
                self.desk.end("redis", signal.SIGKILL)
                (self.desk.folder / "redis.sock").unlink()
                self.desk.start_redis()
        self.desk.start()

    def test_an_export_takes_them_along(self):
        self.mail_stop()
        self.move()
        self.assertEqual(self.state(self.form(email="mario.rossi@buyer.example", message="Pumps"))["state"], "parked")

    def test_a_later_form_is_parked_and_says_why_until_the_person_agrees(self):
        self.mail_stop()
        self.restart()
        lead = self.form(email="mario.rossi@buyer.example", message="Pumps")
        told = self.state(lead)
        self.assertEqual((told["state"], told["queue"]), ("parked", "quiet"), told)
        self.assertIn("parked: set_aside; the person wants to hear no more", told["waiting_because"])
        other = self.form(email="carla@buyer.example", message="Pumps")
        with Terminal([BIN / "leadwire", "rep", "anna", "--secret-file", self.desk.folder / "anna", "--run-dir", self.desk.run_dir, "--undo", "0"], rows=80) as anna:
            anna.see("logged on as anna")
            anna.see(rf"lead {other}")
            self.assertNotIn(lead, anna.screen.text())
            self.desk.tool("lead", "release", lead, "--reason", "wrote on their own")   # whoever runs the desk decides
            anna.see(rf"lead {lead}")
            anna.see(r"consent +contact: NO, 2026-03-04 \d\d:30: STOP")
            anna.see(r"do_not_call +yes")
            agreed = self.form(email="mario.rossi@buyer.example", consent="yes", message="Call me")
            anna.see(rf"lead {agreed}")
            self.assertEqual(self.state(agreed)["queue"], "sales")
        self.restart()
        self.assertEqual(self.state(self.form(email="mario.rossi@buyer.example", message="Pipes"))["queue"], "sales")


if __name__ == "__main__":
    for program in ("leadwire-web", "leadwire-mail", "leadwire"):
        if not (BIN / program).exists():
            print(f"SKIP: {program} is not built")
            sys.exit(77)
    unittest.main(verbosity=2)

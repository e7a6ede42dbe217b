#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire replay: raw contacts are read again after a map was corrected; a worker, a broker, and no lead twice."""
import http.client
import json
import os
import re
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

BIN = os.environ["LEADWIRE_BIN"]
SOURCE = os.environ["LEADWIRE_SOURCE"]
DESK = os.path.join(SOURCE, "deploy/small-business/desk.yaml")
WEB = """desk: main
broker: ipc://{folder}/run/publish
listen: 127.0.0.1:0
answer_within: 500ms
raw: {{directory: raw}}
sources:
  form: {{region: IT{map}}}
  other: {{region: IT}}
"""
MAP = ", map: {phone: recapito}"
MAIL = """desk: main
broker: ipc://{folder}/run/publish
raw: {{directory: raw}}
sources: {{office: {{region: IT}}}}
"""
PHONE = """desk: main
broker: ipc://{folder}/run/publish
listen: 127.0.0.1:0
answer_within: 500ms
public_base: http://127.0.0.1
raw: {{directory: raw}}
sources:
  line: {{signature: off, region: {region}, voicemail: {{}}}}
sip:
  listen: [udp:127.0.0.1:0]
  trusted: [127.0.0.1]
  sources: {{trunk: {{region: {region}}}}}
"""
INVITE = """INVITE sip:+390255500000@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{call}{number}
From: <sip:nobody@example.org>;tag=f1
To: <sip:+390255500000@127.0.0.1>
Call-ID: {call}
CSeq: {number} INVITE
Max-Forwards: 70
P-Asserted-Identity: <sip:3331234567@example.org>
Content-Length: 0

"""


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lw-replay-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.broker = self.start("leadwire-broker", "--ephemeral", "--desk", "main", "--run-dir", self.path("run"), "--ready-fd", "1")
        self.assertEqual(self.broker.stdout.readline(), b"serving\n")
        with open(DESK, encoding="utf-8") as desk:
            alone, count = re.subn(r"(?m)^  join: yes$", "  join: no", desk.read())
        self.assertEqual(count, 1)
        self.tool("apply", self.write("desk.yaml", alone), "--run-dir", self.path("run"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def start(self, program, *arguments):
        process = subprocess.Popen([os.path.join(BIN, program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def tool(self, *arguments, code=0):
        done = subprocess.run([os.path.join(BIN, "leadwire"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done.stdout.decode(), done.stderr.decode()

    def leads(self):
        return json.loads(self.tool("status", "--json", "--run-dir", self.path("run"))[0])["published_total"]

    def replay(self, *arguments, source="form", config="web.yaml", code=0):
        told, _ = self.tool("replay", "--source", source, "--since", "1h", "--config", self.path(config), "--json", *arguments, code=code)
        return [json.loads(line) for line in told.splitlines()]

    def start_worker(self):
        self.write("web.yaml", WEB.format(folder=self.folder, map=""))
        return self.start_door("leadwire-web", "web.yaml")

    def start_door(self, program, config):
        self.start(program, "--config", self.path(config), "--port-file", self.path("port"))
        deadline = time.monotonic() + 30
        while not os.path.exists(self.path("port")):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        with open(self.path("port"), encoding="ascii") as file:
            return int(file.read())

    def post(self, port, body, source="form", **headers):
        deadline = time.monotonic() + 30
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("POST", f"/in/{source}", body, {"Content-Type": "application/x-www-form-urlencoded", **headers})
            answer = connection.getresponse()
            told = json.loads(answer.read())
            connection.close()
            if answer.status != 503 or time.monotonic() > deadline:   # the worker is not connected yet
                return answer.status, told.get("lead_id")
            time.sleep(0.05)

    def test_a_paused_source_is_told_in_the_brokers_words_and_goes_on_later(self):
        port = self.start_worker()
        known = self.post(port, "email=a%40b.example&x=1")[1]
        self.assertEqual(self.post(port, "nome=Eva&recapito=333+1234567")[0], 422)
        self.write("web.yaml", WEB.format(folder=self.folder, map=MAP))
        at_broker = ("--run-dir", self.path("run"))
        again = ("replay", "--source", "form", "--since", "1h", "--config", self.path("web.yaml"))
        self.tool("source", "form", "pause", "--reason", "a flood", *at_broker)
        told, words = self.tool(*again, code=3)
        self.assertEqual(told, "")
        self.assertIn("the broker does not take it now: a manager has paused this source. What was answered is done, the rest is not", words)
        self.assertIn("1 of 2 raw contacts: 1 duplicate\ngo on with --since ", words)
        self.assertEqual(self.leads(), 1)
        self.tool("source", "form", "resume", "--reason", "it is over", *at_broker)
        lines = self.replay()
        self.assertEqual([(line["outcome"], line["lead_id"] == known) for line in lines], [("duplicate", True), ("accepted", False)])

    def test_a_corrected_map_makes_leads_of_what_was_none_and_none_twice(self):
        port = self.start_worker()
        self.assertEqual(self.post(port, "nome=Eva&recapito=333+1234567")[0], 422)   # nobody could be reached
        same = self.post(port, "email=a%40b.example&x=1")[1]
        differs = self.post(port, "email=c%40d.example&recapito=333+7654321")[1]
        keyed = self.post(port, "email=e%40f.example", **{"Idempotency-Key": "k-1"})[1]
        self.post(port, "email=g%40h.example", source="other")
        self.assertEqual(self.leads(), 4)
        self.write("web.yaml", WEB.format(folder=self.folder, map=MAP))
        shown = self.replay("--dry-run")
        self.assertEqual(sorted(line["outcome"] for line in shown), ["lead"] * 4 + ["of_another_source"])
        self.assertIn("+393331234567", [line["lead"].get("phones", [{}])[0].get("e164") for line in shown if "lead" in line])
        self.assertEqual(self.leads(), 4)
        lines = {line["raw"]: line for line in self.replay()}
        self.assertEqual(sorted(line["outcome"] for line in lines.values()), ["accepted", "differs", "duplicate", "duplicate", "of_another_source"])
        self.assertEqual({line["lead_id"] for line in lines.values() if line["outcome"] == "duplicate"}, {same, keyed})
        self.assertEqual({line["lead_id"] for line in lines.values() if line["outcome"] == "differs"}, {differs})
        self.assertEqual(self.leads(), 5)
        again = self.replay("--rate", "20")
        self.assertEqual(sorted(line["outcome"] for line in again), ["differs", "duplicate", "duplicate", "duplicate", "of_another_source"])
        self.assertEqual([line["at"] for line in again], sorted(line["at"] for line in again))
        self.assertEqual(self.leads(), 5)
        words, summary = self.tool("replay", "--source", "form", "--since", "1h", "--config", self.path("web.yaml"))
        self.assertRegex(words, rf"^\S+ \S+ [0-9a-f]{{32}}\.form: differs, lead {differs}")
        self.assertIn("5 of 5 raw contacts: ", summary)
        self.assertEqual(self.replay("--until", "30m"), [])

    def test_what_differs_joins_its_open_lead_once_and_an_ended_one_not_at_all(self):
        self.tool("apply", DESK, "--run-dir", self.path("run"))   # whose contacts of one person are one lead
        port = self.start_worker()
        bodies = ("email=a%40b.example&recapito=333+7654321", "email=c%40d.example&recapito=333+7654322")
        opened, ended = (self.post(port, body)[1] for body in bodies)
        self.tool("lead", "cancel", ended, "--reason", "test", "--run-dir", self.path("run"))
        self.write("web.yaml", WEB.format(folder=self.folder, map=MAP))
        for outcomes in ({opened: "corrected", ended: "differs"}, {opened: "duplicate", ended: "differs"}):
            self.assertEqual({line["lead_id"]: line["outcome"] for line in self.replay("--correct")}, outcomes)
        self.assertEqual({line["lead_id"]: line["reason"] for line in self.replay("--correct")}[ended], "the lead has ended")
        self.assertEqual({line["outcome"] for line in self.replay()}, {"differs"})
        self.assertEqual(self.leads(), 2)
        self.assertEqual(self.post(port, "phone=333+7654321")[1], opened)   # the number leads to it now
        self.assertEqual(self.leads(), 2)

    def test_a_broker_that_is_away_ends_it_and_it_says_how_to_go_on(self):
        port = self.start_worker()
        self.assertEqual(self.post(port, "email=a%40b.example")[0], 200)
        self.broker.kill()
        _, words = self.tool("replay", "--source", "form", "--since", "1h", "--config", self.path("web.yaml"), code=3)
        self.assertIn("the broker does not take it", words)
        self.assertIn("0 of 1 raw contacts", words)

    def test_mails_keep_their_ids(self):
        config = self.write("mail.yaml", MAIL.format(folder=self.folder))
        with open(os.path.join(SOURCE, "tests/mail/samples/plain.eml"), "rb") as mail:
            done = subprocess.run([os.path.join(BIN, "leadwire-mail"), "--once", "--source", "office", "--config", config], stdin=mail,
                                  stdout=subprocess.PIPE, timeout=60, check=True)
        line, = self.replay(source="office", config="mail.yaml")
        self.assertEqual((line["outcome"], line["lead_id"]), ("duplicate", json.loads(done.stdout)["lead_id"]))
        self.assertEqual(self.leads(), 1)

    def health(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        return answer.status == 200, told

    def start_phone(self, region="IT"):
        self.write("phone.yaml", PHONE.format(folder=self.folder, region=region))
        port = self.start_door("leadwire-phone", "phone.yaml")
        deadline = time.monotonic() + 30
        while not self.health(port)[0]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return port

    def webhook(self, port, call, step, **params):
        body = urllib.parse.urlencode({"CallSid": call, "From": "3331234567", "To": "+390255500000", **params})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", f"/voice/line/{step}", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        told = answer.read().decode()
        connection.close()
        return answer.status, told

    def come_back(self, port, call, markup, **params):
        """To where the markup sends the caller, which repeats no recording."""
        again = xml.fromstring(markup)[-1].text
        return self.webhook(port, call, again.rsplit("/", 1)[1], CallStatus="in-progress", **params)

    def is_kept_waiting(self, port, call):
        return xml.fromstring(self.webhook(port, call, "hold", CallStatus="in-progress")[1])[-1].tag == "Redirect"

    def ring(self, caller, number, status):
        caller.send(INVITE.format(call="c1", number=number).replace("\n", "\r\n").encode())
        while b"SIP/2.0 " + status not in caller.recv(65536):
            pass

    def source(self, name, verb):
        self.tool("source", name, verb, "--reason", "test", "--run-dir", self.path("run"))

    def outcomes(self, lines):
        return [line["outcome"] for line in lines]

    def test_a_call_that_was_no_lead_is_a_missed_call_and_its_message_joins_it(self):
        port = self.start_phone()
        self.webhook(port, "CA1", "incoming", CallStatus="ringing")
        self.webhook(port, "CA1", "status", CallStatus="completed")
        self.source("line", "pause")
        _, markup = self.webhook(port, "CA2", "incoming", CallStatus="ringing")
        self.come_back(port, "CA2", markup)
        said = {"RecordingSid": "RE2", "RecordingUrl": "https://api.example.com/RE2", "RecordingDuration": "17"}
        _, markup = self.webhook(port, "CA2", "message", CallStatus="in-progress", **said)
        self.come_back(port, "CA2", markup)
        self.assertEqual(self.webhook(port, "CA2", "recording", From="", RecordingStatus="completed", **said)[0], 503)
        self.source("line", "resume")
        self.assertEqual(self.leads(), 1)
        self.assertEqual(self.outcomes(self.replay("--dry-run", source="line", config="phone.yaml")), ["lead"] * 5)
        lines = self.replay(source="line", config="phone.yaml")
        self.assertEqual(self.outcomes(lines), ["duplicate", "accepted", "duplicate", "joined", "duplicate"])
        self.assertEqual(lines[1]["reason"], "nobody is on the line any more: it is a missed call")
        self.assertEqual(len({line["lead_id"] for line in lines[1:]}), 1)
        self.assertFalse(self.is_kept_waiting(port, "CA2"))   # a rep calls back
        for options in ((), ("--correct",)):
            self.assertEqual(self.outcomes(self.replay(*options, source="line", config="phone.yaml")), ["duplicate"] * 5)
        self.assertEqual(self.leads(), 2)

    def test_a_call_that_was_accepted_as_it_came_again_is_the_same_and_a_corrected_region_differs(self):
        port = self.start_phone()
        self.source("line", "pause")
        _, markup = self.webhook(port, "CA1", "incoming", CallStatus="ringing")
        self.source("line", "resume")
        self.come_back(port, "CA1", markup)
        self.assertEqual(self.leads(), 1)
        self.assertEqual(self.outcomes(self.replay("--correct", source="line", config="phone.yaml")), ["duplicate", "duplicate"])
        self.assertTrue(self.is_kept_waiting(port, "CA1"))
        self.webhook(port, "CA1", "message", CallStatus="in-progress", RecordingSid="RE1", RecordingUrl="https://api.example.com/RE1")
        self.write("phone.yaml", PHONE.format(folder=self.folder, region="DE"))
        self.assertEqual(self.outcomes(self.replay(source="line", config="phone.yaml")), ["duplicate", "differs", "differs"])
        for outcomes in (["duplicate", "differs", "corrected"], ["duplicate", "differs", "duplicate"]):   # a message joins, a call would ring
            self.assertEqual(self.outcomes(self.replay("--correct", source="line", config="phone.yaml")), outcomes)
        self.assertEqual(self.leads(), 1)

    def test_a_call_by_sip_is_read_again_as_it_came(self):
        port = self.start_phone()
        sip = int(self.health(port)[1]["sip"]["listen"][0].rsplit(":", 1)[1])
        self.source("trunk", "pause")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.settimeout(30)
            caller.connect(("127.0.0.1", sip))
            for number in (1, 2):   # refused, it tries once more by other bytes
                self.ring(caller, number, b"503")
            self.source("trunk", "resume")
            self.assertEqual(self.outcomes(self.replay(source="trunk", config="phone.yaml")), ["accepted", "duplicate"])
            self.ring(caller, 3, b"480")   # a rep calls back
        shown = self.replay("--dry-run", source="trunk", config="phone.yaml")
        self.assertEqual([phone["e164"] for line in shown for phone in line["lead"]["phones"]], ["+393331234567"] * 3)   # as its peer is trusted
        self.assertEqual(self.outcomes(self.replay("--correct", source="trunk", config="phone.yaml")), ["duplicate"] * 3)
        self.assertEqual(self.leads(), 1)

    def test_what_cannot_be_replayed_says_why(self):
        self.write("web.yaml", WEB.format(folder=self.folder, map=MAP).replace("raw: {directory: raw}\n", ""))
        base = ("replay", "--since", "1h", "--source")
        for arguments, code, words in (
                (("form", "--config", self.path("web.yaml")), 1, "keeps no raw files: raw.directory is not set"),
                (("form",), 2, "needs --source NAME, --since TIME and --config FILE"),
                (("form", "--config", self.path("web.yaml"), "--since", "soon"), 2, "--since and --until are"),
                (("nobody", "--config", self.path("web.yaml")), 1, "there is no source 'nobody'")):
            self.assertIn(words, self.tool(*base, *arguments, code=code)[1], arguments)


if __name__ == "__main__":
    unittest.main()

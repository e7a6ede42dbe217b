# SPDX-License-Identifier: Apache-2.0
"""The web and the phone worker with the real broker and real reps, under the example configuration."""
import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "phone"))
import phone_test  # noqa: E402
import sip_case  # noqa: E402
import worker_case  # noqa: E402
from worker_case import BIN, DEADLINE_S, Worker, wait_for  # noqa: E402

EXAMPLE = os.path.join(os.environ.get("LEADWIRE_SOURCE", "."), "deploy", "small-business")
PUBLIC_BASE = "https://voice.example.com"
REPS = ("anna", "bruno", "carla", "dieter", "elif", "farid")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Floor(unittest.TestCase):
    def setUp(self):
        self.directory_object = tempfile.TemporaryDirectory(prefix="lw-")
        self.directory = self.directory_object.name
        self.run_dir = os.path.join(self.directory, "run")
        self.processes = []
        for rep in REPS:
            self.write(rep + ".secret", "secret-of-" + rep)
        self.write("rep-secrets", "".join(f"{rep} secret-of-{rep}\n" for rep in REPS))
        self.write("voice.token", phone_test.TOKEN)
        self.start_broker()
        self.tool("apply", os.path.join(EXAMPLE, "desk.yaml"))
        self.web = self.worker("leadwire-web", "web.yaml")
        self.phone = self.worker("leadwire-phone", "phone.yaml")

    def tearDown(self):
        self.assertEqual(self.web.stop(), 0, self.web.log())
        self.assertEqual(self.phone.stop(), 0, self.phone.log())
        for process in reversed(self.processes):
            process.terminate()
            process.wait(DEADLINE_S)
        self.directory_object.cleanup()

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return path

    def start_broker(self):
        read_end, write_end = os.pipe()
        with open(os.path.join(self.directory, "broker.log"), "ab") as log:
            self.processes.append(subprocess.Popen(
                [os.path.join(BIN, "leadwire-broker"), "--desk", "main", "--run-dir", self.run_dir, "--ephemeral",
                 "--rep-secrets", os.path.join(self.directory, "rep-secrets"), "--ready-fd", str(write_end)],
                pass_fds=[write_end], stdout=log, stderr=log))
        os.close(write_end)
        with os.fdopen(read_end, "rb") as ready:
            self.assertIn(b"serving", ready.read(7))

    def tool(self, *arguments):
        done = subprocess.run([os.path.join(BIN, "leadwire"), *arguments, "--run-dir", self.run_dir],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def worker(self, program, config):
        shutil.copy(os.path.join(EXAMPLE, config), self.directory)
        with open(os.path.join(self.directory, config)) as file:
            text = file.read().replace(":5060", ":0")
        worker = Worker(program, self.directory, text,
                        ["--broker", f"ipc://{self.run_dir}/publish", "--listen", "127.0.0.1:0"])
        worker.ready()
        return worker

    def rep(self, name, *options):
        """A robot rep; gives a function that reads its log's events."""
        log = os.path.join(self.directory, name + ".jsonl")
        self.processes.append(subprocess.Popen(
            [os.path.join(BIN, "leadwire"), "rep", name, "--auto", "--think-ms", "20", "--handle-ms", "50", "--log", log,
             "--secret-file", os.path.join(self.directory, name + ".secret"), "--run-dir", self.run_dir, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

        def events():
            if not os.path.exists(log):
                return []
            with open(log) as file:
                return [json.loads(line) for line in file if line.endswith("\n")]
        return events

    def form(self, **fields):
        status, _, body = self.web.request("POST", "/in/contact-form", urllib.parse.urlencode(fields), FORM)
        return status, json.loads(body)

    def post(self, step, call, **params):
        url = step if step.startswith("http") else f"{PUBLIC_BASE}/voice/main-line/{step}"
        params["CallSid"] = call
        headers = {**FORM, "X-Twilio-Signature": phone_test.sign(url, params)}
        return self.phone.request("POST", url[len(PUBLIC_BASE):], urllib.parse.urlencode(params), headers)

    def markup(self, step, call, **params):
        status, _, body = self.post(step, call, From="+390212345678", To="+390255500000", **params)
        self.assertEqual(status, 200, body)
        return xml.fromstring(body)

    def held_until_dialled(self, call):
        return wait_for("a rep to accept the call",
                        lambda: next((e for e in self.markup("hold", call) if e.tag == "Dial"), None))

    def test_a_form_reaches_a_rep_and_is_completed(self):
        status, answer = self.form(name="Mario Rossi", tel="02 1234 5678", product="fotovoltaico")
        self.assertEqual((status, answer["status"]), (200, "accepted"))
        anna = self.rep("anna")
        lead_id = answer["lead_id"]
        wait_for("the completion", lambda: any("complete" in json.dumps(e) and lead_id in json.dumps(e) for e in anna()))
        self.assertEqual(self.form(name="Mario Rossi", tel="02 1234 5678", product="fotovoltaico"),
                         (200, {"lead_id": lead_id, "status": "duplicate"}))

    def test_a_killed_worker_gives_the_same_lead_id_again(self):
        _, first = self.form(name="Mario Rossi", tel="02 1234 5678")
        self.web.kill()
        self.web.start()
        self.web.ready()
        self.assertEqual(self.form(name="Mario Rossi", tel="02 1234 5678"),
                         (200, {"lead_id": first["lead_id"], "status": "duplicate"}))

    def test_a_call_is_held_dialled_answered_and_ended(self):
        hold = self.markup("incoming", "CA1")
        self.assertIn("numero 1", hold[0].text)
        self.markup("incoming", "CA2")
        self.assertIn("numero 2", self.markup("hold", "CA2")[0].text)
        self.rep("anna")
        dial = self.held_until_dialled("CA1")
        self.assertEqual(dial[0].text, "+390255500101")
        self.assertEqual(self.post(dial[0].get("statusCallback"), "CAleg", CallStatus="in-progress")[0], 204)
        self.assertEqual([e.tag for e in self.markup(dial.get("action"), "CA1", DialCallStatus="completed")], ["Hangup"])
        self.assertEqual(self.post("status", "CA1", CallStatus="completed")[0], 204)

    def test_a_rep_whose_phone_is_not_answered_gives_the_call_to_another(self):
        self.markup("incoming", "CA1")
        self.rep("anna")
        dial = self.held_until_dialled("CA1")
        self.assertEqual(dial[0].text, "+390255500101")
        back = self.markup(dial.get("action"), "CA1", DialCallStatus="no-answer")
        self.assertEqual(back[-1].tag, "Redirect")
        self.rep("bruno")
        dial = self.held_until_dialled("CA1")
        self.assertEqual(dial[0].text, "+390255500102")
        self.assertEqual([e.tag for e in self.markup(dial.get("action"), "CA1", DialCallStatus="completed")], ["Hangup"])

    def test_a_caller_who_hangs_up_is_offered_to_nobody_where_the_desk_says_so(self):
        self.apply_with(abandoned="abandoned: cancel")
        self.markup("incoming", "CA1")
        self.assertEqual(self.post("status", "CA1", CallStatus="completed")[0], 204)
        self.assertEqual([e.tag for e in self.markup("hold", "CA1")], ["Hangup"])
        anna = self.rep("anna")
        self.form(name="Mario Rossi", tel="02 1234 5678")
        wait_for("the form's completion", lambda: any("complete" in json.dumps(e) for e in anna()))
        self.assertEqual(len([e for e in anna() if "offer" == e.get("event")]), 1, anna())

    def apply_with(self, **lines):
        """The example's desk with other lines in place of those that begin so."""
        with open(os.path.join(EXAMPLE, "desk.yaml")) as file:
            text = file.read()
        for begins, line in lines.items():
            text, count = re.subn(rf"(?m)^( +){begins}: .*$", lambda found: found[1] + line, text)
            self.assertEqual(count, 1, begins)
        self.tool("apply", self.write("desk.yaml", text))

    def waiting(self):
        return json.loads(self.tool("status", "--json"))["waiting"]

    def await_call_back(self, anna=None):
        """A rep logs on and has it, without a phone that rings."""
        anna = anna or self.rep("anna")
        wait_for("the call-back", lambda: any("complete" in json.dumps(event) for event in anna()))
        offers = [event for event in anna() if event.get("event") == "offer"]
        self.assertEqual([offer.get("call_back") for offer in offers], [True], anna())

    def test_a_missed_call_is_a_call_back(self):
        self.markup("incoming", "CA1")
        self.assertEqual(self.post("status", "CA1", CallStatus="completed")[0], 204)
        self.await_call_back()

    def refuse_callers(self, word="no_rep", without=None):
        with open(self.phone.config_path) as file:
            lines = [line for line in file.read().split("\n") if not (without and line.startswith(without))]
        self.phone.write_config("\n".join(lines).replace("    poll: 3s", "    poll: 3s\n    refuse: [" + word + "]", 1))
        self.phone.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "configuration read again" in self.phone.log())

    def leave_message(self, call, hangs_up_first):
        address = f"https://api.example.com/Recordings/RE-{call}"
        if hangs_up_first:
            self.assertEqual(self.post("status", call, CallStatus="completed")[0], 204)
        said = self.markup("message", call, RecordingSid="RE-" + call, RecordingUrl=address, RecordingDuration="77")
        self.assertEqual([e.tag for e in said], ["Say", "Hangup"])
        self.assertEqual(self.post("recording", call, RecordingSid="RE-" + call, RecordingUrl=address, RecordingDuration="77",
                                   RecordingStatus="completed")[0], 204)
        if not hangs_up_first:
            self.assertEqual(self.post("status", call, CallStatus="completed")[0], 204)
        return address

    def test_a_message_is_a_call_back_whose_rep_can_listen_to_it(self):
        self.apply_with(abandoned="abandoned: cancel")
        self.refuse_callers()
        for call in ("CA1", "CA2"):
            self.assertEqual([e.tag for e in self.markup("incoming", call)], ["Say", "Record", "Hangup"])
        addresses = [self.leave_message("CA1", False), self.leave_message("CA2", True)]   # whose lead was cancelled: a new one
        for rep, address in zip(("anna", "bruno"), addresses):
            shown = self.screen_with(rep, address)
            self.assertRegex(shown, r"recording +" + address + r"\n +length +1:17\n")
            self.assertIn("nobody is on the line", shown)

    def screen_with(self, rep, words):
        """What `leadwire rep` shows, once these words are there."""
        path = os.path.join(self.directory, rep + ".screen")
        with open(path, "wb") as screen:
            process = subprocess.Popen([os.path.join(BIN, "leadwire"), "rep", rep, "--secret-file", os.path.join(self.directory, rep + ".secret"),
                                        "--run-dir", self.run_dir], stdin=subprocess.PIPE, stdout=screen, stderr=screen)
        self.addCleanup(process.stdin.close)
        self.processes.append(process)

        def shown():
            with open(path) as screen:
                text = screen.read()
            return text if words in text else None
        return wait_for("the offer", shown)

    def test_a_caller_whom_nobody_is_there_for_hears_so_and_is_called_back(self):
        self.refuse_callers(without="    voicemail: {")
        self.assertEqual([e.tag for e in self.markup("incoming", "CA1")], ["Say", "Hangup"])
        self.assertEqual(self.post("status", "CA1", CallStatus="completed")[0], 204)
        self.await_call_back()

    def test_a_caller_after_hours_hears_so_and_is_called_back_when_the_desk_opens(self):
        day = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)).strftime("%a").lower()   # not today, wherever that is
        hours = f"{{time_zone: Europe/Rome, hours: {{{day}: \"09:00-10:00\"}}}}"
        self.apply_with(inside="inside: " + hours, outside="outside: " + hours)
        self.refuse_callers("closed", without="    voicemail: {")
        anna = self.rep("anna")
        wait_for("anna", anna)
        said = self.markup("incoming", "CA1")
        self.assertEqual([e.tag for e in said], ["Say", "Hangup"])
        self.assertIn("La richiamiamo noi", said[0].text)
        self.assertEqual(self.post("status", "CA1", CallStatus="completed")[0], 204)
        self.assertEqual((self.waiting(), [event for event in anna() if event.get("event") == "offer"]), (1, []))
        self.tool("apply", os.path.join(EXAMPLE, "desk.yaml"))   # without hours
        self.await_call_back(anna)

    def test_a_missed_sip_call_is_a_call_back(self):
        caller = self.sip_caller()
        caller.ask("INVITE", call="sip-1")
        refused = caller.final()   # no rep is there
        caller.ack(refused, "sip-1")
        self.assertEqual(refused.status, 480)
        self.await_call_back()

    def sip_caller(self):
        listening = json.loads(self.phone.request("GET", "/healthz")[2])["sip"]["listen"]
        caller = sip_case.Caller(int(next(text for text in listening if text.startswith("udp")).rsplit(":", 1)[1]))
        self.addCleanup(caller.close)
        return caller

    def test_a_sip_call_waits_for_a_rep_and_is_sent_to_their_phone(self):
        anna = self.rep("anna")
        wait_for("anna", lambda: anna())
        caller = self.sip_caller()
        caller.ask("INVITE", call="sip-1")
        moved = caller.final()
        self.assertEqual((moved.status, moved.get("Contact")), (302, "<sip:+390255500101@pbx.example.com;user=phone>"))
        caller.ack(moved, "sip-1")
        wait_for("the completion", lambda: any("complete" in json.dumps(event) for event in anna()))

    def test_a_sip_caller_without_reps_is_told_when_to_come_again(self):
        caller = self.sip_caller()
        caller.ask("INVITE", call="sip-1")
        refused = caller.final()
        self.assertEqual((refused.status, refused.get("Retry-After")), (480, "60"))
        caller.ack(refused, "sip-1")

    def test_while_the_broker_is_away_forms_come_again_and_callers_hold(self):
        self.markup("incoming", "CA1")
        broker = self.processes.pop()
        broker.kill()
        broker.wait()
        wait_for("the loss to be seen", lambda: self.web.request("GET", "/healthz")[0] == 503)
        self.assertEqual(self.form(name="Mario Rossi", tel="02 1234 5678")[0], 503)
        self.assertIn("/hold?", self.markup("hold", "CA1")[-1].text)
        self.start_broker()
        self.tool("apply", os.path.join(EXAMPLE, "desk.yaml"))
        self.web.ready()
        self.phone.ready()
        self.assertEqual(self.form(name="Mario Rossi", tel="02 1234 5678")[0], 200)
        redirect = self.markup("hold", "CA1")[-1].text   # an ephemeral broker forgot the call: it is given again
        self.assertIn("/incoming?", redirect)
        self.assertIn("/hold?", self.markup(redirect, "CA1")[-1].text)


if __name__ == "__main__":
    for needed in ("leadwire-broker", "leadwire", "leadwire-web", "leadwire-phone"):
        if not os.path.exists(os.path.join(BIN, needed)):
            print("SKIP: " + needed + " is not built")
            sys.exit(77)
    unittest.main(verbosity=2)

# SPDX-License-Identifier: Apache-2.0
"""Each worker killed again and again under a stream of contacts: what its source was told is in is in Redis, and what
was not told and came again is there once. The judge is leadwire-journal, which asks neither worker nor broker."""
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

for layer in ("web", "phone"):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", layer))
import phone_test  # noqa: E402
from worker_case import BIN, DEADLINE_S, Worker, wait_for  # noqa: E402

KILLS = 25
LIFE_MAX_S = 0.12
SENDERS = 4
REDIS_SERVER = os.environ.get("LEADWIRE_REDIS_SERVER") or shutil.which("redis-server")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
VOICE = "https://voice.example.com"
SEED = int(os.environ.get("LEADWIRE_SEED") or random.SystemRandom().randrange(1 << 32))

DESK = """
desk: main
reps: {anna: {label: Anna, capacity: 3, device: "+390255500101"}}
dispositions: {won: {label: Won, class: won}}
"""
WEB = """
desk: main
broker: %s
listen: 127.0.0.1:0
answer_within: 1s
raw: {directory: raw-web}
sources: {form: {region: IT}}
"""
PHONE = """
desk: main
broker: %s
listen: 127.0.0.1:0
public_base: """ + VOICE + """/
answer_within: 1s
raw: {directory: raw-phone}
sources: {line: {auth_token_file: voice.token, region: IT}}
"""
MAIL = """
desk: main
broker: %s
answer_within: 1s
scan_every: 200ms
raw: {directory: raw-mail}
sources: {office: {maildir: box, region: IT}}
"""


class MailWorker:
    def __init__(self, directory):
        self.directory = directory
        self.start()

    def start(self):
        with open(os.path.join(self.directory, "mail.log"), "ab") as log:
            self.process = subprocess.Popen([os.path.join(BIN, "leadwire-mail"), "--config", "mail.yaml"],
                                            cwd=self.directory, stdout=log, stderr=log)

    def kill(self):
        self.process.kill()
        self.process.wait()


class WorkerKilled(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.pause = threading.Event()          # never set
        self.directory_object = tempfile.TemporaryDirectory(prefix="lw-")
        self.directory = self.directory_object.name
        self.run_dir = os.path.join(self.directory, "run")
        self.redis_socket = os.path.join(self.directory, "redis.sock")
        self.worker = None
        self.stop = threading.Event()
        self.log = open(os.path.join(self.directory, "log"), "ab")
        self.redis = subprocess.Popen([REDIS_SERVER, "--port", "0", "--unixsocket", self.redis_socket, "--dir", self.directory,
                                       "--save", "", "--appendonly", "yes", "--appendfsync", "always"],
                                      stdout=self.log, stderr=self.log)
        wait_for("Redis", lambda: os.path.exists(self.redis_socket))
        self.start_broker()
        self.write("desk.yaml", DESK)
        self.tool("leadwire", "apply", "--run-dir", self.run_dir, os.path.join(self.directory, "desk.yaml"))

    def tearDown(self):
        self.stop.set()
        if self.worker and self.worker.process.poll() is None:
            self.worker.kill()
        for process in (self.broker, self.redis):
            process.kill()
            process.wait()
        self.log.close()
        self.directory_object.cleanup()

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)

    def start_broker(self):
        read_end, write_end = os.pipe()
        self.broker = subprocess.Popen([os.path.join(BIN, "leadwire-broker"), "--desk", "main", "--run-dir", self.run_dir,
                                        "--redis", "unix:" + self.redis_socket, "--ready-fd", str(write_end)],
                                       pass_fds=[write_end], stdout=self.log, stderr=self.log)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as ready:
            self.assertIn(b"serving", ready.read(7))

    def tool(self, program, *arguments):
        done = subprocess.run([os.path.join(BIN, program), *arguments], capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def endpoint(self):
        return f"ipc://{self.run_dir}/publish"

    def leads_in_redis(self):
        rows = map(json.loads, self.tool("leadwire-journal", "--redis", "unix:" + self.redis_socket, "--desk", "main",
                                         "--json").splitlines())
        return {row["lead_id"] for row in rows if row["kind"] == "lead"}

    def kill_again_and_again(self, enough):
        for _ in range(KILLS):
            self.pause.wait(self.random.random() * LIFE_MAX_S)
            self.worker.kill()
            self.worker.start()
        wait_for("enough contacts", enough)

    def send_until_stopped(self, send_once):
        """SENDERS threads; send_once(name) gives what its source was told, or None: then it is sent again.
        {name: what was told}, and how often something was sent again."""
        told, errors, repeats = {}, [], []

        def sender(number):
            try:
                count = 0
                while not self.stop.is_set():
                    count += 1
                    name = f"{number}-{count}"
                    while True:
                        answer = send_once(name)
                        if answer is not None:
                            break
                        repeats.append(name)
                        self.pause.wait(0.01)
                    told[name] = answer
            except Exception as error:          # shown by the test's own thread
                errors.append(error)

        threads = [threading.Thread(target=sender, args=(i,)) for i in range(SENDERS)]
        for thread in threads:
            thread.start()
        try:
            self.kill_again_and_again(lambda: len(told) > KILLS or errors)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(DEADLINE_S)
        self.assertEqual(errors, [])
        self.assertFalse(any(thread.is_alive() for thread in threads), "a sender was never answered")
        return told, repeats

    def post(self, path, params, headers):
        try:
            return self.worker.request("POST", path, urllib.parse.urlencode(params), headers)
        except (OSError, http.client.HTTPException):
            return None, None, None

    def test_forms_are_in_when_told_so_and_once(self):
        self.worker = Worker("leadwire-web", self.directory, WEB % self.endpoint())

        def send(name):
            status, _, body = self.post("/in/form", {"name": "Mario Rossi " + name, "email": name + "@buyer.example"}, FORM)
            self.assertIn(status, (None, 200, 503), body)
            return json.loads(body)["lead_id"] if status == 200 else None

        told, repeats = self.send_until_stopped(send)
        leads = self.leads_in_redis()
        self.assertEqual(set(told.values()), leads)
        self.assertEqual(len(leads), len(told))
        print(f"{len(told)} forms, {KILLS} kills, sent again {len(repeats)} times: {len(leads)} leads in Redis")

    def test_calls_are_in_when_told_to_hold_and_once(self):
        self.write("voice.token", phone_test.TOKEN)
        self.worker = Worker("leadwire-phone", self.directory, PHONE % self.endpoint())

        def send(name):
            params = {"CallSid": "CA" + name, "From": "+390212345678", "To": "+390255500000"}
            path = "/voice/line/incoming"
            status, _, body = self.post(path, params, {**FORM, "X-Twilio-Signature": phone_test.sign(VOICE + path, params)})
            self.assertIn(status, (None, 200, 503), body)
            redirect = xml.fromstring(body)[-1].text if status == 200 else ""
            return redirect if "/hold?" in redirect else None

        told, repeats = self.send_until_stopped(send)
        leads = self.leads_in_redis()
        self.assertEqual(len(leads), len(told))
        print(f"{len(told)} calls, {KILLS} kills, sent again {len(repeats)} times: {len(leads)} leads in Redis")

    def test_mails_are_in_when_they_leave_new_and_once(self):
        for folder in ("new", "cur", "tmp"):
            os.makedirs(os.path.join(self.directory, "box", folder))
        self.write("mail.yaml", MAIL % self.endpoint())
        self.worker = MailWorker(self.directory)
        delivered = []

        def deliver():
            while not self.stop.is_set():
                name = f"m{len(delivered)}"
                self.write(f"box/tmp/{name}", f"From: Buyer <{name}@buyer.example>\nSubject: Order {name}\n"
                           f"Message-ID: <{name}@buyer.example>\n\nHello\n")
                os.rename(os.path.join(self.directory, "box/tmp", name), os.path.join(self.directory, "box/new", name))
                delivered.append(name)
                self.pause.wait(0.005)

        thread = threading.Thread(target=deliver)
        thread.start()
        try:
            self.kill_again_and_again(lambda: len(delivered) > KILLS)
        finally:
            self.stop.set()
            thread.join(DEADLINE_S)
        taken = os.path.join(self.directory, "box/cur")
        wait_for("all mails to be taken", lambda: len(os.listdir(taken)) == len(delivered))
        leads = self.leads_in_redis()
        self.assertEqual(len(leads), len(delivered))
        print(f"{len(delivered)} mails, {KILLS} kills: {len(leads)} leads in Redis")


if __name__ == "__main__":
    for needed in ("leadwire-broker", "leadwire", "leadwire-journal", "leadwire-web", "leadwire-mail", "leadwire-phone"):
        if not os.path.exists(os.path.join(BIN, needed)):
            print("SKIP: " + needed + " is not built")
            sys.exit(77)
    if not REDIS_SERVER:
        print("SKIP: no redis-server: name one in LEADWIRE_REDIS_SERVER or put it on PATH")
        sys.exit(77)
    print("LEADWIRE_SEED=%d" % SEED)
    unittest.main(verbosity=2)

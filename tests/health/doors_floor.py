# SPDX-License-Identifier: Apache-2.0
"""A broker and, before it, every worker and the gateway, each with its health; what comes in at the doors, with marks of a person."""
import base64
import hashlib
import hmac
import http.client
import os
import subprocess
import urllib.parse

from health_rig import BIN, DEADLINE_S, HealthCase, wait_for

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
WEBHOOKS = """
desk: main
events: ipc://FLOOR/run/events
control: ipc://FLOOR/run/control
state: state
hooks: {crm: {url: "https://localhost:1/hook", secret_file: hook.secret, allow_private: yes, states: [gone]}}
"""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
# What people write about themselves: none of it may come to a log or a metric.
MARKS = {"name": "Zacharias Quillfeather", "email": "quillfeather@marked.example", "phone": "+393311234567", "text": "meadowlark unicycle"}


class DoorsCase(HealthCase):
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

    def store(self):
        return ("--ephemeral",)

    def open_broker(self):
        self.broker, self.health["leadwire-broker"] = self.start_broker(*self.store(), "--rep-secrets", self.path("reps"), LEADWIRE_LOG_LEVEL="debug",
                                                                       LEADWIRE_LOG_FORMAT="json")
        wait_for("the broker", self.health["leadwire-broker"].is_ready)

    def open_door(self, program, config):
        self.write(program + ".yaml", config.replace("FLOOR", self.directory))
        process, self.health[program] = self.start(program, "--config", self.path(program + ".yaml"), "--port-file", self.path(program + ".port"),
                                                   LEADWIRE_LOG_LEVEL="debug", LEADWIRE_LOG_FORMAT="json")
        wait_for(program, lambda: self.health[program].is_ready() or process.poll() is not None)
        self.assertIsNone(process.poll(), self.logs())
        return process

    def open_webhooks(self):
        self.write("hook.secret", "whsec_" + base64.b64encode(bytes(32)).decode() + "\n")
        self.write("leadwire-webhooks.yaml", WEBHOOKS.replace("FLOOR", self.directory))
        _, self.health["leadwire-webhooks"] = self.start("leadwire-webhooks", "--config", self.path("leadwire-webhooks.yaml"), LEADWIRE_LOG_LEVEL="debug",
                                                         LEADWIRE_LOG_FORMAT="json")
        wait_for("leadwire-webhooks", self.health["leadwire-webhooks"].is_ready)

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

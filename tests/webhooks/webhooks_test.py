#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire-webhooks before a real broker and an HTTPS server: what is sent, signed, sent again, given up, and told after a restart."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from waiting import WAIT_S, wait_for  # noqa: E402

BIN = pathlib.Path(os.environ["LEADWIRE_BIN"])
KEYS = [bytes(range(32)), bytes(range(100, 124))]
DESK = "desk: main\nreps:\n  anna: {}\nrules:\n  - name: everyone\n"


class Receiver(http.server.ThreadingHTTPServer):
    """An HTTPS server that keeps what it got, and answers as it is told: a status for each next request, then 204."""

    def __init__(self, certificate):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got, self.answers, self.hold = [], [], threading.Event()
        self.hold.set()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass   # clients that do not trust us, and killed ones

    def stop(self):
        self.hold.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers, body))
        self.server.hold.wait(WAIT_S)
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, stderr=subprocess.DEVNULL)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return folder / "both.pem"


class WebhooksCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lw-hooks-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.receiver = Receiver(make_certificate(self.folder))
        self.addCleanup(self.receiver.stop)
        self.processes = {}
        self.addCleanup(self.end_all)
        self.published = 0
        self.write("hook.secret", "".join(f"whsec_{base64.b64encode(key).decode()}\n" for key in KEYS))
        self.configure()
        (self.folder / "desk.yaml").write_text(DESK)
        self.start_broker()
        self.assertEqual(self.tool("apply", self.folder / "desk.yaml").returncode, 0)

    def write(self, name, text):
        (self.folder / name).touch(mode=0o600)
        (self.folder / name).write_text(text)

    def configure(self, more="", retry="{first: 50ms, most: 200ms}", url=None, ca="ca_file: cert.pem"):
        url = url or f"https://localhost:{self.receiver.server_port}/hook"
        self.write("hooks.yaml", f"desk: main\nevents: ipc://{self.folder}/run/events\ncontrol: ipc://{self.folder}/run/control\nstate: state\nhooks:\n"
                                 f"  crm:\n    url: {url}\n    secret_file: hook.secret\n    {ca}\n    allow_private: yes\n    retry: {retry}\n"
                                 f"    states: [waiting, cancelled, gone]\n{more}")

    def start(self, name, *command):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start_broker(self):
        self.start("broker", BIN / "leadwire-broker", "--desk", "main", "--run-dir", self.folder / "run", "--ephemeral")
        wait_for("the broker", lambda: self.tool("status", "--timeout", "1").returncode == 0)

    def log(self):
        return (self.folder / "hooks.log").read_text() if (self.folder / "hooks.log").exists() else ""

    def start_hooks(self):
        before = self.log().count("following the desk")
        self.start("hooks", BIN / "leadwire-webhooks", "--config", self.folder / "hooks.yaml", "--health", f"unix:{self.folder}/health")
        wait_for("it follows", lambda: self.log().count("following the desk") > before or self.processes["hooks"].poll() is not None)
        self.assertIsNone(self.processes["hooks"].poll(), self.log())

    def end(self, name, by=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(by)
        return process.wait(WAIT_S)

    def end_all(self):
        for name in list(self.processes):
            self.end(name)
        said = self.log()
        self.assertFalse("Sanitizer" in said or "runtime error" in said, said)

    def program(self, *words):
        return subprocess.run([BIN / "leadwire-webhooks", "--config", self.folder / "hooks.yaml", *words], check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=WAIT_S)

    def tool(self, *words):
        return subprocess.run([BIN / "leadwire", *[str(word) for word in words], "--run-dir", self.folder / "run"], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S)

    def publish(self, source="portal"):
        self.published += 1
        lead = {"channel": "web", "source": source, "full_name": "Giulia Rossi", "phones": [{"e164": f"+39025551{self.published:04}", "raw": ""}]}
        (self.folder / "lead.json").write_text(json.dumps(lead))
        done = self.tool("publish", "--file", self.folder / "lead.json", "--json")
        self.assertEqual(done.returncode, 0, done.stdout)
        return json.loads(done.stdout)["lead_id"]

    def cancel(self, lead_id):
        self.assertEqual(self.tool("lead", "cancel", lead_id, "--reason", "test").returncode, 0)

    def wait_got(self, count):
        wait_for(f"{count} messages", lambda: len(self.receiver.got) >= count)
        return [json.loads(body) for _, _, body in self.receiver.got]

    def metric(self, name):
        answer = subprocess.run(["curl", "-s", "--unix-socket", self.folder / "health", "http://x/metrics"], check=True, text=True, stdout=subprocess.PIPE).stdout
        return next((float(line.split()[-1]) for line in answer.splitlines() if line.startswith(name)), None)


class Delivery(WebhooksCase):
    def test_a_change_is_sent_once_and_signed_with_each_secret(self):
        self.start_hooks()
        lead_id = self.publish()
        self.cancel(lead_id)
        first, second = self.wait_got(2)
        self.assertEqual((first["specversion"], first["type"], first["subject"], first["source"]), ("1.0", "io.leadwire.lead.waiting", lead_id, "/leadwire/desks/main"))
        self.assertRegex(first["time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual((second["type"], second["data"]["state"], second["data"]["missed"]), ("io.leadwire.lead.cancelled", "cancelled", False))
        self.assertEqual((second["data"]["source"], second["data"]["queue"], second["data"]["channel"]), ("portal", "everyone", "web"))
        self.assertNotIn("Giulia", json.dumps([first, second]))
        for _, headers, body in self.receiver.got:
            self.assertEqual(headers["webhook-id"], json.loads(body)["id"])
            self.assertTrue(headers["Content-Type"].startswith("application/cloudevents+json"))
            self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 300)
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            self.assertEqual(headers["webhook-signature"].split(" "),
                             ["v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in KEYS])
        self.assertNotEqual(first["id"], second["id"])
        wait_for("the counter", lambda: self.metric('leadwire_webhooks_delivered_total{hook="crm"}') == 2)
        self.assertEqual(self.metric('leadwire_webhooks_waiting{hook="crm"}'), 0)

    def test_what_fails_is_sent_again_in_order_and_redirects_are_no_answer(self):
        self.receiver.answers = [500, 302, 429, 503]
        self.start_hooks()
        first, second = self.publish(), self.publish()
        said = self.wait_got(6)
        self.assertEqual([row["subject"] for row in said], [first] * 5 + [second])
        self.assertEqual(len({row["id"] for row in said[:5]}), 1)
        self.assertEqual({path for path, _, _ in self.receiver.got}, {"/hook"})
        self.assertIn("status=302", self.log())

    def test_a_hook_hears_what_it_wants(self):
        self.configure(more="    sources: [portal]\n")
        self.start_hooks()
        self.publish(source="elsewhere")
        wanted = self.publish()
        self.assertEqual(self.wait_got(1)[0]["subject"], wanted)

    def test_a_server_that_is_not_trusted_gets_nothing(self):
        self.configure(ca="ca_file: other.pem")
        other = self.folder / "other"
        other.mkdir()
        make_certificate(other)
        shutil.copy(other / "cert.pem", self.folder / "other.pem")
        self.start_hooks()
        self.publish()
        wait_for("it is refused", lambda: "status=0" in self.log())
        self.assertEqual(self.receiver.got, [])

    def test_a_name_that_is_not_in_the_certificate_gets_nothing(self):
        self.configure(url=f"https://127.0.0.1:{self.receiver.server_port}/hook")
        self.start_hooks()
        self.publish()
        wait_for("it is refused", lambda: "status=0" in self.log())
        self.assertEqual(self.receiver.got, [])


class Dead(WebhooksCase):
    def test_what_is_refused_for_good_is_given_up_and_can_be_sent_again(self):
        self.receiver.answers = [400] * 5 + [410]
        self.start_hooks()
        leads = [self.publish(), self.publish(), self.publish()]
        self.assertEqual([row["subject"] for row in self.wait_got(7)], [leads[0]] * 5 + [leads[1], leads[2]])
        dead = self.program("--dead").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in dead], ["crm", "crm"])
        self.assertTrue(dead[0].split()[2].startswith(leads[0]))
        wait_for("the gauge", lambda: self.metric('leadwire_webhooks_dead{hook="crm"}') == 2)
        self.assertIn("2 messages of crm", self.program("--resend", "crm").stdout)
        self.assertEqual([row["subject"] for row in self.wait_got(9)[7:]], leads[:2])
        self.assertEqual(self.program("--dead").stdout, "")
        self.assertEqual(self.program("--resend", "nobody").returncode, 2)

    def test_what_waited_too_long_is_given_up(self):
        self.configure(retry="{first: 50ms, most: 50ms, give_up: 100ms}")
        self.receiver.answers = [500] * 100
        self.start_hooks()
        self.publish()
        wait_for("it is given up", lambda: "given up" in self.log())
        self.assertEqual(len(self.program("--dead").stdout.splitlines()), 1)


class Restarts(WebhooksCase):
    def test_what_waits_outlives_a_crash(self):
        self.receiver.hold.clear()
        self.start_hooks()
        leads = [self.publish() for _ in range(3)]
        self.wait_got(1)
        wait_for("all are in the outbox", lambda: len(list((self.folder / "state" / "crm").glob("*.held"))) == 3)
        self.end("hooks", signal.SIGKILL)
        self.receiver.hold.set()
        self.start_hooks()
        said = self.wait_got(4)
        self.assertEqual([row["subject"] for row in said], [leads[0]] + leads)
        self.assertEqual(said[0]["id"], said[1]["id"])

    def test_what_was_missed_is_told_after_a_restart(self):
        self.publish()   # before the very first start: not told
        self.start_hooks()
        stays, ends = self.publish(), self.publish()
        self.wait_got(2)
        self.assertEqual(self.end("hooks"), 0)
        self.cancel(ends)
        comes = self.publish()
        self.start_hooks()
        said = self.wait_got(4)[2:]
        self.assertEqual({(row["subject"], row["data"]["state"], row["data"]["missed"]) for row in said}, {(ends, "gone", True), (comes, "waiting", True)})
        self.end("hooks")
        self.start_hooks()
        self.cancel(stays)
        self.assertEqual(self.wait_got(5)[4]["type"], "io.leadwire.lead.cancelled")   # and nothing twice

    def test_another_broker_is_followed(self):
        self.start_hooks()
        lead = self.publish()
        self.wait_got(1)
        self.end("broker", signal.SIGKILL)
        self.start_broker()   # without memory: the lead is gone
        said = self.wait_got(2)
        self.assertEqual((said[1]["subject"], said[1]["type"]), (lead, "io.leadwire.lead.gone"))


class Configuration(WebhooksCase):
    def test_a_wrong_configuration_is_said_by_line(self):
        self.assertEqual(self.program("--check").returncode, 0)
        for more, said in (("    url: http://crm.example.com/\n", "11: 'url' is written twice"), ("    states: [asleep]\n", "twice"), ("    surl: x\n", "not known here"),
                           ("    retry: {}\n", "twice"), ("    sources: portal\n", "sources must be a list"), ("    outbox_max_mib: 0\n", "outbox_max_mib"),
                           ("  Bad: {}\n", "a hook's name has"), ("    accept_link: https://desk.example.com\n", "needs accept_key_file"), ("    accept_key_file: offer.key\n", "needs accept_key_file"), ("  other: 3\n", "must be a map with url"), ("  other: {url: \"http://x/\"}\n", "https://")):
            self.configure(more=more)
            done = self.program("--check")
            self.assertEqual(done.returncode, 3, more)
            self.assertIn(said.split(" ")[-1] if "twice" in said else said, done.stderr)
        self.configure()
        for secret, said in (("whsec_AAAA\n", "24 to 64 bytes"), ("AAAA\n", "24 to 64 bytes"), ("#\n" * 4, "24 to 64 bytes")):
            self.write("hook.secret", secret)
            self.assertIn(said, self.program("--check").stderr)
        (self.folder / "hook.secret").chmod(0o644)
        self.assertIn("chmod 600", self.program("--check").stderr)
        self.assertEqual(self.program("--nonsense").returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=1)

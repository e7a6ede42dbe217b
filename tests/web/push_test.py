# SPDX-License-Identifier: Apache-2.0
"""leadwire-web: webhooks that only name their contacts, whose data is fetched over TLS (as Meta's lead ads do)."""
import hashlib
import hmac
import http.server
import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.parse

import worker_case
from worker_case import WorkerCase, wait_for

SECRET, VERIFY, TOKEN = "app-secret", "verify-me", "access-token"
JSON = {"Content-Type": "application/json"}


def openssl(directory, *arguments):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(directory, name, host="IP:127.0.0.1"):
    """A certificate authority of our own, and a certificate of it for a host."""
    with open(os.path.join(directory, name + ".ext"), "w") as file:
        file.write(f"subjectAltName={host}\n")
    openssl(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", name + ".ca.key", "-out", name + ".ca.pem")
    openssl(directory, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=graph", "-keyout", name + ".key",
            "-out", name + ".csr")
    openssl(directory, "x509", "-req", "-in", name + ".csr", "-CA", name + ".ca.pem", "-CAkey", name + ".ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", name + ".ext", "-out", name + ".pem")


class Graph:
    """The sender's side: answers GET /v1/{id} with the contact's data."""

    def __init__(self, directory, authority):
        graph = self
        self.contacts, self.failures, self.requests = {}, [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.split("?")[0].rsplit("/", 1)[1]
                graph.requests.append((self.path, self.headers["Authorization"]))
                status, body = 200, json.dumps(graph.contacts.get(name, {"id": name}))
                if graph.failures:
                    status, body = graph.failures.pop(0)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "https://127.0.0.1:1/")
                self.send_header("Content-Length", str(len(body.encode())))   # else only close_notify, which Python does not send, says that this is all
                self.end_headers()
                try:
                    self.wfile.write(body.encode())
                except OSError:   # the worker has had enough
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None   # who does not trust us hangs up
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(directory, authority + ".pem"), os.path.join(directory, authority + ".key"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def add(self, name, **fields):
        self.contacts[str(name)] = {"id": str(name), "created_time": "2026-01-31T10:15:30+0000",
                                    "field_data": [{"name": key, "values": value if isinstance(value, list) else [value]} for key, value in fields.items()]}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Push(WorkerCase):
    program = "leadwire-web"
    trusted, private, host = "ours", "yes", "IP:127.0.0.1"

    def setUp(self):
        self.graph = None
        super().setUp()

    def tearDown(self):
        super().tearDown()
        self.graph.close()

    def config(self):
        for authority in ("ours", "other"):
            make_authority(self.directory, authority, self.host)
        self.graph = Graph(self.directory, "ours")
        for name, text in (("app", SECRET), ("verify", VERIFY), ("token", TOKEN)):
            path = os.path.join(self.directory, name)
            with open(path, "w") as file:
                file.write(text)
            os.chmod(path, 0o600)
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
answer_within: 2s
raw: {{directory: raw}}
sources:
  meta:
    region: IT
    signature: {{scheme: meta, secret_file: app}}
    handshake: {{secret_file: verify}}
    fetch:
      each: entry[].changes[].value
      id: leadgen_id
      created: created_time
      url: "https://127.0.0.1:{self.graph.port}/v1/{{id}}?fields=field_data"
      token_file: token
      ca_file: {self.trusted}.ca.pem
      allow_private: {self.private}
    pairs: {{list: field_data, name: name, value: values}}
    map: {{campaign: push.ad_id, attribute.form: push.form_id}}
    ignore: [push]
  plain: {{region: IT}}
"""

    def push(self, *names, **more):
        document = {"object": "page", "entry": [{"id": 1, "time": 1769854530, "changes": [
            {"field": "leadgen", "value": {"leadgen_id": name, "form_id": 9007199254740993, "ad_id": "77", "page_id": 5, "created_time": 1769854530, **more}}]}
            for name in names]}
        body = json.dumps(document).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return self.worker.request("POST", "/in/meta", body, {**JSON, "X-Hub-Signature-256": signature})

    def handshake(self, source="meta", **more):
        query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444", **more}
        return self.worker.request("GET", f"/in/{source}?" + urllib.parse.urlencode({k: v for k, v in query.items() if v is not None}))

    def test_the_handshake_returns_the_challenge_to_who_knows_the_token(self):
        status, headers, body = self.handshake()
        self.assertEqual((status, body), (200, "1158201444"))
        self.assertIn("text/plain", headers["Content-Type"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        for wrong in ({"hub.verify_token": "x"}, {"hub.verify_token": ""}, {"hub.verify_token": None}, {"hub.mode": "unsubscribe"}, {"hub.challenge": None}):
            self.assertEqual(self.handshake(**wrong)[0], 403, wrong)
        self.assertEqual(self.counts()["unauthorized"], 5)
        self.assertEqual(self.handshake("plain")[0], 405)

    def test_a_push_is_fetched_and_becomes_a_lead(self):
        self.graph.add(444444444444, full_name="Giulia Bianchi", email="giulia@example.it", phone_number="+390212345678", size=["M", "L"],
                       number=10 ** 30)
        status, _, body = self.push(444444444444)
        self.assertEqual((status, json.loads(body)["status"]), (200, "accepted"))
        record = self.broker.next("publish")
        lead = record["lead"]
        self.assertEqual((record["id"], record["received"]), ("444444444444", 1769854530000))   # the clock starts when it came there
        self.assertEqual((lead["given_name"], lead["phones"], lead["emails"]), ("Giulia", ["+390212345678"], ["giulia@example.it"]))
        self.assertEqual((lead["campaign"], lead["attributes"]["form"], lead["attributes"]["size"]), ("77", "9007199254740993", "M, L"))
        self.assertEqual(lead["attributes"]["number"], str(10 ** 30))
        self.assertEqual(self.graph.requests, [("/v1/444444444444?fields=field_data", "Bearer " + TOKEN)])
        self.assertIn(b"giulia", self.worker.raw_of(lead["raw_ref"], os.path.join(self.directory, "raw")))
        self.assertNotIn("giulia", self.worker.log())
        self.assertNotIn(TOKEN, self.worker.log())

    def test_read_again_from_its_raw_it_is_the_same_and_nothing_is_fetched(self):
        self.graph.add(444444444444, full_name="Giulia Bianchi", email="giulia@example.it")
        self.assertEqual(self.push(444444444444)[0], 200)
        self.assert_replayed_the_same("meta", self.broker.next("publish"))
        self.assertEqual(len(self.graph.requests), 1)

    def test_several_contacts_and_a_repeat(self):
        self.graph.add("a1", email="a@example.com")
        self.graph.add("a2", email="b@example.com")
        self.assertEqual(self.push("a1", "a2")[0], 200)
        self.assertEqual(sorted(record["id"] for record in self.broker.seen("publish")), ["a1", "a2"])
        self.assertEqual(self.push("a1", "a2")[0], 200)
        self.assertEqual((self.counts()["accepted"], self.counts()["duplicate"]), (2, 2))

    def test_a_fetch_that_fails_is_tried_again(self):
        self.graph.add("b1", email="a@example.com")
        self.graph.failures = [(500, "oops"), (200, "no json")]
        self.assertEqual(self.push("b1")[0], 200)
        self.assertEqual(len(self.graph.requests), 3)

    def test_a_fetch_that_goes_on_failing_is_503_and_the_repeat_succeeds(self):
        self.graph.add("c1", email="a@example.com")
        self.graph.failures = [(400, '{"error": {}}'), (302, ""), (200, "x" * (2 << 20))] + [(503, "")] * 20
        status, headers, _ = self.push("c1")
        self.assertEqual((status, headers["Retry-After"], self.counts()["fetch_failed"]), (503, "30", 1))
        self.assertIn("fetch failed source=meta", self.worker.log())
        self.assertEqual(self.broker.seen("publish"), [])
        self.graph.failures = []
        self.assertEqual(self.push("c1")[0], 200)

    def test_what_names_no_contact_is_ignored(self):
        for names in ((), ("../secret",), ("a/b",), ("",), ("x" * 65,)):
            status, _, body = self.push(*names)
            self.assertEqual((status, json.loads(body)["status"]), (200, "ignored"), names)
        self.assertEqual(self.graph.requests, [])

    def test_who_cannot_sign_makes_us_fetch_nothing(self):
        status = self.worker.request("POST", "/in/meta", '{"entry": [{"changes": [{"value": {"leadgen_id": "d1"}}]}]}',
                                     {**JSON, "X-Hub-Signature-256": "sha256=" + "0" * 64})[0]
        self.assertEqual((status, self.graph.requests), (403, []))

    def test_a_contact_that_nobody_can_answer_is_not_asked_for_again(self):
        self.assertEqual(self.push("e1")[0], 200)   # again it would be no better
        self.assertEqual(self.counts()["rejected"], 1)
        self.assertEqual(len(os.listdir(os.path.join(self.directory, "raw"))), 1)

    def test_a_broker_that_is_busy_is_503(self):
        self.graph.add("f1", email="a@example.com")
        self.broker.tell("mode busy")
        self.assertEqual(self.push("f1")[0], 503)
        self.broker.tell("mode normal")
        self.assertEqual(self.push("f1")[0], 200)


class Private(Push):
    """Nobody said that the sender may be on this machine."""
    private = "no"

    def test_an_address_of_this_machine_is_not_asked(self):
        self.graph.add("h1", email="a@example.com")
        self.assertEqual(self.push("h1")[0], 503)
        self.assertEqual((self.graph.requests, self.broker.seen("publish")), ([], []))
        self.assertIn("private network", self.worker.log())


class AnotherHost(Push):
    """The certificate is by the right authority, for somebody else."""
    host = "DNS:localhost,IP:127.0.0.2"

    def test_a_certificate_of_another_host_gets_neither_token_nor_lead(self):
        self.graph.add("i1", email="evil@example.com")
        self.assertEqual(self.push("i1")[0], 503)
        self.assertEqual((self.graph.requests, self.broker.seen("publish")), ([], []))
        self.assertIn("fetch failed", self.worker.log())


class Impostor(Push):
    """The certificate is by somebody whom we do not trust."""
    trusted = "other"

    def test_an_impostor_gets_neither_token_nor_lead(self):
        self.graph.add("g1", email="evil@example.com")
        self.assertEqual(self.push("g1")[0], 503)
        self.assertEqual((self.graph.requests, self.broker.seen("publish")), ([], []))
        self.assertIn("fetch failed", self.worker.log())


for name in [name for name in dir(Push) if name.startswith("test_")]:   # only its own
    setattr(Impostor, name, None)
    setattr(AnotherHost, name, None)
    setattr(Private, name, None)


if __name__ == "__main__":
    if not shutil.which("openssl"):
        print("SKIP: the openssl program is not installed")
        sys.exit(77)
    worker_case.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Inbound-mail webhooks: the real leadwire-mail, posted to as Postmark, SendGrid and Mailgun do."""
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web"))
import worker_case

KEY, MAILGUN_KEY = "Basic cG9zdDptYXJr", "mailgun-key"
RAW = ("From: Tom Hill <tom@buyer.example>\r\nSubject: Forty chairs\r\nMessage-ID: <raw-1@buyer.example>\r\n"
       "\r\nPlease call me.\r\n")


def sizes(record):
    """Of the attachments: [name, type, size] each."""
    return [int(size) for size in re.findall(r'\["[^"]*", "application/pdf", (\d+)\]', record)]


def fixture(name):
    shared = os.environ.get("LEADWIRE_SHARED", os.path.join(os.environ.get("LEADWIRE_SOURCE", "."), "..", "shared"))
    path = os.path.join(shared, "fixtures", "inbound", name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def multipart(fields, files=()):
    parts = []
    for name, value in fields:
        parts.append(b'--b0undary\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value))
    for name, file_name, value in files:
        parts.append(b'--b0undary\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: application/pdf\r\n\r\n%s\r\n'
                     % (name.encode(), file_name.encode(), value))
    return b"".join(parts) + b"--b0undary--\r\n", {"Content-Type": "multipart/form-data; boundary=b0undary"}


class HookCase(worker_case.WorkerCase):
    program = "leadwire-mail"
    http = "{body_size_max_kib: 64}"
    raw_options = ""

    def config(self):
        for name, secret in (("key", KEY), ("mailgun", MAILGUN_KEY)):
            path = os.path.join(self.directory, name)
            with open(path, "w", opener=lambda p, flags: os.open(p, flags, 0o600), encoding="ascii") as file:
                file.write(secret)
        return f"""desk: sales
broker: {self.broker.endpoint}
answer_within: 1s
listen: 127.0.0.1:0
http: {self.http}
decisions_log: decisions
raw: {{directory: raw{self.raw_options}}}
sources:
  pm: {{region: IT, webhook: {{service: postmark, secret_file: key, secret_header: Authorization}}}}
  sg: {{region: IT, webhook: {{service: sendgrid, secret_file: key}}}}
  mg: {{region: IT, webhook: {{service: mailgun, signature: {{scheme: mailgun, secret_file: mailgun}}}}}}
  deaf: {{region: IT}}
"""

    def postmark(self, payload, key=KEY):
        body = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        status, _, text = self.worker.request("POST", "/in/pm", body, {"Content-Type": "application/json", "Authorization": key})
        return status, text

    def sendgrid(self, fields, files=()):
        body, headers = multipart(fields, files)
        status, _, text = self.worker.request("POST", "/in/sg", body, dict(headers, **{"X-Leadwire-Key": KEY}))
        return status, text

    def mailgun(self, fields, timestamp="1795600000", token="t0ken", key=MAILGUN_KEY):
        signature = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
        body = urllib.parse.urlencode(dict(fields, timestamp=timestamp, token=token, signature=signature))
        status, _, text = self.worker.request("POST", "/in/mg", body, {"Content-Type": "application/x-www-form-urlencoded"})
        return status, text

    def lead(self):
        return self.broker.next("publish")


class Hooks(HookCase):
    def test_the_raw_mail_goes_before_the_fields(self):
        status, text = self.postmark({"From": "other@buyer.example", "Subject": "Other", "RawEmail": RAW})
        self.assertEqual((status, json.loads(text)["status"]), (200, "accepted"))
        record = json.dumps(self.lead())
        self.assertIn("tom@buyer.example", record)
        self.assertIn("raw-1@buyer.example", record)
        self.assertNotIn("other@buyer.example", record)

    def test_a_mail_is_written_from_the_fields(self):
        payload = {"FromFull": {"Email": "eva@kunde.example", "Name": "Eva Groß"}, "Subject": "Stühle\r\nBcc: x@y.example",
                   "Date": "Tue, 24 Nov 2026 09:30:00 +0100", "MessageID": "pm-1", "TextBody": "Bitte um Rückruf.\n\nTel: 030 901820\n",
                   "HtmlBody": "<p>html</p>", "Headers": [{"Name": "Message-ID", "Value": "<own-1@kunde.example>"},
                                                          {"Name": "Content-Type", "Value": "multipart/evil"},
                                                          {"Name": "In-Reply-To", "Value": "<offer-1@shop.example>"}],
                   "Attachments": [{"Name": "Plan für Eva.pdf", "ContentType": "application/pdf", "Data": "aGVsbG8="}]}
        status, text = self.postmark(payload)
        self.assertEqual(status, 200, text)
        record = json.dumps(self.lead(), ensure_ascii=False)
        for words in ("eva@kunde.example", "Eva Groß", "Stühle", "Bitte um Rückruf.", "own-1@kunde.example", "Plan für Eva.pdf"):
            self.assertIn(words, record)
        self.assertEqual(json.loads(self.postmark(payload)[1])["status"], "duplicate")

    def test_nul_in_a_mail_keeps_it_not_out(self):
        status, text = self.postmark({"FromFull": {"Email": "eva@kunde.example", "Name": "E\0va"}, "Subject": "Pumps\0", "TextBody": "Call\0 me\0, please"})
        self.assertEqual(status, 200, text)
        lead = self.lead()["lead"]
        self.assertEqual((lead["full_name"], lead["subject"], lead["summary"]), ("Eva", "Pumps", "Call me, please"))
        self.assertEqual(self.postmark({"RawEmail": RAW.replace("call", "ca\0ll")})[0], 200)
        self.assertEqual(self.lead()["lead"]["summary"], "Please call me.")

    def test_postmarks_own_samples_are_read(self):
        for name, sender in (("postmark-inbound-test-payload.json", "replyto@example.com"),
                             ("postmark-inbound-test-payload-with-raw.json", "support@postmarkapp.com")):
            payload = fixture(name)
            if payload is None:
                worker_case.skip(self, "no fixtures/inbound: LEADWIRE_SHARED names no folder with them")
            status, text = self.postmark(payload)
            self.assertEqual(status, 200, text)
            record = json.dumps(self.lead())
            self.assertIn(sender, record)
            self.assertIn("This is a test text body.", record)

    def test_sendgrid_in_fields_and_raw(self):
        headers = b"Received: by x\n\tfolded\nMessage-ID: <sg-1@buyer.example>\nContent-Type: multipart/mixed; boundary=x\n"
        status, text = self.sendgrid(
            [("headers", headers), ("from", "Mario Rossi <mario@cliente.example>".encode()), ("subject", "Citt\xe0".encode("latin-1")),
             ("text", "Perch\xe9 no?".encode("latin-1")), ("charsets", b'{"text": "iso-8859-1", "subject": "iso-8859-1"}')],
            [("attachment1", "plan.pdf", b"%PDF")])
        self.assertEqual(status, 200, text)
        record = json.dumps(self.lead(), ensure_ascii=False)
        for words in ("mario@cliente.example", "Città", "Perché no?", "sg-1@buyer.example", "plan.pdf"):
            self.assertIn(words, record)
        self.assertEqual(sizes(record), [4])
        self.assertEqual(self.sendgrid([("email", RAW.encode())])[0], 200)
        self.assertIn("raw-1@buyer.example", json.dumps(self.lead()))

    def test_mailgun_signed_and_again_with_another_signature(self):
        fields = {"from": "Ada <ada@buyer.example>", "subject": "Hello", "body-plain": "Two, please.",
                  "message-headers": json.dumps([["Message-Id", "<mg-1@buyer.example>"], ["Subject", "Hello"]])}
        status, text = self.mailgun(fields)
        self.assertEqual(status, 200, text)
        self.assertIn("mg-1@buyer.example", json.dumps(self.lead()))
        status, text = self.mailgun(fields, "1795600900", "another")
        self.assertEqual((status, json.loads(text)["status"]), (200, "duplicate"))
        self.assertEqual(self.mailgun(fields, key="wrong")[0], 403)
        self.assertEqual(self.mailgun({"body-mime": RAW})[0], 200)

    def test_who_may_not_post_and_what_is_no_mail(self):
        self.assertEqual(self.postmark({"RawEmail": RAW}, key="Basic wrong")[0], 401)
        self.assertEqual(self.worker.request("POST", "/in/pm", "{}", {})[0], 401)
        self.assertEqual(self.worker.request("POST", "/in/deaf", "{}", {})[0], 404)
        self.assertEqual(self.worker.request("GET", "/in/pm")[0], 405)
        for body in ("", "[]", "{", "{}", '{"RawEmail": 3}', '{"Headers": [1, {"Name": 2}], "From": []}', "\xff"):
            self.assertEqual(self.postmark(body.encode("latin-1"))[0], 400, body)
        self.assertEqual(self.postmark({"RawEmail": "no header at all"})[0], 422)
        self.assertEqual(self.postmark({"RawEmail": "x" * 70000})[0], 413)
        status, text = self.postmark({"RawEmail": "From: a@buyer.example\r\nAuto-Submitted: auto-replied\r\n\r\nAway\r\n"})
        self.assertEqual((status, json.loads(text)), (200, {"status": "not_a_lead", "reason": "auto_reply"}))
        self.assertEqual(self.sendgrid([("subject", b"")])[0], 400)
        self.assertEqual(self.broker.seen("publish"), [])

    def test_read_again_from_its_raw_each_is_the_same_mail(self):
        self.assertEqual(self.postmark({"From": "Eva <eva@kunde.example>", "Subject": "Chairs", "TextBody": "Call me.", "MessageID": "pm-1"})[0], 200)
        self.assert_replayed_the_same("pm", self.lead())
        self.assertEqual(self.sendgrid([("from", b"Mario <mario@cliente.example>"), ("subject", b"Chairs"), ("text", b"Call me.")],
                                       [("attachment1", "plan.pdf", b"%PDF")])[0], 200)
        self.assert_replayed_the_same("sg", self.lead())
        self.assertEqual(self.mailgun({"body-mime": RAW})[0], 200)
        self.assert_replayed_the_same("mg", self.lead())

    def test_later_when_the_broker_is_busy_or_silent(self):
        self.broker.tell("mode busy")
        self.assertEqual(self.postmark({"RawEmail": RAW})[0], 503)
        self.broker.tell("mode normal")
        status, text = self.postmark({"RawEmail": RAW})
        self.assertEqual(status, 200, text)

    def test_killed_before_the_answer_it_is_the_same_lead(self):
        self.broker.tell("mode mute")
        connection = self.worker.raw(self.post_bytes())
        self.lead()
        self.worker.kill()
        connection.close()
        self.broker.tell("mode normal")
        self.worker.start()
        self.worker.ready()
        status, text = self.postmark({"RawEmail": RAW})
        self.assertEqual((status, json.loads(text)["status"]), (200, "duplicate"))

    def post_bytes(self):
        body = json.dumps({"RawEmail": RAW})
        return (f"POST /in/pm HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: {KEY}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


    def test_a_broker_that_rejects_is_422(self):
        self.broker.tell("mode reject")
        self.assertEqual(self.postmark({"RawEmail": RAW})[0], 422)

    def test_what_waits_while_the_rules_are_read_again_comes_again(self):
        self.broker.tell("mode silent")
        connection = self.worker.raw(self.post_bytes())
        self.lead()
        self.worker.process.send_signal(signal.SIGHUP)
        first = connection.recv(4096)
        self.assertIn(b" 503 ", first.split(b"\r\n")[0])
        self.assertIn(b"Retry-After", first)
        connection.close()
        self.broker.tell("mode normal")
        self.worker.ready()
        self.assertEqual(self.postmark({"RawEmail": RAW})[0], 200)


class Slow(HookCase):
    http = "{body_size_max_kib: 64, connections_max: 4, request_within: 400ms}"

    def test_slow_and_many_connections_keep_no_mail_out(self):
        slow = self.worker.raw(b"POST /in/pm HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        try:
            answer = slow.recv(4096)
        except ConnectionResetError:
            answer = b""
        self.assertTrue(answer == b"" or b" 408 " in answer, answer)
        idle = [self.worker.raw() for _ in range(12)]
        self.assertEqual(self.postmark({"RawEmail": RAW})[0], 200)
        for connection in [slow, *idle]:
            connection.close()


class FullStore(HookCase):
    raw_options = ", size_max_mib: 1"

    def test_a_full_raw_store_is_507(self):
        for number in range(40):
            status, text = self.postmark({"RawEmail": RAW + f"{number}" + "x" * 60000})
            if status != 200:
                break
        self.assertEqual((status, json.loads(text)["error"]), (507, "no room to keep the mail"))
        self.assertGreater(number, 5)


class LargeMails(HookCase):
    """As large as the services take them: 25 MB of mail and more."""
    http = "{body_size_max_kib: 40960, connections_max: 16, request_within: 60s}"

    def test_a_raw_mail_with_large_attachments(self):
        attached = (b"JVBERi0x" * 9 + b"\r\n") * 300000     # base64 of 16 MB
        head = (b"From: Tom Hill <tom@buyer.example>\r\nSubject: Plans\r\nMessage-ID: <large-1@buyer.example>\r\nMIME-Version: 1.0\r\n"
                b"Content-Type: multipart/mixed; boundary=p\r\n\r\n--p\r\n\r\nThe plans are attached.\r\n--p\r\nContent-Type: application/pdf; name=plans.pdf\r\n"
                b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        status, text = self.sendgrid([("email", head + attached + b"\r\n--p--\r\n")])
        self.assertEqual(status, 200, text)
        record = json.dumps(self.lead())
        self.assertIn("The plans are attached.", record)
        self.assertEqual(sizes(record), [16200000])
        status, text = self.sendgrid([("email", head + attached + attached[:8000000] + b"\r\n--p--\r\n")])
        self.assertEqual((status, json.loads(text)), (413, {"error": "the mail is too large"}))

    def test_fields_with_large_files(self):
        status, text = self.sendgrid([("from", b"Tom Hill <tom@buyer.example>"), ("subject", b"Plans"), ("text", b"Attached.")],
                                     [("attachment1", "plans.pdf", b"x" * 30000000)])
        self.assertEqual(status, 200, text)
        self.assertEqual(sizes(json.dumps(self.lead())), [30000000])


class Refusals(unittest.TestCase):
    """What --check says of doors that could take no mail, or anybody's."""

    def check(self, root, source):
        with tempfile.TemporaryDirectory(prefix="lw-") as directory:
            path = os.path.join(directory, "mail.yaml")
            with open(os.path.join(directory, "key"), "w", opener=lambda p, flags: os.open(p, flags, 0o600), encoding="ascii") as file:
                file.write(KEY)
            with open(path, "w", encoding="utf-8") as file:
                other = "  other: {recipients: [b.example]}\n" if "lmtp" in root else ""
                file.write(f"desk: sales\nbroker: ipc:///x\n{root}sources:\n  office: {{{source}}}\n{other}")
            done = subprocess.run([os.path.join(worker_case.BIN, "leadwire-mail"), "--config", path, "--check"],
                                  capture_output=True, text=True, timeout=worker_case.DEADLINE_S, check=False)
            return done.returncode, done.stdout + done.stderr

    def test_each_has_its_words(self):
        lmtp, hook = 'lmtp: {listen: "unix:/run/x"}\n', "webhook: {service: postmark, secret_file: key}"
        for root, source, words in (
                ("", "recipients: [a@b.example]", "lmtp.listen is missing"),
                ("lmtp: {socket_mode: '0660'}\n", "region: IT", "lmtp.listen: it is missing"),
                ("lmtp: {listen: '0.0.0.0:24'}\n", "region: IT", "LMTP knows no passwords"),
                ("lmtp: {listen: 'unix:x'}\n", "region: IT", "the path must begin with /"),
                ("lmtp: {listen: 'unix:/%s'}\n" % ("x" * 120), "region: IT", "too long for a socket"),
                ("lmtp: {listen: 'here'}\n", "region: IT", "expected unix:/PATH or ADDRESS:PORT"),
                ("lmtp: {listen: 'unix:/x', socket_mode: '999'}\n", "region: IT", "an octal mode"),
                ("lmtp: {listen: 'unix:/x', moode: 1}\n", "region: IT", "moode"),
                ("lmtp: yes\n", "region: IT", "lmtp must be a map"),
                (lmtp, "recipients: [B.example]", "belongs to source 'office' already"),
                (lmtp, "recipients: [nothing]", "neither an address nor a domain"),
                ("", hook, "listen is missing"),
                ("listen: 127.0.0.1:0\n", "region: IT", "no source has a webhook"),
                ("listen: 127.0.0.1:0\nhttp: {body_size_max_kib: 40960}\n", hook, "set http.connections_max to 25 or less"),
                ("listen: 127.0.0.1:0\nhttp: {body_size_max_kib: 65537}\n", hook, "http.body_size_max_kib"),
                ("listen: 127.0.0.1:0\n", "webhook: {service: postmark}", "needs secret_file or signature"),
                ("listen: 127.0.0.1:0\n", "webhook: {service: posthorn, secret_file: key}", "postmark, sendgrid or mailgun"),
                ("listen: 127.0.0.1:0\n", "webhook: {service: mailgun, signature: {scheme: twilio, secret_file: key}}", "not for mails"),
                ("listen: 127.0.0.1:0\n", "webhook: yes", "webhook must be a map")):
            code, said = self.check(root, source)
            self.assertEqual(code, 3, (root, source, said))
            self.assertIn(words, said, (root, source))
        self.assertEqual(self.check(lmtp, "recipients: [a@b.example]")[0], 0)
        self.assertEqual(self.check("listen: 127.0.0.1:0\n", hook)[0], 0)


if __name__ == "__main__":
    worker_case.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire ingest --dry-run: what mails, forms and calls that lie in files would become."""
import json
import os
import signal
import subprocess
import tempfile
import unittest

BIN = os.environ["LEADWIRE_BIN"]
SOURCE = os.environ["LEADWIRE_SOURCE"]
SAMPLES = os.path.join(SOURCE, "tests/mail/samples")
KEYS = ["file", "outcome", "reason", "channel", "source", "idempotency_id", "sender", "subject", "summary", "lead", "warnings",
        "requirements", "requirements_skipped"]
NOT_A_LEAD = ("delivery_report", "auto_reply", "bulk", "list", "own_address", "empty", "spam", "no_sender")
MAIL = """desk: main
broker: ipc:///nowhere
sources:
  samples: {region: IT, own: [shop.example], robots: [website@shop.example]}
"""
WEB = """desk: main
broker: ipc:///nowhere
listen: 127.0.0.1:0
sources:
  ads: {fetch: {each: "entry[].changes[]", id: value.leadgen_id, url: "https://ads.example/{id}"}}
  form: {region: IT, honeypot: website, idempotency: token, map: {full_name: nome, phone: cellulare}, ignore: [csrf], expect: [nome]}
"""


def leadwire(*arguments, body=b"", code=0):
    done = subprocess.run([os.path.join(BIN, "leadwire"), *arguments], input=body, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout.decode(), done.stderr.decode()


def ingest(*arguments, body=b"", code=0):
    return leadwire("ingest", "--dry-run", "--run-dir", "/nowhere", *arguments, body=body, code=code)


def read(*arguments, body=b"", code=0):
    return [json.loads(line) for line in ingest("--json", *arguments, body=body, code=code)[0].splitlines()]


def beginning(text):
    return " ".join((text or "").split())


def expected_rows(prefix):
    with open(os.path.join(SOURCE, "tests/mail/expected.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return [[row[0][len(prefix):], *row[1:]] for row in rows if (row[0].startswith(prefix) if prefix else "/" not in row[0])]


def mail_path(folder, name):
    path = os.path.join(folder, name)
    return path if os.path.exists(path) else path + ".eml"   # one of the mails has no suffix


class Ingest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lw-ingest-")
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def compare(self, folder, rows, *arguments):
        told = read(*arguments, *[mail_path(folder, row[0]) for row in rows],
                    code=int(any(row[1] not in NOT_A_LEAD + ("lead",) for row in rows)))
        self.assertEqual(len(told), len(rows))
        for line, (name, outcome, sender, phone, subject, text) in zip(told, rows):
            self.assertEqual(list(line), KEYS, name)
            kind = "lead" if outcome == "lead" else "not_a_lead" if outcome in NOT_A_LEAD else "unparsable"
            self.assertEqual((line["outcome"], line["reason"]), (kind, "" if kind == "lead" else outcome), name)
            if kind != "lead":
                self.assertIsNone(line["lead"], name)
                continue
            self.assertEqual(line["sender"]["email"] or "-", sender, name)
            self.assertEqual(line["sender"]["phone"] or "-", phone, name)
            self.assertTrue(beginning(line["subject"]).startswith(beginning(subject) if subject != "-" else ""), name)
            self.assertTrue(beginning(line["summary"]).startswith(beginning(text) if text != "-" else ""), name)
            self.assertEqual(line["lead"].get("warnings", []), line["warnings"], name)

    def test_each_sample_mail_is_what_a_reader_makes_of_it(self):
        rows = [row for row in expected_rows("") if os.path.exists(os.path.join(SAMPLES, row[0] + ".eml"))]
        self.assertGreater(len(rows), 50)
        self.compare(SAMPLES, rows, "--config", self.write("mail.yaml", MAIL), "--source", "samples")

    def test_each_real_mail_is_what_a_reader_makes_of_it(self):
        folder = os.path.join(os.environ.get("LEADWIRE_SHARED", "nowhere"), "fixtures/email")
        if not os.path.isdir(folder):
            reason = "no fixtures/email: LEADWIRE_SHARED names no folder with them"
            print(f"\nSKIP: {reason}\n[  SKIPPED ] {self._testMethodName}", flush=True)   # as the summary finds it (tests/report.py)
            self.skipTest(reason)
        self.compare(folder, expected_rows("shared/"), "--source", "mail", "--region", "US")

    def test_default_settings_read_each_kind_of_source(self):
        with open(os.path.join(SAMPLES, "plain.eml"), "rb") as file:
            mail, = read("--source", "mail", "-", body=file.read())
        form, = read("--source", "web", "--region", "IT", "-", body=b"name=Mario+Rossi&tel=02+1234567&message=hi&csrf=1\n")
        call, = read("--source", "phone", "-", body=b"CallSid=CA1&From=%2B390212345678&To=%2B390299999\n")
        self.assertEqual((mail["sender"]["email"], mail["subject"]), ("anna.keller@kunde.example", "Offer for 40 chairs"))
        self.assertEqual((form["sender"]["phone"], form["sender"]["name"], form["summary"]), ("+39021234567", "Mario Rossi", "hi"))
        self.assertEqual((call["sender"]["phone"], call["idempotency_id"], call["channel"]), ("+390212345678", "CA1", "phone"))

    def test_a_callers_message_is_shown_with_its_call(self):
        message, = read("--source", "phone", "-", body=b"CallSid=CA1&From=%2B390212345678&RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fh.example%2FRE1"
                        b"&RecordingDuration=17&RecordingStatus=completed\n")
        self.assertEqual((message["idempotency_id"], message["lead"]["follows"]), ("RE1", "CA1"))
        self.assertEqual(message["lead"]["recording"], {"url": "https://h.example/RE1", "duration_s": 17})
        bad, = read("--source", "phone", "-", body=b"CallSid=CA1&RecordingSid=RE1&RecordingUrl=ftp%3A%2F%2Fh.example%2FRE1\n", code=1)
        self.assertEqual((bad["outcome"], bad["reason"]), ("unparsable", "malformed"))

    def test_a_body_is_guessed_or_said(self):
        multipart = b'--x1\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b.example\r\n--x1--\r\n'
        for body, *arguments in ((b' {"contact": {"email": "a@b.example"}}',), (b"email=a%40b.example",), (multipart,),
                                 (multipart, "--content-type", "multipart/form-data; boundary=x1"),
                                 (multipart, "--header", "content-type: multipart/form-data; boundary=x1")):
            line, = read("--source", "web", *arguments, "-", body=body)
            self.assertEqual(line["sender"]["email"], "a@b.example", body)
        line, = read("--source", "web", "--header", "Idempotency-Key: k-1", "-", body=b"email=a%40b.example")
        self.assertEqual(line["idempotency_id"], "k-1")

    def test_a_source_of_a_configuration_is_read_by_its_map(self):
        config = self.write("web.yaml", WEB)
        line, = read("--config", config, "--source", "form", "-", body=b"nome=Eva&cellulare=333+1234567&csrf=9&auto=Panda&token=t7")
        self.assertEqual((line["sender"]["name"], line["sender"]["phone"], line["idempotency_id"]), ("Eva", "+393331234567", "t7"))
        self.assertEqual((line["lead"]["attributes"], line["warnings"]), ({"auto": "Panda", "token": "t7"}, []))
        line, = read("--config", config, "--source", "form", "-", body=b"nominativo=Eva&cellulare=333+1234567")   # the form was changed
        self.assertEqual((line["outcome"], line["sender"]["phone"], line["warnings"]), ("lead", "+393331234567", ["there is no 'nome', which is expected"]))
        robot, = read("--config", config, "--source", "form", "-", body=b"nome=Eva&cellulare=333+1234567&website=x")
        self.assertEqual((robot["outcome"], robot["reason"]), ("not_a_lead", "robot"))
        renamed = self.write("forms.conf", WEB)
        self.assertIn("say with --kind whose configuration", ingest("--config", renamed, "--source", "form", "-", code=2)[1])
        read("--config", renamed, "--kind", "web", "--source", "form", "-", body=b"nome=Eva&cellulare=333+1234567")

    def test_of_a_source_that_fetches_the_file_is_what_was_fetched(self):
        arguments = ("--config", self.write("web.yaml", WEB), "--source", "ads", "-")
        line, = read(*arguments, body=b'{"email": "a@b.example", "push": {"value": {"leadgen_id": 12345678901234567890}}}')
        self.assertEqual((line["idempotency_id"], line["sender"]["email"]), ("12345678901234567890", "a@b.example"))
        line, = read(*arguments, body=b'{"entry": [{"changes": [{"value": {"leadgen_id": 1}}]}]}', code=1)
        self.assertEqual((line["outcome"], line["reason"]), ("rejected", "it only names contacts, which are to be fetched"))

    def test_what_cannot_be_used_says_why_and_ends_with_1(self):
        good, bad = os.path.join(SAMPLES, "plain.eml"), os.path.join(SAMPLES, "no_headers.eml")
        lines = read("--source", "mail", good, "/nowhere/at/all.eml", bad, code=1)
        self.assertEqual([(line["outcome"], line["reason"]) for line in lines],
                         [("lead", ""), ("unreadable", "No such file or directory"), ("unparsable", "unparsable")])
        for body, arguments, outcome, reason in (
                (b'{"email": ', ("--source", "web"), "unparsable", "malformed"),
                (b"name=Eva", ("--source", "web"), "rejected", "neither phone nor email nor a way back"),
                (b"name=Eva", ("--source", "web", "--content-type", "text/csv"), "unparsable", "wrong_type"),
                (b"x=" + 300 * 1024 * b"y", ("--source", "web"), "unparsable", "too_large"),
                (b"From=%2B39021234567", ("--source", "phone"), "unparsable", "malformed")):
            line, = read(*arguments, "-", body=body, code=1)
            self.assertEqual((line["outcome"], line["reason"]), (outcome, reason), body[:40])

    def test_wrong_arguments_are_told(self):
        for arguments, code, words in (
                (("--source", "mial", "x"), 2, "without --config the source is mail, web or phone"),
                (("x",), 2, "needs --source NAME"),
                (("--source", "web", "--kind", "fax", "x"), 2, "--kind is mail, web or phone"),
                (("--source", "web", "--header", "none", "x"), 2, "--header is 'NAME: VALUE'"),
                (("--source", "w b", "--kind", "web", "x"), 1, "letters, digits"),
                (("--config", "/nowhere/web.yaml", "--source", "form", "x"), 1, "/nowhere/web.yaml"),
                (("--config", self.write("web.yaml", WEB), "--source", "other", "x"), 1, "there is no source 'other'"),
                (("--config", self.write("mail.yaml", MAIL), "--source", "other", "x"), 1, "there is no source 'other'")):
            self.assertIn(words, ingest(*arguments, code=code)[1], arguments)
        done = subprocess.run([os.path.join(BIN, "leadwire"), "ingest", "--source", "mail", "x"], stderr=subprocess.PIPE, timeout=20, check=False)
        self.assertEqual((done.returncode, b"needs --dry-run" in done.stderr), (2, True))

    def test_what_a_lead_would_require_comes_from_a_desk_file(self):
        desk = os.path.join(SOURCE, "deploy/small-business/desk.yaml")
        line, = read("--source", "web", "--desk-file", desk, "-", body=b"email=a%40b.example&language=it")
        told = line["requirements"]
        self.assertEqual((told["taken"], told["rule"], told["queue"], told["require"]), (True, "italian", "italian", {"italian": 5}))
        self.assertEqual(told["eligible"], sum(row["rank"] > 0 for row in told["candidates"]))
        self.assertGreater(told["eligible"], 0)
        self.assertEqual({row["excluded_by"] for row in told["candidates"] if row["rank"] == 0}, {"skill"})
        self.assertIsNone(line["requirements_skipped"])
        words, _ = ingest("--source", "web", "--desk-file", desk, "-", body=b"email=a%40b.example&language=it")
        self.assertRegex(words, r"rule 'italian' would put it in queue italian; it requires italian 5; priority \d+")
        with open(self.write("lead.json", json.dumps(line["lead"])), encoding="utf-8") as file:   # what the one shows the other takes
            explained = json.loads(leadwire("explain", "--lead", file.name, "--desk-file", desk, "--json")[0])
        self.assertEqual({key: value for key, value in explained.items() if key not in ("channel", "source")}, told)

    def test_without_a_desk_it_says_that_this_part_is_skipped(self):
        line, = read("--source", "web", "-", body=b"email=a%40b.example")
        self.assertIsNone(line["requirements"])
        self.assertEqual(line["requirements_skipped"], "no broker runs in /nowhere, and no --desk-file is given")
        self.assertIn("is not told: no broker runs in /nowhere", ingest("--source", "web", "-", body=b"email=a%40b.example")[1])
        bad = self.write("desk.yaml", "desk: x\nrepz: 1\n")
        self.assertIn("desk.yaml:2", ingest("--source", "web", "--desk-file", bad, "-", body=b"email=a%40b.example", code=1)[1])

    def test_a_lead_that_is_not_taken_is_told(self):
        desk = self.write("desk.yaml", "desk: x\nreps: {ann: {}}\nchannels: {web: {weight: 1}}\n")
        lead = self.write("lead.json", '{"channel": "email", "source": "inbox", "emails": ["a@b.example"]}')
        told = json.loads(leadwire("explain", "--lead", lead, "--desk-file", desk, "--json", code=1)[0])
        self.assertEqual((told["taken"], told["note"]), (False, "the desk does not serve this channel"))
        self.assertIn("it would not be taken: the desk does not serve", leadwire("explain", "--lead", lead, "--desk-file", desk, code=1)[0])
        for arguments, words in ((("--lead", lead, "1-1"), "--lead stands alone"), (("1-1", "--desk-file", desk), "go with --lead"),
                                 (("--lead", "/nowhere.json"), "/nowhere.json: ")):
            self.assertIn(words, leadwire("explain", *arguments, code=2)[1])

    def test_a_running_broker_is_asked(self):
        run_dir, desk = os.path.join(self.folder.name, "run"), os.path.join(SOURCE, "deploy/small-business/desk.yaml")
        broker = subprocess.Popen([os.path.join(BIN, "leadwire-broker"), "--ephemeral", "--desk", "main", "--run-dir", run_dir, "--ready-fd", "1"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(broker.stdout.close)
        self.addCleanup(broker.wait)
        self.addCleanup(broker.kill)
        self.assertEqual(broker.stdout.readline(), b"serving\n")
        body, where = b"email=a%40b.example&language=it", ("--run-dir", run_dir, "--timeout", "60")
        line, = read("--source", "web", *where, "-", body=body)
        self.assertEqual(line["requirements"], {"taken": False, "note": "the desk has no rules yet: apply a desk.yaml"})
        leadwire("apply", desk, *where)
        line, = read("--source", "web", *where, "-", body=body)
        told = line["requirements"]
        self.assertEqual((told["rule"], told["eligible"], {row["excluded_by"] for row in told["candidates"]}), ("italian", 0, {"offline"}))
        line, = read("--source", "web", *where, "--all-present", "-", body=body)
        paper, = read("--source", "web", "--desk-file", desk, "-", body=body)
        self.assertEqual(line["requirements"], paper["requirements"])
        self.assertEqual(json.loads(leadwire("status", "--json", *where)[0])["published_total"], 0)
        os.kill(broker.pid, signal.SIGSTOP)   # it is there and does not answer
        self.addCleanup(os.kill, broker.pid, signal.SIGCONT)
        line, = read("--source", "web", *where, "-", body=body)
        self.assertRegex(line["requirements_skipped"], "the broker in .* does not answer")

    def test_people_get_words(self):
        told, _ = ingest("--source", "mail", os.path.join(SAMPLES, "plain.eml"), os.path.join(SAMPLES, "bounce.eml"))
        self.assertRegex(told, r"plain\.eml: lead\n(.*\n)+  emails +anna\.keller@kunde\.example\n(.*\n)+.*bounce\.eml: not_a_lead: delivery_report\n$")
        told, _ = ingest("--source", "web", "-", body=b"email=a%40b.example&message=one%1B%5B2Jtwo")
        self.assertNotIn("\x1b", told)


if __name__ == "__main__":
    unittest.main()

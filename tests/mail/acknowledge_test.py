#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Acknowledgements: who gets one, what it says, and that nobody gets two within a day."""
import email
import email.policy
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web"))
import worker_case

KEY = "a-key"
TEXTS = """{en: {subject: "Re: {subject}", text: "Hello {name},\\nwe have your message."},
              it: {subject: "Ricevuto: {subject}", text: "Gentile {name}, abbiamo ricevuto la tua richiesta. È in buone mani."}}"""


def mail(address, subject="Forty chairs", text="Please call me about forty chairs.", name="Tom Hill", **headers):
    lines = [f"From: {name} <{address}>", f"Subject: {subject}", f"Message-ID: <{abs(hash((address, subject, text)))}@buyer.example>"]
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
    return "\r\n".join(lines) + "\r\n\r\n" + text + "\r\n"


class Acknowledge(worker_case.WorkerCase):
    program = "leadwire-mail"
    waiting_max = 1000

    def config(self):
        with open(os.path.join(self.directory, "key"), "w", opener=lambda p, flags: os.open(p, flags, 0o600), encoding="ascii") as file:
            file.write(KEY)
        rules = f"""acknowledge: {{outbox: outbox, from: "Solar <info@solar.example>", waiting_max: {self.waiting_max}, %s texts: {TEXTS}}}"""
        return f"""desk: sales
broker: {self.broker.endpoint}
answer_within: 1s
listen: 127.0.0.1:0
sources:
  quiet: {{webhook: {{service: postmark, secret_file: key}}}}
  told: {{webhook: {{service: postmark, secret_file: key}}, own: [solar.example], robots: [robot@forms.example], {rules % ""}}}
  forms: {{webhook: {{service: postmark, secret_file: key}}, robots: [robot@forms.example], {rules % "bodies: yes,"}}}
  italian: {{language: it, webhook: {{service: postmark, secret_file: key}}, {rules % ""}}}
"""

    def bring(self, text, source="told", status=200):
        answer = self.worker.request("POST", "/in/" + source, json.dumps({"RawEmail": text}), {"Content-Type": "application/json", "X-Leadwire-Key": KEY})
        self.assertEqual(answer[0], status, answer[2])

    def written(self):
        """All of the outbox, taken out of it."""
        folder, found = os.path.join(self.directory, "outbox", "new"), []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), "rb") as file:
                found.append(email.message_from_binary_file(file, policy=email.policy.default))
            os.unlink(os.path.join(folder, name))
        return found

    def test_who_writes_is_told_once_a_day(self):
        self.bring(mail("tom@buyer.example"))
        answer, = self.written()
        self.assertEqual((answer["To"], answer["From"], answer["Subject"]), ("tom@buyer.example", "Solar <info@solar.example>", "Re: Forty chairs"))
        self.assertEqual((answer["Auto-Submitted"], answer["X-Auto-Response-Suppress"]), ("auto-replied", "All"))
        self.assertRegex(answer["In-Reply-To"], r"^<\d+@buyer\.example>$")
        self.assertEqual(answer["References"], answer["In-Reply-To"])
        self.assertRegex(answer["Message-ID"], r"^<[0-9a-f]{32}@solar\.example>$")
        self.assertEqual(answer.get_content(), "Hello Tom,\nwe have your message.\n")
        self.bring(mail("Tom@Buyer.example", "Another thing"))   # the same person
        self.bring(mail("tom@buyer.example"))                     # the same mail
        self.assertEqual(self.written(), [])
        self.bring(mail("ann@buyer.example"))
        self.assertEqual(len(self.written()), 1)

    def test_it_is_an_outgoing_event_by_template_and_off_unless_a_source_asks_for_it(self):
        self.bring(mail("tom@buyer.example"), "quiet")
        self.assertFalse(os.path.exists(os.path.join(self.directory, "outbox")))
        for number, source in enumerate(("told", "italian")):   # an outbox of both: whose person was told is told by neither again
            self.bring(mail("tom@buyer.example", f"Chairs {number}"), source)
        name, = os.listdir(os.path.join(self.directory, "outbox", "new"))   # one event, one file, which is whole when it is there
        self.assertEqual(os.listdir(os.path.join(self.directory, "outbox", "tmp")), [])
        self.assertNotIn("tom", name.lower())
        answer, = self.written()
        self.assertEqual((answer["Subject"], answer["Auto-Submitted"]), ("Re: Chairs 0", "auto-replied"))
        log = self.worker.log()
        self.assertEqual(log.count("acknowledgement written"), 1)
        self.assertNotRegex(log, r"(?i)tom|buyer\.example|chairs")

    def test_a_day_later_is_another_day(self):
        self.bring(mail("tom@buyer.example"))
        self.written()
        told = os.path.join(self.directory, "outbox", "told")
        mark, = [name for name in os.listdir(told) if not name.startswith(".")]
        self.assertNotIn("tom", mark)
        os.utime(os.path.join(told, mark), (time.time() - 86500,) * 2)
        self.bring(mail("tom@buyer.example", "Again"))
        self.assertEqual(len(self.written()), 1)

    def test_marks_of_days_ago_are_swept(self):
        self.bring(mail("tom@buyer.example"))
        told = os.path.join(self.directory, "outbox", "told")
        for name in os.listdir(told):
            os.utime(os.path.join(told, name), (time.time() - 86500,) * 2)
        self.bring(mail("ann@buyer.example"))
        self.assertEqual(len([name for name in os.listdir(told) if not name.startswith(".")]), 1)

    def test_the_language_is_the_leads(self):
        self.bring(mail("anna@acquirenti.example", "Sedie", name="Anna Bò", Content_Language="it"))
        self.bring(mail("luca@acquirenti.example", "Tavoli", name="Luca"), "italian")
        self.bring(mail("lars@buyer.example", "Bord", name="Lars", Content_Language="sv"))
        told = {answer["To"]: answer for answer in self.written()}
        self.assertEqual(told["anna@acquirenti.example"]["Subject"], "Ricevuto: Sedie")
        self.assertEqual(told["anna@acquirenti.example"].get_content(), "Gentile Anna, abbiamo ricevuto la tua richiesta. È in buone mani.\n")
        self.assertEqual(told["luca@acquirenti.example"]["Subject"], "Ricevuto: Tavoli")
        self.assertEqual(told["lars@buyer.example"]["Subject"], "Re: Bord")

    def test_nobody_sends_words_through_us(self):
        for number, name in enumerate(('"Visit www.pills.example"', '"Call 900 123 456"', '"' + "A" * 60 + '"', "=?utf-8?q?A=0D=0ABcc:_x=40y.example?=")):
            self.bring(mail(f"s{number}@buyer.example", "x" * 400 + " =?utf-8?q?=0D=0ABcc:_x=40y.example?=", name=name))
            answer, = self.written()
            self.assertEqual(answer.get_content(), "Hello,\nwe have your message.\n")
            self.assertLess(len(answer["Subject"]), 150)
            self.assertEqual((answer["Bcc"], answer["To"]), (None, f"s{number}@buyer.example"))

    def test_who_is_not_answered(self):
        refused = {
            "the source says nothing": (mail("a@buyer.example"), "quiet"),
            "an answer to a mail": (mail("b@buyer.example", In_Reply_To="<x@solar.example>"), "told"),
            "stop": (mail("c@buyer.example", text="Unsubscribe"), "told"),
            "an empty return path": (mail("d@buyer.example", Return_Path="<>"), "told"),
            "asked not to": (mail("e@buyer.example", X_Auto_Response_Suppress="OOF, AutoReply"), "told"),
            "a program": (mail("f@buyer.example", Auto_Submitted="auto-generated"), "told"),
            "a list": (mail("g@buyer.example", List_Id="<l.example>"), "told"),
            "whom only the body names": (mail("robot@forms.example", text="Name: Zoe Hill\r\nEmail: zoe@buyer.example\r\nPhone: +1 415 555 2671"), "told"),
        }
        for why, (text, source) in refused.items():
            self.bring(text, source)
            self.assertEqual(self.written(), [], why)
        self.bring(refused["whom only the body names"][0] + ".", "forms")
        answer, = self.written()
        self.assertEqual(answer["To"], "zoe@buyer.example")

    def test_an_address_at_which_nobody_reads_is_not_written_to(self):
        self.bring(mail("noreply@portal.example", text="<adf><prospect><customer></contact><name>Ugo</name>"))   # a lead that names nobody else
        self.assertEqual(self.broker.next("publish")["lead"]["emails"], ["noreply@portal.example"])
        self.assertEqual(self.written(), [])

    def test_killed_between_the_journal_and_the_outbox_nobody_is_told_twice(self):
        body = json.dumps({"RawEmail": mail("tom@buyer.example")})
        self.broker.tell("mode mute")   # takes the lead, says nothing
        connection = self.worker.raw(f"POST /in/told HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Leadwire-Key: {KEY}\r\n"
                                     f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        self.broker.next("publish")
        self.worker.kill()
        connection.close()
        self.broker.tell("mode normal")
        self.worker.start()
        self.worker.ready()
        self.bring(mail("tom@buyer.example"))   # which the broker knows
        self.assertEqual(self.written(), [])

    def test_only_what_is_in_the_journal_is_acknowledged(self):
        for mode, status in (("busy", 503), ("reject", 422)):
            self.broker.tell("mode " + mode)
            self.bring(mail("tom@buyer.example", mode), status=status)
            self.assertEqual(self.written(), [])
        self.broker.tell("mode normal")
        self.bring(mail("tom@buyer.example", "busy"))
        self.assertEqual(len(self.written()), 1)

    def test_an_outbox_that_cannot_be_written_keeps_no_lead_back(self):
        with open(os.path.join(self.directory, "outbox"), "w", encoding="ascii"):
            pass
        self.bring(mail("tom@buyer.example"))
        self.assertIn("acknowledgement cannot be written", self.worker.log())
        self.assertNotIn("tom@", self.worker.log())
        os.unlink(os.path.join(self.directory, "outbox"))
        self.bring(mail("tom@buyer.example", "Again"))
        self.assertEqual(len(self.written()), 1)

    def once(self, text):
        return subprocess.run([os.path.join(worker_case.BIN, "leadwire-mail"), "--once", "--source", "told", "--config", self.worker.config_path],
                              input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=worker_case.DEADLINE_S, check=True).stdout

    def test_once_acknowledges_too(self):
        for status, count in (("accepted", 1), ("duplicate", 0)):
            self.assertEqual(json.loads(self.once(mail("tom@buyer.example")))["status"], status)
            self.assertEqual(len(self.written()), count)

    WRONG = {
        "acknowledge: yes": "acknowledge must be a map",
        "acknowledge: {from: a@b.example, texts: {en: {subject: s, text: t}}}": "outbox is missing",
        "acknowledge: {outbox: o, texts: {en: {subject: s, text: t}}}": "acknowledge.from",
        "acknowledge: {outbox: o, from: nobody, texts: {en: {subject: s, text: t}}}": "acknowledge.from",
        "acknowledge: {outbox: o, from: a@b.example}": "texts must be a map",
        "acknowledge: {outbox: o, from: a@b.example, texts: {}}": "texts must be a map",
        "acknowledge: {outbox: o, from: a@b.example, texts: {xx-none: {subject: s, text: t}}}": "is no language",
        "acknowledge: {outbox: o, from: a@b.example, texts: {en: {subject: s}}}": "text is missing",
        "acknowledge: {outbox: o, from: a@b.example, texts: {en: {subject: 'Dear {nmae}', text: t}}}": "'{' stands only in {name} and {subject}",
        "acknowledge: {outbox: o, from: a@b.example, waiting_max: 0, texts: {en: {subject: s, text: t}}}": "waiting_max",
        "acknowledge: {outbox: o, from: a@b.example, body: yes, texts: {en: {subject: s, text: t}}}": "body",
    }

    def test_wrong_settings_are_refused_by_line(self):
        path = os.path.join(self.directory, "wrong.yaml")
        for text, expected in self.WRONG.items():
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"desk: sales\nbroker: {self.broker.endpoint}\nsources:\n  office:\n    {text}\n")
            done = subprocess.run([os.path.join(worker_case.BIN, "leadwire-mail"), "--config", path, "--check"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, timeout=worker_case.DEADLINE_S, check=False)
            self.assertEqual(done.returncode, 3, text)
            self.assertRegex(done.stderr.decode(), r"wrong\.yaml:5: .*" + expected.replace("{", r"\{"), text)


class Full(Acknowledge):
    waiting_max = 2

    def test_an_outbox_that_nobody_empties_does_not_grow(self):
        for number in range(4):
            self.bring(mail(f"w{number}@buyer.example"))
        self.assertIn("does anything send them?", self.worker.log())
        self.assertEqual(len(self.written()), 2)
        self.bring(mail("w3@buyer.example", "Again"))
        self.assertEqual(len(self.written()), 1)   # was not told before


for inherited in [name for name in dir(Acknowledge) if name.startswith("test_")]:   # only its own
    setattr(Full, inherited, None)


if __name__ == "__main__":
    worker_case.main()

# SPDX-License-Identifier: Apache-2.0
"""leadwire-web: bodies as pages and programs of all kinds make them, where browsers of today would not."""
import json
import os
import subprocess
import urllib.parse

import worker_case
from worker_case import WorkerCase

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {**FORM, "Accept": "text/html"}
JSON = {"Content-Type": "application/json"}
GUESSED = ["texts that are no UTF-8 were read as Windows-1252"]


class Senders(WorkerCase):
    program = "leadwire-web"

    def config(self):
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
raw: {{directory: raw}}
sources:
  form:
    region: IT
    honeypot: website
    map: {{attribute.topics: topic, product: goods, consent.calls: agree}}
  builder:
    region: IT
    document: rawRequest
    idempotency: submissionID
    expect: [q4_email, submissionID]
    ignore: [pretty]
    map: {{given_name: q3_name.first, family_name: q3_name.last, phone: q5_phone.full, attribute.topics: q6}}
  cyrillic: {{region: IT, charset: windows-1251}}
"""

    def post(self, body, source="form", headers=FORM, status=200):
        answer = self.worker.request("POST", "/in/" + source, body, headers)
        self.assertEqual(answer[0], status, answer[2])
        return self.broker.next("publish") if status == 200 else json.loads(answer[2])

    def form(self, charset, source="form", **fields):
        return self.post("tel=021234567&" + urllib.parse.urlencode(fields, encoding=charset), source)

    def multipart(self, *parts):
        body = b"".join(b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value + b"\r\n" for head, value in parts) + b"--b--\r\n"
        return self.worker.request("POST", "/in/form", body, {"Content-Type": "multipart/form-data; boundary=b"})

    def test_a_form_of_a_page_in_another_charset_is_read_and_read_again_the_same(self):
        record = self.form("windows-1252", name="Andrè Perché", message="città, 5 €", città="Forlì", età="40")
        lead = record["lead"]
        self.assertEqual((lead["full_name"], lead["summary"], lead["city"], lead["attributes"], lead["warnings"]),
                         ("Andrè Perché", "città, 5 €", "Forlì", {"età": "40"}, GUESSED))
        self.assert_replayed_the_same("form", record)
        record = self.form("windows-1251", "cyrillic", name="Мария Петрова")
        self.assertEqual((record["lead"]["full_name"], record["lead"]["warnings"]), ("Мария Петрова", []))
        self.assert_replayed_the_same("cyrillic", record)

    def test_the_charset_that_the_form_tells_goes_first_and_is_no_attribute(self):
        for charset, name in (("shift_jis", "山田 太郎"), ("ISO-8859-1", "Jürgen"), ("utf-8", "Jürgen Groß")):
            lead = self.form(charset, "cyrillic", name=name, _charset_=charset)["lead"]
            self.assertEqual((lead["full_name"], lead["attributes"], lead["warnings"]), (name, {}, []))
        lead = self.form("windows-1252", name="Jürgen", _charset_="x-none//IGNORE")["lead"]
        self.assertEqual((lead["full_name"], lead["attributes"], lead["warnings"]), ("Jürgen", {"_charset_": "x-none//IGNORE"}, GUESSED))

    def test_utf8_that_was_cut_in_a_character_stays_utf8(self):
        lead = self.post("tel=021234567&name=Andr%C3%A8&message=perch%C3%A9+citt%C3")["lead"]
        self.assertEqual((lead["full_name"], lead["summary"], lead["warnings"]), ("Andrè", "perché citt\ufffd", []))

    def test_parts_and_names_of_files_in_another_charset_are_read(self):
        status, _, body = self.multipart((b'name="name"', "Jürgen".encode("latin-1")), (b'name="email"', b"j@kunde.example"),
                                         (b'name="plan"; filename="' + "Pläne.pdf".encode("latin-1") + b'"', b"x"),
                                         (b"name=\"photo\"; filename*=utf-8''gr%C3%BCn.png", b"xy"))
        self.assertEqual(status, 200, body)
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["full_name"], [file[0] for file in lead["attachments"]]), ("Jürgen", ["Pläne.pdf", "grün.png"]))
        self.assertEqual((lead["attributes"], lead["warnings"]), ({}, GUESSED))

    def test_all_that_a_person_ticked_is_kept(self):
        lead = self.post("tel=021234567&tel=027654321&topic=pumps&topic=&topic=panels&topic=pumps&goods=A&goods=B&extra[]=1&extra[]=2&city=Roma&city=Milano")["lead"]
        self.assertEqual(lead["attributes"], {"topics": "pumps, panels", "extra": "1, 2", "city": "Milano"})
        self.assertEqual((lead["product"], lead["city"], lead["phones"]), ("A, B", "Roma", ["+39021234567", "+39027654321"]))
        lead = self.post(json.dumps({"tel": "021234567", "topic": ["pumps", "panels"], "goods": ["A", 2], "other": ["x"]}), headers=JSON)["lead"]
        self.assertEqual((lead["attributes"], lead["product"]), ({"topics": "pumps, panels", "other[0]": "x"}, "A, 2"))

    def test_a_box_beside_a_hidden_field_is_ticked_if_either_says_yes(self):
        for values, ticked in (("agree=0&agree=1&newsletter=true&newsletter=false&vip=no&vip=yes", True), ("agree=0&newsletter=false&vip=no", False)):
            lead = self.post("tel=021234567&" + values)["lead"]
            self.assertEqual((lead["consents"], lead["attributes"]), ({"calls": ticked, "marketing": ticked}, {"vip": "yes" if ticked else "no"}))

    def test_people_can_be_reached_by_what_forms_call_a_phone_and_an_address(self):
        for name in ("Phone No.", "mobile-number", "contact_number", "Numero di telefono", "recapito_telefonico", "Rufnummer", "Handynummer", "Téléphone",
                     "portable", "Teléfono", "Móvil", "WhatsApp", "your-phone-number"):
            lead = self.post(urllib.parse.urlencode({name: "021234567", "n": name}))["lead"]
            self.assertEqual((lead["phones"], lead["attributes"]), (["+39021234567"], {"n": name}), name)
        for name in ("E-Mail-Adresse", "indirizzo email", "courriel", "correo", "Correo electrónico", "Adresse e-mail", "business_email"):
            lead = self.post(urllib.parse.urlencode({name: "a@b.example", "n": name}))["lead"]
            self.assertEqual((lead["emails"], lead["attributes"]), (["a@b.example"], {"n": name}), name)
        lead = self.post(urllib.parse.urlencode({"tel": "021234567", "prénom": "Léa", "nom": "Roux", "ville": "Lyon", "code_postal": "69001",
                                                 "entreprise": "Roux SA", "demande": "Un devis"}))["lead"]
        self.assertEqual([lead.get(field) for field in ("given_name", "family_name", "city", "company", "summary")], ["Léa", "Roux", "Lyon", "Roux SA", "Un devis"])
        self.assertEqual(lead["attributes"], {})

    def test_a_form_whose_field_holds_a_document_is_read_by_paths(self):
        document = {"q3_name": {"first": "Mario", "last": "Rossi"}, "q4_email": "m@rossi.example", "q5_phone": {"full": "(02) 123-4567"}, "q6": ["A", "B"],
                    "email": ["m2@rossi.example"], "submissionID": "not this"}
        fields = {"submissionID": "77", "rawRequest": json.dumps(document), "pretty": "Name:Mario", "formTitle": "Contact"}
        record = self.post(urllib.parse.urlencode(fields), "builder")
        lead = record["lead"]
        self.assertEqual((record["id"], lead["full_name"], lead["phones"], lead["emails"]),
                         ("77", "Mario Rossi", ["+39021234567"], ["m2@rossi.example"]))
        self.assertEqual(lead["attributes"], {"topics": "A, B", "q4_email": "m@rossi.example", "formTitle": "Contact", "submissionID": "not this"})
        self.assertEqual(lead["warnings"], [])
        self.assert_replayed_the_same("builder", record)
        for holder in ({}, {"rawRequest": "{"}, {"rawRequest": '"text"'}):
            lead = self.post(urllib.parse.urlencode({**fields, "rawRequest": "", **holder, "submissionID": str(holder), "q4_email": "", "tel": "021234567"}), "builder")["lead"]
            self.assertEqual((lead["phones"], lead["warnings"]), (["+39021234567"], ["there is no JSON document in 'rawRequest'"]))

    def test_several_in_one_field_are_taken_apart(self):
        for text, phones, warnings in (("02 1234567 / 333 1234567", ["+39021234567", "+393331234567"], []), ("02/1234567", ["+39021234567"], []),
                                       ("02 1234567, 02 1234567; 333 1234567", ["+39021234567", "+393331234567"], []),
                                       ("02 1234567 / after six / 333 1234567", ["02 1234567 / after six / 333 1234567"], ["phone number could not be read: kept as written"])):
            lead = self.post(urllib.parse.urlencode({"tel": text}))["lead"]
            self.assertEqual((lead["phones"], lead["warnings"]), (phones, warnings), text)
        for text, emails in (("a@b.example, c@d.example", ["a@b.example", "c@d.example"]), ("a@b.example c@d.example", ["a@b.example", "c@d.example"]),
                             ("Anna B <a@b.example>; c@d.example;", ["a@b.example", "c@d.example"]), ("Bo, Anna <a@b.example>", ["a@b.example"])):
            lead = self.post(urllib.parse.urlencode({"email": text, "n": text}))["lead"]
            self.assertEqual((lead["emails"], lead["attributes"], lead["warnings"]), (emails, {"n": text}, []), text)
        lead = self.post(urllib.parse.urlencode({"tel": "021234567", "email": "a@b.example or nobody"}))["lead"]
        self.assertEqual((lead["emails"], lead["attributes"]), ([], {"email": "a@b.example or nobody"}))

    def test_members_in_brackets_go_by_their_usual_names(self):
        lead = self.post("contact[email]=a%40b.example&contact[first_name]=Eva&phone[]=021234567&contact[shoe][size]=40&[x]=1")["lead"]
        self.assertEqual((lead["emails"], lead["given_name"], lead["phones"]), (["a@b.example"], "Eva", ["+39021234567"]))
        self.assertEqual(lead["attributes"], {"contact[shoe][size]": "40", "[x]": "1"})

    def test_json_goes_by_other_names_too_and_may_begin_with_a_mark(self):
        leads = []
        for number, kind in enumerate(("application/vnd.api+json", "text/json", "application/ld+json; charset=utf-8", "APPLICATION/JSON")):
            record = self.post(b"\xef\xbb\xbf" + json.dumps({"tel": "021234567", "n": number}).encode(), headers={"Content-Type": kind})
            self.assertEqual(record["lead"]["attributes"], {"n": str(number)})
            leads.append(record["lead"])
        self.assert_all_replayed_the_same(leads)
        for kind in ("application/+json", "text/vnd.api+json", "application/jsonp", "text/jsonx", "application/json+xml", "json"):
            self.post("{}", headers={"Content-Type": kind}, status=415)
        self.post(b"\xef\xbb\xbf", headers=JSON, status=400)

    def assert_all_replayed_the_same(self, leads):
        done = subprocess.run([self.worker.arguments[0], "--replay", "--config", self.worker.config_path, "--source", "form", "--since-ms", "0"],
                              stdout=subprocess.PIPE, timeout=worker_case.DEADLINE_S, check=True)
        self.assertEqual({json.loads(line)["outcome"] for line in done.stdout.splitlines()[1:]}, {"duplicate"})
        again = [record["lead"] for record in self.broker.seen("publish")]
        self.assertEqual(sorted(again, key=str), sorted(leads, key=str))

    def test_texts_that_a_script_cut_or_filled_with_nul_are_read(self):
        body = b'{"tel": "021234567", "name": "Eva\\u0000", "message": "so happy \\ud83d\\ude00 \\ud83d", "x\\u0000y": "\\ude00"}'
        lead = self.post(body, headers=JSON)["lead"]
        self.assertEqual((lead["full_name"], lead["summary"], lead["attributes"]), ("Eva", "so happy \U0001f600 \ufffd", {"xy": "\ufffd"}))
        for bad in (b'{"tel": "\\u12"}', b'{"tel": "\\u12g4"}', b'{"tel": "\\ud83d\\u"}'):
            self.post(bad, headers=JSON, status=400)

    def test_a_content_encoding_is_refused_and_not_read_as_garbage(self):
        for encoding in ("gzip", "br", "identity, gzip"):
            told = self.post("tel=021234567", headers={**FORM, "Content-Encoding": encoding}, status=415)
            self.assertIn("no content encoding is undone", told["error"])
        self.post("tel=021234567", headers={**FORM, "Content-Encoding": "identity"})
        self.assertEqual((self.counts()["wrong_type"], self.counts()["accepted"]), (3, 1))

    def test_too_many_parts_are_413(self):
        self.assertEqual(self.multipart(*[(b'name="tel"', b"021234567")] * 513)[0], 413)
        self.assertEqual(self.multipart(*[(b'name="tel"', b"021234567")] * 512)[0], 200)
        self.assertEqual(self.counts()["too_large"], 1)

    def test_a_robots_browser_sees_what_a_person_sees(self):
        pages = [self.worker.request("POST", "/in/form", "tel=021234567" + more, BROWSER) for more in ("", "&website=x")]
        self.assertEqual(pages[0][0::2], pages[1][0::2])
        self.assertEqual(self.counts()["robot"], 1)

    def test_a_charset_that_nobody_knows_is_refused_by_line(self):
        self.worker.write_config(self.config() + "  signed: {document: x, signature: {scheme: mailgun, secret_env: HOME}}\n")
        done = subprocess.run([self.worker.arguments[0], "--config", self.worker.config_path, "--check"], stderr=subprocess.PIPE, timeout=worker_case.DEADLINE_S, check=False)
        self.assertIn(b"document does not go with a signature", done.stderr)
        for name in ("x-none", "utf-8//IGNORE", "''", "c" * 41):
            self.worker.write_config(self.config().replace("windows-1251", name))
            done = subprocess.run([self.worker.arguments[0], "--config", self.worker.config_path, "--check"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  timeout=worker_case.DEADLINE_S, check=False)
            self.assertNotEqual(done.returncode, 0, name)
            self.assertRegex(done.stderr.decode(), os.path.basename(self.worker.config_path) + ":18: .*charset")


if __name__ == "__main__":
    worker_case.main()

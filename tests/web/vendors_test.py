# SPDX-License-Identifier: Apache-2.0
"""The sources of deploy/small-business/web.yaml, with bodies as their vendors send them."""
import base64
import hashlib
import hmac
import html.parser
import json
import os
import re
import time
import urllib.parse

import worker_case
from worker_case import WorkerCase

EXAMPLE = os.path.join(os.environ.get("LEADWIRE_SOURCE", "."), "deploy", "small-business", "web.yaml")
SECRET = "0123456789secret"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def example(switched_on):
    """The example file; switched_on: with the sources that are shipped as comments because they need a secret."""
    with open(EXAMPLE) as file:
        text = file.read()
    return re.sub(r"(?m)^  # ( *[a-z_.-]+:(?: |$))", r"  \1", text) if switched_on else text


def mac(text):
    return hmac.new(SECRET.encode(), text, hashlib.sha256).digest()


class Page(html.parser.HTMLParser):
    """A page of the example: its form, the inputs by name, and whatever would run in a browser."""

    def __init__(self, name):
        super().__init__()
        self.form, self.inputs, self.active = {}, {}, []
        with open(os.path.join(os.path.dirname(EXAMPLE), name)) as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.form = attributes
        if tag in ("input", "textarea"):
            self.inputs[attributes["name"]] = attributes
        if tag in ("script", "iframe", "object", "embed", "link") or any(name.startswith("on") for name in attributes):
            self.active.append(tag)


class Vendors(WorkerCase):
    program = "leadwire-web"

    def config(self):
        text = example(True)
        for name in set(re.findall(r"(?:secret|token)_file: ([\w.-]+)", text)):
            with open(os.path.join(self.directory, name), "w") as file:
                file.write(SECRET)
            os.chmod(os.path.join(self.directory, name), 0o600)
        text = re.sub(r"(?m)^broker: .*", "broker: " + self.broker.endpoint, text)
        return re.sub(r"(?m)^listen: .*", "listen: 127.0.0.1:0", text)

    def post(self, source, document, headers=None):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        status, _, text = self.worker.request("POST", "/in/" + source, body, {**JSON, **(headers or {})})
        self.assertEqual(status, 200, text)
        record = self.broker.next("publish")
        self.misfits = [words for words in record["lead"]["warnings"] if words.startswith("there is no")]
        return record["id"], record["lead"]

    def tearDown(self):
        super().tearDown()
        self.assertEqual(getattr(self, "misfits", []), [])   # the maps that are shipped fit

    def test_google_ads(self):
        columns = {"FULL_NAME": "Giulia Bianchi", "EMAIL": "giulia@example.it", "PHONE_NUMBER": "+39 02 1234 5678", "CITY": "Milano",
                   "POSTAL_CODE": "20121", "COMPANY_NAME": "Bianchi Srl", "JOB_TITLE": "Owner", "WORK_EMAIL": "g.bianchi@bianchi.example",
                   "Quanti dipendenti?": "10-50"}
        document = {"lead_id": "TeSter-123-ABC", "api_version": "1.0", "form_id": 9007199254740993, "campaign_id": 9223372036854775807,
                    "google_key": SECRET, "is_test": False, "gcl_id": "EAIaIQ", "adgroup_id": 18446744073709551615, "creative_id": 0,
                    "lead_submit_time": "2026-01-31T10:15:30Z",
                    "user_column_data": [{"column_id": k, "column_name": k.title(), "string_value": v} for k, v in columns.items()]}
        name, lead = self.post("google-ads", document)
        self.assertEqual(name, "TeSter-123-ABC")
        self.assertEqual((lead["given_name"], lead["family_name"], lead["company"], lead["city"]), ("Giulia", "Bianchi", "Bianchi Srl", "Milano"))
        self.assertEqual(lead["phones"], ["+390212345678"])
        self.assertEqual(lead["emails"], ["giulia@example.it", "g.bianchi@bianchi.example"])
        self.assertEqual((lead["vendor_id"], lead["campaign"], lead["is_test"]), ("TeSter-123-ABC", "9223372036854775807", False))
        attributes = lead["attributes"]
        self.assertEqual((attributes["form_id"], attributes["adgroup_id"]), ("9007199254740993", "18446744073709551615"))
        self.assertEqual(attributes["Quanti dipendenti?"], "10-50")
        self.assertFalse([name for name in attributes if "user_column_data" in name or name == "google_key"], attributes)

    def test_the_other_names_of_google_ads(self):
        columns = {"FIRST_NAME": "Giulia", "LAST_NAME": "Bianchi", "WORK_PHONE": "+39 02 1234 5679", "WORK_EMAIL": "g@bianchi.example"}
        _, lead = self.post("google-ads", {"lead_id": "names", "google_key": SECRET, "gcl_id": "EAIaIQ",
                                           "user_column_data": [{"column_id": k, "string_value": v} for k, v in columns.items()]})
        self.assertEqual((lead["given_name"], lead["family_name"], lead["phones"]), ("Giulia", "Bianchi", ["+390212345679"]))
        self.assertEqual((lead["attributes"], lead["emails"]), ({"gclid": "EAIaIQ"}, ["g@bianchi.example"]))

    def test_a_test_lead_of_google_is_taken_and_marked(self):
        _, lead = self.post("google-ads", {"lead_id": "t", "google_key": SECRET, "is_test": True,
                                           "user_column_data": [{"column_id": "EMAIL", "string_value": "test@example.com"}]})
        self.assertTrue(lead["is_test"])

    def typeform(self):
        fields = [("name", "short_text", "What is your *name*?", {"text": "Jürgen Groß"}), ("email", "email", "E-mail", {"email": "jg@example.de"}),
                  ("phone", "phone_number", "Phone", {"phone_number": "+4930123456"}), ("01ABC", "multiple_choice", "Which size?", {"choice": {"label": "Large"}}),
                  ("02ABC", "multiple_choice", "Which colours?", {"choices": {"labels": ["red", "blue"]}}), ("03ABC", "yes_no", "Call me?", {"boolean": True}),
                  ("04ABC", "number", "How many?", {"number": 3}), ("05ABC", "date", "When?", {"date": "2026-02-01"}),
                  ("06ABC", "website", "Your site?", {"url": "https://gross.example/?a=1"})]
        kinds = {"website": "url"}   # the type of an answer, where it is not that of its question
        return {"event_id": "01EVENT", "event_type": "form_response", "form_response": {
            "form_id": "lT4Z3j", "token": "a3a12ec67a1365927098a606107fac15", "submitted_at": "2026-01-31T10:15:30Z",
            "hidden": {"utm_campaign": "spring"},
            "definition": {"id": "lT4Z3j", "title": "Pumps", "fields": [{"id": ref + "id", "ref": ref, "type": kind, "title": title}
                                                                        for ref, kind, title, _ in fields]},
            "answers": [{"type": kinds.get(kind, kind), **value, "field": {"id": ref + "id", "type": kind, "ref": ref}}
                        for ref, kind, _, value in fields]}}

    def test_typeform_answers_go_by_ref_or_title(self):
        body = json.dumps(self.typeform(), ensure_ascii=False).encode()
        name, lead = self.post("typeform", body, {"Typeform-Signature": "sha256=" + base64.b64encode(mac(body)).decode()})
        self.assertEqual(name, "a3a12ec67a1365927098a606107fac15")
        self.assertEqual((lead["given_name"], lead["phones"], lead["emails"]), ("Jürgen", ["+4930123456"], ["jg@example.de"]))
        self.assertEqual(lead["product"], "Large")   # mapped by its title
        self.assertEqual(lead["campaign"], "spring")
        attributes = lead["attributes"]
        self.assertEqual([attributes[title] for title in ("Which colours?", "Call me?", "How many?", "When?", "Your site?")],
                         ["red, blue", "true", "3", "2026-02-01", "https://gross.example/?a=1"])
        self.assertFalse([name for name in attributes if "answers" in name or "definition" in name], attributes)

    def test_hubspot(self):
        document = {"vid": 12345678901, "properties": {
            "firstname": {"value": "Ada", "versions": [{"value": "Ada", "timestamp": 1700000000000}]}, "lastname": {"value": "Byron"},
            "email": {"value": "ada@example.org"}, "phone": {"value": "+44 20 7946 0018"}, "company": {"value": "Engines"},
            "lifecyclestage": {"value": "lead"}}}
        body = json.dumps(document).encode()
        at = str(int(time.time() * 1000))
        text = b"POST" + b"https://leads.example.com/in/hubspot" + body + at.encode()
        name, lead = self.post("hubspot", body, {"X-HubSpot-Signature-v3": base64.b64encode(mac(text)).decode(), "X-HubSpot-Request-Timestamp": at})
        self.assertEqual(name, "12345678901")
        self.assertEqual((lead["given_name"], lead["family_name"], lead["company"], lead["phones"]), ("Ada", "Byron", "Engines", ["+442079460018"]))
        self.assertEqual(lead["attributes"]["lifecycle"], "lead")
        self.assertNotIn("properties.firstname.versions[0].timestamp", lead["attributes"])

    def test_the_names_of_salesforce_forms(self):
        fields = {"oid": "00D000000000001", "retURL": "https://evil.example/", "first_name": "Luca", "last_name": "Verdi", "email": "luca@example.it",
                  "company": "Verdi SpA", "phone": "02 1234567", "lead_source": "Web", "description": "Un preventivo", "00N5g000000abcd": "42"}
        status, headers, text = self.worker.request("POST", "/in/web-to-lead", urllib.parse.urlencode(fields), {**FORM, "Accept": "text/html"})
        self.assertEqual(status, 303, text)
        self.assertEqual(headers["Location"], "https://www.example.com/thanks.html")   # never the one that the form names
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["given_name"], lead["family_name"], lead["company"], lead["summary"]), ("Luca", "Verdi", "Verdi SpA", "Un preventivo"))
        self.assertEqual(lead["attributes"], {"lead_source": "Web", "headcount": "42"})

    def test_the_form_that_is_shipped(self):
        page = Page("form.html")
        self.assertEqual(page.form["method"], "post")
        self.assertTrue(page.form["action"].endswith("/in/contact-form"))
        self.assertEqual(page.inputs["website"].get("tabindex"), "-1")
        values = {"name": "Rita Neri", "phone": "02 1234567", "newsletter": "yes", "message": "Ciao", "budget": "5000"}
        self.assertLessEqual(set(values), set(page.inputs))
        parts = [(name, values.get(name, "")) for name in page.inputs if page.inputs[name].get("type") not in ("checkbox", "file") or name in values]
        body = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts)
        body += '--b\r\nContent-Disposition: form-data; name="attachment"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n'
        status, _, text = self.worker.request("POST", "/in/contact-form", body, {"Content-Type": page.form["enctype"] + "; boundary=b", "Accept": "text/html"})
        self.assertEqual(status, 200, text)
        self.assertIn("Grazie", text)
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["given_name"], lead["phones"], lead["summary"]), ("Rita", ["+39021234567"], "Ciao"))
        self.assertEqual((lead["attributes"], lead["consents"], lead["attachments"]), ({"budget": "5000"}, {"marketing": True}, []))

    def test_the_pages_that_are_shipped_have_no_scripts(self):
        for name in ("form.html", "thanks.html"):
            page = Page(name)
            self.assertEqual(page.active, [], name)

    def test_a_landing_page_posts_json(self):
        name, lead = self.post("landing-page", {"submission_id": 77, "contact": {"name": "Eva Klein", "email": "eva@example.de"},
                                                "interest": "Pumpe", "tracking": {"utm_campaign": "x"}})
        self.assertEqual((name, lead["full_name"], lead["product"], lead["campaign"]), ("77", "Eva Klein", "Pumpe", "x"))

    def test_vendors_that_have_renamed_their_fields_are_noticed(self):
        self.post("landing-page", {"submission_id": 78, "contact": {"whole_name": "Eva Klein", "email": "eva@example.de"}})
        found = self.misfits
        self.post("google-ads", {"lead_id": "r", "google_key": SECRET, "columns": [{"id": "EMAIL", "value": "a@b.example"}], "email": "a@b.example"})
        found, self.misfits = found + self.misfits, []
        self.assertEqual(found, ["there is no 'contact.name', which is expected", "there is no 'user_column_data', the list of names and values"])


if __name__ == "__main__":
    worker_case.main()

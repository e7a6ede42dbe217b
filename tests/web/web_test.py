# SPDX-License-Identifier: Apache-2.0
"""leadwire-web: what each sender is told, and what the broker gets."""
import base64
import hashlib
import hmac
import json
import os
import random
import signal
import socket
import stat
import time
import urllib.parse

import worker_case
from worker_case import WorkerCase, wait_for

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {**FORM, "Accept": "text/html,application/xhtml+xml"}
JSON = {"Content-Type": "application/json; charset=utf-8"}


class WebCase(WorkerCase):
    program = "leadwire-web"
    http = "{body_size_max_kib: 16, connections_max: 8, request_within: 400ms, trusted_proxies: [127.0.0.0/8]}"
    raw_options = ""

    def config(self, more=""):
        with open(os.path.join(self.directory, "crm.secret"), "w") as file:
            file.write("s3cret\n")
        os.chmod(os.path.join(self.directory, "crm.secret"), 0o600)
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
answer_within: 600ms
raw: {{directory: raw{self.raw_options}}}
http: {self.http}
sources:
  limited:
    region: IT
    limits: {{per_minute: 4, per_client: 2}}
    signature: {{scheme: twilio, secret_file: crm.secret}}
  form:
    region: IT
    honeypot: website
    map: {{consent.marketing: newsletter, consent_text.marketing: wording, consent_time.marketing: agreed, attribute.model: auto}}
    ignore: [csrf]
  thanks:
    region: IT
    thank_you: https://example.com/grazie
  api:
    region: DE
    idempotency: id
    origins: [https://example.com]
    map:
      full_name: person.name
      email: person.mails[0]
      phone: [person.tel, person.mobile]
      product: answers[field.ref=product].text
      is_test: test
  asked:
    region: IT
    pairs: {{list: answers, name: ref, value: [text, boolean], label: {{list: questions, key: ref, text: title}}}}
    ignore: [questions]
    expect: [Phone, id]
    map: {{consent.calls: agree}}
  crm:
    secret_file: crm.secret
    secret_header: X-Api-Key
{more}"""

    def form(self, source="form", headers=FORM, **fields):
        return self.worker.request("POST", "/in/" + source, urllib.parse.urlencode(fields), headers)

    def json(self, document, source="api", headers=None):
        text = document if isinstance(document, str) else json.dumps(document)
        return self.worker.request("POST", "/in/" + source, text, {**JSON, **(headers or {})})


class Taken(WebCase):
    def test_a_form_becomes_a_lead_by_the_usual_names(self):
        status, headers, body = self.form(name="Mario Rossi", tel="02 1234 5678", your_email="m@Example.IT",
                                          message="Buongiorno,\r\nvorrei un preventivo", auto="Panda", newsletter="on",
                                          csrf="abc", colour="rosso", website="")
        self.assertEqual(status, 200, body)
        self.assertEqual(json.loads(body), {"lead_id": "7-1", "status": "accepted"})
        self.assertEqual(headers["Cache-Control"], "no-store")
        lead = self.broker.next("publish")["lead"]
        self.assertEqual(lead["source"], "form")
        self.assertEqual(lead["given_name"], "Mario")
        self.assertEqual(lead["phones"], ["+390212345678"])
        self.assertEqual(lead["emails"], ["m@example.it"])
        self.assertEqual(lead["summary"], "Buongiorno,\nvorrei un preventivo")
        self.assertEqual(lead["attributes"], {"model": "Panda", "colour": "rosso"})
        self.assertEqual(lead["consents"], {"marketing": True})
        self.assertEqual((lead["country"], lead["language"]), ("IT", "it"))
        self.assertEqual(lead["warnings"], [])

    def test_a_consent_bears_its_words_and_its_time(self):
        self.form(agreed="2026-03-04T09:30:00.25+01:00", wording="Send me offers", newsletter="yes", tel="02 1234 5678")
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["consents"], lead["consents_said"]), ({"marketing": True}, {"marketing": [1772613000250, "Send me offers"]}))
        self.assertEqual((lead["attributes"], lead["warnings"]), ({}, []))

        self.form(newsletter="I rather not", agreed="yesterday", tel="02 1234 5678")
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["consents"], lead["consents_said"]), ({"marketing": False}, {"marketing": [0, "I rather not"]}))
        self.assertEqual(lead["warnings"], ["the time of the consent 'marketing' could not be read"])

        self.form(wording="Send me offers", agreed="1772613000", tel="02 1234 5678")   # of no consent
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["consents"], lead["attributes"]), ({}, {"wording": "Send me offers", "agreed": "1772613000"}))

    def test_the_question_that_was_answered_is_what_was_agreed_to(self):
        self.json({"id": None, "questions": [{"ref": "agree", "title": "May we call you?"}, {"ref": "tel", "title": "Phone"}],
                   "answers": [{"ref": "tel", "text": "02 1234 5678"}, {"ref": "agree", "boolean": True}]}, "asked")
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["consents"], lead["consents_said"], lead["attributes"]), ({"calls": True}, {"calls": [0, "May we call you?"]}, {}))
        self.assertEqual(lead["warnings"], [])

    def test_a_map_that_does_not_fit_gives_a_lead_with_a_warning(self):
        for document, warnings in (({"answers": [{"ref": "cell", "text": "02 1234 5678"}], "id": []}, ["there is no 'Phone', which is expected"]),
                                   ({"answers": [], "email": "a@b.example", "Phone": ""}, ["there is no 'id', which is expected"]),
                                   ({"replies": [{"ref": "tel", "text": "1"}], "email": "a@b.example", "id": 7, "Phone": "02 1234 5678"},
                                    ["there is no 'answers', the list of names and values"])):
            status, _, body = self.json(document, "asked")
            self.assertEqual(status, 200, body)
            self.assertEqual(self.broker.next("publish")["lead"]["warnings"], warnings)
        self.form("asked", id="", tel="02 1234 5678")
        self.assertEqual(self.broker.next("publish")["lead"]["warnings"], ["there is no 'Phone', which is expected"])   # a form has no lists

    def test_consents_and_campaigns_go_by_their_usual_names(self):
        self.form("thanks", consent_at="1772613000", consent_text="Call me", Consent="on", newsletter="No", tel="02 1234 5678")
        lead = self.broker.next("publish")["lead"]
        self.assertEqual(lead["consents_said"], {"contact": [1772613000000, "Call me"], "marketing": [0, ""]})
        self.assertEqual((lead["consents"], lead["attributes"]), ({"contact": True, "marketing": False}, {}))
        self.form("thanks", consent="I agree to nothing", tel="02 1234 5678")   # what words mean is not guessed
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["consents"], lead["attributes"]), ({}, {"consent": "I agree to nothing"}))
        self.json({"id": 1, "person": {"tel": "0151 23456789"}, "tracking": {"utm_source": "news", "utm_medium": "mail", "gcl_id": "g1"},
                   "utmTerm": "pump", "UTM-Content": "b", "utm_campaign": "spring"})
        lead = self.broker.next("publish")["lead"]
        self.assertEqual(lead["campaign"], "spring")
        self.assertEqual({name: value for name, value in lead["attributes"].items() if name != "id"},
                         {"utm_source": "news", "utm_medium": "mail", "utm_term": "pump", "utm_content": "b", "gclid": "g1"})

    def test_a_browser_is_sent_to_the_thank_you_page(self):
        status, headers, _ = self.form("thanks", BROWSER, name="M", phone="0212345678")
        self.assertEqual((status, headers["Location"]), (303, "https://example.com/grazie"))
        status, headers, body = self.form("form", BROWSER, name="M", phone="0212345678")
        self.assertEqual(status, 200)
        self.assertIn("text/html", headers["Content-Type"])
        self.assertIn("Thank you", body)

    def test_json_is_mapped_by_path_and_ids_keep_all_64_bits(self):
        document = {"id": 9007199254740993, "test": True, "price": 0.1, "other": {"a": [1, None, "x"], "b": False},
                    "person": {"name": "Anna Müller", "mails": ["anna@müller.de"], "mobile": "0151 23456789"},
                    "answers": [{"field": {"ref": "age"}, "text": "40"}, {"field": {"ref": "product"}, "text": "Pumpe"}]}
        status, _, body = self.json(document)
        self.assertEqual(status, 200, body)
        record = self.broker.next("publish")
        lead = record["lead"]
        self.assertEqual(record["id"], "9007199254740993")
        self.assertEqual(lead["emails"], ["anna@xn--mller-kva.de"])
        self.assertEqual(lead["phones"], ["+4915123456789"])
        self.assertEqual(lead["product"], "Pumpe")
        self.assertTrue(lead["is_test"])
        self.assertEqual(lead["attributes"], {"id": "9007199254740993", "price": "0.1", "other.a[0]": "1", "other.a[2]": "x",
                                              "other.b": "false", "answers[0].field.ref": "age", "answers[0].text": "40",
                                              "answers[1].field.ref": "product"})

    def test_a_multipart_form_with_files(self):
        parts = [("name", None, "Mario Rossi"), ("tel", None, "02 1234 5678"), ("cv", "cv.pdf", "%PDF-1.7\r\n"), ("photo", "", "")]
        body = "".join(f'--xyz\r\nContent-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file is not None else "") +
                       ("\r\nContent-Type: application/pdf" if file else "") + f"\r\n\r\n{value}\r\n" for name, file, value in parts) + "--xyz--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=xyz", "Accept": "text/html"}
        status, headers_out, _ = self.worker.request("POST", "/in/thanks", body, headers)
        self.assertEqual((status, headers_out["Location"]), (303, "https://example.com/grazie"))
        record = self.broker.next("publish")
        lead = record["lead"]
        self.assertEqual((lead["given_name"], lead["phones"]), ("Mario", ["+390212345678"]))
        self.assertEqual(lead["attachments"], [["cv.pdf", "application/pdf", 10]])
        self.assertTrue(lead["raw_ref"].endswith(".multipart"))
        self.assert_replayed_the_same("thanks", record)   # from the bytes alone
        self.assertEqual(self.worker.request("POST", "/in/thanks", body[:-6], {**headers, "Accept": "*/*"})[0], 400)

    def test_the_same_contact_again_is_a_duplicate_with_the_first_id(self):
        first = self.form(name="M", phone="0212345678")
        again = self.form(name="M", phone="0212345678")
        self.assertEqual(json.loads(first[2])["lead_id"], json.loads(again[2])["lead_id"])
        self.assertEqual((again[0], json.loads(again[2])["status"]), (200, "duplicate"))

    def test_a_header_names_the_contact(self):
        self.form("form", {**FORM, "Idempotency-Key": "abc-1"}, phone="0212345678")
        self.assertEqual(self.broker.next("publish")["id"], "abc-1")

    def test_the_same_id_with_other_content_is_409(self):
        self.json({"id": 5, "person": {"tel": "030 123456"}})
        status, _, body = self.json({"id": 5, "person": {"tel": "030 123457"}})
        self.assertEqual(status, 409, body)

    def test_long_messages_that_the_test_does_not_look_at_hold_up_nobody(self):
        """Of the scripted broker: its records of these are more than two pipes hold."""
        texts = [letter * 12000 for letter in "abcdefghijkl"]
        for text in texts:
            status, _, body = self.form(name="M", phone="0212345678", message=text)
            self.assertEqual((status, json.loads(body)["status"]), (200, "accepted"))
        self.assertEqual([self.broker.next("publish")["lead"]["summary"] for _ in texts], texts)

    def test_the_same_bytes_under_a_changed_map_are_a_duplicate(self):
        self.form(name="M", phone="0212345678", auto="Panda")
        self.worker.write_config(self.config().replace("attribute.model", "attribute.car"))
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "configuration read again" in self.worker.log())
        status, _, body = self.form(name="M", phone="0212345678", auto="Panda")
        self.assertEqual((status, json.loads(body)["status"]), (200, "duplicate"))

    def test_raw_bytes_are_kept_once_and_only_for_the_owner(self):
        for _ in range(3):
            self.form(name="M", phone="0212345678")
        raw = os.path.join(self.directory, "raw")
        name, = os.listdir(raw)
        reference = self.broker.next("publish")["lead"]["raw_ref"]
        self.assertEqual(self.worker.raw_of(reference, raw), b"name=M&phone=0212345678")
        with open(os.path.join(raw, name), "rb") as file:
            self.assertEqual(file.read().count(b"name=M"), 1)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(raw, name)).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(raw).st_mode), 0o700)

    def test_scripts_of_a_configured_origin_may_post(self):
        status, headers, _ = self.worker.request("OPTIONS", "/in/api", headers={"Origin": "https://example.com",
                                                                               "Access-Control-Request-Method": "POST"})
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (204, "https://example.com"))
        self.assertIn("Content-Type", headers["Access-Control-Allow-Headers"])
        _, headers, _ = self.worker.request("OPTIONS", "/in/api", headers={"Origin": "https://evil.example"})
        self.assertIsNone(headers["Access-Control-Allow-Origin"])
        self.assertEqual(headers["Vary"], "Origin")
        status, headers, _ = self.json({"id": 2}, headers={"Origin": "https://example.com"})   # a refusal can be read too
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (422, "https://example.com"))
        _, headers, _ = self.json({"id": 1, "person": {"tel": "030 123456"}}, headers={"Origin": "https://example.com"})
        self.assertEqual(headers["Access-Control-Allow-Origin"], "https://example.com")

    def test_a_robot_is_thanked_and_not_taken(self):
        status, _, body = self.form(name="M", phone="0212345678", website="http://spam.example")
        self.assertEqual((status, json.loads(body)["status"]), (200, "accepted"))
        self.assertEqual(self.broker.seen("publish"), [])
        self.assertEqual(self.counts()["robot"], 1)


class Refused(WebCase):
    def assert_refused(self, answer, status, count):
        self.assertEqual(answer[0], status, answer[2])
        self.assertIn("error", json.loads(answer[2]))
        self.assertEqual(self.counts()[count], 1)
        self.assertEqual(self.broker.seen("publish"), [])

    def test_malformed_json_is_400(self):
        self.assert_refused(self.json('{"id": 1'), 400, "malformed")

    def test_json_that_is_not_utf8_is_400(self):
        self.assert_refused(self.worker.request("POST", "/in/api", b'{"a": "\xff"}', JSON), 400, "malformed")

    def test_an_empty_body_is_400(self):
        self.assert_refused(self.form(), 400, "malformed")

    def test_an_unknown_source_is_404(self):
        self.assert_refused(self.form("nobody", phone="0212345678"), 404, "not_found")

    def test_an_unknown_path_is_404(self):
        self.assert_refused(self.worker.request("POST", "/in/form/x/y/z/..", "a=b", FORM), 404, "not_found")

    def test_a_wrong_method_is_405_and_says_which(self):
        answer = self.worker.request("GET", "/in/form")
        self.assertEqual(answer[1]["Allow"], "POST, OPTIONS")
        self.assert_refused(answer, 405, "wrong_method")

    def test_too_many_fields_are_413(self):
        self.assert_refused(self.worker.request("POST", "/in/form", "a&" * 600, FORM), 413, "too_large")

    def test_json_of_too_many_values_is_413(self):
        self.assert_refused(self.worker.request("POST", "/in/form", "[" + "0," * 8000 + "0]", {"Content-Type": "application/json"}), 413, "too_large")

    def test_too_many_parts_are_413_and_a_body_without_boundary_400(self):
        body = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 250
        self.assertEqual(self.worker.request("POST", "/in/form", body, {"Content-Type": "multipart/form-data"})[0], 400)
        header = {"Content-Type": "multipart/form-data; boundary=b"}
        self.assertEqual(self.worker.request("POST", "/in/form", "--b\r\n" + "X: " + "y" * 5000 + "\r\n\r\n\r\n--b--", header)[0], 413)

    def test_an_unknown_media_type_is_415(self):
        self.assert_refused(self.worker.request("POST", "/in/form", "x", {"Content-Type": "text/plain"}), 415, "wrong_type")

    def test_a_missing_or_wrong_key_is_401(self):
        for headers in (FORM, {**FORM, "X-Api-Key": "s3creT"}, {**FORM, "X-Api-Key": ""}):
            self.assertEqual(self.form("crm", headers, phone="+390212345678")[0], 401)
        self.assertEqual(self.form("crm", {**FORM, "X-Api-Key": "s3cret"}, phone="+390212345678")[0], 200)

    def test_nobody_to_answer_is_422_with_the_raw_kept(self):
        self.assert_refused(self.form(name="Mario Rossi", message="hello"), 422, "rejected")
        self.assertEqual(len(os.listdir(os.path.join(self.directory, "raw"))), 1)
        status, _, body = self.form("form", BROWSER, name="Mario Rossi")
        self.assertEqual(status, 422)
        self.assertIn("phone number or an email", body)

    def test_what_the_broker_rejects_is_422(self):
        self.broker.tell("mode reject")
        status, _, body = self.form(phone="0212345678")
        self.assertEqual((status, json.loads(body)["error"]), (422, "scripted"))

    def test_a_status_has_its_own_words(self):
        for body, words in ((b"name=M", b"422 Unprocessable Content"), (b"phone=0212345678", b"200 OK")):
            connection = self.worker.raw(b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
                                         % (len(body), body))
            self.assertEqual(connection.recv(4096).split(b"\r\n")[0], b"HTTP/1.1 " + words)
            connection.close()

    def test_a_large_body_is_413(self):
        connection = self.worker.raw(b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                     b"Content-Length: 20000\r\n\r\n" + b"a=" + b"x" * 19998)
        self.assertIn(b"413", connection.recv(4096).split(b"\r\n")[0])
        connection.close()
        self.assertEqual(self.counts()["too_large"], 1)
        self.json('{"id": 1')   # refused by us, and counted once
        self.assertEqual((self.counts()["too_large"], self.counts()["malformed"]), (1, 1))

    def test_what_is_no_http_is_400_and_counted(self):
        for number, request in enumerate((b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n", b"no request at all\r\n\r\n"), 1):
            connection = self.worker.raw(request)
            first = connection.recv(4096)
            connection.close()
            self.assertIn(b" 400 ", first.split(b"\r\n")[0], request)
            self.assertEqual(self.counts()["malformed"], number, request)

    def test_a_large_chunked_body_is_not_taken(self):
        connection = self.worker.raw(b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                     b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(40):
                connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
            first = connection.recv(4096).split(b"\r\n")[0]
        except (ConnectionResetError, BrokenPipeError):
            first = b""
        self.assertTrue(first == b"" or b"413" in first or b"400" in first, first)
        connection.close()

    def test_strange_request_targets_are_answered(self):
        for target in (b"OPTIONS * ", b"CONNECT a:1 ", b"CONNECT a ", b"GET http://x/in/form ", b"POST http://[::1 ", b"GET // ", b"GET ? ",
                       b"POST /in/form%zz ", b"POST /in/%00 ", b"POST /in/form%00 ", b"GET /%2e%2e/x ", b"PATCH /in/form ", b"BREW /in/form ",
                       b"POST " + b"/a" * 3000 + b" ", b"GET /healthz?" + b"a&" * 2000 + b" "):
            connection = self.worker.raw(target + b"HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            first = connection.recv(4096).split(b"\r\n")[0]
            self.assertTrue(first.startswith(b"HTTP/1.1 ") and first[9:10] in b"245", (target[:40], first))
            connection.close()
        self.assertEqual(self.form(phone="0212345678")[0], 200)

    def test_garbage_in_place_of_http_ends_the_connection(self):
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\r\n\r\n\r\n" + b"A" * 40000, b"POST /in/form HTTP/9.9\r\n\r\n"):
            connection = self.worker.raw()
            try:
                connection.sendall(garbage)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
            except OSError:   # it was ended before we had said all
                pass
            connection.close()
        self.assertEqual(self.form(phone="0212345678")[0], 200)


class BehindProxy(WebCase):
    def post(self, client, base="https://a.example", **more):
        fields = {"phone": "0212345678", **more}
        text = base + "/in/limited" + "".join(k + v for k, v in sorted(fields.items()))
        signature = base64.b64encode(hmac.new(b"s3cret", text.encode(), hashlib.sha1).digest()).decode()
        return self.form("limited", {**FORM, "X-Forwarded-For": client, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.example",
                                     "X-Twilio-Signature": signature}, **fields)

    def test_the_url_that_is_signed_is_the_one_the_proxy_tells(self):
        self.assertEqual(self.post("203.0.113.1")[0], 200)
        self.assertEqual(self.post("203.0.113.2", "http://a.example")[0], 403)

    def test_too_many_of_one_client_are_429_and_others_are_served(self):
        statuses = [self.post("203.0.113.1", n=str(i))[0] for i in range(3)]
        self.assertEqual(statuses, [200, 200, 429])
        status, headers, body = self.post("1.1.1.1, 203.0.113.1")   # what the client itself claims does not count
        self.assertEqual((status, json.loads(body)["error"]), (429, "too many requests"))
        self.assertTrue(1 <= int(headers["Retry-After"]) <= 30, headers["Retry-After"])
        self.assertEqual(self.post("203.0.113.2")[0], 200)
        self.assertEqual((self.counts()["rate_limited"], len(self.broker.seen("publish"))), (2, 3))

    def test_too_many_of_a_source_are_429_and_other_sources_are_served(self):
        statuses = [self.post(f"203.0.113.{i}", n=str(i))[0] for i in range(5)]
        self.assertEqual(statuses, [200, 200, 200, 200, 429])
        self.assertEqual(self.form(phone="0212345678")[0], 200)

    def test_who_cannot_sign_uses_up_nothing_of_the_source(self):
        for i in range(5):
            self.assertEqual(self.post(f"203.0.113.{i}", "https://b.example")[0], 403)
        self.assertEqual(self.post("203.0.113.9")[0], 200)

    def test_limits_outlive_a_reload(self):
        for i in range(2):
            self.post("203.0.113.1", n=str(i))
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "configuration read again" in self.worker.log())
        self.assertEqual(self.post("203.0.113.1", n="x")[0], 429)


class Trouble(WebCase):
    def test_a_busy_broker_is_503_with_its_retry_time(self):
        self.broker.tell("mode busy")
        status, headers, _ = self.form(phone="0212345678")
        self.assertEqual((status, headers["Retry-After"]), (503, "2"))
        status, headers, body = self.form("form", BROWSER, phone="0212345678")
        self.assertEqual((status, headers["Retry-After"]), (503, "2"))
        self.assertIn("again in a minute", body)
        self.broker.tell("mode normal")
        self.assertEqual(self.form(phone="0212345678")[0], 200)

    def test_no_answer_in_time_is_503_and_the_repeat_no_double(self):
        self.broker.tell("mode silent")
        status, headers, _ = self.form(phone="0212345678")
        self.assertEqual(status, 503)
        self.assertIsNotNone(headers["Retry-After"])
        self.broker.tell("mode normal")
        self.assertEqual(json.loads(self.form(phone="0212345678")[2])["lead_id"], "7-1")

    def test_without_a_broker_health_is_503_and_so_is_a_form(self):
        self.broker.close()
        wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)
        self.assertEqual(self.form(phone="0212345678")[0], 503)
        self.broker = worker_case.Broker(self.directory)
        self.worker.ready()
        self.assertEqual(self.form(phone="0212345678")[0], 200)

    def test_a_raw_store_that_cannot_be_written_is_503(self):
        os.rmdir(os.path.join(self.directory, "raw"))   # from under the worker
        status, headers, _ = self.form(phone="0212345678")
        self.assertEqual((status, headers["Retry-After"], self.counts()["store_full"]), (503, "60", 1))
        self.assertEqual(self.broker.seen("publish"), [])

    def test_killed_after_the_accept_and_before_the_answer_the_retry_has_the_same_lead(self):
        self.broker.tell("mode mute")   # takes the lead, says nothing
        connection = self.worker.raw(b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                     b"Content-Length: 23\r\n\r\nname=M&phone=0212345678")
        self.broker.next("publish")
        self.worker.kill()
        connection.close()
        self.broker.tell("mode normal")
        self.worker.start()
        self.worker.ready()
        status, _, body = self.form(name="M", phone="0212345678")
        self.assertEqual((status, json.loads(body)), (200, {"lead_id": "7-1", "status": "duplicate"}))

    def drip(self, head):
        """Sends byte after byte; what is answered, and after how long."""
        slow = self.worker.raw(head)
        begin, received = time.monotonic(), b""
        slow.settimeout(0.05)
        while time.monotonic() - begin < worker_case.DEADLINE_S:
            try:
                slow.sendall(b"X")
                received = slow.recv(4096)
                break
            except socket.timeout:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        slow.close()
        return received, time.monotonic() - begin

    def test_a_dripping_sender_gets_408_and_others_are_served(self):
        received, seconds = self.drip(b"POST /in/form HTTP/1.1\r\nHost: x\r\n")
        self.assertLess(seconds, 5)
        self.assertTrue(received == b"" or b" 408 " in received, received)
        self.assertEqual(self.form(phone="0212345678")[0], 200)

    def test_who_drips_the_body_gets_408_and_others_are_served(self):
        received, seconds = self.drip(b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nphone=")
        self.assertLess(seconds, 5)
        self.assertIn(b" 408 ", received)
        self.assertEqual(self.form(phone="0212345678")[0], 200)
        self.assertEqual(len(self.broker.seen("publish")), 1)   # nothing was made of half a body

    def test_who_connects_as_another_is_closed_is_answered(self):
        """The new connection has the descriptor of the old one, which may not take a part of what comes. Closed by an answer, and for bad headers."""
        last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        for head in [last, b"no request at all\r\n\r\n"] * 10:
            closing = self.worker.raw(head)
            while closing.recv(4096):
                pass
            long = self.worker.raw(b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 12000\r\n\r\n" + b"x" * 12000)   # more than is read at once
            self.assertIn(b" 404 ", long.recv(4096))
            long.close()
            closing.close()

    def test_connections_above_the_cap_wait_and_are_served(self):
        idle = [self.worker.raw() for _ in range(20)]
        self.assertEqual(self.form(phone="0212345678")[0], 200)   # once the idle ones have had their time
        for connection in idle:
            connection.close()

    def test_sigterm_answers_what_is_in_progress_and_ends_with_0(self):
        self.broker.tell("mode silent")
        connection = self.worker.raw(b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                     b"Content-Length: 16\r\n\r\nphone=0212345678")
        self.broker.next("publish")
        self.assertEqual(self.worker.stop(), 0)
        self.assertIn(b" 503 ", connection.recv(4096))
        connection.close()

    def test_a_wrong_file_on_sighup_changes_nothing(self):
        self.worker.write_config("desk: main\nsources: 5\n")
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the refusal", lambda: "stays in force" in self.worker.log())
        self.assertIn("leadwire-web.yaml:2: ", self.worker.log())
        self.assertEqual(self.form(phone="0212345678")[0], 200)
        self.worker.write_config(self.config("  newone: {region: IT}\n"))
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the new source", lambda: self.form("newone", phone="0212345678")[0] == 200)

    def test_the_log_holds_no_personal_data(self):
        self.worker.kill()
        os.environ["LEADWIRE_LOG_LEVEL"] = "debug"
        try:
            self.worker.start()
        finally:
            del os.environ["LEADWIRE_LOG_LEVEL"]
        self.worker.ready()
        self.form(name="Zebedeo Quagliarulo", phone="0298765432", email="zebedeo@example.it", message="segretissimo")
        self.form(name="Zebedeo Quagliarulo")
        self.json('{"Zebedeo')
        self.assertEqual(self.worker.stop(), 0)
        for secret in ("Zebedeo", "Quagliarulo", "98765432", "zebedeo", "segretissimo"):
            self.assertNotIn(secret, self.worker.log())


class FullStore(WebCase):
    http = "{body_size_max_kib: 4096, trusted_proxies: [127.0.0.1]}"
    raw_options = ", size_max_mib: 1"

    def test_a_full_raw_store_is_507_and_nothing_is_dropped_silently(self):
        for i in range(2):
            status = self.form(phone="0212345678", message=f"{i}" + "x" * 600000)[0]
        self.assertEqual(status, 507)
        self.assertEqual(self.counts()["store_full"], 1)
        self.assertIn("raw store is full", self.worker.log())


class AnyBytes(WebCase):
    http = "{body_size_max_kib: 64, trusted_proxies: [127.0.0.1]}"

    def test_no_body_breaks_the_worker(self):
        seed = int(os.environ.get("LEADWIRE_TEST_SEED", "20240131"))
        chance = random.Random(seed)
        pieces = [b"%", b"%4", b"%00", b"&", b"=", b"+", b"phone", b"=0212345678", b"\xff\xfe", b"\x00", b"[0]", b"{", b"}", b"[", b"]",
                  b'"a"', b":", b",", b"1e999", b"123456789012345678901", b"null", b"true", b'"\\ud800"', b'"\\u0000"', b'"e\xcc\x81"', b"-0"]
        deep = b"[" * 3000 + b"]" * 3000
        for round_number in range(400):
            body = b"".join(chance.choice(pieces) for _ in range(chance.randrange(40)))
            if round_number % 50 == 0:
                body = deep
            headers = chance.choice([FORM, JSON, BROWSER])
            if headers is JSON and chance.random() < 0.5:
                body = b'{"tel": "030 123456", "x": ' + (body or b"1") + b"}"
            status = self.worker.request("POST", "/in/" + chance.choice(["form", "api"]), body, headers)[0]
            self.assertIn(status, (200, 400, 409, 413, 422), f"seed {seed} round {round_number} body {body!r}")
        self.assertEqual(self.form(phone="0212345678", name="after")[0], 200)


if __name__ == "__main__":
    worker_case.main()

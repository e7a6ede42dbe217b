# SPDX-License-Identifier: Apache-2.0
"""leadwire-web: who may post, by each scheme of signature, with Python's hmac as the second opinion."""
import base64
import hashlib
import hmac
import json
import os
import time
import urllib.parse

import worker_case
from worker_case import WorkerCase

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BASE = "https://leads.example.com/lw"
SECRET = "0123456789secret"
STANDARD = "whsec_" + base64.b64encode(SECRET.encode()).decode()
P256_KEY = ("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+v1fAZj4VlQi1Y162ewgsq3QWqDoonTnfEXZHqvbZoLN74pkac905BOijzQZnJgDF0Xqrd/GplObRVzf"
            "AT0jMg==")
ED25519_KEY = "cfjHfFObsLrqwKhd5U+3uBtqalZ1q5PxbMDtrtubdy8="
BODY = json.dumps({"email": "anna@example.com", "note": "già"}, ensure_ascii=False).encode()


def mac(text, digest=hashlib.sha256, secret=SECRET):
    return hmac.new(secret.encode(), text, digest).digest()


def base64_of(data):
    return base64.b64encode(data).decode()


def now(offset_s=0, unit=1):
    return str(int((time.time() + offset_s) * unit))


class Signed(WorkerCase):
    program = "leadwire-web"

    def config(self):
        for name, text in (("key", SECRET), ("standard", STANDARD), ("p256", P256_KEY), ("ed25519", ED25519_KEY)):
            with open(os.path.join(self.directory, name), "w") as file:
                file.write(text + "\n")
            os.chmod(os.path.join(self.directory, name), 0o600)
        os.environ["LEADWIRE_TEST_KEY"] = SECRET
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
public_base: {BASE}/
sources:
  twilio: {{signature: {{scheme: twilio, secret_file: key}}}}
  meta: {{signature: {{scheme: meta, secret_file: key}}}}
  typeform: {{signature: {{scheme: typeform, secret_env: LEADWIRE_TEST_KEY}}}}
  hubspot: {{signature: {{scheme: hubspot, secret_file: key}}}}
  mailgun: {{signature: {{scheme: mailgun, secret_file: key, max_age: 5m}}}}
  sendgrid: {{signature: {{scheme: sendgrid, secret_file: p256}}}}
  telnyx: {{signature: {{scheme: telnyx, secret_file: ed25519}}}}
  telnyx-late: {{signature: {{scheme: telnyx, secret_file: ed25519, max_age: 3650d}}}}
  standard: {{signature: {{scheme: standard-webhooks, secret_file: standard}}}}
  google: {{signature: {{scheme: google-ads, secret_file: key}}}}
  own:
    signature:
      scheme: generic
      algorithm: hmac-sha256
      encoding: hex
      header: X-Sig
      prefix: "v0="
      signed: "v0:{{timestamp}}:{{method}}:{{header:X-Id}}:{{body}}"
      timestamp_header: X-Time
      timestamp_unit: ms
      max_age: 1m
      secret_file: key
"""

    def post(self, source, headers=None, body=BODY, kind=None, query=""):
        return self.worker.request("POST", f"/in/{source}{query}", body, {**(kind or JSON), **(headers or {})})[0]

    def assert_all(self, source, good, bad, count="signature_wrong", **more):
        """good is taken; without each of its headers it is 401; each of bad is 403."""
        self.assertEqual(self.post(source, good, **more), 200, source)
        for name in good:
            self.assertEqual(self.post(source, {k: v for k, v in good.items() if k != name}, **more), 401, name)
        for headers in bad:
            self.assertEqual(self.post(source, {**good, **headers}, **more), 403, headers)
        counts = self.counts()
        self.assertEqual((counts["signature_missing"], counts[count], counts["accepted"]), (len(good), len(bad), 1))
        self.assertEqual(len(self.broker.seen("publish")), 1)

    def test_twilio_signs_the_url_and_the_form(self):
        body = {"email": "anna@example.com", "b": "", "a": "x y"}
        url = BASE + "/in/twilio?x=%41"
        text = url + "".join(k + v for k, v in sorted(body.items()))
        self.assert_all("twilio", {"X-Twilio-Signature": base64_of(mac(text.encode(), hashlib.sha1))},
                        [{"X-Twilio-Signature": base64_of(mac(text.replace("https", "http").encode(), hashlib.sha1))}],
                        body=urllib.parse.urlencode(body), kind=FORM, query="?x=%41")

    def test_a_document_where_a_form_is_signed_is_refused(self):
        self.assertEqual(self.post("twilio", {"X-Twilio-Signature": base64_of(mac((BASE + "/in/twilio").encode(), hashlib.sha1))}), 401)

    def test_meta_signs_the_raw_body(self):
        good = "sha256=" + mac(BODY).hex()
        self.assert_all("meta", {"X-Hub-Signature-256": good},
                        [{"X-Hub-Signature-256": value} for value in (mac(BODY).hex(), good[:-2], good + "00", "sha1=" + mac(BODY).hex(),
                                                                      "sha256=" + mac(BODY, secret="other").hex(), "sha256=")])

    def test_typeform_signs_the_raw_body(self):
        good = "sha256=" + base64_of(mac(BODY))
        self.assert_all("typeform", {"Typeform-Signature": good},
                        [{"Typeform-Signature": "sha256=" + base64_of(mac(BODY + b"\n"))}, {"Typeform-Signature": good.rstrip("=")}])

    def test_hubspot_signs_method_url_body_and_time(self):
        def sign(at, method="POST"):
            text = method.encode() + (BASE + "/in/hubspot?a=b:c").encode() + BODY + at.encode()
            return {"X-HubSpot-Signature-v3": base64_of(mac(text)), "X-HubSpot-Request-Timestamp": at}
        at = now(unit=1000)
        self.assert_all("hubspot", sign(at), [sign(at, "GET"), {"X-HubSpot-Request-Timestamp": now(1, 1000)}], query="?a=b%3Ac")
        for offset in (-400, 400):
            self.assertEqual(self.post("hubspot", sign(now(offset, 1000)), query="?a=b%3Ac"), 403)
        self.assertEqual(self.counts()["signature_stale"], 2)

    def test_mailgun_signs_time_and_token_in_the_form(self):
        def form(at, token="t0k3n", **more):
            return urllib.parse.urlencode({"email": "anna@example.com", "timestamp": at, "token": token,
                                           "signature": mac((at + "t0k3n").encode()).hex(), **more})
        at = now()
        self.assertEqual(self.post("mailgun", body=form(at), kind=FORM), 200)
        self.assertEqual(self.broker.next("publish")["lead"]["attributes"], {})   # the signature is not part of the lead
        self.assertEqual(self.post("mailgun", body=form(at, "other"), kind=FORM), 403)
        self.assertEqual(self.post("mailgun", body=form(at, signature=""), kind=FORM), 401)
        self.assertEqual(self.post("mailgun", body=form(now(-301)), kind=FORM), 403)
        counts = self.counts()
        self.assertEqual([counts["signature_" + why] for why in ("missing", "wrong", "stale")], [1, 1, 1])

    def test_sendgrid_signs_with_a_key_of_its_own(self):
        body = b'[{"event":"inbound","email":"anna@example.com"}]\r\n'
        name = "X-Twilio-Email-Event-Webhook-"
        good = {name + "Signature": "MEYCIQC17wQd8XAztz0axPO1Om1qhrkBE4rQIfJLBEn0dRl9+QIhAPn+bpVAJ+AKZRPhXZZIUJEq2uCCJP3yTLnwhBXTyk1P",
                name + "Timestamp": "1700000000"}
        self.assertEqual(self.post("sendgrid", good, body), 422)   # signed; but the address is in a list and not mapped
        self.assertEqual(self.post("sendgrid", {**good, name + "Timestamp": "1700000001"}, body), 403)
        self.assertEqual(self.post("sendgrid", {**good, name + "Signature": "AAAA"}, body), 403)
        self.assertEqual(self.post("sendgrid", {name + "Timestamp": "1700000000"}, body), 401)

    def test_telnyx_signs_with_ed25519(self):
        body = b'{"data":{"event_type":"call.initiated"}}'
        good = {"telnyx-signature-ed25519": "nafMqDAmut9n9ribRRIXfW4XTKYaOSKx1czZ8FtmSoCsJJSxTBbQI67oqLgx652P3d6ZkTo16/Hwk7LT0jSLAw==",
                "telnyx-timestamp": "1700000000"}
        self.assertEqual(self.post("telnyx-late", good, body), 422)   # signed; nobody to answer
        self.assertEqual(self.post("telnyx", good, body), 403)
        self.assertEqual(self.counts()["signature_stale"], 1)
        self.assertEqual(self.post("telnyx-late", good, body + b" "), 403)

    def test_standard_webhooks_sign_id_time_and_body(self):
        def sign(at, body=BODY):
            return {"webhook-id": "msg_1", "webhook-timestamp": at,
                    "webhook-signature": "v1,AAAA v1," + base64_of(mac(f"msg_1.{at}.".encode() + body))}
        self.assert_all("standard", sign(now()), [sign(now(), b"{}"), {"webhook-id": "msg_2"}, {"webhook-signature": "v1,AAAA"}])
        self.assertEqual(self.post("standard", sign(now(-301))), 403)
        self.assertEqual(self.counts()["signature_stale"], 1)

    def test_google_shows_a_key_in_the_body(self):
        def body(**more):
            return json.dumps({"lead_id": "1", "email": "anna@example.com", **more})
        self.assertEqual(self.post("google", body=body(google_key=SECRET)), 200)
        self.assertNotIn("google_key", self.broker.next("publish")["lead"]["attributes"])
        for wrong in (body(), body(google_key=""), body(google_key=SECRET + "x"), body(google_key=5)):
            self.assertEqual(self.post("google", body=wrong), 401)
        self.assertEqual(self.counts()["unauthorized"], 4)
        self.assertEqual(self.post("google", body="{"), 400)

    def test_a_scheme_spelled_out(self):
        def sign(at, path="id-1"):
            return {"X-Id": "id-1", "X-Time": at, "X-Sig": "v0=" + mac(f"v0:{at}:POST:{path}:".encode() + BODY).hex()}
        self.assert_all("own", sign(now(unit=1000)), [sign(now(unit=1000), "id-2")])
        self.assertEqual(self.post("own", sign(now(-61, 1000))), 403)
        self.assertNotIn(SECRET, self.worker.log())


if __name__ == "__main__":
    worker_case.main()

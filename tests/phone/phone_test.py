# SPDX-License-Identifier: Apache-2.0
"""leadwire-phone: a call from its first webhook to its last, as the telephony service sends them."""
import base64
import hashlib
import hmac
import os
import re
import signal
import sys
import urllib.parse
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web"))
import worker_case  # noqa: E402
from worker_case import WorkerCase, wait_for  # noqa: E402

BASE = "https://voice.example.com/lw"
TOKEN = "0123456789abcdef"
WAITING, OFFERED, CONNECTING, ASSIGNED, PARKED, COMPLETED, CANCELLED, EXPIRED = range(1, 9)
ANSWERED, NO_ANSWER, BUSY, FAILED = range(1, 5)


def sign(url, params, token=TOKEN):
    text = url + "".join(name + value for name, value in sorted(params.items()))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class PhoneCase(WorkerCase):
    program = "leadwire-phone"

    def config(self):
        path = os.path.join(self.directory, "voice.token")
        with open(path, "w") as file:
            file.write(TOKEN)
        os.chmod(path, 0o600)
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
public_base: {BASE}/
answer_within: 600ms
raw: {{directory: raw}}
sources:
  main-line:
    auth_token_file: voice.token
    region: IT
    language: it
    poll: 2s
    say_every: 3
    ring_for: 18s
    texts:
      it: {{locale: it-IT, hold: "Lei è il numero {{position}}.", goodbye: "Arrivederci."}}
      en: {{hold: "You are number {{position}}.", goodbye: "Goodbye."}}
"""

    def post(self, step, call="CA1", signature=None, **params):
        """step may be a whole URL that markup gave us."""
        url = step if step.startswith("http") else f"{BASE}/voice/main-line/{step}"
        if call:
            params["CallSid"] = call
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "X-Twilio-Signature": sign(url, params) if signature is None else signature}
        return self.worker.request("POST", url[len(BASE):], urllib.parse.urlencode(params), headers)

    def markup(self, step, **params):
        status, headers, body = self.post(step, **params)
        self.assertEqual(status, 200, body)
        self.assertIn("text/xml", headers["Content-Type"])
        return xml.fromstring(body)

    def incoming(self, **params):
        return self.markup("incoming", **{"From": "+390212345678", "To": "+390255500000", "CallStatus": "ringing", **params})

    def state(self, state, position=0, device="+390255500101", offer=1):
        self.broker.tell(f"state {state} {position} {device} {offer}")


class Call(PhoneCase):
    def test_a_call_waits_is_dialled_and_talks(self):
        self.state(WAITING, 2)
        response = self.incoming(CallerName="ROSSI MARIO")
        self.assertEqual([e.tag for e in response], ["Say", "Pause", "Redirect"])
        self.assertEqual(response[0].text, "Lei è il numero 2.")
        self.assertEqual(response[0].get("language"), "it-IT")
        self.assertEqual(response[1].get("length"), "2")
        record = self.broker.next("publish")
        self.assertEqual((record["id"], record["lead"]["call_id"], record["lead"]["phones"]), ("CA1", "CA1", ["+390212345678"]))

        response = self.markup(response[2].text, From="+390212345678")   # the same position again: not said again
        self.assertEqual([e.tag for e in response], ["Pause", "Redirect"])
        self.state(WAITING, 1)
        response = self.markup(response[1].text, From="+390212345678")
        self.assertEqual(response[0].text, "Lei è il numero 1.")

        self.state(CONNECTING, 0, "+390255500101", 3)
        dial = self.markup(response[2].text, From="+390212345678")[0]
        self.assertEqual((dial.tag, dial.get("timeout"), dial[0].tag, dial[0].text), ("Dial", "18", "Number", "+390255500101"))
        leg_url, result_url = dial[0].get("statusCallback"), dial.get("action")
        self.assertIn("answered", dial[0].get("statusCallbackEvent"))

        self.assertEqual(self.post(leg_url, call="CAleg", CallStatus="ringing")[0], 204)
        self.assertEqual(self.broker.seen("dial_result"), [])
        self.assertEqual(self.post(leg_url, call="CAleg", CallStatus="in-progress")[0], 204)
        told = self.broker.next("dial_result")
        self.assertEqual((told["lead"], told["offer"], told["outcome"], told["leg"]), ("7-1", 3, ANSWERED, "CAleg"))

        end = self.markup(result_url, DialCallStatus="completed", DialCallSid="CAleg", DialCallDuration="60")
        self.assertEqual([e.tag for e in end], ["Hangup"])
        self.assertEqual(self.post("status", CallStatus="completed")[0], 204)
        self.assertEqual(self.broker.seen("cancel"), [])   # they have talked: the lead stays with its rep

    def test_a_rep_who_does_not_answer_puts_the_caller_back_on_hold(self):
        for state, outcome in (("no-answer", NO_ANSWER), ("busy", BUSY), ("failed", FAILED), ("canceled", FAILED)):
            self.incoming()
            self.state(CONNECTING, 0, "sip:anna@pbx.example", 5)
            dial = self.markup("hold")[0]
            self.assertEqual((dial[0].tag, dial[0].text), ("Sip", "sip:anna@pbx.example"))
            self.state(WAITING, 1, "-", 5)
            back = self.markup(dial.get("action"), DialCallStatus=state, From="+390212345678")
            self.assertEqual([e.tag for e in back], ["Say", "Pause", "Redirect"])
            told = self.broker.next("dial_result")
            self.assertEqual((told["offer"], told["outcome"]), (5, outcome))

    def test_a_caller_who_hangs_up_while_waiting_is_cancelled(self):
        for state in (WAITING, OFFERED, CONNECTING, PARKED):
            self.incoming()
            self.state(state, 1)
            self.assertEqual(self.post("status", CallStatus="completed")[0], 204)
            self.assertEqual(self.broker.next("cancel"), {"request": "cancel", "id": "CA1", "reason": "caller hung up"})
            self.state(WAITING, 1)

    def test_what_is_not_the_end_of_a_waiting_call_cancels_nothing(self):
        self.incoming()
        for state, status in ((WAITING, "ringing"), (WAITING, "in-progress"), (ASSIGNED, "completed"), (COMPLETED, "completed")):
            self.state(state)
            self.assertEqual(self.post("status", CallStatus=status)[0], 204)
        self.assertEqual(self.post("status", call="CAunknown", CallStatus="completed")[0], 204)
        self.assertEqual(self.broker.seen("cancel"), [])

    def test_the_end_of_the_broker_wait_says_goodbye(self):
        self.incoming()
        for state in (PARKED, EXPIRED):
            self.state(state)
            self.assertEqual([(e.tag, e.text) for e in self.markup("hold")], [("Say", "Arrivederci."), ("Hangup", None)])
        self.state(CANCELLED)
        self.assertEqual([e.tag for e in self.markup("hold")], ["Hangup"])

    def test_a_caller_who_is_not_kept_waiting_hears_why_and_is_told_as_gone(self):
        self.worker.write_config(self.config().replace("    poll: 2s", "    poll: 2s\n    refuse: [closed, busy]")
                                 .replace('goodbye: "Goodbye."', 'goodbye: "Goodbye.", closed: "We open at nine."'))
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "configuration read again" in self.worker.log())
        for say, text in (("closed", "We open at nine."), ("busy", "Goodbye.")):
            self.broker.tell("say " + say)
            self.state(WAITING, 1)
            end = self.incoming(From="+442079460018")
            self.assertEqual([(e.tag, e.text) for e in end], [("Say", text), ("Hangup", None)])
            self.assertEqual(self.post("status", CallStatus="completed")[0], 204)
            self.assertEqual(self.broker.next("cancel")["reason"], "caller hung up")
        self.broker.tell("say no_rep")   # of which the source says nothing
        self.state(WAITING, 1)
        self.assertEqual(self.incoming(From="+442079460018")[-1].tag, "Redirect")

    def test_a_caller_who_waits_when_the_desk_closes_is_told_so(self):
        self.worker.write_config(self.config().replace("    poll: 2s", "    poll: 2s\n    refuse: [closed]"))
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "configuration read again" in self.worker.log())
        self.state(WAITING, 1)
        redirect = self.incoming()[-1].text
        self.broker.tell("say closed")
        self.assertEqual([e.tag for e in self.markup(redirect)], ["Say", "Hangup"])

    def test_callers_hear_their_countrys_language(self):
        self.state(WAITING, 7)
        self.assertEqual(self.incoming(From="+442079460018")[0].text, "You are number 7.")
        self.assertEqual(self.broker.next("publish")["lead"]["language"], "en")

    def test_the_webhook_again_is_the_same_lead(self):
        self.incoming()
        self.incoming(CallStatus="in-progress")
        self.broker.next("publish")
        self.assertEqual(self.broker.next("publish")["lead"]["call_id"], "CA1")
        self.assertEqual(worker_case.json.loads(self.worker.request("GET", "/healthz")[2])["duplicate"], 1)

    def test_a_withheld_number_is_still_a_lead(self):
        self.incoming(From="anonymous")
        lead = self.broker.next("publish")["lead"]
        self.assertEqual((lead["phones"], lead["warnings"]), ([], ["the caller's number is withheld"]))

    def test_a_rejected_call_hears_goodbye(self):
        self.broker.tell("mode reject")
        self.assertEqual([e.tag for e in self.incoming()], ["Say", "Hangup"])


LEAD = {   # parameter: (value, what the lead has of it); a lead's fields, and attributes as "attributes.NAME"
    "CallSid": ("CA77", {"call_id": "CA77"}),
    "From": ("+390298765432", {"phones": ["+390298765432"]}),
    "Caller": ("+390211111111", {}),   # From is there
    "To": ("+390255500009", {"called_number": "+390255500009"}),
    "Called": ("+390255500008", {}),
    "CallerName": ("ROSSI MARIO", {"full_name": "ROSSI MARIO"}),
    "ForwardedFrom": ("+390277777777", {"attributes.forwarded_from": "+390277777777"}),
    "FromCity": ("MILANO", {"attributes.caller_city": "MILANO"}),
    "FromState": ("MI", {"attributes.caller_state": "MI"}),
    "FromZip": ("20121", {"attributes.caller_zip": "20121"}),
    "FromCountry": ("IT", {"attributes.caller_country": "IT"}),
    "StirVerstat": ("TN-Validation-Passed-A", {"attributes.caller_verified": "TN-Validation-Passed-A"}),
    "AccountSid": ("AC1", {}),
    "ApiVersion": ("2010-04-01", {}),
    "CallDuration": ("61", {}),
    "Digits": ("1234", {}),
    "Direction": ("inbound", {}),
    "Timestamp": ("Thu, 26 Nov 2026 18:00:00 +0000", {}),
}
CALL_STATUS = {   # is its end, as `status` tells it; outcome that `leg` tells the broker, None: nothing
    "queued": (False, None), "initiated": (False, None), "ringing": (False, None),
    "in-progress": (False, ANSWERED), "answered": (False, ANSWERED), "completed": (True, ANSWERED),
    "busy": (True, BUSY), "no-answer": (True, NO_ANSWER), "failed": (True, FAILED), "canceled": (True, None),
    "parked": (False, None), "": (False, None), None: (False, None), "COMPLETED": (False, None),
}
DIAL_STATUS = {   # outcome that the broker is told; None: 400
    "completed": ANSWERED, "answered": ANSWERED, "in-progress": ANSWERED,
    "busy": BUSY, "no-answer": NO_ANSWER, "failed": FAILED, "canceled": FAILED,
    "queued": None, "initiated": None, "ringing": None, "parked": None, "": None, None: None,
}


def given(**params):
    return {name: value for name, value in params.items() if value is not None}


class Parameters(PhoneCase):
    """Each parameter and each value of a state, as docs/INGEST.md has them in tables."""

    def lead_of(self, params):
        self.markup("incoming", call=params["CallSid"], **{name: value for name, value in params.items() if name != "CallSid"})
        lead = self.broker.next("publish")["lead"]
        return {**{name: value for name, value in lead.items() if name != "attributes"},
                **{"attributes." + name: value for name, value in lead["attributes"].items()}}

    def test_each_parameter_goes_where_the_document_says(self):
        lead = self.lead_of({name: value for name, (value, _) in LEAD.items()})
        for name, (_, fields) in LEAD.items():
            for field, value in fields.items():
                self.assertEqual(lead.get(field), value, name)
        told = {field for _, fields in LEAD.values() for field in fields if field.startswith("attributes.")}
        self.assertEqual({field for field in lead if field.startswith("attributes.")}, told)
        self.assertEqual(lead["warnings"], [])

    def test_each_parameter_may_come_alone_or_empty(self):
        for number, (name, (value, fields)) in enumerate(LEAD.items()):
            if name == "CallSid":
                continue
            lead = self.lead_of({"CallSid": f"CAalone{number}", name: value})
            for field, wanted in fields.items():
                self.assertEqual(lead.get(field), wanted, name)
            empty = self.lead_of({"CallSid": f"CAempty{number}", name: ""})
            for field in fields:
                self.assertFalse(empty.get(field), name)

    def test_the_older_names_stand_in_for_the_caller_and_the_called(self):
        lead = self.lead_of({"CallSid": "CA1", "Caller": "+390211111111", "Called": "+390255500008"})
        self.assertEqual((lead["phones"], lead["called_number"]), (["+390211111111"], "+390255500008"))

    def test_callers_without_a_number_are_told_apart(self):
        for number, (caller, warnings) in enumerate((("sip:mario@example.com", []), ("client:mario", []), ("anonymous", ["the caller's number is withheld"]))):
            lead = self.lead_of({"CallSid": f"CA{number}", "From": caller})
            self.assertEqual((lead["phones"], lead["warnings"]), ([], warnings), caller)
            self.assertEqual(lead.get("attributes.caller_address"), None if warnings else caller)

    def test_each_call_status_ends_the_call_or_does_not(self):
        for number, (status, (is_end, _)) in enumerate(CALL_STATUS.items()):
            call = f"CA{number}"
            self.incoming_of(call)
            self.assertEqual(self.post("status", call=call, **given(CallStatus=status, CallDuration="0"))[0], 204, status)
            self.assertEqual([told["id"] for told in self.broker.seen("cancel") if told["id"] == call], [call] * is_end, status)

    def test_each_status_of_a_leg_is_told_or_is_not(self):
        for number, (status, (_, outcome)) in enumerate(CALL_STATUS.items()):
            before = len(self.broker.seen("dial_result"))
            self.assertEqual(self.post(f"leg?lead=7-{number + 1}&offer=1", call=f"CAleg{number}", **given(CallStatus=status))[0], 204, status)
            told = self.broker.seen("dial_result")[before:]
            self.assertEqual([(one["lead"], one["outcome"]) for one in told], [(f"7-{number + 1}", outcome)] * (outcome is not None), status)

    def test_each_dial_call_status_is_told_or_refused(self):
        self.incoming_of("CA1")
        for number, (status, outcome) in enumerate(DIAL_STATUS.items()):
            before = len(self.broker.seen("dial_result"))
            self.state(WAITING, 1)
            answer, _, body = self.post(f"dial-result?lead=7-1&offer={number + 1}",
                                        **given(From="+390212345678", DialCallStatus=status, DialCallSid="CAleg", DialCallDuration="60"))
            self.assertEqual(answer, 400 if outcome is None else 200, status)
            told = self.broker.seen("dial_result")[before:]
            self.assertEqual([(one["offer"], one["outcome"], one["leg"]) for one in told],
                             [(number + 1, outcome, "CAleg")] * (outcome is not None), status)
            if outcome is not None:
                self.assertEqual(xml.fromstring(body)[-1].tag, "Hangup" if outcome == ANSWERED else "Redirect", status)

    def incoming_of(self, call):
        self.state(WAITING, 1)
        self.markup("incoming", call=call, From="+390212345678", CallStatus="ringing")

    def test_the_document_has_the_same_tables(self):
        with open(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "INGEST.md"), encoding="utf-8") as file:
            document = file.read()
        self.assertEqual(names_in_table(document, "| parameter |"), sorted(LEAD))
        self.assertEqual(names_in_table(document, "| `CallStatus` |"), sorted(name for name in CALL_STATUS if name and name.islower() and name != "parked"))
        self.assertEqual(names_in_table(document, "| `DialCallStatus` ("), sorted(name for name, outcome in DIAL_STATUS.items() if outcome))


def names_in_table(document, head):
    """In the first column of the table that begins so, below its head."""
    table = document[document.index(head):].split("\n\n")[0].splitlines()[2:]
    return sorted(name for row in table for name in re.findall(r"`([^`]+)`", row.split("|")[1]))


class Trouble(PhoneCase):
    def test_while_the_broker_is_busy_the_caller_holds_and_comes_back(self):
        for mode in ("busy", "silent"):
            self.broker.tell("mode " + mode)
            response = self.incoming()
            self.assertEqual(response[-1].tag, "Redirect")
            again = response[-1].text
            self.assertIn("/incoming?n=1", again)
            self.broker.tell("mode normal")
            response = self.markup(again, From="+390212345678", To="+390255500000", CallStatus="in-progress")
            self.assertIn("/hold?", response[-1].text)
            self.broker.tell("mode " + mode)
            response = self.markup(response[-1].text)
            self.assertIn("/hold?", response[-1].text)
            self.broker.tell("forget")
            self.broker.tell("mode normal")

    def test_a_dial_result_survives_a_busy_broker(self):
        self.incoming()
        self.state(CONNECTING, 0, "+390255500101", 4)
        action = self.markup("hold")[0].get("action")
        self.broker.tell("mode busy")
        response = self.markup(action, DialCallStatus="no-answer", DialCallSid="CAleg")
        again = response[-1].text
        self.broker.tell("mode normal")
        self.assertEqual(self.markup(again)[-1].tag, "Redirect")   # <Redirect> does not bring DialCallStatus again
        self.assertEqual(self.broker.next("dial_result")["left"], "busy")
        told = self.broker.next("dial_result")
        self.assertEqual((told["offer"], told["outcome"]), (4, NO_ANSWER))

    def test_callbacks_that_nobody_hears_are_503_while_the_broker_is_busy(self):
        self.incoming()
        self.broker.tell("mode busy")
        status, headers, _ = self.post("leg?lead=7-1&offer=1", CallStatus="in-progress")
        self.assertEqual((status, headers["Retry-After"]), (503, "2"))
        self.assertEqual(self.post("status", CallStatus="completed")[0], 503)

    def test_a_call_whose_raw_cannot_be_kept_goes_on(self):
        os.rmdir(os.path.join(self.directory, "raw"))   # from under the worker
        self.assertEqual(self.incoming()[-1].tag, "Redirect")
        self.assertNotIn("raw_ref", self.broker.next("publish")["lead"])
        self.assertEqual(self.counts()["store_full"], 1)

    def test_a_broker_that_forgot_gets_the_call_again(self):
        self.incoming()
        self.broker.tell("forget")
        self.assertIn("/incoming?", self.markup("hold?n=4")[-1].text)

    def test_killed_at_any_step_the_call_goes_on(self):
        self.broker.tell("mode mute")
        url = BASE + "/voice/main-line/incoming"
        params = {"CallSid": "CA1", "From": "+390212345678"}
        body = urllib.parse.urlencode(params).encode()
        connection = self.worker.raw(f"POST /voice/main-line/incoming HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: {sign(url, params)}\r\n"
                                     f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        self.broker.next("publish")
        self.worker.kill()
        connection.close()
        self.broker.tell("mode normal")
        self.worker.start()
        self.worker.ready()
        self.state(WAITING, 1)
        redirect = self.markup("incoming", From="+390212345678")[-1].text
        self.worker.kill()
        self.worker.start()
        self.worker.ready()
        self.state(CONNECTING, 0, "+390255500101", 2)
        dial = self.markup(redirect, From="+390212345678")[0]
        self.worker.kill()
        self.worker.start()
        self.worker.ready()
        self.assertEqual(self.post(dial[0].get("statusCallback"), call="CAleg", CallStatus="in-progress")[0], 204)
        self.assertEqual(self.broker.next("dial_result")["lead"], "7-1")

    def test_sighup_takes_new_texts(self):
        self.worker.write_config(self.config().replace("Arrivederci", "Addio"))
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "configuration read again" in self.worker.log())
        self.incoming()
        self.state(EXPIRED)
        self.assertEqual(self.markup("hold")[0].text, "Addio.")


class Signed(PhoneCase):
    """Other services, other schemes: an Ed25519 signature over time and body; a header of another name, with the secret from a file of its own."""
    TELNYX_KEY = "YtdyVB44ICTuQcnIXHeg86lEoqf5hNYVBI8v3OQsEb8="
    TELNYX = {"telnyx-timestamp": "1700000000",   # made with openssl by the key's other half, over the body below
              "telnyx-signature-ed25519": "UeqW+I6c5oPkBdoPcRFnj+ltcV84VGXHG7jOC6T1eSwH9uZRxuLTkm1CorDTJ6G/aOS+Ggrr7ZrGcl5K3jEEAA=="}
    PARAMS = {"AccountSid": "a1", "From": "+390212345678", "To": "+390255500000", "CallStatus": "ringing", "CallSid": "v3:CA1"}

    def config(self):
        with open(os.path.join(self.directory, "telnyx.public"), "w") as file:
            file.write(self.TELNYX_KEY)
        os.chmod(os.path.join(self.directory, "telnyx.public"), 0o600)
        return super().config() + """
  telnyx: {region: IT, signature: {scheme: telnyx, secret_file: telnyx.public, max_age: 3650d}}
  telnyx-now: {region: IT, signature: {scheme: telnyx, secret_file: telnyx.public}}
  signalwire:
    region: IT
    signature: {scheme: generic, algorithm: hmac-sha1, encoding: base64, header: X-SignalWire-Signature, signed: "{url}{sorted_fields}", secret_file: voice.token}
  by-field: {region: IT, signature: {scheme: mailgun, secret_file: voice.token}}
"""

    def send(self, source, params, headers):
        return self.worker.request("POST", f"/voice/{source}/incoming", urllib.parse.urlencode(params),
                                   {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def test_telnyx_signs_texml_with_ed25519(self):
        status, _, body = self.send("telnyx", self.PARAMS, self.TELNYX)
        self.assertEqual(status, 200, body)
        self.assertIn("Redirect", [e.tag for e in xml.fromstring(body)])
        record = self.broker.next("publish")
        self.assertEqual((record["id"], record["lead"]["source"], record["lead"]["phones"]), ("v3:CA1", "telnyx", ["+390212345678"]))
        self.assertEqual(self.send("telnyx", {**self.PARAMS, "From": "+390299999999"}, self.TELNYX)[0], 403)
        self.assertEqual(self.send("telnyx", self.PARAMS, {**self.TELNYX, "telnyx-timestamp": "1700000001"})[0], 403)
        self.assertEqual(self.send("telnyx", self.PARAMS, {"X-Twilio-Signature": sign(BASE + "/voice/telnyx/incoming", self.PARAMS)})[0], 401)
        self.assertEqual(self.send("telnyx-now", self.PARAMS, self.TELNYX)[0], 403)   # too old
        counts = self.counts()
        self.assertEqual((counts["signature_missing"], counts["signature_wrong"], counts["signature_stale"]), (1, 2, 1))
        self.assertEqual(self.broker.seen("publish"), [])

    def test_signalwire_has_a_header_of_its_own(self):
        good = sign(BASE + "/voice/signalwire/incoming", self.PARAMS)
        self.assertEqual(self.send("signalwire", self.PARAMS, {"X-SignalWire-Signature": good})[0], 200)
        self.assertEqual(self.broker.next("publish")["lead"]["source"], "signalwire")
        self.assertEqual(self.send("signalwire", self.PARAMS, {"X-Twilio-Signature": good})[0], 401)
        self.assertEqual(self.send("signalwire", {**self.PARAMS, "To": "+390255500001"}, {"X-SignalWire-Signature": good})[0], 403)

    def test_a_signature_may_stand_in_the_parameters(self):
        signed = {"timestamp": "1700000000", "token": "t", "signature": hmac.new(TOKEN.encode(), b"1700000000t", hashlib.sha256).hexdigest()}
        self.assertEqual(self.send("by-field", {**self.PARAMS, **signed}, {})[0], 200)
        self.assertEqual(self.send("by-field", {**self.PARAMS, **signed, "token": "u"}, {})[0], 403)
        self.assertEqual(self.send("by-field", self.PARAMS, {})[0], 401)


class Refused(PhoneCase):
    def test_a_missing_signature_is_401_and_a_wrong_one_403(self):
        self.assertEqual(self.post("incoming", signature="")[0], 401)
        self.assertEqual(self.post("incoming", signature="0/KCTR6DLpKmkAf8muzZqo1nDgQ=")[0], 403)
        self.assertEqual(self.post("incoming", signature=sign(BASE + "/voice/main-line/incoming", {"CallSid": "CA2"}))[0], 403)
        self.assertEqual((self.counts()["signature_missing"], self.counts()["signature_wrong"]), (1, 2))
        self.assertEqual(self.broker.seen("publish"), [])

    def test_a_callback_with_another_offer_number_is_403(self):
        signature = sign(BASE + "/voice/main-line/leg?lead=7-1&offer=1", {"CallSid": "CA1", "CallStatus": "in-progress"})
        self.assertEqual(self.post("leg?lead=7-1&offer=2", signature=signature, CallStatus="in-progress")[0], 403)

    def test_a_missing_call_sid_is_400(self):
        self.assertEqual(self.post("incoming", call=None, From="+390212345678")[0], 400)

    def test_a_callback_without_lead_or_offer_is_400(self):
        for step in ("leg", "leg?lead=7-1", "leg?offer=1", "leg?lead=7-1&offer=x", "leg?lead=7-1&offer=99999999999"):
            self.assertEqual(self.post(step, CallStatus="in-progress")[0], 400, step)
        self.assertEqual(self.post("dial-result?lead=7-1&offer=1")[0], 400)
        self.assertEqual(self.post("dial-result?lead=7-1&offer=1", DialCallStatus="strange")[0], 400)

    def test_wrong_paths_methods_and_types_are_told_apart(self):
        self.assertEqual(self.post("nothing")[0], 404)
        self.assertEqual(self.worker.request("POST", "/voice/nobody/incoming")[0], 404)
        status, headers, _ = self.worker.request("GET", "/voice/main-line/incoming")
        self.assertEqual((status, headers["Allow"]), (405, "POST"))
        self.assertEqual(self.worker.request("POST", "/voice/main-line/incoming", "{}", {"Content-Type": "application/json"})[0], 415)

    def test_the_log_holds_no_personal_data_and_no_token(self):
        self.incoming(From="+390298765432", CallerName="QUAGLIARULO")
        self.post("incoming", signature="", From="+390298765432")
        self.assertEqual(self.worker.stop(), 0)
        for secret in ("98765432", "QUAGLIARULO", TOKEN):
            self.assertNotIn(secret, self.worker.log())


if __name__ == "__main__":
    worker_case.main()

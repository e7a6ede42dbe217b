# SPDX-License-Identifier: Apache-2.0
"""leadwire-phone: a caller whom nobody can take leaves a message, and what can be wrong with it."""
import os
import sys
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from phone_test import BASE, CANCELLED, EXPIRED, PARKED, WAITING, PhoneCase, worker_case  # noqa: E402

URL = "https://api.example.com/Recordings/RE1"
ASKED = "Lasci un messaggio."


class VoicemailCase(PhoneCase):
    def config(self):
        return (super().config()
                .replace("    poll: 2s", '    refuse: [closed]\n    voicemail: {length_max: 90s, silence: 4s, finish_key: "*"}\n    poll: 2s')
                .replace('goodbye: "Arrivederci."', f'goodbye: "Arrivederci.", closed: "Siamo chiusi.", voicemail: "{ASKED}", message_taken: "Grazie."'))

    def message(self, url=None, **params):
        """What the service tells once the caller has done."""
        return self.post(url or "message", **{"From": "+390212345678", "To": "+390255500000", "CallStatus": "in-progress",
                                              "RecordingSid": "RE1", "RecordingUrl": URL, "RecordingDuration": "17", **params})

    def recording(self, **params):
        """What it tells once the recording can be listened to."""
        return self.post("recording", **{"RecordingSid": "RE1", "RecordingUrl": URL, "RecordingDuration": "17", "RecordingStatus": "completed",
                                         "RecordingSource": "RecordVerb", **params})

    def publication(self, id_="RE1"):
        while True:
            record = self.broker.next("publish")
            if record.get("id") == id_:   # what was left unanswered has none
                return record


class Voicemail(VoicemailCase):
    def test_who_would_be_sent_away_is_asked_for_a_message(self):
        self.incoming()
        for state in (PARKED, EXPIRED):
            self.state(state)
            response = self.markup("hold", From="+390212345678")
            self.assertEqual([(e.tag, e.text) for e in response], [("Say", ASKED), ("Record", None), ("Hangup", None)])
        record = response[1]
        self.assertEqual([record.get(name) for name in ("maxLength", "timeout", "finishOnKey", "method")], ["90", "4", "*", "POST"])
        self.assertEqual((record.get("action"), record.get("recordingStatusCallback")),
                         (BASE + "/voice/main-line/message", BASE + "/voice/main-line/recording"))
        self.state(WAITING, 1)
        self.broker.tell("say closed")
        self.assertEqual([e.text for e in self.incoming()], ["Siamo chiusi.", ASKED, None, None])
        self.state(CANCELLED)
        self.assertEqual([e.tag for e in self.markup("hold")], ["Hangup"])

    def test_the_message_follows_the_call(self):
        self.incoming()
        status, _, body = self.message()
        self.assertEqual(status, 200)
        self.assertEqual([(e.tag, e.text) for e in xml.fromstring(body)], [("Say", "Grazie."), ("Hangup", None)])
        lead = self.publication()["lead"]
        self.assertEqual([lead[name] for name in ("follows", "call_id", "recording", "seconds", "phones", "called_number")],
                         ["CA1", "CA1", URL, 17, ["+390212345678"], "+390255500000"])

    def test_the_second_webhook_of_a_recording_and_each_repeat_is_the_same_message(self):
        self.incoming()
        self.assertEqual(self.message()[0], 200)
        self.assertEqual(self.recording()[0], 204)
        self.assertEqual(self.recording()[0], 204)
        self.assertEqual(self.message()[0], 200)
        self.assertEqual((self.counts()["accepted"], self.counts()["duplicate"]), (2, 3))

    def test_the_recording_may_come_first_alone_or_after_the_call_has_ended(self):
        self.incoming()
        self.assertEqual(self.recording()[0], 204)
        lead = self.publication()["lead"]
        self.assertEqual((lead["follows"], lead["recording"], lead["phones"]), ("CA1", URL, []))
        self.assertEqual(self.post("status", CallStatus="completed")[0], 204)
        self.assertEqual(self.recording(RecordingSid="RE2")[0], 204)
        self.assertEqual(self.publication("RE2")["lead"]["follows"], "CA1")   # whether that lead is open, the broker knows

    def test_a_message_of_a_call_that_nobody_knows_is_taken_and_counted(self):
        self.assertEqual(self.message(call="CAunknown")[0], 200)
        self.assertEqual(self.publication()["lead"]["follows"], "CAunknown")
        self.assertEqual(self.counts()["accepted"], 1)

    def test_nothing_said_is_no_message(self):
        self.incoming()
        self.assertEqual(self.message(RecordingDuration="0")[0], 200)
        self.assertEqual(self.recording(RecordingDuration="0")[0], 204)
        for status in ("in-progress", "absent", "failed", ""):
            self.assertEqual(self.recording(RecordingStatus=status)[0], 204)
        self.assertEqual([p["id"] for p in self.broker.seen("publish")], ["CA1"])

    def test_while_the_broker_is_busy_the_caller_comes_back_with_the_recording(self):
        self.incoming()
        self.broker.tell("mode busy")
        self.assertEqual(self.recording()[0], 503)
        response = xml.fromstring(self.message()[2])
        again = response[-1].text
        self.broker.tell("mode normal")
        response = self.markup(again, From="+390212345678", CallStatus="in-progress")   # <Redirect> does not repeat the recording
        self.assertEqual([(e.tag, e.text) for e in response], [("Say", "Grazie."), ("Hangup", None)])
        lead = self.publication()["lead"]
        self.assertEqual((lead["recording"], lead["seconds"]), (URL, 17))

    def test_a_rejected_message_is_told_and_counted(self):
        self.incoming()
        self.broker.tell("mode reject")
        self.assertIn("Arrivederci.", str(self.message()[2]))
        self.assertEqual(self.recording()[0], 204)
        self.assertEqual(self.counts()["rejected"], 2)


class Refused(VoicemailCase):
    def test_a_signature_is_asked_for(self):
        for send in (self.message, self.recording):
            self.assertEqual(send(signature="")[0], 401)
            self.assertEqual(send(signature="0/KCTR6DLpKmkAf8muzZqo1nDgQ=")[0], 403)
        self.assertEqual(self.broker.seen("publish"), [])

    def test_what_is_missing_or_no_address_of_the_web_is_400(self):
        for send in (self.message, self.recording):
            for params in ({"RecordingSid": ""}, {"RecordingUrl": ""}, {"call": None}, {"RecordingUrl": "ftp://h/RE1"},
                           {"RecordingUrl": "javascript:alert(1)"}, {"RecordingUrl": "https://h/" + "x" * 1024},
                           {"RecordingUrl": URL + " x"}, {"RecordingSid": "R" * 257}):
                expected = 200 if send == self.message and len(params.get("RecordingSid", "")) > 256 else 400
                self.assertEqual(send(**params)[0], expected, params)
        self.assertEqual(self.broker.seen("publish"), [])

    def test_the_log_holds_no_address_of_a_recording(self):
        self.incoming()
        self.message()
        self.message(RecordingUrl="ftp://secret.example/RE1")
        self.broker.tell("mode reject")
        self.recording(RecordingSid="RE9")
        self.assertEqual(self.worker.stop(), 0)
        for secret in ("Recordings", "secret.example", "12345678"):
            self.assertNotIn(secret, self.worker.log())


if __name__ == "__main__":
    worker_case.main()

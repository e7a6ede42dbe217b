# SPDX-License-Identifier: Apache-2.0
"""leadwire-phone: webhooks that do not come again, while the broker or its Redis is away, and over kills of the worker and the broker."""
import json
import os
import shutil
import sys
import urllib.parse
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "health"))
os.environ.setdefault("LEADWIRE_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import health_rig  # noqa: E402
from phone_test import ANSWERED, ASSIGNED, BASE, CONNECTING, NO_ANSWER, TOKEN, WAITING, sign, wait_for, worker_case  # noqa: E402
from voicemail_test import URL, VoicemailCase  # noqa: E402


class SpoolCase(VoicemailCase):
    size_max_mib = 4

    def config(self):
        return super().config().replace("sources:\n", f"spool: {{directory: spool, size_max_mib: {self.size_max_mib}}}\nsources:\n")

    def files(self):
        return sorted(name for name in os.listdir(os.path.join(self.directory, "spool")) if name.endswith(".held"))

    def held(self):
        return self.counts()["spool"]["held"]

    def restart(self):
        self.worker.kill()
        self.worker.start()

    def all_sent(self):
        wait_for("the spool to be empty", lambda: self.held() == 0)
        self.assertEqual(self.files(), [])

    def told(self):
        """What the broker took, in order and once each: what it left unanswered has no id, and a question is no news."""
        self.broker.seen("nothing")
        return list(dict.fromkeys((r["request"], r.get("id") or r.get("lead")) for r in self.broker.requests if "left" not in r and r["request"] != "query"))


    def results(self):
        return {(r["offer"], r["outcome"]) for r in self.broker.seen("dial_result") if "left" not in r}


class Held(SpoolCase):
    def test_what_comes_while_the_broker_is_away_is_told_in_order_after_a_kill(self):
        self.incoming()                                                                  # CA1 is known
        self.broker.close()
        wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)
        hold = self.incoming(call="CA2")
        self.assertEqual([e.tag for e in hold], ["Say", "Pause", "Redirect"])            # CA2 hears the hold text, and comes back
        self.assertIn("/incoming?n=1&kept=1", hold[-1].text)
        self.assertIn("&kept=1", self.markup(hold[-1].text, call="CA2")[-1].text)        # and is on disk once
        self.assertEqual(self.message(call="CA2", RecordingSid="RE2")[0], 200)
        self.assertEqual(self.recording(call="CA2", RecordingSid="RE2")[0], 204)
        self.assertEqual(self.post("status", call="CA2", CallStatus="completed")[0], 204)
        self.assertEqual(self.post("leg?lead=7-9&offer=3", call="CAleg", CallStatus="in-progress")[0], 204)
        health = self.counts()
        self.assertEqual((health["held"], health["spool"]["held"], health["spool"]["alarm"]), (5, 5, "contacts wait for the broker"))
        self.assertEqual(self.files(), [f"{n:020}-main-line.held" for n in range(5)])
        self.assertIn("are held in the spool", self.worker.log())
        self.restart()
        self.assertEqual(self.held(), 5)
        self.broker = worker_case.Broker(self.directory)
        self.state(WAITING, 1)
        self.all_sent()
        self.assertEqual(self.told(), [("publish", "CA2"), ("publish", "RE2"), ("cancel", "CA2"), ("dial_result", "7-9")])
        message = [r for r in self.broker.seen("publish") if r["id"] == "RE2"][0]
        self.assertEqual([message["lead"][name] for name in ("follows", "recording", "seconds", "phones")], ["CA2", URL, 17, ["+390212345678"]])
        self.assertTrue(message["lead"]["raw_ref"])
        self.assertEqual(self.counts()["spool"]["alarm"], "")

    def test_its_sender_need_not_come_again_while_the_broker_is_busy(self):
        self.incoming()
        self.state(CONNECTING, 0, "+390255500101", 4)
        dial = self.markup("hold")[0]
        self.broker.tell("mode busy")
        response = self.markup(dial.get("action"), DialCallStatus="no-answer", DialCallSid="CAleg")
        self.assertIn("/dial-result?", response[-1].text)                                # who is still there waits on
        self.assertEqual(self.held(), 1)
        self.broker.tell("mode normal")
        self.all_sent()
        self.assertEqual(self.results(), {(4, NO_ANSWER)})
        self.assertIn("/hold?", self.markup(response[-1].text)[-1].text)
        self.state(CONNECTING, 0, "+390255500101", 5)
        dial = self.markup("hold")[0]
        self.broker.tell("mode busy")
        response = self.markup(dial.get("action"), DialCallStatus="completed", DialCallSid="CAleg2")
        self.assertEqual([e.tag for e in response], ["Hangup"])                          # they have talked
        self.assertEqual(self.post("status", CallStatus="completed")[0], 204)
        self.broker.tell("mode normal")
        self.all_sent()
        self.assertEqual(self.results(), {(4, NO_ANSWER), (5, ANSWERED)})
        self.assertEqual(self.broker.seen("cancel"), [])                                 # the rep keeps the lead

    def test_a_caller_who_comes_through_before_the_spool_is_one_lead(self):
        self.broker.tell("mode silent")
        again = self.incoming()[-1].text
        self.assertEqual(self.held(), 1)
        self.broker.tell("mode normal")
        self.assertIn("/hold?", self.markup(again, From="+390212345678", To="+390255500000")[-1].text)
        self.all_sent()
        self.assertEqual(self.counts()["accepted"], 1)
        self.assertGreaterEqual(self.counts()["duplicate"], 1)

    def test_killed_between_the_brokers_word_and_the_removal_nothing_is_told_otherwise(self):
        self.incoming()
        self.broker.tell("mode silent")
        self.assertEqual(self.recording()[0], 204)
        self.assertEqual(self.post("status", CallStatus="completed")[0], 204)
        self.broker.tell("mode mute")                                                    # takes it, says nothing
        wait_for("the recording to be sent", lambda: any(r.get("id") == "RE1" for r in self.broker.seen("publish")))
        self.restart()
        self.broker.tell("mode normal")
        self.state(WAITING, 1)
        self.all_sent()
        self.assertEqual((self.counts()["accepted"], self.counts()["spool"]["aside"]), (0, 0))
        self.assertGreaterEqual(self.counts()["duplicate"], 1)
        self.assertEqual({r["id"] for r in self.broker.seen("cancel") if "id" in r}, {"CA1"})

    def test_a_call_that_was_taken_meanwhile_is_not_cancelled_by_its_end(self):
        self.incoming()
        self.broker.tell("mode silent")
        self.assertEqual(self.post("status", CallStatus="completed")[0], 204)
        self.state(ASSIGNED)
        self.broker.tell("mode normal")
        self.all_sent()
        self.assertEqual(self.broker.seen("cancel"), [])

    def test_what_is_wrong_is_not_held(self):
        self.broker.tell("mode silent")
        self.assertEqual(self.recording(signature="")[0], 401)
        self.assertEqual(self.recording(RecordingUrl="ftp://h/RE1")[0], 400)
        self.assertEqual(self.recording(RecordingSid="")[0], 400)
        self.assertEqual(self.recording(RecordingDuration="0")[0], 204)
        self.assertEqual(self.post("leg?lead=7-1", CallStatus="in-progress")[0], 400)
        self.assertEqual(self.files(), [])

    def test_what_the_broker_rejects_is_set_aside(self):
        self.broker.tell("mode silent")
        self.assertEqual(self.recording()[0], 204)
        self.broker.tell("mode reject")
        wait_for("it to be set aside", lambda: self.counts()["spool"]["aside"] == 1)
        self.assertEqual((self.counts()["rejected"], self.counts()["spool"]["alarm"]), (1, "contacts are set aside"))
        self.assertIn("set aside: the broker rejects it", self.worker.log())
        self.assertNotIn("Recordings", self.worker.log())


    def test_what_is_damaged_or_of_a_source_that_is_gone_is_set_aside(self):
        self.broker.tell("mode silent")
        self.assertEqual(self.recording()[0], 204)
        self.worker.kill()
        with open(os.path.join(self.directory, "spool", "00000000000000000009-main-line.held"), "wb") as file:
            file.write(b"\x01\x05nonsense")
        self.worker.write_config(self.config().replace("  main-line:", "  other:"))
        self.broker.tell("mode normal")
        self.worker.start()
        wait_for("both to be set aside", lambda: self.counts()["spool"]["aside"] == 2)
        self.assertIn("set aside: its source is not in the configuration", self.worker.log())
        self.assertIn("set aside: it cannot be read", self.worker.log())

    def test_a_spool_that_cannot_be_written_is_503(self):
        self.broker.tell("mode silent")
        part = os.path.join(self.directory, "spool", "new.part")
        os.mkdir(part)   # in the way of the file
        status, headers, _ = self.recording()
        self.assertEqual((status, headers["Retry-After"], self.counts()["store_full"]), (503, "60", 1))
        self.assertIn("spool cannot be written", self.worker.log())
        os.rmdir(part)
        self.assertEqual(self.recording()[0], 204)


class Full(SpoolCase):
    size_max_mib = 1

    def test_a_full_spool_is_507_and_says_so(self):
        self.broker.close()
        wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)
        statuses = [self.recording(RecordingSid=f"RE{n}")[0] for n in range(256)]
        self.assertEqual(statuses, [204] * 256)
        self.assertEqual(self.counts()["spool"]["alarm"], "nearly full")
        status, headers, _ = self.recording(RecordingSid="RElast")
        self.assertEqual((status, headers["Retry-After"], self.counts()["store_full"]), (507, "60", 1))
        self.assertIn("/message?", xml.fromstring(self.message(RecordingSid="RElast")[2])[-1].text)   # who is still there comes back with it
        self.assertIn("spool is full with 256 contacts", self.worker.log())
        self.broker = worker_case.Broker(self.directory)
        self.all_sent()
        self.assertEqual(self.told(), [("publish", f"RE{n}") for n in range(256)])
        self.assertEqual(self.recording(RecordingSid="RElast")[0], 204)


class FullDisk(worker_case.FullDiskMixin, SpoolCase):
    """The disk is full, or the quota used up, long before the caps of the configuration are reached."""

    def test_a_disk_without_room_for_the_spool_is_507_and_nothing_is_lost(self):
        self.broker.close()
        wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)
        self.assertEqual(self.recording(RecordingSid="RE0")[0], 204)
        for error in ("ENOSPC", "EDQUOT"):
            self.no_room(error, "spool")
            status, headers, _ = self.recording(RecordingSid="RE" + error)
            self.assertEqual((status, headers["Retry-After"], self.counts()["store_full"], self.held()), (507, "60", 1, 1))
            again = xml.fromstring(self.message(RecordingSid="RE" + error)[2])[-1]
            self.assertEqual((again.tag, self.held()), ("Redirect", 1))                  # who is still there comes back with it
            self.room()
            self.assertEqual(self.markup(again.text, From="+390212345678")[-1].tag, "Hangup")
            self.assertEqual(self.held(), 2)
            self.restart()                                                               # finds no half of a webhook
            self.assertEqual((self.held(), os.listdir(os.path.join(self.directory, "spool", "aside"))), (2, []))
            self.broker = worker_case.Broker(self.directory)
            self.all_sent()
            self.assertEqual(self.told(), [("publish", "RE0"), ("publish", "RE" + error)])
            self.broker.close()
            wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)
            self.assertEqual(self.recording(RecordingSid="RE0")[0], 204)

    def test_a_call_goes_on_while_the_disk_has_no_room_for_its_raw(self):
        for count, error in enumerate(("ENOSPC", "EDQUOT"), 1):
            self.no_room(error, "raw")
            self.assertEqual(self.incoming(call="CA" + error)[-1].tag, "Redirect")
            self.assertNotIn("raw_ref", self.publication("CA" + error)["lead"])
            self.assertEqual(self.counts()["store_full"], count)
        self.room()
        self.incoming(call="CAkept")
        self.assertTrue(self.publication("CAkept")["lead"]["raw_ref"])


DESK = """desk: main
channels: {phone: {abandoned: call_back}}
rules: [{name: all}]
reps: {anna: {}}
"""


class RealBroker(health_rig.HealthCase):
    """The broker with its journal in Redis: killed, started, its Redis away."""

    def setUp(self):
        super().setUp()
        self.redis = self.start_redis()
        self.write("voice.token", TOKEN)
        self.begin_broker()
        self.leadwire("apply", self.write("desk.yaml", DESK))
        self.worker = worker_case.Worker("leadwire-phone", self.directory, f"""
desk: main
broker: ipc://{self.path("run")}/publish
listen: 127.0.0.1:0
public_base: {BASE}
answer_within: 2s
spool: {{directory: spool}}
sources: {{main-line: {{auth_token_file: voice.token, region: IT, voicemail: {{}}}}}}
""")
        self.addCleanup(lambda: self.worker.kill())
        self.worker.ready()

    def begin_broker(self):
        self.broker, health = self.start_broker("--redis", "unix:" + self.redis.socket, "--away-after", "500")
        wait_for("the broker", health.is_ready)
        return health

    def kill_broker(self):
        self.broker.kill()
        self.broker.wait()
        wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)

    def post(self, step, call, **params):
        params.update({"CallSid": call, "From": "+390212345678", "To": "+390255500000"})
        url = f"{BASE}/voice/main-line/{step}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": sign(url, params)}
        return self.worker.request("POST", url[len(BASE):], urllib.parse.urlencode(params), headers)

    def spool(self):
        return json.loads(self.worker.request("GET", "/healthz")[2])["spool"]

    def leave_message(self, call):
        told = {"RecordingSid": "RE-" + call, "RecordingUrl": f"https://api.example.com/Recordings/RE-{call}", "RecordingDuration": "9"}
        self.assertIn("<Hangup/>", self.post("message", call, **told)[2])
        self.assertEqual(self.post("recording", call, RecordingStatus="completed", **told)[0], 204)
        self.assertEqual(self.post("status", call, CallStatus="completed")[0], 204)

    def waiting(self):
        return sum(queue["waiting"] for queue in json.loads(self.leadwire("status", "--json"))["queues"])

    def test_callbacks_of_before_and_of_meanwhile_reach_their_leads_when_it_is_back(self):
        self.assertEqual(self.post("incoming", "CA1")[0], 200)
        self.kill_broker()
        self.leave_message("CA1")                                    # a call that the broker knows
        self.assertEqual(self.post("incoming", "CA2")[0], 200)       # one that it does not, and nobody tells again
        self.leave_message("CA2")
        self.assertEqual(self.spool()["held"], 7)
        self.worker.kill()
        self.worker.start()
        self.begin_broker()
        wait_for("the spool to be empty", lambda: self.spool()["held"] == 0)
        self.assertEqual((self.spool()["aside"], self.spool()["alarm"]), (0, ""))
        self.assertEqual(self.waiting(), 2)                          # each a call-back with its message, neither lost nor double

    def test_while_redis_is_away(self):
        self.redis.kill()
        self.assertEqual(self.post("incoming", "CA1")[0], 200)
        wait_for("the call on disk", lambda: self.spool()["held"] == 1)
        self.leave_message("CA1")
        self.assertEqual(self.spool()["held"], 4)
        self.redis.start()
        wait_for("the spool to be empty", lambda: self.spool()["held"] == 0)
        self.assertEqual(self.waiting(), 1)


if __name__ == "__main__":
    if not shutil.which(health_rig.REDIS or "redis-server"):
        RealBroker.__unittest_skip__, RealBroker.__unittest_skip_why__ = True, "there is no redis-server"
    worker_case.main()

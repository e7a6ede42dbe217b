# SPDX-License-Identifier: Apache-2.0
"""leadwire-web: sources that cannot send again, while the broker is away and over kills of the worker."""
import json
import os
import random
import signal
import subprocess
import time
import urllib.parse

import worker_case
from worker_case import WorkerCase, wait_for

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {**FORM, "Accept": "text/html"}
JSON = {"Content-Type": "application/json"}
SECRET = "0123456789secret"


class HeldCase(WorkerCase):
    program = "leadwire-web"
    size_max_mib = 4

    def config(self, once="  once: {region: IT, cannot_retry: yes, idempotency: id}\n"):
        path = os.path.join(self.directory, "key")
        with open(path, "w") as file:
            file.write(SECRET)
        os.chmod(path, 0o600)
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
answer_within: 300ms
raw: {{directory: raw}}
http: {{body_size_max_kib: 1024}}
spool: {{directory: spool, size_max_mib: {self.size_max_mib}}}
sources:
{once}  page: {{region: IT, cannot_retry: yes, thank_you: /thanks, honeypot: website}}
  google: {{cannot_retry: yes, signature: {{scheme: google-ads, secret_file: key}}, idempotency: lead_id}}
  often: {{region: IT}}
"""

    def post(self, name, source="once", headers=FORM, **more):
        return self.worker.request("POST", "/in/" + source, urllib.parse.urlencode({"id": name, "phone": "0212345678", **more}), headers)

    def hold(self, *names, **more):
        for name in names:
            status, _, body = self.post(name, **more)
            self.assertEqual((status, json.loads(body)), (202, {"status": "held"}))

    def broker_away(self):
        """It is there and says nothing, which is sooner seen than that it is gone."""
        self.broker.tell("mode silent")

    def broker_back(self):
        self.broker.tell("mode normal")

    def restart(self):
        self.worker.kill()
        self.worker.start()

    def spool(self):
        return self.counts()["spool"]

    def files(self, folder="spool"):
        return sorted(name for name in os.listdir(os.path.join(self.directory, folder)) if name.endswith(".held"))

    def all_sent(self):
        wait_for("the spool to be empty", lambda: self.spool()["held"] == 0)
        self.assertEqual(self.files(), [])

    def ids(self):
        """Once each: a contact whose answer came too late is sent again, and is a duplicate."""
        return list(dict.fromkeys(record["id"] for record in self.taken()))

    def taken(self):
        """What the broker took, not what it left unanswered."""
        return [record for record in self.broker.seen("publish") if "id" in record]


class Held(HeldCase):
    def test_held_while_the_broker_is_away_and_sent_on_in_order_after_a_kill(self):
        self.broker.close()
        wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)
        self.hold("a", "b", "c")
        health = self.counts()
        self.assertEqual((health["held"], health["spool"]["held"], health["spool"]["alarm"]), (3, 3, "contacts wait for the broker"))
        self.assertEqual(len(self.files()), 3)
        self.assertIn("are held in the spool", self.worker.log())
        self.restart()
        self.assertEqual(self.spool()["held"], 3)
        self.broker = worker_case.Broker(self.directory)
        self.all_sent()
        self.assertEqual(self.ids(), ["a", "b", "c"])
        self.assertEqual((self.counts()["accepted"], self.spool()["alarm"]), (3, ""))
        self.assertEqual(self.post("d")[0], 200)

    def test_killed_after_the_yes_and_before_the_removal_it_is_no_double(self):
        self.broker.tell("mode mute")   # takes the lead, says nothing
        self.hold("a")
        self.assertEqual(self.broker.next("publish")["id"], "a")   # at once, in vain
        again = self.broker.next("publish")                        # out of the spool, in vain too
        self.worker.kill()
        self.broker.tell("mode normal")
        self.worker.start()
        self.all_sent()
        last = self.broker.next("publish")
        self.assertEqual((last["id"], last["lead"], last["status"]), ("a", again["lead"], again["status"]))   # the broker knows it
        self.assertEqual((self.counts()["duplicate"], self.counts()["accepted"]), (1, 0))

    def test_what_comes_while_others_wait_goes_behind_them(self):
        self.broker.tell("mode busy")
        self.hold("a", "b")
        self.assertEqual(self.post("x", "often")[0], 503)   # this one can send again
        self.broker.tell("mode normal")
        status = self.post("c")[0]
        self.assertIn(status, (200, 202))
        self.all_sent()
        wait_for("all three", lambda: len(self.ids()) == 3)
        self.assertEqual(self.ids(), ["a", "b", "c"])

    def test_a_source_that_is_paused_holds_up_no_other(self):
        self.broker.tell("pause page")
        status, _, _ = self.post("p1", "page")
        self.assertEqual(status, 202)
        self.broker_away()
        self.hold("a", "b")
        self.broker_back()
        wait_for("the others", lambda: self.ids() == ["a", "b"])
        self.assertEqual((self.spool()["held"], self.files()), (1, ["00000000000000000000-page.held"]))
        self.assertEqual(self.post("c")[0], 200)                  # behind nobody
        self.assertEqual(self.post("p2", "page")[0], 202)         # behind its own
        self.broker.tell("pause -")
        self.all_sent()
        pages = [r["lead"]["attributes"]["id"] for r in self.taken() if r["lead"]["source"] == "page"]
        self.assertEqual(list(dict.fromkeys(pages)), ["p1", "p2"])

    def test_what_an_earlier_build_held_goes_first(self):
        self.broker_away()
        self.hold("a", "b")
        self.post("p", "page")
        self.worker.kill()
        for name in self.files():                                 # it knew one order only
            os.rename(os.path.join(self.directory, "spool", name), os.path.join(self.directory, "spool", name[:20] + ".held"))
        self.worker.start()
        self.hold("c")
        self.broker_back()
        self.all_sent()
        names = [r["lead"]["attributes"].get("id") or r["id"] for r in self.taken()]
        self.assertEqual(list(dict.fromkeys(names)), ["a", "b", "p", "c"])

    def test_the_same_contact_held_twice_is_one_lead(self):
        self.broker_away()
        self.hold("a", "a")
        self.broker_back()
        self.all_sent()
        self.assertEqual((self.counts()["accepted"], self.counts()["duplicate"]), (1, 1))

    def test_killed_at_any_moment_each_comes_once_and_in_order(self):
        seed = int(os.environ.get("LEADWIRE_TEST_SEED", "7"))
        chance = random.Random(seed)
        sent = []
        for _ in range(4):
            self.broker_away()
            for _ in range(12):
                name = f"n{len(sent)}"
                status = self.post(name)[0]
                self.assertEqual(status, 202)
                sent.append(name)
            self.broker_back()
            self.restart()                                     # now it sends on
            end = time.monotonic() + chance.random() * 0.1
            while time.monotonic() < end:
                self.broker.seen("publish")
            self.restart()
        self.all_sent()
        accepted = []
        for name in self.ids():
            if name not in accepted:
                accepted.append(name)
        self.assertEqual(accepted, sent, f"seed {seed}")
        leads = {record["id"]: record["lead"] for record in self.taken()}
        for record in self.taken():
            self.assertEqual(record["lead"], leads[record["id"]])

    def test_a_browser_is_thanked(self):
        self.broker_away()
        status, headers, _ = self.post("a", "page", BROWSER, website="")
        self.assertEqual((status, headers["Location"]), (303, "/thanks"))
        self.broker_back()
        self.all_sent()
        self.assertEqual(self.taken()[0]["lead"]["attributes"], {"id": "a"})

    def test_a_key_in_the_body_is_not_in_the_lead_that_is_sent_on(self):
        self.broker_away()
        body = json.dumps({"lead_id": "g1", "google_key": SECRET, "email": "anna@example.com"})
        self.assertEqual(self.worker.request("POST", "/in/google", body, JSON)[0], 202)
        self.assertEqual(self.worker.request("POST", "/in/google", body.replace(SECRET, "x"), JSON)[0], 401)
        self.broker_back()
        self.all_sent()
        record = self.taken()[0]
        self.assertEqual((record["id"], record["lead"]["attributes"]), ("g1", {"lead_id": "g1"}))

    def test_who_cannot_be_answered_is_refused_as_ever(self):
        self.broker_away()
        self.assertEqual(self.worker.request("POST", "/in/once", "id=5&name=Anna", FORM)[0], 422)
        self.assertEqual(self.files(), [])

    def test_a_contact_whose_source_is_gone_is_set_aside_and_the_others_go_on(self):
        self.broker_away()
        self.hold("a", "b")
        self.post("c", "page")
        self.worker.write_config(self.config(once=""))
        self.restart()
        self.broker_back()
        wait_for("the spool to be empty", lambda: self.spool()["held"] == 0)
        self.assertEqual((self.spool()["aside"], self.spool()["alarm"], len(self.files("spool/aside"))), (2, "contacts are set aside", 2))
        self.assertEqual(len(self.ids()), 1)
        self.assertIn("set aside: its source is not in the configuration", self.worker.log())

    def test_what_the_broker_rejects_and_what_cannot_be_read_is_set_aside(self):
        self.broker_away()
        self.hold("a")
        self.worker.kill()
        with open(os.path.join(self.directory, "spool", "00000000000000000009.held"), "wb") as file:
            file.write(b"\x01\x05nonsense")
        self.broker_back()
        self.broker.tell("mode reject")
        self.worker.start()
        wait_for("both to be set aside", lambda: self.spool()["aside"] == 2)
        self.assertIn("set aside: the broker rejects it", self.worker.log())
        self.assertIn("set aside: it cannot be read", self.worker.log())

    def test_the_same_id_with_other_content_is_set_aside(self):
        self.broker_away()
        self.hold("a")
        self.hold("a", message="another")
        self.broker_back()
        wait_for("the spool to be empty", lambda: self.spool()["held"] == 0)
        counts = self.counts()
        self.assertEqual((counts["accepted"], counts["duplicate_differs"], counts["spool"]["aside"]), (1, 1, 1))
        self.assertIn("set aside: its id was used for other content", self.worker.log())

    def test_a_spool_that_cannot_be_written_is_503_and_nothing_is_said_to_be_held(self):
        self.broker_away()
        part = os.path.join(self.directory, "spool", "new.part")
        os.mkdir(part)   # in the way of the file
        status, headers, _ = self.post("a")
        self.assertEqual((status, headers["Retry-After"]), (503, "60"))
        self.assertEqual((self.counts()["store_full"], self.counts()["held"]), (1, 0))
        self.assertIn("spool cannot be written", self.worker.log())
        os.rmdir(part)
        self.hold("a")

    def test_a_second_worker_on_the_same_spool_does_not_start(self):
        done = subprocess.run([*self.worker.arguments[:3], "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another process has it", done.stderr)


class Full(HeldCase):
    size_max_mib = 1

    def test_a_full_spool_is_507_and_says_so(self):
        self.broker_away()
        self.hold("a", "b", "c", message="x" * 300000)
        self.assertEqual(self.spool()["alarm"], "nearly full")
        status, _, body = self.post("d", message="x" * 300000)
        self.assertEqual(status, 507, body)
        self.assertEqual(self.counts()["store_full"], 1)
        self.assertIn("spool is nearly full", self.worker.log())
        self.assertIn("spool is full with 3 contacts", self.worker.log())
        self.broker_back()
        self.all_sent()
        self.assertEqual(self.ids(), ["a", "b", "c"])
        self.assertEqual(self.post("d")[0], 200)


class FullDisk(worker_case.FullDiskMixin, HeldCase):
    """The disk is full, or the quota used up, long before the caps of the configuration are reached."""

    def test_a_disk_without_room_for_the_spool_is_507_and_what_is_held_stays(self):
        self.broker_away()
        self.hold("a")
        for count, error in enumerate(("ENOSPC", "EDQUOT"), 1):
            self.no_room(error, "spool")
            status, headers, body = self.post("no-" + error, message="x" * 5000)
            self.assertEqual((status, headers["Retry-After"]), (507, "60"), body)
            self.assertEqual((self.counts()["store_full"], self.spool()["held"], len(self.files())), (count, 1, 1))
            self.assertEqual(self.worker.log().count("spool is full with 1 contacts"), count)
        self.restart()   # finds no half of a contact
        self.assertEqual((self.spool()["held"], self.files("spool/aside")), (1, []))
        self.room()
        self.hold("b")
        self.broker_back()
        self.all_sent()
        self.assertEqual(self.ids(), ["a", "b"])

    def test_a_disk_without_room_for_the_raw_is_507_and_what_comes_later_is_kept_whole(self):
        raw = os.path.join(self.directory, "raw")
        self.assertEqual(self.post("a", source="often")[0], 200)
        before = self.broker.next("publish")["lead"]["raw_ref"]
        for count, error in enumerate(("ENOSPC", "EDQUOT"), 1):
            self.no_room(error, "raw")
            status, _, body = self.post("no-" + error, source="often", message="x" * 5000)
            self.assertEqual((status, self.counts()["store_full"]), (507, count), body)
            self.assertEqual(self.worker.log().count("raw store is full"), count)
        self.assertEqual(self.broker.seen("publish"), [])
        self.room()
        self.assertEqual(self.post("b", source="often")[0], 200)
        after = self.broker.next("publish")["lead"]["raw_ref"]
        self.assertEqual([self.worker.raw_of(reference, raw) for reference in (before, after)], [b"id=a&phone=0212345678", b"id=b&phone=0212345678"])

    def together(self, names):
        """What each is told of contacts that come while the worker looks away."""
        self.worker.process.send_signal(signal.SIGSTOP)
        try:
            bodies = [f"id={name}&phone=0212345678&message={'x' * 900}".encode() for name in names]
            head = "POST /in/often HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            connections = [self.worker.raw((head % len(body)).encode() + body) for body in bodies]
        finally:
            self.worker.process.send_signal(signal.SIGCONT)
        answers = []
        for connection in connections:
            with connection, connection.makefile("rb") as answer:
                answers.append(int(answer.readline().split()[1]))
        return answers, bodies

    def test_contacts_that_come_together_are_refused_together_and_kept_together(self):
        raw = os.path.join(self.directory, "raw")
        names = "abcde"
        self.no_room("ENOSPC", "raw")
        self.assertEqual(self.together(names)[0], [507] * len(names))
        self.assertEqual(self.counts()["store_full"], len(names))
        self.assertEqual(self.broker.seen("publish"), [])   # none of them is with the broker and not on the disk
        self.room()
        answers, bodies = self.together(names)
        self.assertEqual(answers, [200] * len(names))
        kept = [self.worker.raw_of(self.broker.next("publish")["lead"]["raw_ref"], raw) for _ in names]
        self.assertEqual(sorted(kept), bodies)


if __name__ == "__main__":
    worker_case.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire desk import --take-over: a desk goes into the place of one that a broker serves, or that one goes on as if nothing had been."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading

import desk_backup_test
from desk_backup_test import wait_until

TAKE_OVER = ("--replace", "--take-over")
GENERATIONS_APART = 1 << 20       # what an import leaves between the generations of before and its own
STAGED_BYTES = 60000              # of what an import sends: well within the gathering


class Narrows:
    """A way to a server that lets the first bytes through, and no more."""

    def __init__(self, test, path, target, bytes_max):
        self.address = "unix:" + path
        self.target, self.left = target, bytes_max
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        self.is_closed = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        test.addCleanup(self.listener.close)

    def serve(self):
        client = self.listener.accept()[0]
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.target)
        threading.Thread(target=self.carry_back, args=(server, client), daemon=True).start()
        while self.left > 0:
            bytes_ = client.recv(min(self.left, 4096))
            if not bytes_:
                break
            server.sendall(bytes_)
            self.left -= len(bytes_)
        self.is_closed.wait()
        server.close()
        client.close()

    @staticmethod
    def carry_back(server, client):
        try:
            while bytes_ := server.recv(4096):
                client.sendall(bytes_)
        except OSError:
            pass                  # the client was killed


class ImportLive(desk_backup_test.Desk):
    def setUp(self):
        super().setUp()
        self.small_desk()
        self.desk("export", redis=self.first)
        self.told = json.loads(self.desk("check", self.file, "--json"))

    def leads(self):
        return {record["lead_id"] for record in self.records(self.first) if record["kind"] in ("lead", "seen")}

    def publisher(self):
        """At work, answers in self.log."""
        self.log = pathlib.Path(self.path("publisher.log"))
        process = self.program("leadwire", "publish", "--count", "1000000", "--rate", "2000", "--timeout", "60", "--log", str(self.log), "--run-dir",
                               self.path("run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for_answers(500, process)
        return process

    def answers(self):
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]

    def wait_for_answers(self, more, publisher):
        enough = len(self.answers()) + more
        wait_until(lambda: len(self.answers()) >= enough, "no leads come in", publisher)

    def accepted(self):
        return [answer["lead_id"] for answer in self.answers() if answer["outcome"] == "accepted"]

    def take_over(self, path=None, **more):
        return self.desk("import", path or self.file, *TAKE_OVER, redis=self.first, **more)

    # ---- it goes in ----

    def test_a_desk_goes_in_under_a_broker_at_work(self):
        broker = self.broker(self.first, "run", "--standby", "--checkpoint-bytes", "100000")
        publisher = self.publisher()
        imported = json.loads(self.desk("import", self.file, *TAKE_OVER, "--json", redis=self.first))
        self.assertEqual(imported, self.told)
        # The same process serves it: one answer of the new broker first, as a few of the old one may still be on their way.
        before = len(self.accepted())
        wait_until(lambda: "a desk was imported in the place of this one" in pathlib.Path(self.path("run.log")).read_text(encoding="utf-8"),
                   "the broker does not notice", broker)
        self.wait_for_answers(1000, publisher)
        self.stop(publisher, signal.SIGINT)
        self.assertIsNone(broker.poll())
        self.stop(broker)
        accepted, leads = self.accepted(), self.leads()
        gone = [place for place, lead in enumerate(accepted) if lead not in leads]
        kept = [place for place, lead in enumerate(accepted) if lead in leads]
        self.assertTrue(gone and kept, (len(gone), len(kept)))
        self.assertLess(gone[-1], kept[0], "a lead of after the import is gone")
        self.assertGreater(len(accepted), before)
        self.assertEqual(len({lead for lead in leads if lead not in set(accepted)}) >= self.told["open_leads"], True)
        old = [key for key in self.first.keys() if ":g" in key and int(key.rsplit(":g", 1)[1]) < GENERATIONS_APART]
        self.assertEqual(old + [key for key in self.first.keys() if "import" in key], [])

    def test_what_is_acknowledged_was_in_the_desk_that_went_or_is_in_the_one_that_came(self):
        broker = self.broker(self.first, "run", "--standby")
        publisher = self.publisher()
        broker.send_signal(signal.SIGSTOP)      # nobody appends: its socket fills
        old = self.leads()
        self.take_over()
        broker.send_signal(signal.SIGCONT)      # it does not know, and finds the requests
        self.wait_for_answers(1000, publisher)
        self.stop(publisher, signal.SIGINT)
        self.stop(broker)
        accepted = set(self.accepted())
        self.assertEqual(accepted - old - self.leads(), set())
        self.assertTrue(accepted - old)

    def test_a_broker_without_standby_ends_and_the_next_serves_the_desk(self):
        broker = self.broker(self.first, "run", "--lease", "1000")
        self.tool("publish", "--count", "5", "--run-dir", self.path("run"))
        self.take_over()
        self.assertEqual(broker.wait(timeout=60), 3)
        self.assertIn("a desk was imported in the place of this one", pathlib.Path(self.path("run.log")).read_text(encoding="utf-8"))
        self.broker(self.first, "run")
        status = json.loads(self.tool("status", "--json", "--run-dir", self.path("run")))
        self.assertEqual(status["waiting"], self.told["open_leads"])

    # ---- it does not ----

    def assert_undisturbed(self, broker, before):
        self.tool("publish", "--count", "5", "--timeout", "10", "--run-dir", self.path("run"))
        self.assertIsNone(broker.poll())
        self.assertEqual(len(before - self.leads()), 0)
        self.assertEqual(len(self.leads() - before), 5)
        self.assertNotIn("no longer", pathlib.Path(self.path("run.log")).read_text(encoding="utf-8"))

    def test_what_is_told_first(self):
        broker = self.broker(self.first, "run", "--lease", "1000")
        before = self.leads()
        told = self.desk("import", self.file, "--take-over", redis=self.first, code=1)
        self.assertIn("this Redis has a desk main already: --replace takes it away", told)
        pathlib.Path(self.path("bad")).write_bytes(pathlib.Path(self.file).read_bytes()[:-1])
        self.assertIn("cut off", self.take_over(self.path("bad"), code=1))
        self.assert_undisturbed(broker, before)

    def large_file(self):
        broker = self.broker(self.second, "run2")
        self.tool("apply", self.path("desk.yaml"), "--run-dir", self.path("run2"))
        self.tool("publish", "--count", "3000", "--run-dir", self.path("run2"))
        self.desk("export", self.path("large.desk"), redis=self.second)
        self.stop(broker)
        return self.path("large.desk")

    def test_a_broken_import_leaves_the_broker_alone(self):
        large = self.large_file()
        self.assertGreater(os.stat(large).st_size, 4 * STAGED_BYTES)
        broker = self.broker(self.first, "run", "--lease", "1000")
        before = self.leads()
        narrows = Narrows(self, self.path("narrows.sock"), self.first.socket, STAGED_BYTES)
        killed = self.program("leadwire", "desk", "import", large, *TAKE_OVER, "--redis", narrows.address)
        wait_until(lambda: narrows.left == 0, "nothing is gathered", killed)
        self.assertEqual(self.first.ask("EXISTS", "lw:{main}:import"), "1")
        self.stop(killed, signal.SIGKILL)
        narrows.is_closed.set()
        self.assert_undisturbed(broker, before)

        before = self.leads()
        used = int(self.first.ask("INFO", "memory").split("used_memory:")[1].split()[0])
        self.first.ask("CONFIG", "SET", "maxmemory", str(used + STAGED_BYTES))
        self.assertIn("OOM", self.take_over(large, code=3))
        self.first.ask("CONFIG", "SET", "maxmemory", "0")
        self.assert_undisturbed(broker, before)
        self.assertEqual([key for key in self.first.keys() if "import" in key], [])

        self.take_over(large)                   # and then whole
        self.assertEqual(broker.wait(timeout=60), 3)


if __name__ == "__main__":
    desk_backup_test.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire desk: a desk that works goes into a file and comes out of it, whole; what is no whole desk changes nothing."""
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BIN = os.environ["LEADWIRE_BIN"]
SOURCE = pathlib.Path(os.environ["LEADWIRE_SOURCE"])
SERVER_NAME = os.environ.get("LEADWIRE_REDIS_SERVER", "redis-server")
SERVER = shutil.which(SERVER_NAME)
DESK = """desk: main
rules: [{name: all}]
reps: {anna: {capacity: 4}, bruno: {capacity: 4}}
"""


def wait_until(condition, what, process=None):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        assert process is None or process.poll() is None, f"{what}: the process has ended"
        time.sleep(0.01)


class Redis:
    """A server with a socket in a folder of its own."""

    def __init__(self, test, folder):
        os.mkdir(folder)
        self.socket = os.path.join(folder, "redis.sock")
        self.address = "unix:" + self.socket
        self.process = subprocess.Popen([SERVER, "--port", "0", "--unixsocket", self.socket, "--dir", folder, "--save", "", "--appendonly", "yes",
                                         "--appendfsync", "everysec"], stdout=subprocess.DEVNULL)
        test.addCleanup(self.end)
        wait_until(lambda: os.path.exists(self.socket), "Redis does not start")

    def end(self):
        self.process.kill()
        self.process.wait()

    def ask(self, *words):
        done = subprocess.run(["redis-cli", "-s", self.socket, *words], stdout=subprocess.PIPE, timeout=60, check=True)
        return done.stdout.decode().strip()

    def keys(self):
        return sorted(self.ask("KEYS", "*").split())


class Desk(unittest.TestCase):
    """Two servers, and the programs of a desk in a folder of their own."""
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lw-backup-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.first = Redis(self, self.path("first"))
        self.second = Redis(self, self.path("second"))
        self.file = self.path("main.desk")
        pathlib.Path(self.path("desk.yaml")).write_text(DESK, encoding="utf-8")
        secrets = pathlib.Path(self.path("secrets"))
        secrets.write_text("anna a-secret-for-anna\nbruno a-secret-for-bruno\n", encoding="utf-8")
        secrets.chmod(0o600)

    def path(self, name):
        return os.path.join(self.folder, name)

    def program(self, name, *words, **more):
        process = subprocess.Popen([os.path.join(BIN, name), *words], **more)
        self.addCleanup(self.stop, process, signal.SIGKILL)
        return process

    @staticmethod
    def stop(process, sign=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(sign)
        process.wait(timeout=60)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()

    def broker(self, redis, run_dir, *words):
        """Serving. What it logs is in RUN_DIR.log."""
        with open(self.path(run_dir + ".log"), "ab") as log:
            process = self.program("leadwire-broker", "--desk", "main", "--run-dir", self.path(run_dir), "--redis", redis.address, "--durability",
                                   "everysec", "--rep-secrets", self.path("secrets"), "--ready-fd", "1", *words, stdout=subprocess.PIPE, stderr=log)
        self.assertEqual(process.stdout.readline(), b"serving\n")
        return process

    def tool(self, *words, code=0, **more):
        done = subprocess.run([os.path.join(BIN, "leadwire"), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False, **more)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done.stdout.decode() + done.stderr.decode()

    def desk(self, act, *words, redis=None, code=0, **more):
        where = ["--redis", redis.address] if redis else []
        return self.tool("desk", act, words[0] if words else self.file, *where, *words[1:], code=code, **more)

    def records(self, redis):
        done = subprocess.run([os.path.join(BIN, "leadwire-journal"), "--redis", redis.address, "--desk", "main"], stdout=subprocess.PIPE, timeout=60,
                              check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def small_desk(self):
        """A desk with twenty leads in the first Redis; no broker runs."""
        broker = self.broker(self.first, "run")
        self.tool("apply", self.path("desk.yaml"), "--run-dir", self.path("run"))
        self.tool("publish", "--count", "20", "--run-dir", self.path("run"))
        self.stop(broker)


class Backup(Desk):
    # ---- there and back ----

    def test_what_was_acknowledged_before_an_export_is_in_the_desk_that_it_makes(self):
        broker = self.broker(self.first, "run", "--checkpoint-bytes", "100000")
        self.tool("apply", self.path("desk.yaml"), "--run-dir", self.path("run"))
        log = pathlib.Path(self.path("publisher.log"))
        publisher = self.program("leadwire", "publish", "--count", "1000000", "--rate", "2000", "--log", str(log), "--run-dir", self.path("run"), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        pathlib.Path(self.path("anna")).write_text("a-secret-for-anna", encoding="utf-8")
        os.chmod(self.path("anna"), 0o600)
        rep = self.program("leadwire", "rep", "anna", "--auto", "--think-ms", "1", "--handle-ms", "1", "--secret-file", self.path("anna"), "--run-dir",
                           self.path("run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: log.exists() and log.stat().st_size > 200000, "no leads come in", publisher)
        before = [json.loads(line) for line in log.read_text().splitlines()[:-1]]
        told = json.loads(self.desk("export", self.file, "--json", redis=self.first))
        self.assertIsNone(publisher.poll(), "the desk was to be at work meanwhile")
        for process in (publisher, rep, broker):
            self.stop(process)
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        self.assertFalse(os.path.exists(self.file + ".part"))

        checked = json.loads(self.desk("check", self.file, "--json"))
        self.assertEqual((checked["desk"], checked["position"], checked["reps"], checked["rules_version"]), ("main", told["position"], 2, 1))
        imported = json.loads(self.desk("import", self.file, "--json", redis=self.second))
        self.assertEqual(imported, checked)
        broker = self.broker(self.second, "run2")
        leads = {record["lead_id"] for record in self.records(self.second) if record["kind"] == "lead"}
        seen = {record["lead_id"] for record in self.records(self.second) if record["kind"] == "seen"}
        acknowledged = {answer["lead_id"] for answer in before if answer["outcome"] == "accepted"}
        self.assertGreater(len(acknowledged), 500)
        self.assertEqual(acknowledged - leads - seen, set())
        status = json.loads(self.tool("status", "--json", "--run-dir", self.path("run2")))
        self.assertEqual(sum(status[state] for state in ("waiting", "offered", "connecting", "assigned", "parked") if state in status), checked["open_leads"])
        self.stop(broker)

    def test_what_is_published_again_after_a_restore_is_the_lead_of_before(self):
        broker = self.broker(self.first, "run")
        self.tool("apply", self.path("desk.yaml"), "--run-dir", self.path("run"))
        publish = ("publish", "--id", "form", "--count", "30", "--log")
        self.tool(*publish, self.path("log"), "--run-dir", self.path("run"))
        self.desk("export", redis=self.first)
        self.stop(broker, signal.SIGKILL)
        self.desk("import", redis=self.second)
        self.broker(self.second, "run2")
        self.tool(*publish, self.path("log2"), "--run-dir", self.path("run2"))
        answers = [[json.loads(line) for line in pathlib.Path(self.path(name)).read_text().splitlines()] for name in ("log", "log2")]
        self.assertEqual({answer["outcome"] for answer in answers[0]}, {"accepted"})
        self.assertEqual({answer["outcome"] for answer in answers[1]}, {"duplicate"})
        self.assertEqual(*({answer["id"]: answer["lead_id"] for answer in side} for side in answers))

    def test_an_export_of_an_import_is_the_same_desk(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        self.desk("import", redis=self.second)
        self.desk("export", self.path("again.desk"), redis=self.second)
        hashes = [json.loads(self.desk("check", path, "--json"))["state_hash"] for path in (self.file, self.path("again.desk"))]
        self.assertEqual(*hashes)

    # ---- where there is a desk already ----

    def test_a_desk_that_is_there_stays_unless_told(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        keys, records = self.first.keys(), self.records(self.first)
        self.assertIn("this Redis has a desk main already", self.desk("import", redis=self.first, code=1))
        self.assertEqual((self.first.keys(), self.records(self.first)), (keys, records))
        broker = self.broker(self.first, "run")
        self.tool("publish", "--count", "5", "--run-dir", self.path("run"))
        self.stop(broker)
        self.desk("import", self.file, "--replace", redis=self.first)
        leads = {record["lead_id"] for record in self.records(self.first) if record["kind"] == "lead"}
        self.assertEqual(leads, {record["lead_id"] for record in records if record["kind"] == "lead"})
        self.assertEqual([key for key in self.first.keys() if "import" in key], [])

    def test_the_desk_of_a_broker_that_lives_is_refused(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        broker = self.broker(self.first, "run", "--lease", "1000")
        self.assertIn("owns desk main: stop it first, or say --take-over", self.desk("import", self.file, "--replace", redis=self.first, code=4))
        self.tool("publish", "--count", "5", "--run-dir", self.path("run"))
        self.stop(broker, signal.SIGKILL)
        self.desk("import", self.file, "--replace", "--watch", "2", redis=self.first)

    def test_a_broker_that_was_thought_dead_is_fenced(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        broker = self.broker(self.first, "run", "--lease", "1000")
        broker.send_signal(signal.SIGSTOP)
        self.desk("import", self.file, "--replace", "--watch", "2", redis=self.first)
        broker.send_signal(signal.SIGCONT)
        self.assertEqual(broker.wait(timeout=60), 3)

    def test_the_file_of_another_desk_is_refused(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        self.assertIn("the file is of desk main, not of other", self.desk("import", self.file, "--desk", "other", redis=self.second, code=1))
        self.assertIn("there is no desk other", self.desk("export", self.path("x"), "--desk", "other", redis=self.first, code=1))
        self.assertFalse(os.path.exists(self.path("x.part")))

    def test_the_rights_that_the_documents_tell_are_enough(self):
        self.small_desk()
        password = pathlib.Path(self.path("password"))
        password.write_text("of-redis", encoding="utf-8")
        password.chmod(0o600)
        user = ["--redis-user", "leadwire", "--redis-password-file", str(password)]
        line = re.sub(r"#<[^>]*>", ">of-redis", (SOURCE / "deploy/redis/leadwire.acl").read_text(encoding="utf-8")).split()
        more = re.search(r"an import needs `([^`]*)`", (SOURCE / "docs/OPERATIONS.md").read_text(encoding="utf-8").replace("\n", " "))[1].split()
        self.assertEqual(line[:2], ["user", "leadwire"])
        self.first.ask("ACL", "SETUSER", *line[1:])
        self.second.ask("ACL", "SETUSER", *line[1:], *more)
        self.desk("export", self.file, *user, redis=self.first)
        self.desk("import", self.file, *user, redis=self.second)
        self.assertIn("NOPERM", self.desk("import", self.file, "--replace", *user, redis=self.first, code=3))
        self.assertIn("WRONGPASS", self.desk("export", self.file, *user[2:], "--redis-user", "nobody", redis=self.first, code=3))

    # ---- what is no whole desk ----

    def test_what_is_damaged_cut_off_or_foreign_changes_nothing(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        whole = pathlib.Path(self.file).read_bytes()
        middle = len(whole) // 2
        for bytes_, words in ((whole[:-1], "cut off"), (whole[:middle], "cut off"), (whole + b"x", "something follows"), (b"", "no export of a desk"),
                              (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:], "damaged|cut off"), (DESK.encode(), "no export of a desk"),
                              (whole[:10] + b"\x02" + whole[11:], "a newer Leadwire wrote it")):
            pathlib.Path(self.path("bad")).write_bytes(bytes_)
            for told in (self.desk("import", self.path("bad"), redis=self.second, code=1), self.desk("check", self.path("bad"), code=1)):
                self.assertRegex(told, words)
        self.assertIn("No such file", self.desk("import", self.path("none"), redis=self.second, code=1))
        self.assertEqual(self.second.keys(), [])

    def test_an_import_that_fails_half_way_leaves_nothing(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        self.second.ask("CONFIG", "SET", "maxmemory", "1kb")
        self.assertIn("OOM", self.desk("import", redis=self.second, code=3))
        self.assertEqual(self.second.keys(), [])
        self.second.ask("CONFIG", "SET", "maxmemory", "0")
        self.desk("import", redis=self.second)

    def test_a_transaction_that_redis_refuses_in_its_middle_leaves_nothing(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        password = pathlib.Path(self.path("password"))
        password.write_text("of-redis", encoding="utf-8")
        password.chmod(0o600)
        self.second.ask("ACL", "SETUSER", "leadwire", "on", ">of-redis", "~*", "+@all", "-rename")
        told = self.desk("import", self.file, "--redis-user", "leadwire", "--redis-password-file", str(password), redis=self.second, code=3)
        self.assertRegex(told, "NOPERM.*rename")
        self.assertEqual(self.second.keys(), [])

    def test_what_a_killed_import_left_goes_with_the_next(self):
        self.small_desk()
        self.desk("export", redis=self.first)
        for words in (("HSET", "lw:{main}:import", "generation", "4", "import", "abc", "seen:4:77", "1"), ("HSET", "lw:{main}:leads:3:g4", "a", "b"),
                      ("HSET", "lw:{main}:seen:77:g4", "a", "b"), ("XADD", "lw:{main}:import:journal:abc", "1-1", "b", "x")):
            self.second.ask(*words)
        self.desk("import", redis=self.second)
        self.assertEqual([key for key in self.second.keys() if "import" in key or key.endswith(":g4")], [])
        self.assertGreater(int(self.second.ask("HGET", "lw:{main}:checkpoint", "generation")), 4 + (1 << 20))   # where no broker counts to
        self.broker(self.second, "run2")

    # ---- a file that cannot be written ----

    def test_an_export_that_fails_leaves_the_file_of_before(self):
        self.small_desk()
        pathlib.Path(self.file).write_text("of before", encoding="utf-8")

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        self.assertIn("the file cannot be written: File too large", self.desk("export", redis=self.first, code=3, preexec_fn=small_files))
        self.assertIn("No such file", self.desk("export", self.path("none/x"), redis=self.first, code=3))
        self.assertEqual(pathlib.Path(self.file).read_text(encoding="utf-8"), "of before")
        self.assertFalse(os.path.exists(self.file + ".part"))

    def test_an_export_writes_into_no_file_that_has_another_name(self):
        self.small_desk()
        other, part = self.path("other"), self.file + ".part"
        pathlib.Path(other).write_text("mine", encoding="utf-8")
        os.link(other, part)
        self.assertIn("is no file of ours alone", self.desk("export", redis=self.first, code=3))
        self.assertEqual(pathlib.Path(other).read_text(encoding="utf-8"), "mine")
        self.assertFalse(os.path.exists(self.file))
        os.unlink(part)
        self.desk("export", redis=self.first)

    def test_an_export_that_is_interrupted_leaves_nothing(self):
        self.small_desk()
        self.first.process.send_signal(signal.SIGSTOP)
        export = self.program("leadwire", "desk", "export", self.file, "--redis", self.first.address, stderr=subprocess.PIPE)
        wait_until(lambda: os.path.exists(self.file + ".part"), "no export begins", export)
        export.send_signal(signal.SIGINT)
        self.first.process.send_signal(signal.SIGCONT)
        self.assertIn(b"interrupted", export.communicate(timeout=60)[1])
        self.assertEqual(export.returncode, 1)
        self.assertFalse(os.path.exists(self.file) or os.path.exists(self.file + ".part"))

    def test_an_export_goes_through_a_pipe(self):
        self.small_desk()
        with open(self.file, "wb") as out:
            subprocess.run([os.path.join(BIN, "leadwire"), "desk", "export", "-", "--redis", self.first.address], stdout=out, stderr=subprocess.DEVNULL,
                           timeout=60, check=True)
        self.desk("check")
        reader, writer = os.pipe()
        os.close(reader)
        with contextlib.closing(os.fdopen(writer, "wb")) as out:
            done = subprocess.run([os.path.join(BIN, "leadwire"), "desk", "export", "-", "--redis", self.first.address], stdout=out, stderr=subprocess.PIPE,
                                  timeout=60, check=False)
        self.assertEqual((done.returncode, b"standard output: Broken pipe" in done.stderr), (3, True), done.stderr)

    # ---- the drill of docs/OPERATIONS.md ----

    def test_the_restore_drill_of_the_documents(self):
        document = (SOURCE / "docs/OPERATIONS.md").read_text(encoding="utf-8")
        block = re.search(r"#### Restore drill\n.*?```\n(.*?)```", document, re.S)[1]
        for there, here in (("/var/backups/leadwire", self.path("backups")), ("/run/leadwire-redis/redis.sock", self.first.socket), ("/tmp/drill", self.path("d"))):
            self.assertIn(there, block)
            block = block.replace(there, here)
        os.mkdir(self.path("backups"))
        self.small_desk()
        os.symlink(SERVER, self.path("redis-server"))
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], env={**os.environ, "PATH": f"{BIN}:{self.folder}:{os.environ['PATH']}"},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, (done.stdout, done.stderr))
        self.assertRegex(done.stdout.decode(), r"is whole: 20 open leads, 2 reps, version 1 of the rules")
        self.assertRegex(done.stdout.decode(), r"is in Redis: 20 open leads")
        self.assertRegex(done.stdout.decode(), r"(?i)20 waiting|waiting +20")


def main():
    if SERVER is None or shutil.which("redis-cli") is None:
        print(f"SKIP: no {SERVER_NAME}: it or redis-cli is missing")
        sys.exit(77)
    unittest.main()


if __name__ == "__main__":
    main()

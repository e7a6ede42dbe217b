# SPDX-License-Identifier: Apache-2.0
"""Runs a worker as a real process, against a scripted broker, in a directory of its own."""
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from waiting import wait_for  # noqa: E402

BIN = os.environ.get("LEADWIRE_BIN", "build/dev/bin")
SCRIPTED_BROKER = os.path.join(BIN, "..", "tests", "scripted_broker")
DEADLINE_S = 20


class Broker:
    """The scripted broker: commands in, a record of each request out. A thread reads the records as they come: a pipe
    holds 64 KiB, and a broker that waits for somebody to read one answers nobody."""

    def __init__(self, directory):
        self.endpoint = "ipc://" + os.path.join(directory, "publish")
        self.process = subprocess.Popen([SCRIPTED_BROKER, self.endpoint], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)
        self.requests = []
        self.done = []          # commands, in the order in which the broker did them
        self.come = 0           # records so far
        self.ended = False
        self.changed = threading.Condition()
        self.lines = io.BufferedReader(self.process.stdout)
        assert self.lines.readline() == b"ready\n"
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.lines:
            record = json.loads(line)
            with self.changed:
                (self.requests if "request" in record else self.done).append(record)
                self.come += 1
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _take(self, records, wanted, timeout=DEADLINE_S):
        """The oldest record that is wanted, out of the list; None when none comes. The lock is held."""
        self.changed.wait_for(lambda: self.ended or any(map(wanted, records)), timeout)
        record = next(filter(wanted, records), None)
        if record is not None:
            records.remove(record)
        return record

    def tell(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        with self.changed:
            assert self._take(self.done, lambda record: record["done"] == command), "the scripted broker is gone"

    def next(self, kind):
        """The oldest request of this kind not asked for yet."""
        with self.changed:
            record = self._take(self.requests, lambda record: record["request"] == kind)
        if record is None:
            raise AssertionError("no " + kind + " came to the broker" + (": it is gone" if self.ended else ""))
        return record

    def seen(self, kind):
        """What came of this kind and was not asked for: all that the broker has answered by now, and what comes right behind it."""
        if not self.ended:
            self.tell("mark")
        with self.changed:
            come = -1
            while come != self.come:
                come = self.come
                self.changed.wait_for(lambda: self.come != come or self.ended, 0.02)
            return [r for r in self.requests if r["request"] == kind]

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE_S)
        self.reader.join(DEADLINE_S)
        self.lines.close()


class Worker:
    def __init__(self, program, directory, config, extra=(), environment=None):
        self.environment = {**os.environ, **(environment or {})}
        self.config_path = os.path.join(directory, program + ".yaml")
        self.port_file = os.path.join(directory, program + ".port")
        self.log_path = os.path.join(directory, program + ".log")
        self.arguments = [os.path.join(BIN, program), "--config", self.config_path, "--port-file", self.port_file, *extra]
        self.write_config(config)
        self.process = None
        self.start()

    def write_config(self, text):
        with open(self.config_path, "w") as file:
            file.write(text)

    def start(self):
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.arguments, stdout=subprocess.DEVNULL, stderr=log, env=self.environment)
        wait_for("the port file", lambda: os.path.exists(self.port_file) or self.process.poll() is not None)
        assert self.process.poll() is None, self.log()
        with open(self.port_file) as file:
            self.port = int(file.read())

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def raw_of(self, reference, directory):
        """What the raw store holds of a contact."""
        return subprocess.run([self.arguments[0], "--show-raw", reference, "--raw", directory], stdout=subprocess.PIPE, check=True).stdout

    def raw(self, data=b""):
        """A plain connection, with data already sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)
        connection.sendall(data)
        return connection

    def ready(self):
        wait_for("the link to the broker", lambda: self.request("GET", "/healthz")[0] == 200)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)


class WorkerCase(unittest.TestCase):
    """One broker and one worker per test; subclasses name program and config(self)."""
    program = None

    def setUp(self):
        self.directory_object = tempfile.TemporaryDirectory(prefix="lw-")
        self.directory = self.directory_object.name
        self.broker = Broker(self.directory)
        self.worker = Worker(self.program, self.directory, self.config(), environment=self.environment())
        self.worker.ready()

    def environment(self):
        """What the worker finds beside our own."""
        return {}

    def assert_replayed_the_same(self, source, first):
        """What was kept of the source is published again: the same contact, under the id of then."""
        done = subprocess.run([self.worker.arguments[0], "--replay", "--config", self.worker.config_path, "--source", source, "--since-ms", "0"],
                              stdout=subprocess.PIPE, timeout=DEADLINE_S, check=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()[1:]]
        told = [line for line in lines if line["outcome"] != "of_another_source"]
        self.assertEqual([line["outcome"] in ("accepted", "duplicate") for line in told], [True], lines)
        again = self.broker.next("publish")
        self.assertEqual((again["id"], again["lead"]), (first["id"], first["lead"]))

    def tearDown(self):
        if self.worker.process.poll() is None:
            self.assertEqual(self.worker.stop(), 0, self.worker.log())
        self.broker.close()
        log = self.worker.log()
        self.assertNotIn("AddressSanitizer", log)
        self.assertNotIn("runtime error", log)
        self.directory_object.cleanup()

    def counts(self):
        return json.loads(self.worker.request("GET", "/healthz")[2])


class FullDiskMixin:
    """Of a WorkerCase: a worker whose disk is full where a test says so (full_disk_shim.c)."""

    def environment(self):
        shim = os.path.join(BIN, "..", "tests", "full_disk_shim.so")
        self.assertTrue(os.path.exists(shim), shim)
        sanitizer = os.environ.get("ASAN_OPTIONS", "")   # its runtime need not be the first library: the shim has none
        return {"LD_PRELOAD": os.path.abspath(shim), "LEADWIRE_FULL_DISK": os.path.join(self.directory, "full"),
                "ASAN_OPTIONS": sanitizer + (":" if sanitizer else "") + "verify_asan_link_order=0"}

    def no_room(self, error, folder):
        path = os.path.join(self.directory, "full")
        with open(path + ".new", "w") as file:
            file.write(f"{error} {folder}\n")
        os.rename(path + ".new", path)

    def room(self):
        os.unlink(os.path.join(self.directory, "full"))


def skip(test, reason):
    """As cmocka tells of one of a program's tests, which the summary finds (tests/report.py)."""
    print(f"\nSKIP: {reason}\n[  SKIPPED ] {test._testMethodName}", flush=True)
    test.skipTest(reason)


def main():
    if not os.path.exists(SCRIPTED_BROKER):
        print("SKIP: the scripted broker is not built")
        sys.exit(77)
    unittest.main(verbosity=2)

# SPDX-License-Identifier: Apache-2.0
"""Asks a process's health over its unix socket; a broker and a Redis in a directory of their own."""
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import prometheus_text

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from waiting import wait_for  # noqa: E402

BIN = os.environ["LEADWIRE_BIN"]
SOURCE = os.environ["LEADWIRE_SOURCE"]
REDIS_NAME = os.environ.get("LEADWIRE_REDIS_SERVER") or "redis-server"
REDIS = shutil.which(REDIS_NAME)
DEADLINE_S = 30


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=DEADLINE_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE_S)
        self.sock.connect(self.path)


class Health:
    """What a process tells at a path of the file system, or a port."""

    def __init__(self, where):
        self.where = where

    def ask(self, path, method="GET"):
        """(status, text, headers); None while nobody listens"""
        connection = UnixConnection(self.where) if isinstance(self.where, str) else http.client.HTTPConnection("127.0.0.1", self.where, timeout=DEADLINE_S)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        except (FileNotFoundError, ConnectionError):
            return None
        finally:
            connection.close()

    def is_ready(self):
        answer = self.ask("/readyz")
        return answer is not None and answer[0] == 200

    def not_ready(self):
        """Why; "" when it is, or does not answer."""
        answer = self.ask("/readyz")
        return answer[1] if answer is not None and answer[0] == 503 else ""

    def metrics(self):
        status, text, headers = self.ask("/metrics")
        assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), (status, headers)
        return prometheus_text.parse(text)


class Redis:
    def __init__(self, directory):
        self.directory = directory
        self.socket = os.path.join(directory, "redis.sock")
        self.process = None

    def start(self, *arguments):
        self.process = subprocess.Popen([REDIS, "--port", "0", "--unixsocket", self.socket, "--dir", self.directory, "--appendonly", "yes",
                                         "--appendfsync", "always", "--save", "", *arguments], stdout=subprocess.DEVNULL)
        wait_for("redis", self.answers)

    def answers(self):
        try:
            return self.ask("PING") == b"+PONG\r\n"
        except OSError:
            return False

    def ask(self, *words):
        return self.ask_all(words)

    def ask_all(self, *commands):
        """Over one connection; the last answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE_S)
            connection.connect(self.socket)
            for words in commands:
                connection.sendall(f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words))
                answer = connection.recv(65536)
            return answer

    def kill(self):
        self.process.kill()
        self.process.wait()


class HealthCase(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="lw-health-")
        self.processes = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
            process.wait(DEADLINE_S)
        log = self.logs()
        shutil.rmtree(self.directory)
        self.assertNotIn("Sanitizer", log)
        self.assertNotIn("runtime error", log)

    def path(self, name):
        return os.path.join(self.directory, name)

    def logs(self):
        text = ""
        for name in sorted(os.listdir(self.directory)):
            if name.endswith(".log"):
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    text += file.read()
        return text

    def write(self, name, text):
        with os.fdopen(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def start(self, program, *arguments, health=None, **environment):
        """The process and its health, which listens on a unix socket of the program's name."""
        where = health or "unix:" + self.path(program + ".health")
        with open(self.path(program + ".log"), "ab") as log:
            process = subprocess.Popen([os.path.join(BIN, program), "--health", where, *arguments], stdout=subprocess.DEVNULL, stderr=log,
                                       env={**os.environ, **environment})
        self.processes.append(process)
        return process, Health(self.path(program + ".health"))

    def start_broker(self, *arguments, **more):
        return self.start("leadwire-broker", "--desk", "main", "--run-dir", self.path("run"), *(arguments or ("--ephemeral",)), **more)

    def leadwire(self, *arguments):
        return subprocess.run([os.path.join(BIN, "leadwire"), arguments[0], "--run-dir", self.path("run"), "--timeout", "20", *arguments[1:]],
                              stdout=subprocess.PIPE, timeout=DEADLINE_S, check=True, encoding="utf-8").stdout

    def start_redis(self, *arguments):
        redis = Redis(self.directory)
        redis.start(*arguments)
        self.addCleanup(redis.kill)
        return redis


def documented(*sections):
    """Names of the metrics in these tables of docs/METRICS.md."""
    with open(os.path.join(SOURCE, "docs/METRICS.md"), encoding="utf-8") as file:
        text = file.read()
    names = set()
    for section in sections:
        table = re.search(rf"^### {re.escape(section)}$(.*?)^##", text, re.M | re.S)[1]
        names.update(re.findall(r"^\| `(\w+)` \|", table, re.M))
    return names


def main(needs_redis=False):
    if needs_redis and not REDIS:
        print(f"SKIP: no {REDIS_NAME}: name a server in LEADWIRE_REDIS_SERVER or put it on PATH")
        sys.exit(77)
    unittest.main(verbosity=2)

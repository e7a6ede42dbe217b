# SPDX-License-Identifier: Apache-2.0
"""A desk with a real broker in a directory of its own, for programs in terminals. The broker can be killed and started again:
with Redis it then knows what it knew."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

BIN = pathlib.Path(os.environ["LEADWIRE_BIN"])
REDIS = os.environ.get("LEADWIRE_REDIS_SERVER", "redis-server")
WAIT_S = 30


class Desk:
    def __init__(self, rules, with_redis=False, with_keys=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lw-terminal-"))
        self.run_dir = self.folder / "run"
        self.processes, self.with_redis, self.with_keys = {}, with_redis, with_keys
        self.write("reps", "anna correct-horse\nbruno battery-staple\n")
        self.write("anna", "correct-horse")
        self.write("bruno", "battery-staple")
        self.start()
        self.apply(rules)

    def write(self, name, text):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path

    def launch(self, name, *command, **more):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stderr=log, **{"stdout": log, **more})
        return self.processes[name]

    def start_redis(self):
        socket = self.folder / "redis.sock"
        self.launch("redis", REDIS, "--port", "0", "--unixsocket", socket, "--dir", self.folder, "--save", "", "--appendonly", "no")
        end = time.monotonic() + WAIT_S
        while not socket.exists():
            assert time.monotonic() < end and self.processes["redis"].poll() is None, "no Redis"
            time.sleep(0.01)

    def start(self):
        if self.with_redis and "redis" not in self.processes:
            self.start_redis()
        store = ["--redis", f"unix:{self.folder}/redis.sock", "--durability", "memory"] if self.with_redis else ["--ephemeral"]
        keys = ["--keys", self.folder / "keys", "--listen-reps", "tcp://127.0.0.1:0"] if self.with_keys else []
        broker = self.launch("broker", BIN / "leadwire-broker", "--desk", "main", "--run-dir", self.run_dir, "--rep-secrets", self.folder / "reps",
                             "--name", "the-broker", "--ready-fd", "1", *store, *keys, stdout=subprocess.PIPE)
        assert broker.stdout.readline() == b"serving\n", (self.folder / "broker.log").read_text()
        broker.stdout.close()

    def end(self, name, by=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(by)
        return process.wait(WAIT_S)

    def tool(self, *words, code=0):
        done = subprocess.run([BIN / "leadwire", *[str(word) for word in words], "--run-dir", self.run_dir], check=False, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WAIT_S)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def apply(self, rules):
        self.tool("apply", self.write("desk.yaml", rules))

    def key(self, role, name):
        """Makes one; gives its file."""
        made = subprocess.run([BIN / "leadwire", "keys", "new", role, name, "--dir", self.folder / "keys", "--json"], check=True, stdout=subprocess.PIPE, timeout=WAIT_S)
        return json.loads(made.stdout)["file"]

    def tcp(self, door):
        rows = [line.split() for line in (self.run_dir / "status").read_text(encoding="utf-8").splitlines()]
        return next(row[1] for row in rows if row[0] == door and row[1].startswith("tcp://"))

    def publish(self, *more):
        return json.loads(self.tool("publish", "--json", *more))["lead_id"]

    def close(self):
        try:
            for name in list(self.processes):
                self.end(name, signal.SIGKILL if name == "redis" else signal.SIGTERM)
            said = (self.folder / "broker.log").read_text(errors="replace")
            assert "Sanitizer" not in said and "runtime error" not in said, said
        finally:
            for process in self.processes.values():
                process.kill()
            shutil.rmtree(self.folder)

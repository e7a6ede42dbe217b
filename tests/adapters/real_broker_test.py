#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An example of docs/adapters before a real broker: taken, taken twice, busy, killed before it could answer, the wrong
broker, another version.

    real_broker_test.py python|node
"""
import os
import shutil
import subprocess
import sys
import time

import adapter_rig

DESK = "desk: sales\nreps:\n  anna: {capacity: 3}\ndispositions:\n  won: {label: Won, class: won}\n"
WAIT_S = 30


def wait_until(what, holds):
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, f"waited too long until {what}"
        time.sleep(0.02)


class Broker:
    def __init__(self, rig, name, desk="sales", store=("--ephemeral",), **environment):
        self.run_dir, self.name, self.desk, self.rig = rig.work / name, name, desk, rig
        secrets = rig.work / "secrets"
        if not secrets.exists():
            secrets.touch(mode=0o600)
            secrets.write_text("anna correct-horse\n", encoding="ascii")
        self.process = rig.start(f"broker-{name}", adapter_rig.BIN / "leadwire-broker", "--desk", desk, "--run-dir", self.run_dir,
                                 "--rep-secrets", secrets, *store, **environment)
        wait_until(f"broker {name} serves", self.serves)

    def serves(self):
        assert self.process.poll() is None, self.rig.said(f"broker-{self.name}", "err")
        asked = subprocess.run([adapter_rig.BIN / "leadwire", "status", "--desk", self.desk, "--run-dir", self.run_dir, "--timeout", "1"],
                               check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return asked.returncode == 0

    def endpoint(self):
        return f"ipc://{self.run_dir}/publish"

    def apply(self):
        path = self.rig.work / "desk.yaml"
        path.write_text(DESK, encoding="utf-8")
        subprocess.run([adapter_rig.BIN / "leadwire", "apply", path, "--run-dir", self.run_dir, "--timeout", "20"], check=True,
                       stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(WAIT_S)


class Example:
    """Runs it, in a version."""

    def __init__(self, rig, language):
        self.rig, self.language, self.count = rig, language, 0

    def start(self, endpoints, text, version=1):
        example = self.rig.python_example(version) if self.language == "python" else self.rig.node_example(version)
        self.count += 1
        name = f"adapter-{self.count}"
        return name, self.rig.start(name, *example[0], ",".join(endpoints), "sales", *example[1], text=text)

    def done(self, started, code=0):
        name, process = started
        assert process.wait(WAIT_S) == code, (name, self.rig.said(name), self.rig.said(name, "err"))
        return [line.split() for line in self.rig.said(name).splitlines()]

    def run(self, endpoints, text, version=1, code=0):
        return self.done(self.start(endpoints, text, version), code)


def taken_and_taken_twice(example, broker):
    first = example.run([broker.endpoint()], "form-1 Ada\nform-2 Bea\n")
    assert [line[:2] for line in first] == [["form-1", "STATUS_ACCEPTED"], ["form-2", "STATUS_ACCEPTED"]], first
    again = example.run([broker.endpoint()], "form-1 Ada\nform-1 Eva\n")
    assert again[0] == ["form-1", "STATUS_DUPLICATE", first[0][2]], again
    assert again[1][:2] == ["form-1", "STATUS_DUPLICATE_DIFFERS"], again


def busy_until_there_are_rules(rig, example):
    broker = Broker(rig, "new")
    waiting = example.start([broker.endpoint()], "form-3 Cia\n")
    words = [adapter_rig.BIN / "leadwire", "status", "--json", "--desk", "sales", "--run-dir", broker.run_dir]
    status = lambda: subprocess.run(words, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    wait_until("the adapter is there", lambda: '"publishers": 1' in status())
    assert waiting[1].poll() is None and rig.said(waiting[0]) == ""
    broker.apply()
    assert example.done(waiting)[0][:2] == ["form-3", "STATUS_ACCEPTED"]
    return broker


def goes_on_to_the_desks_broker(rig, example, broker):
    other = Broker(rig, "other", desk="other")
    assert example.run([other.endpoint(), broker.endpoint()], "form-4 Dea\n")[0][:2] == ["form-4", "STATUS_ACCEPTED"]
    other.stop()


def another_version_is_told_so(rig, example, broker):
    started = example.start([broker.endpoint()], "form-5 Eva\n", version=9)
    assert example.done(started, code=1) == []
    assert "refused: " in rig.said(started[0], "err"), rig.said(started[0], "err")


def killed_before_it_could_answer(rig, example):
    """The journal has the lead, the adapter no answer: what it sends again is the same lead."""
    program = os.environ.get("LEADWIRE_REDIS_SERVER") or shutil.which("redis-server")
    if not program:
        raise adapter_rig.Skip("no redis-server here")
    socket = rig.work / "redis.sock"
    rig.start("redis", program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", rig.work)
    wait_until("Redis is there", socket.exists)
    store = ("--redis", f"unix:{socket}", "--durability", "memory")
    broker = Broker(rig, "killed", store=store)
    broker.apply()
    broker.stop()
    broker = Broker(rig, "killed", store=store, LEADWIRE_CRASH_AT="append.answered")
    waiting = example.start([broker.endpoint()], "form-6 Fia\n")
    broker.process.wait(WAIT_S)
    assert rig.said(waiting[0]) == "", "answered before the crash"
    Broker(rig, "killed", store=store)
    answer = example.done(waiting)[0]
    assert answer[:2] == ["form-6", "STATUS_DUPLICATE"], answer


def test(rig):
    example = Example(rig, sys.argv[1])
    broker = busy_until_there_are_rules(rig, example)
    taken_and_taken_twice(example, broker)
    goes_on_to_the_desks_broker(rig, example, broker)
    another_version_is_told_so(rig, example, broker)
    killed_before_it_could_answer(rig, example)
    print(f"{sys.argv[1]}: taken, taken twice, busy, redirected, refused by version, sent again after a crash")


if __name__ == "__main__":
    adapter_rig.main(test)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tool and a real broker (memory store): a load goes through robots, and every command tells the same story."""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

BIN = os.environ["LEADWIRE_BIN"]
DESK = os.path.join(os.environ["LEADWIRE_SOURCE"], "deploy/small-business/desk.yaml")
REPS = ("anna", "bruno", "carla", "dieter", "elif", "farid")
LEADS = 60
SECRET_NAME = "Zacharias Quillfeather"   # personal data of nobody


class Floor:
    """A broker with a directory of its own."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="lw-e2e-")
        self.run_dir = self.path("run")
        self.started = []
        self.write_secret("secrets", "".join(f"{rep} secret-of-{rep}\n" for rep in REPS))
        for rep in REPS:
            self.write_secret(f"{rep}.secret", f"secret-of-{rep}\n")

    def path(self, name):
        return os.path.join(self.directory, name)

    def write_secret(self, name, text):
        descriptor = os.open(self.path(name), os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)

    def start(self, output, *command):
        with open(self.path(output), "w", encoding="utf-8") as file:
            process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.started.append(process)
        return process

    def leadwire(self, *arguments, code=0):
        done = subprocess.run([f"{BIN}/leadwire", arguments[0], "--run-dir", self.run_dir, "--timeout", "20", *arguments[1:]],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False, encoding="utf-8")
        assert done.returncode == code, f"leadwire {' '.join(arguments)}: {done.returncode}, {done.stdout}{done.stderr}"
        return done.stdout

    def status(self):
        return json.loads(self.leadwire("status", "--json"))

    def wait_until(self, what, holds):
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, f"waited too long until {what}: {self.status()}"
            time.sleep(0.05)

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def close(self):
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def open_desk(floor):
    floor.start("broker", f"{BIN}/leadwire-broker", "--desk", "main", "--run-dir", floor.run_dir, "--ephemeral",
                "--rep-secrets", floor.path("secrets"))
    floor.leadwire("config", "show", code=1)
    assert "in force, version 1" in floor.leadwire("apply", DESK)
    with open(DESK, encoding="utf-8") as file:
        assert floor.leadwire("config", "show") == file.read()
    floor.start("watch", f"{BIN}/leadwire", "watch", "--json", "--run-dir", floor.run_dir)
    floor.wait_until("watch is live", lambda: '"live"' in floor.text("watch"))


def work_a_load(floor):
    for rep in REPS:
        floor.start(f"{rep}.out", f"{BIN}/leadwire", "rep", rep, "--auto", "--run-dir", floor.run_dir, "--secret-file",
                    floor.path(f"{rep}.secret"), "--log", floor.path(f"{rep}.log"), "--think-ms", "5", "--handle-ms", "5",
                    "--decline-percent", "10")
    floor.wait_until("all reps are on", lambda: floor.status()["reps_on"] == len(REPS))
    total = json.loads(floor.leadwire("publish", "--count", str(LEADS), "--id", "load", "--language", "it", "--name", SECRET_NAME,
                                      "--log", floor.path("publish.log"), "--json"))
    assert total["accepted"] == LEADS, total
    repeated = json.loads(floor.leadwire("publish", "--id", "load-7", "--language", "it", "--name", SECRET_NAME, "--json"))
    assert repeated["outcome"] == "duplicate", repeated
    floor.wait_until("all are completed", lambda: floor.status()["completed_total"] == LEADS)


def judge(floor):
    published = {line["lead_id"] for line in lines(floor.text("publish.log")) if line["outcome"] == "accepted"}
    assert len(published) == LEADS
    completed = collections.Counter()
    for rep in REPS:
        log = floor.text(f"{rep}.log")
        assert SECRET_NAME not in log and "secret-of" not in log
        completed.update(line["lead_id"] for line in lines(log) if line["event"] == "completed")
    assert set(completed) == published and max(completed.values()) == 1, completed
    watched = floor.text("watch")
    assert SECRET_NAME not in watched
    seen = {line["lead_id"] for line in lines(watched) if line["event"] == "lead" and line["to"] == "completed"}
    assert seen == published


def ask_about_one(floor):
    lead = lines(floor.text("publish.log"))[0]["lead_id"]
    explained = json.loads(floor.leadwire("explain", lead, "--json"))
    assert explained["rule"] == "italian" and explained["require"] == {"italian": 5}, explained
    decision = explained["decisions"][-1]
    chosen = [candidate["rep"] for candidate in decision["candidates"] if candidate["chosen"]]
    assert chosen == [decision["rep"]], decision
    assert f"offer {decision['offer_number']} to {decision['rep']}" in floor.leadwire("explain", lead)
    floor.leadwire("explain", "7zzzz-1", code=1)
    of_rep = json.loads(floor.leadwire("explain", "--rep", decision["rep"], "--json"))
    assert any(one["mine"] and one["lead_id"] == lead for one in of_rep["decisions"]), of_rep


def manage_one(floor):
    """Nobody speaks it and is free once all have logged off: the lead waits until a manager cancels it."""
    for process in floor.started[2:]:
        process.terminate()
        process.wait(20)
    waiting = json.loads(floor.leadwire("publish", "--language", "de", "--json"))["lead_id"]
    assert floor.status()["waiting"] == 1
    floor.leadwire("lead", "take-back", waiting, "--reason", "test", code=4)
    floor.leadwire("lead", "cancel", waiting, "--reason", "test")
    assert floor.status()["waiting"] == 0
    floor.leadwire("lead", "cancel", "7zzzz-1", "--reason", "test", code=1)


def offer_to_several(floor):
    """All but one of the reps look away; whoever watches sees to whom it is offered, and who takes it."""
    with open(DESK, encoding="utf-8") as file:
        rules = file.read()
    with open(floor.path("several.yaml"), "w", encoding="utf-8") as file:
        file.write(rules.replace("policy: least_loaded", "policy: broadcast") + "\nqueues: {italian: {offer_to: 16}}\n")
    floor.leadwire("apply", floor.path("several.yaml"))
    floor.start("words", f"{BIN}/leadwire", "watch", "--no-snapshot", "--run-dir", floor.run_dir)
    for rep in REPS:
        slow = ["--think-ms", "300"] if rep == REPS[0] else ["--ignore-percent", "100"]
        floor.start(f"{rep}.several", f"{BIN}/leadwire", "rep", rep, "--auto", "--run-dir", floor.run_dir, "--secret-file",
                    floor.path(f"{rep}.secret"), "--handle-ms", "5", *slow)
    floor.wait_until("all reps are on", lambda: floor.status()["reps_on"] == len(REPS))
    lead = json.loads(floor.leadwire("publish", "--language", "it", "--json"))["lead_id"]
    floor.wait_until("it is completed", lambda: f"lead {lead} is completed" in floor.text("words"))
    told = [line for line in floor.text("words").splitlines() if f"lead {lead} " in line]
    assert any(", also to " in line for line in told), told
    assert any(f" is with {REPS[0]} [accepted]" in line for line in told), told
    offers = [line for line in lines(floor.text("watch")) if line.get("lead_id") == lead and line["cause"] == "offered"]
    assert len(offers) > 1 and offers[-1]["also_offered"] == [line["rep"] for line in offers[:-1]], offers


def pull_from_the_list(floor):
    """Nobody is offered the lead; a person at the terminal sees it on the shared list and takes it."""
    for process in floor.started[2:]:
        process.terminate()
        process.wait(20)
    with open(DESK, encoding="utf-8") as file:
        rules = file.read()
    with open(floor.path("pull.yaml"), "w", encoding="utf-8") as file:
        file.write(rules + "\nqueues: {italian: {pull: yes}}\n")
    floor.leadwire("apply", floor.path("pull.yaml"))
    lead = json.loads(floor.leadwire("publish", "--language", "it", "--json"))["lead_id"]
    with open(floor.path("terminal"), "w", encoding="utf-8") as output:
        rep = subprocess.Popen([f"{BIN}/leadwire", "rep", "anna", "--run-dir", floor.run_dir, "--secret-file", floor.path("anna.secret")],
                               stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)
    floor.started.append(rep)

    def say(words):
        rep.stdin.write(f"{words}\n".encode())
        rep.stdin.flush()

    floor.wait_until("anna is on", lambda: "logged on" in floor.text("terminal"))
    say("p")
    floor.wait_until("it is on the list", lambda: f"lead {lead}: web from" in floor.text("terminal"))
    say(f"p {lead}")
    floor.wait_until("it is hers", lambda: f"YOURS: lead {lead}" in floor.text("terminal"))
    assert "because: pulled" in floor.leadwire("explain", lead)
    say("c won")
    floor.wait_until("it is completed", lambda: "done" in floor.text("terminal"))


def refuse_a_stranger(floor):
    floor.write_secret("wrong.secret", "not the secret\n")
    floor.leadwire("rep", "anna", "--auto", "--secret-file", floor.path("wrong.secret"), code=4)


def main():
    if not os.path.exists(f"{BIN}/leadwire-broker"):
        print("SKIP: leadwire-broker is not built")
        sys.exit(77)
    floor = Floor()
    try:
        open_desk(floor)
        work_a_load(floor)
        judge(floor)
        ask_about_one(floor)
        manage_one(floor)
        offer_to_several(floor)
        pull_from_the_list(floor)
        refuse_a_stranger(floor)
        findings = json.loads(subprocess.run([f"{BIN}/leadwire", "doctor", "--json", "--run-dir", floor.run_dir, "--redis", "unix:/nonexistent"],
                                             stdout=subprocess.PIPE, timeout=60, check=False).stdout)["findings"]
        good = {finding["check"] for finding in findings if finding["finding"] == "good"}
        assert {"control", "publish", "reps", "events", "run-dir", "store", "rules"} <= good, findings
    except AssertionError:
        print(floor.text("broker"), file=sys.stderr)
        raise
    finally:
        floor.close()
    print(f"{LEADS} leads, each completed once")


if __name__ == "__main__":
    main()

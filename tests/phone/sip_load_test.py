# SPDX-License-Identifier: Apache-2.0
"""The SIP door before a real broker and real reps: 50 calls a second for a minute, all kinds of them at once, each to be answered right.

    sip_load_test.py [SECONDS]

A number for each kind of callee: reps who answer, reps who never do, a rep who has somebody on the line, reps who are not there.
sipp judges each call's answers; what door and broker counted in the end must be just these calls.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web"))
import sip_case  # noqa: E402
import worker_case  # noqa: E402
from worker_case import BIN, DEADLINE_S, Worker, wait_for  # noqa: E402

SALES, SLOW, BUSY, GONE = ("+39025550000%d" % n for n in range(4))
MIX = (   # scenario, transport, number called, calls a second
    ("redirect", "udp", SALES, 20),
    ("redirect", "tcp", SALES, 8),
    ("again", "udp", SALES, 5),       # INVITE twice, and the ACK late
    ("cancel", "udp", SLOW, 4),
    ("cancel", "tcp", SLOW, 3),
    ("nobody", "udp", SLOW, 4),       # nobody answers in time
    ("nobody", "tcp", GONE, 2),       # nobody is there
    ("busy", "udp", BUSY, 4),
    ("options", "udp", SALES, 5),
)
RATE = sum(rate for *_, rate in MIX)
AT_ONCE = 400
DESK = """
desk: main
skills: {sales: Sales, slow: Slow, busy: Busy, gone: Gone}
channels: {phone: {weight: 1, wrap_up: 0s, offer_timeout: 30s, connect_timeout: 30s, wait_limit: 60s}}
reps:
  anna: {capacity: 100, skills: {sales: 5}, device: "+390255500101"}
  bruno: {capacity: 100, skills: {sales: 5}, device: "+390255500102"}
  carla: {capacity: 1000, skills: {slow: 5}, device: "+390255500103"}
  dieter: {capacity: 1, skills: {busy: 5}, device: "+390255500104"}
  elif: {capacity: 100, skills: {gone: 5}, device: "+390255500105"}
rules:
  - {name: sales, when: {source: sales}, require: {sales: 1}}
  - {name: slow, when: {source: slow}, require: {slow: 1}}
  - {name: busy, when: {source: busy}, require: {busy: 1}}
  - {name: gone, require: {gone: 1}}
dispositions: {won: {label: Done, class: won}}
misses_to_away: 0
"""
DOOR = """
desk: main
broker: ipc://RUN/publish
listen: 127.0.0.1:0
answer_within: 5s
raw: {directory: raw}
sip:
  listen: ["udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
  calls_max: 2000
  per_peer: 60000
  sources:
    sales: {region: IT, called: ["SALES"], poll: 100ms, refuse: [], wait: 20s}
    slow: {region: IT, called: ["SLOW"], poll: 100ms, wait: 2s}
    busy: {region: IT, called: ["BUSY"], poll: 100ms, refuse: [busy]}
    gone: {region: IT, called: ["GONE"], poll: 100ms}
"""
ROBOTS = {"anna": ("--handle-ms", 20), "bruno": ("--handle-ms", 20), "carla": ("--ignore-percent", 100), "dieter": ("--handle-ms", 3600000)}


class Floor:
    def __init__(self, directory):
        self.directory, self.run_dir, self.processes = directory, os.path.join(directory, "run"), []
        self.write("rep-secrets", "".join(f"{rep} secret-of-{rep}\n" for rep in ROBOTS))
        read_end, write_end = os.pipe()
        self.start("broker", "leadwire-broker", "--desk", "main", "--run-dir", self.run_dir, "--ephemeral", "--rep-secrets", self.path("rep-secrets"),
                   "--ready-fd", write_end, pass_fds=[write_end])
        os.close(write_end)
        with os.fdopen(read_end, "rb") as ready:
            assert ready.read(7) == b"serving"
        self.tool("apply", self.write("desk.yaml", DESK))
        for rep, options in ROBOTS.items():
            self.start(rep, "leadwire", "rep", rep, "--auto", "--think-ms", 10, *options, "--secret-file", self.write(rep + ".secret", "secret-of-" + rep),
                       "--run-dir", self.run_dir)
        wait_for("the reps", lambda: self.status()["reps_available"] == len(ROBOTS))
        door = DOOR.replace("RUN", self.run_dir)
        for name, number in (("SALES", SALES), ("SLOW", SLOW), ("BUSY", BUSY), ("GONE", GONE)):
            door = door.replace(name, number)
        self.worker = Worker("leadwire-phone", directory, door)
        self.worker.ready()
        self.ports = {text[:3]: int(text.rsplit(":", 1)[1]) for text in self.counts()["sip"]["listen"]}

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text)
        return self.path(name)

    def start(self, name, program, *words, **options):
        with open(self.path(name + ".log"), "ab") as log:
            self.processes.append(subprocess.Popen([os.path.join(BIN, program), *(str(word) for word in words)], stdin=subprocess.DEVNULL,
                                                   stdout=log, stderr=log, **options))

    def tool(self, *words):
        return subprocess.run([os.path.join(BIN, "leadwire"), *words, "--run-dir", self.run_dir], stdout=subprocess.PIPE, text=True, check=True,
                              timeout=DEADLINE_S).stdout

    def status(self):
        return json.loads(self.tool("status", "--json"))

    def counts(self):
        return json.loads(self.worker.request("GET", "/healthz")[2])

    def sipp(self, number, scenario, kind, called, rate, seconds):
        """A sipp that calls so often for so long."""
        options = ["-s", called, "-m", rate * seconds, "-r", rate, "-l", AT_ONCE, "-timeout", f"{seconds + 30}s", "-timeout_error",
                   "-p", free_port(kind), "-trace_err", "-error_file", self.path(f"sipp-{number}.err"), "-nostdin", "-i", "127.0.0.1", "-t", "u1" if kind == "udp" else "t1"]
        with open(self.path(f"sipp-{number}.out"), "wb") as out:
            return subprocess.Popen(["sipp", f"127.0.0.1:{self.ports[kind]}", "-sf", os.path.join(sip_case.HERE, "scenarios", scenario + ".xml"),
                                     *(str(option) for option in options)], cwd=self.directory, stdout=out, stderr=out)

    def sipp_said(self, number):
        for kind in ("err", "out"):
            if os.path.exists(self.path(f"sipp-{number}.{kind}")):
                with open(self.path(f"sipp-{number}.{kind}"), errors="replace") as file:
                    return file.read()[-3000:]
        return ""

    def close(self):
        assert self.worker.stop() == 0, self.worker.log()
        for process in reversed(self.processes):
            process.terminate()
            process.wait(DEADLINE_S)


def free_port(kind):
    """sipp takes the first from 5060 on that is free, and several at once take the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def occupy(floor):
    """The rep of whom callers are to hear that all are busy: has a caller, for the whole time."""
    caller = sip_case.Caller(floor.ports["udp"])
    caller.ask("INVITE", call="occupies", uri=f"sip:{BUSY}@127.0.0.1")
    moved = caller.final()
    assert moved.status == 302, moved.text
    caller.ack(moved, "occupies")
    wait_for("the rep to be busy", lambda: floor.status()["assigned"] == 1)
    caller.close()


def play(floor, seconds):
    calls = [floor.sipp(number, *call, seconds) for number, call in enumerate(MIX)]
    wrong = []
    for number, call in enumerate(calls):
        if call.wait(seconds + 60) != 0:
            wrong.append(f"{MIX[number]}: exit {call.returncode}\n{floor.sipp_said(number)}")
    assert not wrong, "\n".join(wrong)
    return {scenario + " " + number: sum(rate for other, _, called, rate in MIX if (other, called) == (scenario, number)) * seconds
            for scenario, _, number, _ in MIX}


def judge(floor, made):
    """Each call is one lead, with the end that its caller was told."""
    redirected = made[f"redirect {SALES}"] + made[f"again {SALES}"]
    hung_up = made[f"cancel {SLOW}"]
    refused = made[f"nobody {SLOW}"] + made[f"nobody {GONE}"] + made[f"busy {BUSY}"]
    counts = floor.counts()
    have = {name: counts[name] for name in ("accepted", "redirected", "abandoned", "nobody", "busy", "rejected", "malformed", "rate_limited")}
    want = {"accepted": redirected + hung_up + refused + 1, "redirected": redirected + 1, "abandoned": hung_up, "nobody": refused,
            "busy": 0, "rejected": 0, "malformed": 0, "rate_limited": 0}
    assert have == want, f"the door counted {have}, not {want}"

    totals = {"published_total": want["accepted"], "completed_total": redirected, "cancelled_total": hung_up + refused, "expired_total": 0,
              "waiting": 0, "offered": 0, "connecting": 0, "assigned": 1, "parked": 0}
    at_end = {}

    def settled():
        at_end.update({name: value for name, value in floor.status().items() if name in totals})
        return at_end == totals
    try:
        wait_for("the end of all leads", settled)
    except AssertionError:
        raise AssertionError(f"the broker has {at_end}, not {totals}") from None
    print(f"{sum(made.values())} calls: {redirected} sent on to a rep, {hung_up} hung up, {refused} told to come again, "
          f"{made[f'options {SALES}']} OPTIONS; each answered right")


def main(seconds):
    if not shutil.which("sipp"):
        print("SKIP: sipp (Debian: sip-tester) is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="lw-") as directory:
        floor = Floor(directory)
        try:
            occupy(floor)
            judge(floor, play(floor, seconds))
        finally:
            floor.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)

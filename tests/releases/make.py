#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the set of a release: tests/releases/VERSION. Once, when the release is tagged; a set never changes afterwards.

    ./run build dev && tests/releases/make.py VERSION [FOLDER]

FOLDER: in place of tests/releases; integration.releases makes one there to see that this still works.

frames.json   every frame of proto/golden: JSON and bytes
main.desk     an export of a small desk that worked: checkpoint and journal
state.jsonl   what is restored from it, as release_reader shows it
"""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BIN = pathlib.Path(os.environ.get("LEADWIRE_BIN", ROOT / "build/dev/bin"))
SERVER = os.environ.get("LEADWIRE_REDIS_SERVER", "redis-server")
DESK = """desk: main
skills: {solar: Solar panels, pumps: Heat pumps}
teams: {inside: {}, partners: {}}
people: {join: yes, customer_for: 365d, owner_for: 45s}
timeouts: {reopen_for: 24h}
queues: {roof: {policy: weighted}, heat: {policy: round_robin}}
rules:
  - {name: roof, when: {product: solar}, require: {solar: 3}, queue: roof}
  - {name: heat, queue: heat, priority: 70}
reps:
  anna: {team: inside, skills: {solar: 8, pumps: 5}, capacity: 3}
  bruno: {team: partners, skills: {solar: 4}, share: 2}
  carla: {team: inside, skills: {pumps: 9}}
dispositions: {won: {label: Ordered, class: won}, lost: {label: Not now, class: lost}}
"""


def wait_until(condition, what):
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"make.py: {what}")
        time.sleep(0.05)


class Desk:
    """A Redis of its own, in a folder, and a broker on it."""

    def __init__(self, stack, folder):
        self.folder = folder
        self.stack = stack
        self.redis = f"unix:{folder}/redis.sock"
        self.start([SERVER, "--port", "0", "--unixsocket", f"{folder}/redis.sock", "--dir", folder, "--save", "", "--appendonly", "no"])
        wait_until(lambda: os.path.exists(f"{folder}/redis.sock"), "Redis does not start")

    def start_broker(self, reps):
        folder = self.folder
        for name in reps:
            self.secret(name, f"a-secret-for-{name}")
        self.secret("secrets", "".join(f"{name} a-secret-for-{name}\n" for name in reps))
        broker = self.start([BIN / "leadwire-broker", "--desk", "main", "--run-dir", f"{folder}/run", "--redis", self.redis, "--durability", "memory",
                    "--rep-secrets", f"{folder}/secrets", "--checkpoint-ms", "1000"])
        wait_until(lambda: os.path.exists(f"{folder}/run/control"), "the broker does not start")
        return broker

    def start(self, words):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process

    def secret(self, name, text):
        path = pathlib.Path(self.folder, name)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)

    def tool(self, *words):
        return subprocess.run([BIN / "leadwire", *words, "--run-dir", f"{self.folder}/run"], stdout=subprocess.PIPE, check=True).stdout.decode()

    def rep(self, name, *words):
        return self.start([BIN / "leadwire", "rep", name, "--auto", "--secret-file", f"{self.folder}/{name}", "--run-dir", f"{self.folder}/run", *words])

    def publish(self, name, product, *words):
        return re.search(r"lead (\S+)", self.tool("publish", "--name", name, "--email", f"{name}@prospect.example", "--product", product, *words))[1]

    def export(self, path):
        done = subprocess.run([BIN / "leadwire", "desk", "export", path, "--redis", self.redis, "--json"], stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)


def work(desk, path):
    """Something of everything, the latest of it behind the checkpoint."""
    pathlib.Path(desk.folder, "desk.yaml").write_text(DESK, encoding="utf-8")
    desk.tool("apply", f"{desk.folder}/desk.yaml", "--by", "marta")
    pathlib.Path(desk.folder, "customers.csv").write_text("email;owner;product\nold@prospect.example;anna;solar\n", encoding="utf-8")
    desk.tool("customers", "import", f"{desk.folder}/customers.csv")
    robots = [desk.rep("anna", "--think-ms", "20", "--handle-ms", "100"), desk.rep("bruno", "--think-ms", "20", "--decline-percent", "60", "--handle-ms", "60000"),
              desk.rep("carla", "--ignore-percent", "100")]
    for number in range(12):
        desk.publish(f"giulia{number}", "solar" if number % 2 else "pumps")
    wait_until(lambda: json.loads(desk.tool("status", "--json"))["assigned"] > 0, "no rep takes a lead")
    for robot in robots[:2]:
        robot.terminate()
        robot.wait()
    held, merged, into, cancelled = (desk.publish(name, "solar") for name in ("held", "merged", "into", "cancelled"))
    wait_until(lambda: desk.export(path)["fields"] > 10, "no checkpoint ends")
    desk.tool("lead", "hold", held, "--reason", "comes back from holiday", "--by", "marta")
    desk.tool("lead", "merge", merged, into, "--reason", "the same person", "--by", "marta")
    desk.tool("lead", "cancel", cancelled, "--reason", "a mistake", "--by", "marta")
    for number in range(4):
        desk.publish("giulia0" if number == 0 else f"late{number}", "solar")
    told = desk.export(path)
    if told["entries"] == 0:
        sys.exit("make.py: a checkpoint came between; run it again")


def main():
    if len(sys.argv) not in (2, 3) or not re.fullmatch(r"\d+\.\d+\.\d+", sys.argv[1]):
        sys.exit(__doc__)
    sets = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else HERE
    folder = sets / sys.argv[1]
    if folder.exists():
        sys.exit(f"make.py: {folder} is there: the set of a release never changes")
    with tempfile.TemporaryDirectory(prefix="lw-release-") as made, contextlib.ExitStack() as stack:
        path = pathlib.Path(made, "main.desk")
        desk = Desk(stack, made)
        desk.start_broker(("anna", "bruno", "carla"))
        work(desk, path)
        state = subprocess.run([BIN.parent / "tests/release_reader", "desk", path], stdout=subprocess.PIPE, check=True).stdout
        folder.mkdir()
        shutil.copyfile(path, folder / "main.desk")
    (folder / "state.jsonl").write_bytes(state)
    frames = [{"name": path.stem, **json.loads(path.read_text(encoding="utf-8"))} for path in sorted((ROOT / "proto/golden").glob("*.json"))]
    lines = ",\n".join(json.dumps({name: value for name, value in frame.items() if name != "about"}, ensure_ascii=False) for frame in frames)
    (folder / "frames.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    with open(sets / "SHA256SUMS", "a", encoding="utf-8") as sums:
        sums.writelines(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {folder.name}/{path.name}\n" for path in sorted(folder.iterdir()))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The world outside of a chaos run: sends forms, mails and calls to real workers, again until they are taken, and writes what it was told into the
floor's client log (tests/fault/client_log.h).

    chaos_senders.py DIRECTORY CLIENT_LOG RUN_DIR PACE

DIRECTORY is that of the workers (chaos_workers.c). PACE: how many times as rarely as usual. SIGTERM: sends nothing new, and ends when all that was sent is taken: 0."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

DIRECTORY, CLIENT_LOG, RUN_DIR, PACE = sys.argv[1:]
BIN = os.environ["LEADWIRE_BIN"]
VOICE = "https://voice.example.com"
EVERY_S = {"web": 0.12, "page": 0.15, "mail": 0.12, "phone": 0.12}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AGAIN_ROUNDS = 100              # of 0.1 s, for mails that are sent once more
WAKE_ROUNDS = 4                 # of mails' leads that were parked
STOP = threading.Event()
NEVER = threading.Event()
LOG = os.open(CLIENT_LOG, os.O_WRONLY | os.O_APPEND)


def tell(word, text, lead="-", outcome=0):
    os.write(LOG, f"{time.monotonic_ns() // 1000} 0 {word} publisher {lead} 0 0 {outcome} {text}\n".encode())


def post(worker, path, params, headers):
    """(status, body), or (None, "") when nobody answers."""
    try:
        with open(os.path.join(DIRECTORY, f"{worker}.port"), encoding="ascii") as file:
            connection = http.client.HTTPConnection("127.0.0.1", int(file.read()), timeout=5)
        connection.request("POST", path, urllib.parse.urlencode(params), {**FORM, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, ValueError, http.client.HTTPException):
        return None, ""


def until_taken(worker, path, params, headers):
    while True:
        status, body = post(worker, path, params, headers)
        if status in (200, 204):
            return body
        NEVER.wait(0.05)


def names(worker):
    number = 0
    while not STOP.wait(EVERY_S[worker] * float(PACE)):
        number += 1
        yield f"{worker}-{number}"


def send_forms(kind, source):
    for name in names(kind):
        tell("publishing", name)
        body = until_taken("web", f"/in/{source}", {"name": "Mario Rossi " + name, "email": name + "@buyer.example"}, {})
        tell("published", name, json.loads(body)["lead_id"], 1)


def signed(path, params):
    text = VOICE + path + "".join(name + value for name, value in sorted(params.items()))
    return {"X-Twilio-Signature": base64.b64encode(hmac.new(b"0123456789abcdef", text.encode(), hashlib.sha1).digest()).decode()}


def make_calls():
    """Each is told to hold, and hangs up."""
    for name in names("phone"):
        params = {"CallSid": "CA" + name, "From": "+390212345678", "To": "+390255500000"}
        for step, status in (("incoming", "ringing"), ("status", "completed")):
            path, told = f"/voice/line/{step}", {**params, "CallStatus": status}
            until_taken("phone", path, told, signed(path, told))
        tell("held", name)


DELIVERED = []


def deliver(name):
    box = os.path.join(DIRECTORY, "box")
    with open(os.path.join(box, "tmp", name), "w", encoding="ascii") as file:
        file.write(f"From: Buyer <{name}@buyer.example>\nSubject: Order {name}\nMessage-ID: <{name}@buyer.example>\n\nHello\n")
    os.rename(os.path.join(box, "tmp", name), os.path.join(box, "new", name))


def deliver_mails():
    for name in names("mail"):
        tell("publishing", name)
        DELIVERED.append(name)
        deliver(name)


def mails_are_read():
    while os.listdir(os.path.join(DIRECTORY, "box/new")):
        NEVER.wait(0.05)


class Decisions:
    """What leadwire-mail wrote of its mails. One whose worker was killed between moving it and its line, or had a full disk then, has no line:
    it is sent once more and must be a duplicate, or its lead was never published."""

    def __init__(self):
        self.names = set()
        self.duplicates = set()
        self.path = os.path.join(DIRECTORY, "decisions")
        self.at = 0
        self.leads = []

    def read(self):
        if not os.path.exists(self.path):
            return
        with open(self.path, encoding="utf-8") as file:
            file.seek(self.at)
            lines = file.read()
        whole = lines[:lines.rfind("\n") + 1]
        self.at += len(whole)
        for line in whole.splitlines():
            _, _, name, outcome, lead = line.split()
            if outcome not in ("accepted", "duplicate"):
                sys.exit(f"chaos_senders: {line}")
            self.names.add(name.split(":")[0])
            if outcome == "duplicate":
                self.duplicates.add(name.split(":")[0])
            tell("published", name.split(":")[0], lead, 1)
            self.leads.append(lead)


def completed():
    with open(CLIENT_LOG, encoding="ascii") as file:
        return {words[4] for words in map(str.split, file) if len(words) > 4 and words[2] == "completed"}


def wake_parked(leads):
    """Mails park soon on this floor; a manager sees to those that are left."""
    for _ in range(WAKE_ROUNDS):
        left = set(leads) - completed()
        for lead in left:
            subprocess.run([os.path.join(BIN, "leadwire"), "lead", "release", lead, "--reason", "left", "--by", "chaos", "--run-dir", RUN_DIR],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30, check=False)
        if not left:
            return
        NEVER.wait(0.5)


def main():
    signal.signal(signal.SIGTERM, lambda *_: STOP.set())
    decisions = Decisions()
    threads = [threading.Thread(target=work, args=args, daemon=True) for work, *args in ((send_forms, "web", "form"), (send_forms, "page", "page"),
                                                                                         (make_calls,), (deliver_mails,))]
    for thread in threads:
        thread.start()
    while not STOP.wait(0.1):
        decisions.read()
    for thread in threads:
        thread.join()
    mails_are_read()
    decisions.read()
    untold = [name for name in DELIVERED if name not in decisions.names]
    for name in untold:
        deliver(name)
    mails_are_read()
    for _ in range(AGAIN_ROUNDS):       # it is moved, and then written down
        decisions.read()
        if decisions.duplicates.issuperset(untold):
            break
        NEVER.wait(0.1)
    else:
        sys.exit(f"chaos_senders: mails were moved, and are not known: {sorted(set(untold) - decisions.duplicates)}")
    wake_parked(decisions.leads)


if __name__ == "__main__":
    main()

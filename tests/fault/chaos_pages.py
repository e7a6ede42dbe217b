#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reps of a chaos run who work in a browser: each signs in at the gateway, follows its stream of events, accepts or declines what is offered, and
completes what it has. What each was told and asked goes into the floor's client log (tests/fault/client_log.h).

    chaos_pages.py DIRECTORY CLIENT_LOG REP...

DIRECTORY has gateway.port (chaos_workers.c). SIGTERM: ends when nobody has or gets anything any more: 0."""
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import traceback

DIRECTORY, CLIENT_LOG, *REPS = sys.argv[1:]
PASSWORD = "an-open-door-policy"
OUTCOMES = {"accepted": 1, "duplicate": 2, "duplicate_differs": 3, "rejected": 4, "busy": 5, "not_found": 6, "not_yours": 7}
CONNECTING, ASSIGNED = 3, 4                # as lw_lead_state
DECLINES = 0.1
ANSWER_S, AGAIN_S, LINE_S, QUIET_S = 8, 0.05, 12, 3
TROUBLES = (OSError, ValueError, http.client.HTTPException)
STOP = threading.Event()
NEVER = threading.Event()
LOG = os.open(CLIENT_LOG, os.O_WRONLY | os.O_APPEND)


def connect(timeout):
    with open(os.path.join(DIRECTORY, "gateway.port"), encoding="ascii") as file:
        return http.client.HTTPConnection("127.0.0.1", int(file.read()), timeout=timeout)


class Page:
    def __init__(self, rep):
        self.rep, self.cookie, self.csrf, self.keys = rep, "", "", 0
        self.lock = threading.Lock()
        self.is_connected, self.state, self.told_load = False, "offline", None
        self.rows = {}                     # by lead, as they were told last
        self.due = {}                      # (lead, number, phase): when it is acted on
        self.completing = set()
        self.busy_s = time.monotonic()     # when there was last anything to do

    def tell(self, word, lead="-", number=0, weight=0, outcome=0, text="-"):
        os.write(LOG, f"{time.monotonic_ns() // 1000} 0 {word} {self.rep} {lead} {number} {weight} {outcome} {text}\n".encode())

    # ---- what it is told

    def take(self, state):
        with self.lock:
            if not state["connected"]:
                self.lose()
                return
            rows = {row["lead_id"]: row for row in state["leads"]}
            if not self.is_connected:
                self.tell("welcome")
                self.is_connected = True
                self.drop({lead: row for lead, row in self.rows.items() if row["phase"] == "assigned" and lead not in rows})
                self.rows = {}
            self.drop({lead: row for lead, row in self.rows.items() if lead not in rows})
            for lead, row in rows.items():
                self.note(lead, row)
            self.rows, self.state = rows, state["rep"]["state"]
            load = (state["rep"].get("capacity", 0), state["rep"].get("load", 0))
            if load != self.told_load:
                self.tell("status", number=load[0], weight=load[1])
            self.told_load = load
            if rows:
                self.busy_s = time.monotonic()

    def lose(self):
        if self.is_connected:
            self.tell("lost")
        self.is_connected = False
        self.busy_s = time.monotonic()

    def drop(self, gone):
        for lead, row in gone.items():
            self.due.pop((lead, row["offer_number"], row["phase"]), None)
            if lead not in self.completing:
                self.tell("withdrawn", lead, row["offer_number"], text="gone")

    def note(self, lead, row):
        before = self.rows.get(lead)
        number, phase = row["offer_number"], row["phase"]
        if before and (before["offer_number"], before["phase"]) == (number, phase):
            return
        if phase == "offered":
            self.tell("offer", lead, number, row["weight"])
        else:
            self.tell("holding", lead, number, row["weight"], ASSIGNED if phase == "assigned" else CONNECTING)
        self.due[lead, number, phase] = time.monotonic() + random.uniform(0, 0.15)

    def follow(self):
        while True:
            try:
                self.follow_once()
            except TROUBLES:
                pass
            with self.lock:
                self.lose()
            NEVER.wait(AGAIN_S)

    def follow_once(self):
        if not self.cookie:
            self.sign_in()
        connection = connect(LINE_S)
        connection.request("GET", f"/api/v1/desk/events?page={self.rep}&take=1", headers={"Cookie": self.cookie})
        stream = connection.getresponse()
        if stream.status == 401:
            self.cookie = ""
        name, data = "", ""
        while stream.status == 200 and (line := stream.readline().decode()):
            if line.startswith("event: "):
                name = line[7:].strip()
            elif line.startswith("data: "):
                data = line[6:]
            elif line == "\n" and name == "state":
                self.take(json.loads(data))
            elif line == "\n" and name == "refused":
                self.tell("refused", text="gateway")
        connection.close()

    # ---- what it asks for

    def ask(self, method, path, body=None, **headers):
        """(status, headers, answer)"""
        connection = connect(ANSWER_S)
        try:
            sent = {"Content-Type": "application/json", "Cookie": self.cookie, "X-CSRF-Token": self.csrf, **headers}
            connection.request(method, path, json.dumps(body) if body else None, {name: value for name, value in sent.items() if value})
            answer = connection.getresponse()
            return answer.status, answer.headers, json.loads(answer.read())
        finally:
            connection.close()

    def sign_in(self):
        status, headers, _ = self.ask("POST", "/api/v1/sign-in", {"user": self.rep, "password": PASSWORD},
                                      **{"X-Forwarded-For": f"198.51.100.{random.randrange(1, 250)}"})
        if status != 200:
            raise ValueError(status)
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.csrf = self.ask("GET", "/api/v1/session")[2]["csrf"]

    def act(self, name, **members):
        """Asks until it is answered, by the same key; gives the outcome. A gateway started anew does not know the key: then the broker does."""
        self.keys += 1
        body = {"page": self.rep, "key": f"{name}-{self.keys}", **members}
        while True:
            try:
                status, _, answer = self.ask("POST", f"/api/v1/desk/{name}", body)
                if status == 200:
                    return OUTCOMES[answer["outcome"]]
            except TROUBLES:
                pass
            NEVER.wait(AGAIN_S)

    def next_row(self):
        """What is due, and how."""
        now_s = time.monotonic()
        with self.lock:
            for lead, row in self.rows.items():
                key = (lead, row["offer_number"], row["phase"])
                if self.is_connected and lead not in self.completing and self.due.get(key, now_s) < now_s:
                    del self.due[key]
                    return lead, row
        return None

    def act_on(self, lead, row):
        number, weight = row["offer_number"], row["weight"]
        if row["phase"] == "assigned":
            disposition = random.choice(("won", "lost"))
            self.completing.add(lead)
            self.tell("completing", lead, number, weight, 0, disposition)
            self.tell("completed", lead, number, weight, self.act("complete", lead_id=lead, disposition=disposition), disposition)
        elif row["phase"] == "offered":
            asked, asking, told = ("decline", "declining", "declined") if random.random() < DECLINES else ("accept", "accepting", "accepted")
            self.tell(asking, lead, number, weight)
            self.tell(told, lead, number, weight, self.act(asked, lead_id=lead, offer_number=number))

    def work(self):
        while True:
            found = self.next_row()
            if found:
                self.act_on(*found)
            elif self.is_connected and self.state != "available":
                self.act("state", state="available")
                NEVER.wait(4 * AGAIN_S)
            else:
                NEVER.wait(AGAIN_S / 5)

    def is_quiet(self):
        return self.is_connected and time.monotonic() - self.busy_s > QUIET_S


def run(work):
    """What goes wrong here must be seen."""
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def main():
    signal.signal(signal.SIGTERM, lambda *_: STOP.set())
    pages = [Page(rep) for rep in REPS]
    for page in pages:
        for work in (page.follow, page.work):
            threading.Thread(target=run, args=(work,), daemon=True).start()
    while not STOP.wait(1):
        pass
    while not all(page.is_quiet() for page in pages):
        NEVER.wait(AGAIN_S)


if __name__ == "__main__":
    main()

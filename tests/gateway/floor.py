# SPDX-License-Identifier: Apache-2.0
"""A small desk with real programs in a directory of its own: Redis or none, broker, gateway, and whoever asks it over HTTP."""
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from waiting import WAIT_S, wait_for  # noqa: E402

SOURCE = pathlib.Path(os.environ["LEADWIRE_SOURCE"])
BIN = pathlib.Path(os.environ["LEADWIRE_BIN"])
PASSWORD = "an-open-door-policy"

DESK = """
desk: main
skills: {solar: Solar panels, heatpump: Heat pumps}
teams: {inside: Inside sales, outside: Outside sales}
service_level: 2m
channels:
  web: {weight: 1, offer_timeout: 45s, wrap_up: 1s, first_touch: 5m}
reps:
  anna: {label: Anna Conti, team: inside, capacity: 2, skills: {solar: 8}}
  bruno: {label: Bruno Ferri, team: outside, capacity: 2, skills: {heatpump: 8}}
rules:
  - name: solar
    when: {product: {contains: [solar]}}
    require: {solar: 5}
  - name: heatpump
    when: {product: {contains: [heat pump]}}
    require: {heatpump: 5}
  - name: nobody
    when: {product: {contains: [boiler]}}
    require: {solar: 10}
  - name: everyone
dispositions:
  won: {label: Ordered, class: won}
  later: {label: Wants a quote, class: later}
break_reasons: {lunch: {label: Lunch, texts: {it: Pranzo}}}
timeouts: {grace: 10s}
policy: least_loaded
"""

GATEWAY = """
desk: main
broker: ipc://FLOOR/run/reps
users: users
rep_secrets: reps
ops: {control: "ipc://FLOOR/run/control", events: "ipc://FLOOR/run/events", versions: versions}
listen: 127.0.0.1:0
http: {trusted_proxies: [127.0.0.1]}
sessions: {page_grace: 3s, file: sessions}
page:
  crm_link: "https://crm.example.com/?q={phone}"
  decline_reasons: {}
  transfer: {skills: {heatpump: Heat pumps}, reps: {bruno: Bruno Ferri}}
"""
GATEWAY = GATEWAY.replace("  decline_reasons: {}\n", "")

WEB = """
desk: main
broker: ipc://FLOOR/run/publish
listen: 127.0.0.1:0
spool: {directory: spool}
sources: {contact-form: {region: IT}, hook: {region: IT, cannot_retry: yes}}
"""


class Floor:
    def __init__(self, users=(("anna", "rep", "anna"), ("bruno", "rep", "bruno")), config=GATEWAY, redis=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lw-gateway-"))
        self.processes, self.redis, self.hashed = {}, redis, ""
        (self.folder / "versions").mkdir(mode=0o700)
        (self.folder / "desk.yaml").write_text(DESK, encoding="utf-8")
        self.secret_file("reps", "anna correct-horse\nbruno battery-staple\n")
        self.write_users(users)
        self.write_config(config)

    def secret_file(self, name, text):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path

    def write_config(self, text):
        (self.folder / "gateway.yaml").write_text(text.replace("FLOOR", str(self.folder)), encoding="utf-8")

    def write_users(self, users, anew=False):
        """role and rep "": the rules say who the user is, and the file the password. anew: as after each of them changed their password; to the same, but the hash is another."""
        if anew or not self.hashed:
            self.hashed = subprocess.run([BIN / "leadwire-gateway", "--hash-password"], input=PASSWORD + "\n", text=True, check=True,
                                         stdout=subprocess.PIPE).stdout.strip()
        self.secret_file("users", "".join(" ".join([*filter(None, user), self.hashed]) + "\n" for user in users))

    # ---- processes

    def start(self, name, *command):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end(self, name, by=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(by)
        return process.wait(WAIT_S)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def tool(self, *words):
        return subprocess.run([BIN / "leadwire", *[str(word) for word in words], "--run-dir", self.folder / "run"], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S)

    def start_broker(self):
        store = ["--ephemeral"]
        if self.redis:
            store = ["--redis", f"unix:{self.folder}/redis.sock"]
            if "redis" not in self.processes:
                self.start("redis", os.environ.get("LEADWIRE_REDIS_SERVER", "redis-server"), "--port", "0", "--unixsocket", self.folder / "redis.sock",
                           "--dir", self.folder, "--save", "", "--appendonly", "yes")
        self.start("broker", BIN / "leadwire-broker", "--desk", "main", "--run-dir", self.folder / "run", "--rep-secrets", self.folder / "reps", *store)
        wait_for("the broker", lambda: self.tool("status", "--timeout", "1").returncode == 0)

    def start_gateway(self):
        port_file = self.folder / "gateway.port"
        port_file.unlink(missing_ok=True)
        self.start("gateway", BIN / "leadwire-gateway", "--config", self.folder / "gateway.yaml", "--port-file", port_file)
        wait_for("the gateway", lambda: port_file.exists() or self.processes["gateway"].poll() is not None)
        assert self.processes["gateway"].poll() is None, self.log("gateway")
        self.port = int(port_file.read_text())

    def start_web(self):
        """A leadwire-web: its port, and the address of its health."""
        port_file = self.folder / "web.port"
        (self.folder / "web.yaml").write_text(WEB.replace("FLOOR", str(self.folder)), encoding="utf-8")
        self.start("web", BIN / "leadwire-web", "--config", self.folder / "web.yaml", "--port-file", port_file, "--health", "127.0.0.1:0")
        health = wait_for("the worker", lambda: port_file.exists() and re.search(r"health on .* port=(\d+)$", self.log("web"), re.MULTILINE))
        return int(port_file.read_text()), f"127.0.0.1:{health[1]}"

    def post(self, port, source, body):
        """The status that a leadwire-web answers."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        with contextlib.closing(connection):
            connection.request("POST", f"/in/{source}", body, {"Content-Type": "application/json"})
            return connection.getresponse().status

    def open(self):
        self.start_broker()
        applied = self.tool("apply", self.folder / "desk.yaml")
        assert applied.returncode == 0, applied.stdout
        self.start_gateway()
        return self

    def close(self):
        try:
            code = self.end("gateway") if "gateway" in self.processes else 0
            said = self.log("gateway") if (self.folder / "gateway.log").exists() else ""
            for name in list(self.processes):
                self.end(name, signal.SIGKILL if name == "redis" else signal.SIGTERM)
            assert code == 0, said
            assert "Sanitizer" not in said and "runtime error" not in said, said
        finally:
            shutil.rmtree(self.folder)

    # ---- what comes in

    def publish(self, name="Giulia Rossi", product="solar panels", **more):
        lead = {"channel": "web", "source": "contact-form", "full_name": name, "product": product, "language": "it",
                "phones": [{"e164": "+390255512345", "raw": "02 555 12345"}], "emails": [{"address": "giulia@example.com"}], **more}
        path = self.folder / "lead.json"
        path.write_text(json.dumps(lead), encoding="utf-8")
        done = self.tool("publish", "--file", path, "--json")
        assert done.returncode == 0, done.stdout
        return json.loads(done.stdout)["lead_id"]


class Browser:
    """One browser's cookie and token, without the page."""
    clients = 0

    def __init__(self, floor):
        self.floor, self.cookie, self.csrf = floor, "", ""

    def ask(self, method, path, body=None, **headers):
        """(status, headers, text); header names with _ for -."""
        status, told, read = self.ask_bytes(method, path, body, **headers)
        return status, told, read.decode()

    def ask_bytes(self, method, path, body=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        if method == "POST":
            sent.setdefault("Content-Type", "application/json")
            if self.csrf:
                sent.setdefault("X-CSRF-Token", self.csrf)
        connection = http.client.HTTPConnection("127.0.0.1", self.floor.port, timeout=WAIT_S)
        with contextlib.closing(connection):
            connection.request(method, path, json.dumps(body) if isinstance(body, dict) else body, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def sign_in(self, user, password=PASSWORD):
        """From an address of its own, so that tests do not run into the limits of one."""
        Browser.clients += 1
        headers = {"X_Forwarded_For": f"198.51.100.{Browser.clients % 250 + 1}"}
        status, told, _ = self.ask("POST", "/api/v1/sign-in", {"user": user, "password": password}, **headers)
        if status == 200:
            self.cookie = told["Set-Cookie"].split(";")[0]
            self.csrf = json.loads(self.ask("GET", "/api/v1/session")[2])["csrf"]
        return status


class Page:
    """A page at the desk: its stream of events, and its acts."""

    keys = itertools.count(1)   # of all pages: one of the same name that comes later asks for something else

    def __init__(self, browser, name, take=True):
        self.browser, self.name, self.state = browser, name, None
        self.connection = http.client.HTTPConnection("127.0.0.1", browser.floor.port, timeout=WAIT_S)
        self.connection.request("GET", f"/api/v1/desk/events?page={name}" + ("&take=1" if take else ""), headers={"Cookie": browser.cookie})
        self.stream = self.connection.getresponse()
        assert self.stream.status == 200, self.stream.status

    def close(self):
        self.connection.close()
        self.stream.close()

    def event(self):
        """(name, data); None at the end."""
        name, data = "", ""
        while True:
            line = self.stream.readline().decode()
            if not line:
                return None
            if line.startswith("event: "):
                name = line[7:].strip()
            elif line.startswith("data: "):
                data = line[6:]
            elif line == "\n" and name:
                if name == "state":
                    self.state = json.loads(data)
                return name, json.loads(data)

    def until(self, what, condition):
        """Reads states until one is so; gives it."""
        end = time.monotonic() + WAIT_S
        while self.state is None or not condition(self.state):
            assert time.monotonic() < end, f"waited in vain for {what}: {self.state}"
            assert self.event() is not None, f"the stream ended before {what}"
        return self.state

    def lead(self, phase):
        """The first lead of that phase, once there is one."""
        self.until(phase, lambda state: any(row["phase"] == phase for row in state["leads"]))
        return next(row for row in self.state["leads"] if row["phase"] == phase)

    def act(self, name, key=None, **members):
        """(status, answer)"""
        key = key or f"{self.name}-{next(self.keys)}"
        status, _, text = self.browser.ask("POST", f"/api/v1/desk/{name}", {"page": self.name, "key": key, **members})
        return status, json.loads(text)

    def act_on(self, row, name, **members):
        return self.act(name, lead_id=row["lead_id"], offer_number=row["offer_number"], **members)

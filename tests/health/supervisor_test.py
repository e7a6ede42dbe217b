#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the broker and each worker tell a service manager, over a real socket; and the units that we ship."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

BIN = os.environ["LEADWIRE_BIN"]
SOURCE = os.environ["LEADWIRE_SOURCE"]
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))
from waiting import wait_for  # noqa: E402
DEADLINE_S = 30


class Supervised(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="lw-supervisor-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(self.path("notify"))
        self.socket.settimeout(DEADLINE_S)
        self.heard = []

    def path(self, name):
        return os.path.join(self.directory, name)

    def start(self, program, *arguments, watchdog_us=None):
        environment = {**os.environ, "NOTIFY_SOCKET": self.path("notify")}
        environment.pop("WATCHDOG_PID", None)
        environment.pop("LEADWIRE_LOG_LEVEL", None)
        if watchdog_us:
            environment["WATCHDOG_USEC"] = str(watchdog_us)
        with open(self.path("log"), "ab") as log:
            process = subprocess.Popen([os.path.join(BIN, program), *arguments], env=environment, stdout=log, stderr=log)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait(DEADLINE_S)

    def hear(self, begin):
        """The next message that begins so; what came before is kept in heard."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            try:
                message = self.socket.recv(1024).decode()
            except TimeoutError:
                break
            self.heard.append(message)
            if message.startswith(begin):
                return message
        raise AssertionError(f"no {begin}: {self.heard}; {self.log()}")

    def tell_life(self, process):
        """From a process that was just started to its end."""
        self.hear("READY=1")
        for _ in range(3):
            self.hear("WATCHDOG=1")
        process.send_signal(signal.SIGHUP)
        self.assertRegex(self.hear("RELOADING=1"), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.hear("READY=1")
        self.tell_levels(process)
        process.send_signal(signal.SIGTERM)
        self.hear("STOPPING=1")
        self.assertEqual(process.wait(DEADLINE_S), 0)

    def tell_levels(self, process):
        """The log level changes at run time, one signal after the other."""
        for number, level in ((signal.SIGUSR1, "debug"), (signal.SIGUSR2, "info"), (signal.SIGUSR2, "warning")):
            process.send_signal(number)
            wait_for(f"level {level}", lambda: f"log level is {level}\n" in self.log())

    def log(self):
        with open(self.path("log"), encoding="utf-8") as file:
            return file.read()

    def broker(self, *arguments, **more):
        return self.start("leadwire-broker", "--desk", "main", "--run-dir", self.path("run"), *arguments, **more)

    def test_a_broker(self):
        self.tell_life(self.broker("--ephemeral", watchdog_us=200000))
        self.assertTrue(any(message.startswith("STATUS=desk main: store ready") for message in self.heard), self.heard)

    def test_a_broker_that_waits_for_redis_asks_for_patience_and_is_not_ready(self):
        process = self.broker("--redis", "unix:" + self.path("nobody.sock"), watchdog_us=200000)
        self.hear("EXTEND_TIMEOUT_USEC=30000000")
        self.hear("WATCHDOG=1")
        self.assertNotIn("READY=1", self.heard)
        process.send_signal(signal.SIGTERM)
        self.hear("STOPPING=1")
        self.assertEqual(process.wait(DEADLINE_S), 0)

    def test_a_standby_is_ready_while_it_waits(self):
        self.broker("--redis", "unix:" + self.path("nobody.sock"), "--standby")
        self.hear("READY=1")

    def test_a_stopped_broker_no_longer_says_that_it_turns(self):
        process = self.broker("--ephemeral", watchdog_us=200000)
        self.hear("WATCHDOG=1")
        process.send_signal(signal.SIGSTOP)
        self.socket.settimeout(1)   # five times as long as it may be silent
        with self.assertRaises(TimeoutError):
            for _ in range(100):
                self.socket.recv(1024)
        process.send_signal(signal.SIGCONT)

    def test_without_a_watchdog_none_is_fed(self):
        process = self.broker("--ephemeral")
        self.hear("READY=1")
        process.send_signal(signal.SIGTERM)
        self.hear("STOPPING=1")
        process.wait(DEADLINE_S)
        self.assertNotIn("WATCHDOG=1", self.heard)

    def write(self, name, text):
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def tell_life_of(self, name, config, *more):
        """Without a broker: whether that is there is for /readyz to say."""
        self.tell_life(self.start(f"leadwire-{name}", "--config", self.write(f"{name}.yaml", config), *more, watchdog_us=200000))

    def test_web(self):
        shutil.copytree(os.path.join(SOURCE, "deploy/small-business"), self.path("config"))   # its spool is beside it
        config = self.path("config/web.yaml")
        self.tell_life(self.start("leadwire-web", "--config", config, "--listen", "127.0.0.1:0", "--raw", self.path("raw"), "--broker",
                                  "ipc://" + self.path("publish"), watchdog_us=200000))

    def test_mail(self):
        for folder in ("new", "cur", "tmp"):
            os.makedirs(self.path(f"box/{folder}"))
        self.tell_life_of("mail", f"""
desk: main
broker: ipc://{self.path("publish")}
answer_within: 1s
raw: {{directory: raw}}
sources: {{office: {{maildir: box, region: IT}}}}
""")

    def test_phone(self):
        self.write("voice.token", "0123456789abcdef")
        self.tell_life_of("phone", f"""
desk: main
broker: ipc://{self.path("publish")}
listen: 127.0.0.1:0
public_base: https://voice.example.com/
answer_within: 1s
raw: {{directory: raw}}
sources: {{line: {{auth_token_file: voice.token, region: IT}}}}
""")

    def test_gateway(self):
        hashed = subprocess.run([os.path.join(BIN, "leadwire-gateway"), "--hash-password"], input="a password of anna's\n", stdout=subprocess.PIPE,
                                timeout=DEADLINE_S, check=True, encoding="utf-8").stdout
        self.write("users", f"anna rep anna {hashed}")
        self.write("reps", "anna a-secret-for-anna\n")
        self.tell_life_of("gateway", f"""
desk: main
broker: ipc://{self.path("reps-endpoint")}
users: users
rep_secrets: reps
listen: 127.0.0.1:0
""")

    def test_webhooks(self):
        self.write("crm.secret", "whsec_" + "A" * 43 + "=\n")
        os.mkdir(self.path("hooks"), 0o700)
        self.tell_life_of("webhooks", f"""
desk: main
events: ipc://{self.path("events")}
control: ipc://{self.path("control")}
state: hooks
hooks: {{crm: {{url: "https://127.0.0.1:9/", secret_file: crm.secret, states: [completed]}}}}
""")


class Units(unittest.TestCase):
    def test_each_program_that_runs_has_a_unit_that_names_it(self):
        folder = os.path.join(SOURCE, "deploy/systemd")
        for program in ("broker", "web", "mail", "phone", "gateway", "webhooks"):
            with open(os.path.join(folder, f"leadwire-{program}.service"), encoding="utf-8") as file:
                unit = file.read()
            self.assertIn(f"ExecStart=/usr/bin/leadwire-{program} ", unit)
            for line in ("Type=notify", "WatchdogSec=30", "ExecReload=/bin/kill -HUP $MAINPID", "UMask=0077"):
                self.assertIn(line + "\n", unit, program)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_systemd_understands_them(self):
        folder = os.path.join(SOURCE, "deploy/systemd")
        units = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=DEADLINE_S, check=False, encoding="utf-8")
        complaints = [line for line in done.stdout.splitlines() if "leadwire" in line and "is not executable" not in line]
        self.assertEqual(complaints, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)

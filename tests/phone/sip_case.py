# SPDX-License-Identifier: Apache-2.0
"""A leadwire-phone that listens for SIP, and callers for it: sockets of our own, and sipp."""
import os
import re
import shutil
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web"))
import worker_case  # noqa: E402
from worker_case import DEADLINE_S, WorkerCase, wait_for  # noqa: E402,F401

HERE = os.path.dirname(os.path.abspath(__file__))
WAITING, OFFERED, CONNECTING, ASSIGNED, PARKED, COMPLETED, CANCELLED, EXPIRED = range(1, 9)
ANSWERED, NO_ANSWER, BUSY, FAILED = range(1, 5)
NUMBER = "+390255500000"


class Reply:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        self.text = text
        self.status = int(first.split()[1])
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]

    def get(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Caller:
    """One end of SIP; UDP or TCP."""

    def __init__(self, port, kind="udp", host="127.0.0.1"):
        self.kind = kind
        self.buffer = b""
        self.invited = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
        self.socket.connect((host, port))
        self.socket.settimeout(DEADLINE_S)

    def close(self):
        self.socket.close()

    def finish(self):
        """Ends its calls, so that the worker need not wait for ACKs when it stops."""
        try:
            for call, branch in self.invited:
                for method in ("CANCEL", "ACK"):
                    self.ask(method, call=call, branch=branch)
        except OSError:
            pass   # the worker ended, or the connection

    def request(self, method, call="c1", branch=None, cseq=1, uri=f"sip:{NUMBER}@127.0.0.1", to=None, headers=(), body="",
                caller="<sip:+390212345678@example.org>", length=None, cseq_method=None):
        if method == "INVITE":
            self.invited.append((call, branch))
        lines = [f"{method} {uri} SIP/2.0",
                 f"Via: SIP/2.0/{self.kind.upper()} 127.0.0.1;rport;branch=z9hG4bK{branch or call}",
                 f"From: {caller};tag=f1",
                 f"To: {to or '<' + uri + '>'}",
                 f"Call-ID: {call}",
                 f"CSeq: {cseq} {cseq_method or method}",
                 "Max-Forwards: 70",
                 *headers,
                 f"Content-Length: {len(body) if length is None else length}"]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def send(self, message):
        self.socket.sendall(message if isinstance(message, bytes) else message.encode("utf-8", "surrogateescape"))

    def ask(self, method, **fields):
        self.send(self.request(method, **fields))

    def _stream(self):
        while True:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^content-length\s*:\s*(\d+)", head)
            if separator and (not length or len(rest) >= int(length.group(1))):
                size = int(length.group(1)) if length else 0
                self.buffer = rest[size:]
                return (head + separator + rest[:size]).decode()
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("the connection has ended")
            self.buffer += more

    def receive(self, timeout=DEADLINE_S):
        """The next reply; None when there is none in that time."""
        self.socket.settimeout(timeout)
        try:
            return Reply(self._stream() if self.kind == "tcp" else self.socket.recv(65536).decode())
        except (TimeoutError, socket.timeout):
            return None

    def final(self, cseq=None):
        """The next reply that is no provisional one; cseq: and is to that request, as earlier ones are sent again."""
        while True:
            reply = self.receive()
            if reply is None or (reply.status >= 200 and cseq in (None, reply.get("CSeq"))):
                return reply

    def ack(self, reply, call="c1", branch=None, cseq=1):
        self.ask("ACK", call=call, branch=branch, cseq=cseq, to=reply.get("To"))

    def ended(self):
        """The peer has closed the connection."""
        self.socket.settimeout(DEADLINE_S)
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


class SipCase(WorkerCase):
    program = "leadwire-phone"
    listen = "udp:127.0.0.1:0, tcp:127.0.0.1:0"
    door = ""      # more settings of sip
    source = ""    # and of its source

    def config(self):
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
answer_within: 1s
raw: {{directory: raw}}
sip:
  listen: [{self.listen}]
  t1: 200ms
{self.door}
  sources:
    trunk:
      region: IT
      language: it
      poll: 50ms
{self.source}
"""

    def setUp(self):
        super().setUp()
        self.callers = []
        self.learn_ports()

    def learn_ports(self):
        self.ports = {}
        for text in self.counts()["sip"]["listen"]:
            self.ports[text[:3]] = int(text.rsplit(":", 1)[1])

    def tearDown(self):
        for caller in self.callers:
            caller.finish()
        for caller in self.callers:
            caller.close()
        super().tearDown()

    def caller(self, kind="udp"):
        self.callers.append(Caller(self.ports[kind], kind))
        return self.callers[-1]

    def state(self, state, position=0, device="+390255500101", offer=1):
        self.broker.tell(f"state {state} {position} {device} {offer}")

    def await_count(self, name, value):
        wait_for(f"{name} = {value}", lambda: self.counts()[name] == value)

    def await_no_calls(self):
        wait_for("the end of all calls", lambda: self.counts()["sip"]["calls"] == 0)

    def still_answers(self, caller=None):
        caller = caller or self.caller()
        caller.ask("OPTIONS", call="alive", uri="sip:127.0.0.1")
        self.assertEqual(caller.final().status, 200)

    def sipp(self, scenario, kind="udp", *options):
        """Runs it; all its calls must end as the scenario says. The broker's records are read meanwhile, or it would wait for that."""
        ended = threading.Event()

        def listen():
            while not ended.is_set():
                self.broker.seen("nothing")
        listening = threading.Thread(target=listen)
        listening.start()
        try:
            done = self.run_sipp(scenario, kind, options)
        finally:
            ended.set()
            listening.join()
        if done.returncode != 0:
            errors = os.path.join(self.directory, "sipp.err")
            raise AssertionError(f"sipp {scenario} by {kind}: exit {done.returncode}\n" +
                                 (open(errors, errors="replace").read()[-3000:] if os.path.exists(errors) else done.stderr[-3000:]))

    def run_sipp(self, scenario, kind, options):
        return subprocess.run(
            ["sipp", f"127.0.0.1:{self.ports[kind]}", "-sf", os.path.join(HERE, "scenarios", scenario + ".xml"), "-i", "127.0.0.1",
             "-t", "u1" if kind == "udp" else "t1", "-s", NUMBER, "-nostdin", "-timeout", "120s", "-timeout_error", "-trace_err",
             "-error_file", os.path.join(self.directory, "sipp.err"), *(options or ("-m", "1"))],
            cwd=self.directory, capture_output=True, text=True, timeout=150, check=False)


def main(needs_sipp=False):
    if needs_sipp and not shutil.which("sipp"):
        print("SKIP: sipp (Debian: sip-tester) is not installed")
        sys.exit(77)
    worker_case.main()



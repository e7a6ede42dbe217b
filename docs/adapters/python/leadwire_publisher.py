# SPDX-License-Identifier: Apache-2.0
"""Publishes leads to a desk, one at a time, as docs/PROTOCOL.md asks of publishers. The rules P1 to P23 are numbered there."""
import struct
import time

import zmq
from leadwire.v1 import session_pb2 as wire

VERSION = 1
HELLO, WELCOME, REPLY, PING, PONG, BYE, PUBLISH = 1, 2, 3, 4, 5, 6, 10
READS = {WELCOME: wire.Welcome, REPLY: wire.Reply, PONG: wire.Pong, BYE: wire.Bye}
NEVER = (wire.STATUS_VERSION, wire.STATUS_REJECTED, wire.STATUS_UNAUTHENTICATED, wire.STATUS_MALFORMED,
         wire.STATUS_FORBIDDEN)
PATIENCE_S, REDIRECT_S, HELLO_FIRST_S, HELLO_LAST_S, HELLOS_PER_CONNECTION = 2, 1, 0.1, 2, 5


class Refused(Exception):
    """No broker of this release will ever take anything from us."""


class Publisher:
    def __init__(self, endpoints, desk, client):
        """endpoints: a list; more than one where several brokers may have the desk."""
        self.hello = wire.Hello(version_min=VERSION, version_max=VERSION, role=wire.ROLE_PUBLISHER, desk=desk, client=client)
        self.endpoints, self.socket, self.is_open, self.epoch = list(endpoints), None, False, 0

    def publish(self, publish):
        """The final answer to a Publish message, however long it takes."""
        while True:
            reply = self._ask(publish)
            if reply and reply.status == wire.STATUS_BUSY:
                time.sleep(reply.retry_after_ms / 1000)
            elif reply and reply.status == wire.STATUS_NOT_OWNER:
                self._redirect(reply)
            elif reply:
                return reply

    def close(self):
        if self.is_open:
            self._send(BYE, wire.Bye(reason="done"))
        if self.socket:
            self.socket.close(linger=1000)

    def _ask(self, publish):
        """Sends it once. None: no answer, so that nobody knows the outcome."""
        while not self.is_open:
            self._open()
        self._send(PUBLISH, publish)
        until = time.monotonic() + PATIENCE_S
        ping_at = time.monotonic()
        while self.is_open and time.monotonic() < until:
            if time.monotonic() >= ping_at:
                self._send(PING, wire.Ping(received_count=self.received))
                self.unheard_since = self.unheard_since or time.monotonic()
                ping_at = time.monotonic() + self.heartbeat_s / 2
            kind, said = self._receive(self.heartbeat_s / 4)
            if kind == BYE or kind == REPLY and said.status == wire.STATUS_NO_SESSION:
                self.is_open = False
            elif kind == REPLY and said.request_id == publish.request_id:
                return said
            elif self.unheard_since and time.monotonic() > self.unheard_since + 3 * self.heartbeat_s:
                self._connect()
        return None

    def _open(self):
        """Says Hello on one connection until a broker says Welcome."""
        if not self.socket or self.hellos == HELLOS_PER_CONNECTION:
            self._connect()
        self._send(HELLO, self.hello)
        until = time.monotonic() + min(HELLO_FIRST_S * 2 ** self.hellos, HELLO_LAST_S)
        self.hellos += 1
        while not self.is_open and time.monotonic() < until:
            kind, said = self._receive(until - time.monotonic())
            if kind == WELCOME:
                self.is_open, self.received, self.hellos, self.heartbeat_s = True, 0, 0, said.heartbeat_ms / 1000
            elif kind == REPLY and said.request_id == 0 and said.status in NEVER:
                raise Refused(said.reason)
            elif kind == REPLY and said.request_id == 0 and said.status == wire.STATUS_NOT_OWNER:
                return self._redirect(said)
            elif kind == REPLY and said.request_id == 0 and said.status == wire.STATUS_BUSY:
                return time.sleep(said.retry_after_ms / 1000)

    def _redirect(self, reply):
        """Another broker may have the desk by now, or this one soon."""
        self.endpoints.append(self.endpoints.pop(0))
        time.sleep(max(REDIRECT_S, reply.retry_after_ms / 1000))
        self._connect()

    def _connect(self):
        if self.socket:
            self.socket.close(linger=0)
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.connect(self.endpoints[0])
        self.is_open, self.hellos, self.received, self.unheard_since = False, 0, 0, None

    def _send(self, kind, message):
        body = message.SerializeToString()
        try:
            self.socket.send(b"LW" + struct.pack("<BBI", VERSION, kind, len(body)) + body, zmq.DONTWAIT)
        except zmq.Again:
            pass   # nobody reads: the silence will tell

    def _receive(self, wait_s):
        """(type, message) of a broker that still owns the desk; (0, None) when nothing of use came."""
        if not self.socket.poll(max(0, wait_s) * 1000):
            return 0, None
        frame = self.socket.recv()
        self.received, self.unheard_since = self.received + 1, None
        if len(frame) < 8 or frame[:3] != b"LW\x01" or frame[3] not in READS:
            return 0, None
        message = READS[frame[3]].FromString(frame[8:])
        epoch = getattr(message, "epoch", 0)
        self.epoch = max(self.epoch, epoch)
        return (0, None) if 0 < epoch < self.epoch else (frame[3], message)

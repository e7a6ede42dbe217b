# SPDX-License-Identifier: Apache-2.0
"""The Python example with one thing wrong.

    bad_adapter.py FAULT ENDPOINT LEADS
"""
import sys
import time

import leadwire_publisher
import zmq
from leadwire.v1 import lead_pb2, publisher_pb2, session_pb2 as wire
from leadwire_publisher import BYE, PING, PUBLISH, REPLY, VERSION, WELCOME, Publisher

STATUS_OF_LATER = 99   # as leadwire adapter-test says it


class Forgets(Publisher):
    """No answer: on to the next lead."""
    def publish(self, publish):
        reply = self._ask(publish)
        if reply and reply.status == wire.STATUS_BUSY:
            time.sleep(reply.retry_after_ms / 1000)
            return self.publish(publish)
        return reply


class ChangesId(Publisher):
    """A random id made for each try protects from nothing."""
    def _ask(self, publish):
        reply = super()._ask(publish)
        if not reply:
            publish.idempotency_id += "-again"
        return reply


class ChangesContent(Publisher):
    def _ask(self, publish):
        reply = super()._ask(publish)
        if not reply:
            publish.lead.summary += " Ancora."
        return reply


class Hurries(Publisher):
    """Does not wait as long as it is told."""
    def publish(self, publish):
        while True:
            reply = self._ask(publish)
            if reply and reply.status == wire.STATUS_BUSY:
                time.sleep(reply.retry_after_ms / 2000)
            elif reply:
                return reply


class Believes(Publisher):
    """Also who owned the desk once."""
    def _receive(self, wait_s):
        self.epoch = 0
        return super()._receive(wait_s)


class KeepsSilent(Publisher):
    """No Ping, no Pong that it could miss, and patience."""
    def __init__(self, *arguments):
        leadwire_publisher.PATIENCE_S = 6
        super().__init__(*arguments)

    def _send(self, kind, message):
        if kind != PING:
            super()._send(kind, message)

    def _receive(self, wait_s):
        self.unheard_since = None
        return super()._receive(wait_s)


class Insists(Publisher):
    """Asks again after a no."""
    def publish(self, publish):
        reply = super().publish(publish)
        if reply.status == wire.STATUS_REJECTED:
            time.sleep(2)
            super().publish(publish)
        return reply


class Floods(Publisher):
    """All at once."""
    def publish(self, publish):
        while not self.is_open:
            self._open()
        for number in range(20):
            more = publisher_pb2.Publish()
            more.CopyFrom(publish)
            more.request_id, more.idempotency_id = publish.request_id * 100 + number, f"{publish.idempotency_id}-{number}"
            self._send(PUBLISH, more)
        return super().publish(publish)


class Pings(Publisher):
    """Before it says Hello."""
    def _connect(self):
        super()._connect()
        self._send(PING, wire.Ping())


class Names(Publisher):
    """No desk."""
    def __init__(self, endpoints, _desk, client):
        super().__init__(endpoints, "", client)


class Waits(Publisher):
    """For a broker that did not hear its Hello."""
    def __init__(self, *arguments):
        leadwire_publisher.HELLO_FIRST_S = leadwire_publisher.HELLO_LAST_S = 4
        super().__init__(*arguments)


class Hammers(Publisher):
    """Hello again and again."""
    def __init__(self, *arguments):
        leadwire_publisher.HELLO_FIRST_S = leadwire_publisher.HELLO_LAST_S = 0.03
        super().__init__(*arguments)


class Presses(Publisher):
    """Does not wait with its Hello as long as it is told."""
    def _receive(self, wait_s):
        kind, said = super()._receive(wait_s)
        if kind == REPLY and said.request_id == 0 and said.status == wire.STATUS_BUSY:
            said.retry_after_ms //= 5
        return kind, said


class Stays(Publisher):
    """With a broker that does not own the desk, and asks it without a pause."""
    def _redirect(self, reply):
        time.sleep(0.1)


class Trusts(Publisher):
    """Any answer to Hello."""
    def _redirect(self, reply):
        self.is_open, self.received, self.heartbeat_s = True, 0, 1


class ComesBack(Publisher):
    """To a broker that speaks another version."""
    def __init__(self, *arguments):
        leadwire_publisher.NEVER = ()
        super().__init__(*arguments)


class Splits(Publisher):
    """A message of two parts."""
    def _send(self, kind, message):
        if kind == PUBLISH:
            body = message.SerializeToString()
            self.socket.send_multipart([leadwire_publisher.struct.pack("<2sBBI", b"LW", VERSION, kind, len(body)) + body, b""])
        else:
            super()._send(kind, message)


class Numbers(Publisher):
    """Nothing: the first request has no number."""
    def publish(self, publish):
        if publish.request_id == 1:
            super().publish(publisher_pb2.Publish(idempotency_id=publish.idempotency_id, lead=publish.lead))
        return super().publish(publish)


class Overlooks(Publisher):
    """Frames of types that it does not know, when it counts."""
    def _receive(self, wait_s):
        before = self.received
        kind, said = super()._receive(wait_s)
        if kind == 0:
            self.received = before
        return kind, said


class Overcounts(Publisher):
    """What it received."""
    def _receive(self, wait_s):
        before = self.received
        kind, said = super()._receive(wait_s)
        self.received += self.received - before
        return kind, said


class IsStrict(Publisher):
    """With messages that have fields of later; KINDS: of which types."""
    KINDS = (REPLY,)

    def _receive(self, wait_s):
        kind, said = super()._receive(wait_s)
        if kind in self.KINDS and has_unknown_fields(said):
            return 0, None
        return kind, said


class IsStrictAtOnce(IsStrict):
    KINDS = (WELCOME,)


class StartsAgain(Publisher):
    """When it gets what it does not understand."""
    def _receive(self, wait_s):
        before = self.received
        kind, said = super()._receive(wait_s)
        if self.is_open and kind == 0 and self.received > before:
            self._connect()
        return kind, said


class MixesUp(Publisher):
    """Answers, when it waits for two: they come in order, it thinks. It asks for two only once, after most scenes, so that
    nothing else goes wrong."""
    state, first = "alone", None

    def publish(self, publish):
        if self.state == "keeps":
            self.state, self.first = "both", publish
            return None
        if self.state == "both":
            self.state = "alone"
            return self._publish_both([self.first, publish])
        reply = super().publish(publish)
        if reply.status == STATUS_OF_LATER:
            self.state = "keeps"
        return reply

    def _publish_both(self, waiting):
        for publish in waiting:
            self._send(PUBLISH, publish)
        while waiting:
            self._send(PING, wire.Ping(received_count=self.received))
            kind, said = self._receive(self.heartbeat_s / 4)
            if kind != REPLY:
                continue
            publish = waiting.pop(0)
            if said.status == wire.STATUS_BUSY:
                time.sleep(said.retry_after_ms / 1000)
                self._send(PUBLISH, publish)
                waiting.append(publish)


class Doubts(Publisher):
    """Asks again after a yes."""
    is_sure = False

    def publish(self, publish):
        reply = super().publish(publish)
        if not self.is_sure:
            self.is_sure = True
            time.sleep(2)
            super().publish(publish)
        return reply


class Persists(Publisher):
    """In a session that the broker does not know."""
    def _receive(self, wait_s):
        kind, said = super()._receive(wait_s)
        return (0, None) if kind == REPLY and said.status == wire.STATUS_NO_SESSION else (kind, said)


class Leaves(Publisher):
    """For good when it is told Bye."""
    def _receive(self, wait_s):
        kind, said = super()._receive(wait_s)
        if kind == BYE:
            raise SystemExit
        return kind, said


class Deaf(Publisher):
    """Waits for a broker that says nothing."""
    def _receive(self, wait_s):
        self.unheard_since = None
        return super()._receive(wait_s)


class Despairs(Publisher):
    """When its connection is lost."""
    monitor = None

    def _connect(self):
        if self.socket:
            self.socket.disable_monitor()
        super()._connect()
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)

    def _receive(self, wait_s):
        if self.monitor.poll(0):
            raise SystemExit
        return super()._receive(wait_s)


def has_unknown_fields(message):
    """Also in what it holds: whoever drops those reads less than it was sent."""
    copy = type(message)()
    copy.CopyFrom(message)
    copy.DiscardUnknownFields()
    return copy.ByteSize() < message.ByteSize()


def main():
    publisher = globals()[sys.argv[1]]([sys.argv[2]], "sales", "bad_adapter")
    for number in range(1, int(sys.argv[3]) + 1):
        lead = lead_pb2.Lead(channel=lead_pb2.CHANNEL_WEB, source="bad", full_name=f"Person {number}")
        publisher.publish(publisher_pb2.Publish(request_id=number, idempotency_id=f"form-{number}", lead=lead))


main()

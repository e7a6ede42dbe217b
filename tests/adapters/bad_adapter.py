# SPDX-License-Identifier: Apache-2.0
"""The Python example with one thing wrong.

    bad_adapter.py FAULT ENDPOINT LEADS
"""
import sys
import time

import leadwire_publisher
from leadwire.v1 import lead_pb2, publisher_pb2, session_pb2 as wire
from leadwire_publisher import PING, PUBLISH, Publisher


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


FAULTS = {kind.__name__: kind for kind in
          (Forgets, ChangesId, ChangesContent, Hurries, Believes, KeepsSilent, Insists, Floods)}


def main():
    publisher = FAULTS[sys.argv[1]]([sys.argv[2]], "sales", "bad_adapter")
    for number in range(1, int(sys.argv[3]) + 1):
        lead = lead_pb2.Lead(channel=lead_pb2.CHANNEL_WEB, source="bad", full_name=f"Person {number}")
        publisher.publish(publisher_pb2.Publish(request_id=number, idempotency_id=f"form-{number}", lead=lead))


main()

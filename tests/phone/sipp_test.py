# SPDX-License-Identifier: Apache-2.0
"""The SIP door with sipp: the scenarios in tests/phone/scenarios, by UDP and TCP; --load: 50 calls a second for a minute."""
import sys

import sip_case
from sip_case import ANSWERED, CONNECTING, WAITING, SipCase, wait_for

RATE, SECONDS = 50, 60


class Scenarios(SipCase):
    source = "      wait: 2s\n      refuse: [busy]"

    def test_redirect(self):
        self.state(CONNECTING)
        self.broker.tell("keep")
        for kind in ("udp", "tcp"):
            self.sipp("redirect", kind)
            self.assertEqual(self.broker.next("dial_result")["outcome"], ANSWERED)

    def test_cancel(self):
        self.state(WAITING, 1)
        for kind in ("udp", "tcp"):
            self.sipp("cancel", kind)
            self.assertEqual(self.broker.next("cancel")["reason"], "caller hung up")
            self.state(WAITING, 1)

    def test_nobody(self):
        self.state(WAITING, 1)
        for kind in ("udp", "tcp"):
            self.sipp("nobody", kind)
            self.assertEqual(self.broker.next("cancel")["reason"], "nobody in time")
            self.state(WAITING, 1)

    def test_busy(self):
        self.broker.tell("say busy")
        for kind in ("udp", "tcp"):
            self.state(WAITING, 1)
            self.sipp("busy", kind)

    def test_away(self):
        self.broker.tell("mode busy")
        for kind in ("udp", "tcp"):
            self.sipp("away", kind)
        self.broker.tell("mode normal")

    def test_options(self):
        for kind in ("udp", "tcp"):
            self.sipp("options", kind)

    def test_a_hundred_calls_at_once(self):
        self.state(CONNECTING)
        self.broker.tell("keep")
        for kind in ("udp", "tcp"):
            self.sipp("redirect", kind, "-m", "100", "-r", "100", "-l", "100")
        self.assertEqual(self.counts()["redirected"], 200)


class Load(SipCase):
    def test_load(self):
        self.state(CONNECTING)
        self.broker.tell("keep")
        for kind in ("udp", "tcp"):
            self.sipp("redirect", kind, "-m", str(RATE * SECONDS // 2), "-r", str(RATE), "-l", "500")
        counts = self.counts()
        self.assertEqual((counts["accepted"], counts["redirected"], counts["busy"]), (RATE * SECONDS, RATE * SECONDS, 0))
        wait_for("every dial result", lambda: len(self.broker.seen("dial_result")) == RATE * SECONDS)


if __name__ == "__main__":
    load = "--load" in sys.argv
    sys.argv = [sys.argv[0], "Load" if load else "Scenarios"]
    sip_case.main(needs_sipp=True)

# SPDX-License-Identifier: Apache-2.0
"""The SIP door with sipp: the scenarios in tests/phone/scenarios, by UDP and TCP. Many calls at once: sip_load_test.py."""
import sip_case
from sip_case import ANSWERED, CONNECTING, WAITING, SipCase


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

    def test_an_invite_that_comes_again_and_a_late_ack(self):
        self.state(CONNECTING)
        self.broker.tell("keep")
        self.sipp("again")
        self.assertEqual(self.broker.next("dial_result")["outcome"], ANSWERED)
        self.assertEqual(self.counts()["accepted"], 1)

    def test_options(self):
        for kind in ("udp", "tcp"):
            self.sipp("options", kind)

    def test_a_hundred_calls_at_once(self):
        self.state(CONNECTING)
        self.broker.tell("keep")
        for kind in ("udp", "tcp"):
            self.sipp("redirect", kind, "-m", "100", "-r", "100", "-l", "100")
        self.assertEqual(self.counts()["redirected"], 200)


if __name__ == "__main__":
    sip_case.main(needs_sipp=True)

# SPDX-License-Identifier: Apache-2.0
"""RFC 4475: each torture message gets an answer that is right, or none, and the door goes on answering."""
import sip_case
from sip_case import WAITING, SipCase
from torture import CASES, LEAD


def asking_for_answers_here(name, data):
    """With rport in the first Via, or answers go to the port that it names; and each a transaction of its own."""
    data = data.replace(b"z9hG4bKtorture", b"z9hG4bK" + name.encode())
    head, separator, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    for n, line in enumerate(lines):
        if line.lower().startswith(b"via:") and b"rport" not in line:
            first, comma, rest = line.partition(b",")
            lines[n] = first + b";rport" + comma + rest
            break
    return b"\r\n".join(lines) + separator + body


class Torture(SipCase):
    def answer(self, caller, name, data):
        """The status of the first answer to it: silence is when a question asked after it is answered first."""
        caller.send(asking_for_answers_here(name, data))
        caller.ask("OPTIONS", call="alive", uri="sip:127.0.0.1")
        reply = caller.receive()
        self.assertIsNotNone(reply)
        if reply.get("Call-ID") == "alive":
            self.assertEqual(reply.status, 200)
            return None
        return reply.status

    def test_each_message_gets_a_right_answer(self):
        self.state(WAITING, 1)
        for name, data, right in CASES:
            self.assertIn(self.answer(self.caller(), name, data), right, name)
        leads = len(self.broker.seen("publish"))
        self.assertEqual(leads, self.counts()["accepted"])
        self.assertGreaterEqual(leads, sum(right == {LEAD} for _, _, right in CASES))

    def test_by_tcp_nothing_but_the_connection_can_break(self):
        self.state(WAITING, 1)
        for _, data, _ in CASES:
            caller = self.caller("tcp")
            caller.send(data)
            self.still_answers()

    def test_cut_short_nothing_breaks(self):
        caller = self.caller()
        for _, data, _ in CASES:
            if len(data) < 700:
                for size in range(0, len(data), 7):
                    caller.send(data[:size])
                self.still_answers()   # and has read all that is before it


if __name__ == "__main__":
    sip_case.main()

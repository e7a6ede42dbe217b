# SPDX-License-Identifier: Apache-2.0
"""The SIP door, message by message: each row of docs/INGEST.md's table of what can be wrong, and the life of a call."""
import signal
import socket

import sip_case
from sip_case import (ANSWERED, ASSIGNED, CANCELLED, CONNECTING, EXPIRED, NO_ANSWER, NUMBER, OFFERED, PARKED, WAITING, SipCase, wait_for)


class Call(SipCase):
    def test_an_accepted_call_is_redirected_and_told_as_answered(self):
        for kind in ("udp", "tcp"):
            call = "accepted-" + kind
            caller = self.caller(kind)
            self.state(WAITING, 1)
            caller.ask("INVITE", call=call, caller='"Mario Rossi" <sip:+390212345678@example.org>')
            self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
            record = self.broker.next("publish")
            lead = record["lead"]
            self.assertEqual((record["id"], lead["call_id"], lead["source"]), (call, call, "trunk"))
            self.assertEqual((lead["phones"], lead["called_number"], lead["full_name"]), (["+390212345678"], NUMBER, "Mario Rossi"))
            self.state(CONNECTING, 0, "+390255500101", 3)
            moved = caller.receive()
            self.assertEqual((moved.status, moved.get("Contact")), (302, "<tel:+390255500101>"))
            self.assertIn(";tag=", moved.get("To"))
            caller.ack(moved, call)
            told = self.broker.next("dial_result")
            self.assertEqual((told["offer"], told["outcome"], told["leg"]), (3, ANSWERED, call))
        self.assertEqual(self.counts()["redirected"], 2)
        self.await_no_calls()

    def test_a_device_with_a_sip_address_is_the_contact_as_it_is(self):
        self.state(CONNECTING, 0, "sip:anna@pbx.example;transport=tcp", 1)
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual(caller.final().get("Contact"), "<sip:anna@pbx.example;transport=tcp>")

    def test_a_device_that_is_no_address_is_not_rung(self):
        self.state(CONNECTING, 0, "anna<>@x", 1)
        caller = self.caller()
        caller.ask("INVITE")
        wait_for("the warning", lambda: "no device that a call can be sent to" in self.worker.log())
        self.state(CONNECTING, 0, "sip:anna@pbx.example", 2)
        self.assertEqual(caller.final().get("Contact"), "<sip:anna@pbx.example>")

    def test_a_caller_who_hangs_up_is_cancelled(self):
        for kind in ("udp", "tcp"):
            for state in (WAITING, OFFERED):
                call = f"cancelled-{kind}-{state}"
                self.state(state, 1)
                caller = self.caller(kind)
                caller.ask("INVITE", call=call)
                self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
                caller.ask("CANCEL", call=call)
                answers = {reply.get("CSeq"): reply.status for reply in (caller.receive(), caller.receive())}
                self.assertEqual(answers, {"1 CANCEL": 200, "1 INVITE": 487})
                self.assertEqual(self.broker.next("cancel"), {"request": "cancel", "id": call, "reason": "caller hung up"})
                caller.ask("ACK", call=call)
        self.assertEqual(self.counts()["abandoned"], 4)
        self.await_no_calls()

    def test_a_cancel_that_crosses_the_302_cancels_the_lead(self):
        self.state(CONNECTING)
        caller = self.caller()
        caller.ask("INVITE")
        moved = caller.final()
        caller.ask("CANCEL")
        self.assertEqual(caller.final("1 CANCEL").status, 200)
        self.assertEqual(self.broker.next("cancel")["id"], "c1")
        caller.ack(moved)
        self.await_no_calls()
        self.assertEqual(self.broker.seen("dial_result"), [])

    def test_an_invite_again_gets_the_same_answer_and_is_the_same_lead(self):
        self.state(WAITING, 1)
        caller = self.caller()
        invite = caller.request("INVITE")
        caller.send(invite)
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        caller.send(invite)
        self.assertEqual(caller.receive().status, 180)
        self.state(CONNECTING)
        first = caller.final()
        caller.send(invite)
        self.assertEqual(caller.final().text, first.text)
        self.assertEqual(len(self.broker.seen("publish")), 1)
        caller.ack(first)

    def test_a_final_answer_is_sent_again_until_its_ack(self):
        self.state(CONNECTING)
        caller = self.caller()
        caller.ask("INVITE")
        first = caller.final()
        again = [caller.receive().text for _ in range(3)]   # after t1, 2 t1, 4 t1
        self.assertEqual(again, [first.text] * 3)
        caller.ack(first)
        caller.ack(first)   # its own repeat is absorbed
        self.assertEqual(self.broker.next("dial_result")["outcome"], ANSWERED)
        self.await_no_calls()
        self.assertEqual(self.broker.seen("dial_result"), [])

    def test_a_302_without_an_ack_is_a_caller_who_is_gone(self):
        self.worker.stop()
        self.worker.write_config(self.config().replace("t1: 200ms", "t1: 10ms"))
        self.worker.start()
        self.worker.ready()
        self.learn_ports()
        self.state(CONNECTING)
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual(caller.final().status, 302)
        self.assertEqual(self.broker.next("cancel")["reason"], "the redirection was not acknowledged")
        self.await_no_calls()

    def test_the_call_once_more_after_its_end_is_the_same_lead(self):
        self.state(CONNECTING)
        caller = self.caller()
        caller.ask("INVITE")
        caller.ack(caller.final())
        self.broker.next("dial_result")   # assigned from here on
        caller.ask("INVITE", branch="second", cseq=2)
        answer = caller.final("2 INVITE")
        self.assertEqual((answer.status, answer.get("Retry-After")), (480, "60"))
        self.assertEqual((self.counts()["accepted"], self.counts()["duplicate"]), (1, 1))

    def test_the_end_of_the_broker_wait_is_480(self):
        for state, cancelled in ((PARKED, True), (EXPIRED, False), (CANCELLED, False)):
            call = f"ended-{state}"
            self.state(state)
            caller = self.caller()
            caller.ask("INVITE", call=call)
            self.assertEqual(caller.final().status, 480)
            if cancelled:
                self.assertEqual(self.broker.next("cancel")["id"], call)
        self.assertEqual(self.broker.seen("cancel"), [])

    def test_callers_whom_nobody_can_take_are_told_at_once(self):
        for say in ("closed", "no_rep"):
            caller = self.caller()
            self.broker.tell("say " + say)
            caller.ask("INVITE", call=say)
            answer = caller.final()
            self.assertEqual((answer.status, answer.get("Retry-After")), (480, "60"))
            self.assertEqual(self.broker.next("cancel")["id"], say)
            caller.ack(answer, say)
            self.broker.tell("say -")
            self.state(WAITING, 1)
        caller = self.caller()
        self.broker.tell("say busy")   # of which the source says nothing: the caller waits
        caller.ask("INVITE", call="busy")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        self.broker.tell("say -")
        self.state(CONNECTING)
        self.assertEqual(caller.final().status, 302)


class Identity(SipCase):
    door = "  trusted: [127.0.0.1]"

    def lead(self, call, **fields):
        caller = self.caller()
        caller.ask("INVITE", call=call, **fields)
        return self.broker.next("publish")["lead"]

    def test_the_network_is_believed_before_the_caller(self):
        lead = self.lead("1", headers=["P-Asserted-Identity: \"Rossi\" <sip:+390298765432@net.example>, <tel:+390298765432>",
                                       "Remote-Party-ID: <sip:+390211111111@net.example>;party=calling"])
        self.assertEqual((lead["phones"], lead["full_name"]), (["+390298765432"], "Rossi"))
        lead = self.lead("2", headers=["Remote-Party-ID: <sip:+390211111111@net.example>;party=calling;privacy=off"])
        self.assertEqual(lead["phones"], ["+390211111111"])
        lead = self.lead("3", headers=["Remote-Party-ID: <sip:+390211111111@net.example>;party=called"])
        self.assertEqual(lead["phones"], ["+390212345678"])
        lead = self.lead("4", headers=["P-Asserted-Identity: <tel:+390298765432;verstat=x>"])
        self.assertEqual(lead["phones"], ["+390298765432"])

    def test_who_withholds_the_number_is_believed(self):
        hidden = [("5", {"caller": '"Anonymous" <sip:anonymous@anonymous.invalid>'}),
                  ("6", {"headers": ["P-Asserted-Identity: <tel:+390298765432>", "Privacy: id"]}),
                  ("7", {"headers": ["Remote-Party-ID: <sip:+390211111111@net.example>;privacy=full"]})]
        for call, fields in hidden:
            lead = self.lead(call, **fields)
            self.assertEqual((lead["phones"], lead["warnings"]), ([], ["the caller's number is withheld"]), call)

    def test_who_forwarded_the_call_and_a_caller_with_a_name_are_attributes(self):
        lead = self.lead("8", caller="<sip:anna@pbx.example>", headers=["Diversion: <sip:+390255500009@net.example>;reason=no-answer"])
        self.assertEqual((lead["phones"], lead["attributes"]),
                         ([], {"caller_address": "sip:anna@pbx.example", "forwarded_from": "+390255500009"}))

    def test_the_number_called_is_that_of_the_request_else_of_to(self):
        lead = self.lead("9", uri="sip:127.0.0.1", to="<sip:0255500007@net.example>")
        self.assertEqual(lead["called_number"], "0255500007")


class Untrusted(SipCase):
    def test_an_asserted_identity_of_just_anybody_counts_for_nothing(self):
        caller = self.caller()
        caller.ask("INVITE", headers=["P-Asserted-Identity: <tel:+390298765432>"])
        self.assertEqual(self.broker.next("publish")["lead"]["phones"], ["+390212345678"])


class Sources(SipCase):
    door = "  calls_max: 2"
    source = f"""      called: ["{NUMBER}"]
      refuse: [busy]
      retry_after: 30s
      contact_domain: pbx.example.com:5070
      answered_after: 60s
    other:
      called: ["02 5550 0001"]"""

    def test_each_number_is_its_source(self):
        self.caller().ask("INVITE", call="a", uri="sip:0255500001@127.0.0.1")
        self.assertEqual(self.broker.next("publish")["lead"]["source"], "other")
        caller = self.caller()
        caller.ask("INVITE", call="b", uri="sip:0255500002@127.0.0.1")
        self.assertEqual(caller.receive().status, 404)

    def test_busy_is_486_where_the_source_says_so(self):
        self.broker.tell("say busy")
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual(caller.final().status, 486)
        self.assertEqual(self.broker.next("cancel")["reason"], "all reps are busy")

    def test_a_call_that_comes_back_from_a_rep_who_did_not_answer_waits_again(self):
        self.state(CONNECTING, 0, "+39.02.5550-0101", 4)
        caller = self.caller()
        caller.ask("INVITE")
        moved = caller.final()
        self.assertEqual(moved.get("Contact"), "<sip:+390255500101@pbx.example.com:5070;user=phone>")
        caller.ack(moved)
        wait_for("the ACK's effect", lambda: self.counts()["sip"]["calls"] == 1)
        self.assertEqual(self.broker.seen("dial_result"), [])   # answered only after answered_after
        caller = self.caller()
        caller.ask("INVITE", branch="second", cseq=2)
        told = self.broker.next("dial_result")
        self.assertEqual((told["offer"], told["outcome"]), (4, NO_ANSWER))
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        self.state(CONNECTING, 0, "+390255500102", 5)
        self.assertIn("+390255500102", caller.final().get("Contact"))

    def test_above_calls_max_callers_are_told_busy(self):
        self.state(WAITING, 1)
        caller = self.caller()
        for call in ("a", "b"):
            caller.ask("INVITE", call=call)
            self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        caller.ask("INVITE", call="c")
        answer = caller.receive()
        self.assertEqual((answer.status, answer.get("Retry-After")), (486, "30"))
        caller.ask("OPTIONS", call="o")
        self.assertEqual(caller.final().status, 486)


class Impatient(SipCase):
    source = "      wait: 1s"

    def test_nobody_in_time_is_480_and_the_lead_is_cancelled(self):
        self.state(WAITING, 1)
        caller = self.caller()
        caller.ask("INVITE")
        answer = caller.final()
        self.assertEqual((answer.status, answer.get("Retry-After")), (480, "60"))
        self.assertEqual(self.broker.next("cancel")["reason"], "nobody in time")
        self.assertEqual(self.counts()["nobody"], 1)


class AnsweredLater(SipCase):
    source = "      answered_after: 200ms"

    def test_a_call_that_does_not_come_back_was_answered(self):
        self.state(CONNECTING)
        caller = self.caller()
        caller.ask("INVITE")
        caller.ack(caller.final())
        self.assertEqual(self.broker.next("dial_result")["outcome"], ANSWERED)
        self.await_no_calls()


class Wrong(SipCase):
    def test_bad_requests_get_400(self):
        caller = self.caller()
        bad = {
            "another method in CSeq": caller.request("INVITE", call="1", cseq_method="BYE"),
            "a CSeq of 2^31": caller.request("OPTIONS", call="2", cseq=2 ** 31),
            "two From": caller.request("INVITE", call="3", headers=["From: <sip:b@example.org>;tag=2"]),
            "a body that is not there": caller.request("INVITE", call="4", length=100),
            "no length": caller.request("INVITE", call="5", length="x"),
            "a number below nothing": caller.request("INVITE", call="6", length=-1),
            "blanks in the request line": caller.request("INVITE", call="7").replace("INVITE sip", "INVITE  sip", 1),
            "a quote without end": caller.request("INVITE", call="8", caller='"Mario <sip:a@example.org>'),
            "headers in the address": caller.request("INVITE", call="9", uri="sip:a@127.0.0.1?Subject=x", to="<sip:a@127.0.0.1>"),
        }
        for what, message in bad.items():
            caller.send(message)
            self.assertEqual(caller.receive().status, 400, what)
        self.assertEqual(self.counts()["malformed"], len(bad))
        self.assertEqual(self.broker.seen("publish"), [])

    def test_what_cannot_be_answered_is_silently_counted(self):
        caller = self.caller()
        whole = caller.request("INVITE")
        garbage = [b"\x00\xff" * 50, b"hello\r\n\r\n", whole.replace("Via:", "X:", 1), whole.replace("Call-ID:", "X:", 1),
                   whole.replace("\r\n", "\n"), whole[:60], whole.replace("Max-Forwards: 70", "Max-Forwards: 70\x00"),
                   whole.replace("Max-Forwards: 70", "\r\n".join(["X: y"] * 130))]
        for message in garbage:
            caller.send(message)
        self.await_count("malformed", len(garbage))
        caller.send("SIP/2.0 200 OK\r\n" + whole.split("\r\n", 1)[1])   # an answer that nobody asked for
        self.await_count("other", 1)
        caller.send("\r\n\r\n")                                         # keep-alives
        caller.send("")
        self.still_answers(caller)
        self.assertEqual(self.broker.seen("publish"), [])

    def test_other_methods_get_405_with_allow(self):
        caller = self.caller()
        for method in ("REGISTER", "SUBSCRIBE", "INFO", "!interesting-Method0123456789_*+`.%indeed'~", "invite"):
            caller.ask(method, call=method)
            answer = caller.receive()
            self.assertEqual((answer.status, answer.get("Allow")), (405, "INVITE, ACK, CANCEL, OPTIONS, BYE"), method)
        self.assertEqual(self.counts()["wrong_method"], 5)

    def test_requests_that_we_cannot_meet_are_told_why(self):
        caller = self.caller()
        cases = [
            (481, "BYE", {}, None),
            (481, "CANCEL", {}, None),
            (481, "INVITE", {"to": "<sip:a@127.0.0.1>;tag=1"}, None),
            (420, "INVITE", {"headers": ["Require: 100rel"]}, ("Unsupported", "100rel")),
            (416, "OPTIONS", {"uri": "nobodyKnows:this", "to": "<sip:a@127.0.0.1>"}, None),
        ]
        for n, (status, method, fields, header) in enumerate(cases):
            caller.ask(method, call=f"r{n}", **fields)
            answer = caller.receive()
            self.assertEqual(answer.status, status, method)
            if header:
                self.assertEqual(answer.get(header[0]), header[1])
        caller.send(caller.request("OPTIONS").replace("SIP/2.0", "SIP/7.0", 1))
        self.assertEqual(caller.receive().status, 505)
        self.assertEqual(self.broker.seen("publish"), [])

    def test_the_same_call_by_two_ways_waits_once(self):
        self.state(WAITING, 1)
        caller = self.caller()
        caller.ask("INVITE", branch="a")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        caller.ask("INVITE", branch="b")
        self.assertEqual(caller.receive().status, 482)

    def test_a_call_that_the_broker_rejects_is_403(self):
        self.broker.tell("mode reject")
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual(caller.final().status, 403)
        self.assertEqual(self.counts()["rejected"], 1)

    def test_answers_say_where_the_request_came_from(self):
        caller = self.caller()
        port = caller.socket.getsockname()[1]
        caller.send(caller.request("OPTIONS").replace("127.0.0.1;rport", "client.example;rport", 1)
                    .replace("\r\nFrom", "\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKb, SIP/2.0/UDP 192.0.2.2\r\nFrom", 1))
        self.assertEqual(caller.receive().all("Via"), [f"SIP/2.0/UDP client.example;rport={port};branch=z9hG4bKc1;received=127.0.0.1",
                                                       "SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKb", "SIP/2.0/UDP 192.0.2.2"])

    def test_the_log_holds_no_personal_data(self):
        caller = self.caller()
        caller.ask("INVITE", caller='"QUAGLIARULO" <sip:+390298765432@example.org>')
        self.broker.next("publish")
        caller.send(caller.request("INVITE", call="2", caller='"QUAGLIARULO <sip:+390298765432@example.org>'))
        caller.finish()
        self.await_no_calls()
        self.assertEqual(self.worker.stop(), 0)
        for secret in ("98765432", "QUAGLIARULO"):
            self.assertNotIn(secret, self.worker.log())


class Limits(SipCase):
    door = """  message_size_max_kib: 2
  per_peer: 5
  connections_max: 2
  message_within: 200ms
  idle_within: 400ms"""

    def test_a_message_above_the_limit_is_dropped(self):
        udp, tcp = self.caller(), self.caller("tcp")
        udp.ask("INVITE", body="x" * 2048)
        tcp.ask("INVITE", body="x" * 2048)
        self.assertTrue(tcp.ended())
        endless = self.caller("tcp")
        endless.send("INVITE sip:a@b SIP/2.0\r\nX: " + "y" * 2100)
        self.assertTrue(endless.ended())
        self.await_count("too_large", 3)
        self.still_answers()

    def test_a_peer_that_asks_too_often_is_told_to_wait(self):
        caller = self.caller()
        self.state(WAITING, 1)
        statuses = []
        for n in range(6):
            caller.ask("OPTIONS", call=f"o{n}")
            statuses.append(caller.final())
        self.assertEqual([reply.status for reply in statuses], [200] * 5 + [503])
        self.assertGreaterEqual(int(statuses[-1].get("Retry-After")), 1)
        self.assertEqual(self.counts()["rate_limited"], 1)

    def test_connections_have_a_limit(self):
        first, second = self.caller("tcp"), self.caller("tcp")
        for caller in (first, second):
            caller.ask("OPTIONS")
            self.assertEqual(caller.final().status, 200)
        self.assertTrue(self.caller("tcp").ended())

    def test_slow_and_silent_connections_end(self):
        silent, slow = self.caller("tcp"), self.caller("tcp")
        slow.send("INVITE sip:a@b SIP/2.0\r\n")
        self.assertTrue(slow.ended())
        self.assertTrue(silent.ended())

    def test_a_connection_whose_call_waits_may_be_silent(self):
        self.state(WAITING, 1)
        caller = self.caller("tcp")
        caller.ask("INVITE")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        self.assertTrue(self.caller("tcp").ended())   # another one meanwhile
        self.state(CONNECTING)
        self.assertEqual(caller.final().status, 302)


class Stream(SipCase):
    def test_messages_are_told_apart_by_their_length(self):
        caller = self.caller("tcp")
        both = caller.request("OPTIONS", call="1", body="\r\n\r\nOPTIONS") + "\r\n" + caller.request("OPTIONS", call="2")
        caller.send(both[:100])
        caller.send(both[100:])
        self.assertEqual([(r.status, r.get("Call-ID")) for r in (caller.receive(), caller.receive())], [(200, "1"), (200, "2")])
        for byte in caller.request("OPTIONS", call="3"):
            caller.send(byte)
        self.assertEqual(caller.receive().get("Call-ID"), "3")

    def test_two_line_ends_are_answered_with_one(self):
        caller = self.caller("tcp")
        caller.send("\r\n\r\n")
        self.assertEqual(caller.socket.recv(10), b"\r\n")

    def test_a_message_without_a_length_ends_the_connection(self):
        for spoilt in (("Content-Length: 0\r\n", ""), ("Content-Length: 0", "Content-Length: x"),
                       ("Content-Length: 0", "Content-Length: 0\r\nl: 4"), ("Via", "\x00"), ("Content-Length: 0", "Content-Length: 99999999999")):
            caller = self.caller("tcp")
            caller.send(caller.request("OPTIONS").replace(*spoilt))
            self.assertTrue(caller.ended())
        self.await_count("malformed", 5)

    def test_a_lost_connection_is_a_caller_who_is_gone(self):
        self.state(WAITING, 1)
        caller = self.caller("tcp")
        caller.ask("INVITE")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        caller.close()
        self.assertEqual(self.broker.next("cancel")["reason"], "the connection of the call was lost")
        self.await_no_calls()


class Trouble(SipCase):
    def test_a_silent_or_busy_broker_is_503(self):
        for mode in ("busy", "silent"):
            self.broker.tell("mode " + mode)
            caller = self.caller()
            caller.ask("INVITE", call=mode)
            answer = caller.final()
            self.assertEqual(answer.status, 503)
            self.assertGreaterEqual(int(answer.get("Retry-After")), 1)
            self.broker.tell("mode normal")
            told = wait_for("the broker to hear of it", lambda: [r for r in self.broker.seen("cancel") if r.get("id") == mode])
            self.assertEqual(told[0]["reason"], "the caller was sent away")   # nobody is on that line any more

    def test_while_the_broker_is_away_the_door_says_so(self):
        self.broker.close()
        wait_for("the loss to be seen", lambda: self.worker.request("GET", "/healthz")[0] == 503)
        caller = self.caller()
        for method in ("INVITE", "OPTIONS"):
            caller.ask(method, call=method)
            answer = caller.receive()
            self.assertEqual((answer.status, answer.get("Retry-After")), (503, "1"))
        self.broker = sip_case.worker_case.Broker(self.directory)
        self.worker.ready()
        self.still_answers(caller)

    def test_a_call_waits_on_through_a_busy_broker(self):
        self.state(WAITING, 1)
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        self.broker.tell("mode busy")
        self.broker.next("publish")
        wait_for("a question in vain", lambda: any("left" in r for r in self.broker.seen("lead_query")))
        self.broker.tell("mode normal")
        self.state(CONNECTING)
        self.assertEqual(caller.final().status, 302)

    def test_a_broker_that_forgot_gets_the_call_again(self):
        self.state(WAITING, 1)
        caller = self.caller()
        caller.ask("INVITE")
        self.broker.next("publish")
        self.broker.tell("forget")
        self.assertEqual(self.broker.next("publish")["id"], "c1")
        self.state(CONNECTING)
        self.assertEqual(caller.final().status, 302)

    def test_an_ack_counts_also_when_the_broker_hears_of_it_later(self):
        self.state(CONNECTING, 0, "+390255500101", 7)
        caller = self.caller()
        caller.ask("INVITE")
        moved = caller.final()
        self.broker.tell("mode busy")
        caller.ack(moved)
        self.assertEqual(self.broker.next("dial_result")["left"], "busy")
        self.broker.tell("mode normal")
        self.assertEqual(self.broker.next("dial_result")["offer"], 7)

    def test_a_worker_killed_and_started_again_takes_cancel_and_invite_for_the_same_lead(self):
        self.state(WAITING, 1)
        caller = self.caller()
        caller.ask("INVITE")
        self.broker.next("publish")
        self.worker.kill()
        self.worker.start()
        self.worker.ready()
        self.learn_ports()
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        self.await_count("duplicate", 1)
        self.worker.kill()
        self.worker.start()
        self.worker.ready()
        self.learn_ports()
        caller = self.caller()
        caller.ask("CANCEL")
        self.assertEqual(caller.receive().status, 481)
        self.assertEqual(self.broker.next("cancel")["id"], "c1")

    def test_sigterm_sends_callers_away(self):
        self.state(WAITING, 1)
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        self.worker.process.send_signal(signal.SIGTERM)
        answer = caller.receive()
        self.assertEqual((answer.status, answer.get("Retry-After")), (503, "1"))
        caller.ask("INVITE", call="c2")
        self.assertEqual(caller.final().status, 503)
        caller.ack(answer)
        self.assertEqual(self.broker.next("cancel")["reason"], "the telephone worker stops")
        self.assertEqual(self.worker.process.wait(sip_case.DEADLINE_S), 0)

    def test_sighup_takes_new_rules_and_keeps_the_calls(self):
        self.state(WAITING, 1)
        caller = self.caller()
        caller.ask("INVITE")
        self.assertEqual([caller.receive().status, caller.receive().status], [100, 180])
        self.worker.write_config(self.config().replace("    trunk:\n", "    trunk:\n      called: [\"0299\"]\n"))
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "configuration read again" in self.worker.log())
        caller.ask("INVITE", call="c2")
        self.assertEqual(caller.receive().status, 404)
        self.state(CONNECTING)
        caller.ack(caller.final("1 INVITE"))
        self.worker.write_config(self.config().split("sip:")[0] + "public_base: http://x\nsources: {a: {signature: off}}\n")
        self.worker.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: self.worker.log().count("configuration read again") == 2)
        caller.ask("OPTIONS")   # a door without rules has no peers
        self.await_count("not_a_peer", 1)


class AnyAddress(SipCase):
    listen = "udp:0.0.0.0:0"
    door = "  peers: [127.0.0.0/8]"

    def test_a_datagram_is_answered_from_the_address_that_it_came_to(self):
        for host in ("127.0.0.1", "127.0.0.2", "127.1.2.3"):
            caller = sip_case.Caller(self.ports["udp"], host=host)   # hears nobody else
            self.addCleanup(caller.close)
            self.still_answers(caller)


class AnyAddressOfBothKinds(SipCase):
    listen = "'udp:[::]:0'"
    door = "  peers: [127.0.0.0/8]"

    def setUp(self):
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
                probe.bind(("::", 0))
        except OSError:
            self.skipTest("no IPv6 here")
        super().setUp()

    def test_a_datagram_of_the_older_kind_is_answered_so_too(self):
        caller = sip_case.Caller(self.ports["udp"], host="127.0.0.2")
        self.addCleanup(caller.close)
        self.still_answers(caller)


if __name__ == "__main__":
    sip_case.main()

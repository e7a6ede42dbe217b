# SPDX-License-Identifier: Apache-2.0
"""leadwire-web: thousands of connections that say nothing, and a person who sends a form meanwhile."""
import os
import resource
import select
import signal
import sys

import worker_case
from worker_case import WorkerCase

IDLE = 10000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Idle(WorkerCase):
    program = "leadwire-web"
    connections_max, within = 256, "15s"

    def config(self):
        return f"""
desk: main
broker: {self.broker.endpoint}
listen: 127.0.0.1:0
http: {{connections_max: {self.connections_max}, request_within: {self.within}}}
sources: {{form: {{region: IT}}}}
"""

    def send_form(self, number):
        self.assertEqual(self.worker.request("POST", "/in/form", f"phone=02123{number:05d}", FORM)[0], 200)

    def memory_kib(self):
        with open(f"/proc/{self.worker.process.pid}/status", encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("VmRSS")).split()[1])

    def open_idle(self):
        """IDLE connections; after every thousandth a person sends a form, as promptly as if they were alone."""
        idle = []
        for number in range(IDLE):
            idle.append(self.worker.raw())
            if number % 1000 == 999:
                self.send_form(number)
        return idle

    def test_more_than_fit_make_room_for_a_person(self):
        idle = self.open_idle()
        self.send_form(1)
        self.assertLess(self.worker.log().count("make room"), 10)
        for connection in idle:
            connection.close()
        self.send_form(2)


class Flood(Idle):
    """The worker finds a form and many connections at once, the form's first: what has something to say is not idle."""
    connections_max = 16

    def test_a_form_that_came_before_a_flood_is_read(self):
        self.worker.ready()
        for number in range(5):
            body = f"phone=02124{number:05d}".encode()
            os.kill(self.worker.process.pid, signal.SIGSTOP)
            person = self.worker.raw(b"POST /in/form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                     b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            idle = [self.worker.raw() for _ in range(15)]
            os.kill(self.worker.process.pid, signal.SIGCONT)
            self.assertIn(b" 200 ", person.recv(4096))
            for connection in [person, *idle]:
                connection.close()


class Held(Idle):
    """As many as are allowed: all stay."""
    connections_max, within = 12000, "120s"

    def test_all_stay_and_cost_little(self):
        self.worker.ready()
        before = self.memory_kib()
        idle = self.open_idle()
        poll = select.poll()
        for connection in idle:
            poll.register(connection, select.POLLIN)
        self.assertEqual(poll.poll(0), [])   # none was ended
        self.assertLess((self.memory_kib() - before) / IDLE, 16)
        for connection in idle:
            connection.close()
        self.send_form(3)


Held.test_more_than_fit_make_room_for_a_person = Flood.test_more_than_fit_make_room_for_a_person = None   # only their own


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < IDLE + 2500:
        print(f"SKIP: {IDLE} connections need more than the {hard} open files that are allowed here")
        sys.exit(77)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    worker_case.main()

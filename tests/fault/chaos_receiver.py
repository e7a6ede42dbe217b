#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The receiver of webhooks of a chaos run: an HTTPS server that has bad moments, and writes each message that it takes into the floor's client log
(tests/fault/client_log.h) before it says so.

    chaos_receiver.py DIRECTORY CLIENT_LOG

Writes receiver.pem, its certificate, and then receiver.port into DIRECTORY; runs until it is killed."""
import http.server
import itertools
import json
import os
import ssl
import struct
import subprocess
import sys
import time

DIRECTORY, CLIENT_LOG = sys.argv[1:]
LOG = os.open(CLIENT_LOG, os.O_WRONLY | os.O_APPEND)
DAY_MS = 86400000
BAD_EVERY = 7
NUMBERS = itertools.count(1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"      # one handshake for many messages

    def do_POST(self):
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
        is_bad = next(NUMBERS) % BAD_EVERY == 0
        if not is_bad:
            os.write(LOG, f"{time.monotonic_ns() // 1000} 0 told - {data['lead_id']} 0 0 {int(data['missed'])} {data['state']}\n".encode())
        self.send_response(503 if is_bad else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Receiver(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass                            # of senders that were killed


def make_certificate(path):
    """By a clock that is two days behind: those of the run go back by up to a day."""
    clock = os.path.join(DIRECTORY, "receiver.clock")
    with open(clock, "wb") as file:
        file.write(struct.pack("=q", -2 * DAY_MS))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", path + ".key", "-out", path], check=True, stderr=subprocess.DEVNULL,
                   env={**os.environ, "LEADWIRE_CHAOS_CLOCK": clock})


def main():
    certificate, port = os.path.join(DIRECTORY, "receiver.pem"), os.path.join(DIRECTORY, "receiver.port")
    make_certificate(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate + ".key")
    receiver = Receiver(("127.0.0.1", 0), Handler)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True, do_handshake_on_connect=False)
    with open(port + ".new", "w", encoding="ascii") as file:
        file.write(str(receiver.server_port))
    os.rename(port + ".new", port)
    receiver.serve_forever()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A channel adapter: publishes a lead for each line "ID NAME" of standard input.

    PYTHONPATH=gen publish.py ENDPOINT[,ENDPOINT...] DESK

Prints a line "ID STATUS LEAD-ID REASON" when the outcome of a lead is final. Ends with 0 when all lines are done.
"""
import sys
import time

from leadwire.v1 import lead_pb2, publisher_pb2, session_pb2
from leadwire_publisher import Publisher, Refused

publisher = Publisher(sys.argv[1].split(","), sys.argv[2], "publish.py")
try:
    for number, line in enumerate(sys.stdin, 1):
        entry, name = line.rstrip("\n").split(" ", 1)
        lead = lead_pb2.Lead(channel=lead_pb2.CHANNEL_WEB, source="python-form", full_name=name, language="it",
                             phones=[lead_pb2.Phone(e164="+390212345678")], summary="Vorrei un preventivo.")
        reply = publisher.publish(publisher_pb2.Publish(
            request_id=number, idempotency_id=entry, received_unix_ms=int(time.time() * 1000), lead=lead))
        known = reply.status in session_pb2.Status.values()
        print(entry, session_pb2.Status.Name(reply.status) if known else reply.status, reply.lead_id, reply.reason, flush=True)
except Refused as refusal:
    sys.exit(f"refused: {refusal}")
finally:
    publisher.close()

# SPDX-License-Identifier: Apache-2.0
"""Waiting for what another process does: no test sleeps and hopes."""
import time

WAIT_S = 30


def wait_for(what, condition):
    """The first true value of condition(); fails the test after WAIT_S."""
    end = time.monotonic() + WAIT_S
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.01)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The nftables lines of docs/OPERATIONS.md are loaded by nft, in a network namespace of its own; and the units have the descriptors that it asks for."""
import os
import re
import shutil
import subprocess
import sys
import unittest

import doc_sources as sources

NFT = shutil.which("nft") or next((path for path in ("/usr/sbin/nft", "/sbin/nft") if os.path.exists(path)), None)
NAMESPACE = ["unshare", "--net", "--map-root-user"]


def rules():
    return re.search(r"```\n(table inet leadwire \{\n.*?\n\}\n)```", sources.section(sources.read("docs/OPERATIONS.md"), "Bounds"), re.DOTALL)[1]


class Lines(unittest.TestCase):
    def test_nft_takes_them(self):
        done = subprocess.run([*NAMESPACE, "sh", "-c", f"{NFT} -f - && {NFT} list ruleset"], input=rules(), text=True, timeout=30, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)
        for family in ("ip", "ip6"):
            self.assertEqual(len(re.findall(rf"tcp dport 5570-5573 .* {family} saddr ", done.stdout)), 2, done.stdout)

    def test_the_ports_are_those_of_the_document(self):
        ports = {int(port) for port in re.findall(r"--listen-\w+ tcp://[\d.]+:(\d+)", sources.read("docs/OPERATIONS.md"))}
        self.assertTrue(ports and ports <= set(range(5570, 5574)), ports)


class Descriptors(unittest.TestCase):
    def test_the_broker_has_more_than_its_connections_need(self):
        text = sources.read("docs/OPERATIONS.md")
        connections = int(re.search(r"`--connections-max N` \| connections of all endpoints together; default (\d+)", text)[1])
        spare = int(re.search(r"above `--connections-max` by (\d+) at least", text)[1])
        unit = int(re.search(r"^LimitNOFILE=(\d+)$", sources.read("deploy/systemd/leadwire-broker.service"), re.MULTILINE)[1])
        self.assertIn(f"LimitNOFILE={unit}", text)
        self.assertGreaterEqual(unit, connections + spare)


if __name__ == "__main__":
    if not NFT or subprocess.run([*NAMESPACE, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        del Lines.test_nft_takes_them
        if not unittest.main(exit=False).result.wasSuccessful():
            sys.exit(1)
        print("SKIP: no nft here, or no network namespace for it")
        sys.exit(77)
    unittest.main()

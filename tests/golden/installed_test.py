#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The golden frames that are installed are those that lib/wire makes and reads (unit.wire_golden holds tests/golden/frames
to it), and their JSON and their bytes say the same.

    installed_test.py BUILD-FOLDER
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from google.protobuf import json_format

import frame_json

BUILD = pathlib.Path(sys.argv.pop())
FRAMES = pathlib.Path(__file__).resolve().parent / "frames"
HINT = "run tests/golden/encode.py"


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run(["cmake", f"-DCMAKE_INSTALL_PREFIX={cls.folder.name}", "-P", BUILD / "proto" / "cmake_install.cmake"], check=True,
                       stdout=subprocess.DEVNULL)
        share = next(pathlib.Path(cls.folder.name).glob("**/leadwire/proto")).parent
        cls.protos = {p.name for p in (share / "proto").glob("**/*.proto")}
        cls.frames = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in (share / "golden").glob("*.json")}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_all_are_there(self):
        self.assertEqual(sorted(self.frames), sorted(p.stem for p in FRAMES.glob("*.txt")), HINT)
        self.assertEqual(self.protos, {p.name for p in frame_json.PROTO.glob("leadwire/v1/*.proto")})

    def test_their_bytes_are_those_of_the_wire(self):
        for name, frame in self.frames.items():
            text = (FRAMES / f"{name}.txt").read_text(encoding="utf-8")
            self.assertEqual(frame["hex"], re.sub(r"\s", "", text.split("\nhex:\n")[1]), f"{name}: {HINT}")
            self.assertIn(f"type: {frame['type']} {frame['message']} from {frame['from']}\n", text, f"{name}: {HINT}")

    def test_their_json_gives_their_bytes_and_the_other_way(self):
        types = frame_json.message_types()
        for name, frame in self.frames.items():
            message = json_format.ParseDict(frame["content"], types[frame["message"]]())
            body = message.SerializeToString(deterministic=True)
            header = b"LW" + bytes([1, frame["type"]]) + len(body).to_bytes(4, "little")
            self.assertEqual((header + body).hex(), frame["hex"], f"{name}: {HINT}")
            self.assertEqual(types[frame["message"]].FromString(bytes.fromhex(frame["hex"])[8:]), message, name)


if __name__ == "__main__":
    unittest.main()

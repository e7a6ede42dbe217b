#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the bytes of the golden frames from their content, with protoc.

protoc is not what Leadwire encodes with, so the golden bytes are a second opinion.
Run after adding a frame; existing bytes must never change (tests/wire reads them).

  tests/golden/encode.py            fill in `hex:` where it is empty; write the seed corpus and proto/golden
  tests/golden/encode.py --check    exit 1 if any bytes differ from what protoc gives

proto/golden is what is installed for others: each frame as JSON, its content (by Debian's python3-protobuf) and its hex.
"""
import json
import pathlib
import re
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"
CORPUS = HERE.parent / "fuzz" / "corpus" / "wire"
INSTALLED = PROTO / "golden"
PYTHON = "/usr/bin/python3"   # Debian's
VERSION = 1


def read_golden(path):
    text = path.read_text(encoding="utf-8")
    match = re.search(r"^type: (\d+) (\w+) from \w+\ncontent:\n(.*)^hex:\n(.*)\Z", text, re.M | re.S)
    if not match:
        sys.exit(f"{path}: not a golden frame")
    number, message, content, hex_text = match.groups()
    return int(number), message, content, re.sub(r"\s", "", hex_text), text[: match.start(4)]


def encode(number, message, content):
    payload = subprocess.run(
        ["protoc", f"--proto_path={PROTO}", f"--encode=leadwire.v1.{message}"]
        + [str(p) for p in sorted(PROTO.glob("leadwire/v1/*.proto"))],
        input=content.encode(), stdout=subprocess.PIPE, check=True).stdout
    return b"LW" + bytes([VERSION, number]) + struct.pack("<I", len(payload)) + payload


def write_installed():
    """proto/golden/NAME.json of each frame."""
    frames = []
    for path in sorted((HERE / "frames").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        about, number, message, sender, content, hex_text = re.search(
            r"\A((?:# .*\n)*)type: (\d+) (\w+) from (\w+)\ncontent:\n(.*)^hex:\n(.*)\Z", text, re.M | re.S).groups()
        frames.append({"name": path.stem, "about": " ".join(line[2:] for line in about.splitlines()), "type": int(number),
                       "message": message, "from": sender, "content": content, "hex": re.sub(r"\s", "", hex_text)})
    done = subprocess.run([PYTHON, HERE / "frame_json.py"], input=json.dumps(frames).encode(), stdout=subprocess.PIPE, check=True)
    INSTALLED.mkdir(exist_ok=True)
    for frame, content in zip(frames, json.loads(done.stdout)):
        name = frame.pop("name")
        frame["content"] = content
        (INSTALLED / f"{name}.json").write_text(json.dumps(frame, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    check = sys.argv[1:] == ["--check"]
    differ = []
    CORPUS.mkdir(parents=True, exist_ok=True)
    for path in sorted((HERE / "frames").glob("*.txt")):
        number, message, content, have, head = read_golden(path)
        want = encode(number, message, content)
        if have and have != want.hex():
            differ.append(path.name)
        elif not have and not check:
            lines = [want.hex()[i:i + 64] for i in range(0, 2 * len(want), 64)]
            path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        if not check:
            (CORPUS / f"{path.stem}.bin").write_bytes(want)
    if not check:
        write_installed()
    for name in differ:
        print(f"{name}: the bytes are not what protoc makes of the content", file=sys.stderr)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())

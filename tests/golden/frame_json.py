#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Content of golden frames, from protobuf's text form to its JSON form. Runs with Debian's python3-protobuf.

    frame_json.py < [{"message": NAME, "content": TEXT}...] > [CONTENT...]
"""
import importlib
import json
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import json_format, text_format

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def message_types():
    """{name: class} of leadwire.v1, by code that protoc makes now."""
    with tempfile.TemporaryDirectory() as generated:
        protos = sorted(str(p) for p in PROTO.glob("leadwire/v1/*.proto"))
        subprocess.run(["protoc", f"--proto_path={PROTO}", f"--python_out={generated}", *protos], check=True)
        sys.path.insert(0, generated)
        sys.dont_write_bytecode = True
        modules = [importlib.import_module(f"leadwire.v1.{pathlib.Path(p).stem}_pb2") for p in protos]
        sys.path.remove(generated)
    return {name: getattr(module, name) for module in modules for name in module.DESCRIPTOR.message_types_by_name}


def main():
    types = message_types()
    contents = [json_format.MessageToDict(text_format.Parse(frame["content"], types[frame["message"]]()), preserving_proto_field_name=True)
                for frame in json.load(sys.stdin)]
    json.dump(contents, sys.stdout)


if __name__ == "__main__":
    main()

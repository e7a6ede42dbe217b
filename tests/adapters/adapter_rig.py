# SPDX-License-Identifier: Apache-2.0
"""What the tests of adapters share: the examples ready to run, with the code that they need, in a folder of its own."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["LEADWIRE_SOURCE"])
BIN = pathlib.Path(os.environ["LEADWIRE_BIN"])
EXAMPLES = SOURCE / "docs" / "adapters"
PYTHON = "/usr/bin/python3"   # Debian's, which finds Debian's zmq and protobuf
NODE_MODULES_S = 60


class Skip(Exception):
    """This cannot run here."""


class Rig:
    def __init__(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="lw-adapters-"))
        self.processes = []
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.work)

    def start(self, name, *command, text="", **options):
        """A process whose input is text, and whose words go to NAME.out and NAME.err."""
        (self.work / f"{name}.in").write_text(text, encoding="utf-8")
        with open(self.work / f"{name}.in", encoding="utf-8") as standard_input, \
                open(self.work / f"{name}.out", "w", encoding="utf-8") as output, \
                open(self.work / f"{name}.err", "w", encoding="utf-8") as errors:
            process = subprocess.Popen([str(word) for word in command], stdin=standard_input, stdout=output, stderr=errors,
                                       env={**self.environment, **options})
        self.processes.append(process)
        return process

    def said(self, name, stream="out"):
        return (self.work / f"{name}.{stream}").read_text(encoding="utf-8")

    def endpoint(self, name):
        return f"ipc://{self.work}/{name}"

    # ---- the examples

    def python_example(self, version=1):
        """Words that run it; of another version its own copy."""
        folder = self.work / f"python-{version}"
        if not folder.exists():
            shutil.copytree(EXAMPLES / "python", folder)
            generated = folder / "gen"
            generated.mkdir()
            subprocess.run(["protoc", f"--proto_path={SOURCE / 'proto'}", f"--python_out={generated}",
                            *sorted(str(p) for p in (SOURCE / "proto").glob("leadwire/v1/*.proto"))], check=True)
            set_version(folder / "leadwire_publisher.py", version)
        path = f"{folder}:{folder / 'gen'}"
        return ["env", f"PYTHONPATH={path}", PYTHON, str(folder / "publish.py")], [], path

    def node_example(self, version=1):
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise Skip("no node and npm here")
        folder = self.work / f"node-{version}"
        if not folder.exists():
            shutil.copytree(EXAMPLES / "node", folder, ignore=shutil.ignore_patterns("node_modules"))
            set_version(folder / "leadwire_publisher.mjs", version)
            self.install_node_modules(npm, folder)
        return [node, str(folder / "publish.mjs")], [str(SOURCE / "proto")]

    def install_node_modules(self, npm, folder):
        """Once; a machine without the packages skips."""
        first = self.work / "node-1" / "node_modules"
        if first.exists():
            os.symlink(first, folder / "node_modules")
            return
        try:
            done = subprocess.run([npm, "ci", "--no-progress"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=NODE_MODULES_S, check=False, env={**self.environment, "npm_config_cache": str(self.work / "npm")})
        except subprocess.TimeoutExpired:
            raise Skip("npm cannot have the packages here")
        if done.returncode != 0:
            raise Skip("npm cannot have the packages here")


def set_version(path, version):
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(r"VERSION = 1\b", f"VERSION = {version}", text)
    assert count == 1, path
    path.write_text(changed, encoding="utf-8")


def form_lines(count):
    return "".join(f"form-{n} Person {n}\n" for n in range(1, count + 1))


def main(test):
    """Runs test(rig); exit 77 after its reason when it cannot run here."""
    rig = Rig()
    try:
        test(rig)
    except Skip as skip:
        print(f"SKIP: {skip}")
        raise SystemExit(77)
    finally:
        rig.close()

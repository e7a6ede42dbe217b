#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys from end to end: made by the tool, used by tool, worker and rep by TCP, each held to its role, and revoked."""
import json
import os
import subprocess
import tempfile
import unittest

BIN = os.environ["LEADWIRE_BIN"]
DESK = """desk: main
rules: [{name: all}]
reps: {anna: {}}
"""
DOORS = ("publish", "reps", "control", "events")
WEB = """desk: main
broker: tcp://127.0.0.1:1
listen: 127.0.0.1:0
sources: {form: {}}
"""


class Keys(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lw-keys-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = {**os.environ, "LEADWIRE_KEYS_DIR": self.path("keys")}
        self.environment.pop("LEADWIRE_KEY_FILE", None)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def run_program(self, *words, code=0):
        done = subprocess.run([os.path.join(BIN, words[0]), *words[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120, check=False, env=self.environment)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done.stdout.decode() + done.stderr.decode()

    def tool(self, *words, code=0):
        return self.run_program("leadwire", *words, code=code)

    def start_broker(self):
        listen = [word for door in DOORS for word in (f"--listen-{door}", "tcp://127.0.0.1:0")]
        broker = subprocess.Popen([os.path.join(BIN, "leadwire-broker"), "--ephemeral", "--desk", "main", "--run-dir", self.path("run"),
                                   "--keys", self.path("keys"), "--ready-fd", "1", *listen], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(broker.stdout.close)
        self.addCleanup(broker.wait)
        self.addCleanup(broker.kill)
        self.assertEqual(broker.stdout.readline(), b"serving\n")
        with open(self.path("run/status"), encoding="utf-8") as file:
            lines = [line.split() for line in file]
        self.address = {words[0]: words[1] for words in lines if words[1].startswith("tcp://")}

    def make(self, role, name):
        return json.loads(self.tool("keys", "new", role, name, "--json"))["file"]

    def by(self, key, door, *words, code=0):
        return self.tool(*words, "--endpoint", self.address[door], "--key-file", key, "--timeout", "30", code=code)

    def start(self, key, door, *words):
        child = subprocess.Popen([os.path.join(BIN, "leadwire"), *words, "--endpoint", self.address[door], "--key-file", key],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def test_each_key_opens_what_its_role_may(self):
        files = {role: self.make(role, role if role != "rep" else "anna") for role in ("publisher", "rep", "events", "manager", "admin")}
        self.start_broker()
        desk = self.write("desk.yaml", DESK)
        self.assertIn("the role manager may not send this message", self.by(files["manager"], "control", "apply", desk, code=4))
        self.by(files["admin"], "control", "apply", desk)
        publish = ("publish", "--source", "form", "--channel", "web", "--email", "eva@kunde.example", "--json")
        lead = json.loads(self.by(files["publisher"], "publish", *publish))["lead_id"]
        self.assertIn("a key of the role admin cannot log on here", self.by(files["admin"], "publish", *publish, code=4))
        watch = self.start(files["events"], "control", "watch", "--json", "--for", "60", "--events-endpoint", self.address["events"])
        self.assertTrue(any(lead in line.decode() for line in watch.stdout))
        watch.terminate()
        hold = ("lead", "hold", lead, "--reason", "test", "--by", "marta")
        self.assertIn("the role events may not send this message", self.by(files["events"], "control", *hold, code=4))
        self.by(files["manager"], "control", *hold)
        rep = self.start(files["rep"], "reps", "rep", "anna", "--auto", "--for", "60")
        another = ("publish", "--source", "form", "--channel", "web", "--email", "otto@kunde.example")
        self.by(files["publisher"], "publish", *another)
        while json.loads(self.tool("status", "--json", "--run-dir", self.path("run")))["completed_total"] == 0:     # so the rep knows, too, that it is on
            self.assertIsNone(rep.poll())
        rep.terminate()
        self.assertEqual(rep.wait(60), 0)
        self.assertIn("this is the key of another rep", self.by(files["rep"], "reps", "rep", "bruno", "--auto", "--for", "60", code=4))
        self.environment["LEADWIRE_KEY_FILE"] = files["events"]
        self.assertEqual(json.loads(self.tool("status", "--json", "--endpoint", self.address["control"], "--timeout", "30"))["desk"], "main")
        self.tool("keys", "revoke", "events")
        told = self.tool("status", "--endpoint", self.address["control"], "--timeout", "1", code=3)
        self.assertIn("no broker answers", told)
        self.tool("status", "--run-dir", self.path("run"))      # the environment's key is for brokers elsewhere

    def test_keys_are_made_listed_and_revoked(self):
        self.addCleanup(os.umask, os.umask(0))
        first = self.make("rep", "anna")
        self.assertEqual(os.stat(first).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.path("keys")).st_mode & 0o777, 0o700)
        self.assertIn("another key of the same name needs --file FILE", self.tool("keys", "new", "rep", "anna", code=1))
        self.tool("keys", "new", "rep", "anna", "--file", self.path("second.key"))
        self.assertIn("was there already", self.tool("keys", "new", "server"))
        rows = [json.loads(line) for line in self.tool("keys", "list", "--json").splitlines()]
        self.assertEqual([(row["role"], row["name"], row["revoked"]) for row in rows], [("rep", "anna", None)] * 2)
        self.assertIn("1 key revoked", self.tool("keys", "revoke", rows[0]["fingerprint"]))
        self.assertIn("there is no key in force", self.tool("keys", "revoke", rows[0]["fingerprint"], code=1))
        self.assertEqual(json.loads(self.tool("keys", "revoke", "anna", "--json"))["revoked"], 1)
        self.assertEqual(self.tool("keys", "list").count("anna"), 2)
        for name in os.listdir(self.path("keys")):   # also the broker's own key, and the list that was written anew
            self.assertEqual(os.stat(os.path.join(self.path("keys"), name)).st_mode & 0o777, 0o600, name)
        with open(self.path("keys/authorized"), encoding="utf-8") as file:
            self.assertNotIn("secret", file.read())
        for words, told in ((("new", "king", "x"), "there is no role 'king'"), (("new", "rep", "../x"), "a name has"),
                            (("lose", "x"), "there are 'keys new")):
            self.assertIn(told, self.tool("keys", *words, code=2))
        self.environment.pop("LEADWIRE_KEYS_DIR")
        self.assertIn("needs --dir DIR", self.tool("keys", "list", code=2))

    def test_wrong_key_files_are_told_before_anything_is_sent(self):
        key = self.make("rep", "anna")
        where = ("--endpoint", "tcp://127.0.0.1:1", "--key-file")
        self.assertIn("there is no such", self.tool("status", *where, self.path("none.key"), code=2))
        words = self.write("words.key", "hello\n")
        os.chmod(words, 0o600)
        self.assertIn("no key file", self.tool("status", *where, words, code=2))
        os.chmod(key, 0o644)
        self.assertIn("chmod 600 it", self.tool("rep", "anna", *where, key, code=2))
        self.assertIn("give its --endpoint too", self.tool("status", "--key-file", key, code=2))
        for words in (("status",), ("publish", "--channel", "web", "--source", "form", "--name", "X")):
            self.assertIn("is not on this machine: give --key-file FILE", self.tool(*words, "--endpoint", "tcp://10.0.0.5:5572", code=2))
        self.assertIn("a worker needs a publisher's", self.check_web(self.make("admin", "root")))
        self.assertIn("configuration is good", self.check_web(self.make("publisher", "web"), code=0))

    def check_web(self, key, code=3):
        return self.run_program("leadwire-web", "--config", self.write("web.yaml", WEB), "--check", "--key-file", key, code=code)


if __name__ == "__main__":
    unittest.main()

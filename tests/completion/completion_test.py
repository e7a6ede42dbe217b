#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bash completes of our command lines: bash itself is asked, with the completion sourced."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BIN = os.environ["LEADWIRE_BIN"]
SOURCE = pathlib.Path(os.environ["LEADWIRE_SOURCE"])
BUILD = pathlib.Path(sys.argv.pop(1))
PROGRAMS = [f"leadwire-{name}" for name in ("bench", "broker", "gateway", "journal", "mail", "phone", "sim", "web", "webhooks")]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")

# As readline calls a completion. The first argument is the file, the others are the words; the last one is being written.
ASK = r"""
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
read -ra made < <(complete -p -- "$1") || exit 9
function=$(grep -oP -- '-F \K\S+' <<<"${made[*]}")
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


def help_of(*words):
    return subprocess.run([os.path.join(BIN, words[0]), *words[1:], "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=30, check=True).stdout.decode()


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        for name in ("desk.yaml", "dust.yaml", "notes.txt", "with space.yaml"):
            (pathlib.Path(self.folder.name) / name).touch()
        (pathlib.Path(self.folder.name) / "dir").mkdir()

    def tearDown(self):
        self.folder.cleanup()

    def complete(self, *words):
        done = subprocess.run(["bash", "--norc", "-c", ASK, "bash", str(SOURCE / "tools/completion/leadwire.bash"), *words],
                              env={"PATH": f"{BIN}:{os.environ['PATH']}", "LC_ALL": "C"}, cwd=self.folder.name,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.stderr.decode(), "", words)
        self.assertEqual(done.returncode, 0, words)
        return sorted(filter(None, done.stdout.decode().split("\n")))

    def test_commands_are_those_of_the_help(self):
        there = re.findall(r"^  ([a-z-]+) ", help_of("leadwire"), re.M)
        there.remove("leadwire")
        self.assertGreater(len(there), 15)
        self.assertEqual(self.complete("leadwire", ""), sorted(there))
        self.assertEqual(self.complete("leadwire", "help", ""), sorted(there))
        self.assertEqual(self.complete("leadwire", "st"), ["state", "status"])
        self.assertEqual(self.complete("leadwire-bench", ""), ["checkpoint", "core", "floor", "gateway", "growth", "ingest", "lives", "overload", "peers", "restart", "security", "soak"])
        self.assertEqual(self.complete("leadwire-phone", ""), ["sign"])
        self.assertEqual(self.complete("leadwire-sim", "q"), ["queue"])
        for program, commands in (("leadwire-sim", ("run", "faults", "queue")), ("leadwire-phone", ("sign",))):
            for command in commands:
                self.assertIn(f"{program} {command}", help_of(program))

    def test_options_are_those_of_the_help(self):
        for words in [(p,) for p in PROGRAMS] + [("leadwire-sim", "faults"), ("leadwire", "rep"), ("leadwire", "publish")]:
            self.assertEqual(self.complete(*words, "--"), sorted(set(OPTION.findall(help_of(*words)))), words)
        self.assertEqual(self.complete("leadwire", "watch", "--no"), ["--no-snapshot"])
        self.assertEqual(self.complete("leadwire", "watch", "--for", "5", "--js"), ["--json"])

    def test_files_where_files_belong(self):
        self.assertEqual(self.complete("leadwire", "check", "de"), ["desk.yaml"])
        self.assertEqual(self.complete("leadwire", "check", "w"), ["with space.yaml"])
        self.assertEqual(self.complete("leadwire", "apply", "--check-only", "d"), ["desk.yaml", "dir", "dust.yaml"])
        self.assertEqual(self.complete("leadwire-web", "--config", "du"), ["dust.yaml"])
        self.assertEqual(self.complete("leadwire-web", "--config", "=", "du"), ["dust.yaml"])
        self.assertEqual(self.complete("leadwire-web", "--config", "="), ["desk.yaml", "dir", "dust.yaml", "notes.txt", "with space.yaml"])
        self.assertEqual(self.complete("leadwire-broker", "--run-dir", "d"), ["dir"])
        self.assertEqual(self.complete("leadwire-web", "--dry-run", "no"), ["notes.txt"])
        self.assertEqual(self.complete("leadwire", "customers", "import", "no"), ["notes.txt"])

    def test_words_where_words_belong(self):
        self.assertEqual(self.complete("leadwire", "lead", "re"), ["release", "reopen"])
        self.assertEqual(self.complete("leadwire", "state", "anna", ""), ["available", "break", "offline"])
        self.assertEqual(self.complete("leadwire", "device", "+39", "b"), ["busy"])
        self.assertEqual(self.complete("leadwire", "rep", "anna", "--once", "--json", "t"), ["touch", "transfer"])
        self.assertEqual(self.complete("leadwire", "keys", "new", "re"), ["rep"])
        self.assertEqual(self.complete("leadwire", "config", ""), ["show"])
        self.assertEqual(self.complete("leadwire-broker", "--durability", "e"), ["everysec"])
        self.assertEqual(self.complete("leadwire", "publish", "--channel", "=", "w"), ["web"])

    def test_nothing_where_nothing_is_known(self):
        self.assertEqual(self.complete("leadwire", "explain", ""), [])          # a lead's id
        self.assertEqual(self.complete("leadwire", "publish", "--name", ""), [])
        self.assertEqual(self.complete("leadwire", "stat", ""), self.complete("leadwire", ""))
        self.assertEqual(self.complete("leadwire", "state", "--endpoint", "tcp", ":", "//10.0.0.5", ":", "5572", "anna", "o"), ["offline"])

    def test_words_that_stand_in_the_completion_are_the_programs(self):
        text = (SOURCE / "tools/completion/leadwire.bash").read_text()
        acts = re.search(r"act_names\[\] = \{(.*), NULL\}", (SOURCE / "tools/leadwire/command_lead.c").read_text())[1]
        self.assertIn("lead:0) echo " + " ".join(re.findall(r'"([a-z-]+)"', acts)), text)
        acts = (SOURCE / "tools/leadwire/rep_act.c").read_text()
        self.assertIn("rep:1) echo " + " ".join(re.findall(r'\[ACT_\w+\] = {"([a-z-]+)"', acts)), text)
        roles = re.findall(r'X\(\d+, \w+, "(\w+)"', (SOURCE / "lib/wire/roles.h").read_text())
        self.assertIn("echo " + " ".join(roles) + " server", text)
        for level in re.search(r"--durability\) echo (.*) ;;", text)[1].split():
            self.assertIn(level, re.search(r"--durability .*", help_of("leadwire-broker"))[0])

    def test_it_is_installed_where_bash_looks_for_each_program(self):
        root = pathlib.Path(self.folder.name) / "root"
        subprocess.run(["cmake", "-P", str(BUILD / "tools/completion/cmake_install.cmake")], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "DESTDIR": str(root)}, timeout=60)
        made = list(root.rglob("bash-completion/completions/*"))
        self.assertEqual(sorted(p.name for p in made), sorted(PROGRAMS + ["leadwire"]))
        for path in made:
            self.assertIn("complete -F _leadwire", path.read_text())


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire customers import: a list of customers reaches the broker, again and again the same."""
import contextlib
import datetime
import json
import os
import signal
import subprocess
import tempfile
import unittest

BIN = os.environ["LEADWIRE_BIN"]
DAY = (datetime.date.today() - datetime.timedelta(days=20)).strftime("%d.%m.%Y")
OLD = (datetime.date.today() - datetime.timedelta(days=400)).isoformat()
DESK = """desk: main
people: {customer_for: 100d, owner_for: 45s}
rules:
  - {name: add-on, when: {bought: {contains: pumpe}}}
reps: {anna: {}, bruno: {}}
"""
ROWS = f"""Name;Telefon;E-Mail;Owner;Product;Date
"Mayer; Eva";02 1234567;eva@kunde.example;anna;"W\xe4rmepumpe ""Plus"" 2";{DAY}
Tom;;tom.buyer+x@gmail.com;;Panels;
Nobody;;;anna;Panels;{DAY}
Odd;call me;;anna;Panels;
Gone;;gone@kunde.example;zoe;Panels;
Late;;late@kunde.example;anna;Panels;{OLD}
Day;;day@kunde.example;anna;Panels;31.02.2026
"""


class Customers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lw-customers-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("desk.yaml", DESK.encode())
        self.write("list.csv", ROWS.encode("latin-1"))

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="latin-1") as file:
            return file.read()

    def tool(self, *arguments, code=0):
        done = subprocess.run([os.path.join(BIN, "leadwire"), *arguments, "--run-dir", self.path("run"), "--timeout", "60"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done.stdout.decode(), done.stderr.decode()

    def bring_in(self, *arguments, code=1):
        return json.loads(self.tool("customers", "import", self.path("list.csv"), "--region", "IT", "--json", *arguments, code=code)[0])

    def rejects(self):
        with open(self.path("list.csv.rejects"), encoding="latin-1") as file:
            return [line.split(";")[:2] for line in file.read().splitlines()]

    def preview(self, **lead):
        path = self.write("lead.json", json.dumps({"channel": "web", "source": "form", **lead}).encode())
        return json.loads(self.tool("explain", "--lead", path, "--json")[0])

    def start(self, rules=True):
        broker = subprocess.Popen([os.path.join(BIN, "leadwire-broker"), "--ephemeral", "--desk", "main", "--run-dir", self.path("run"), "--ready-fd", "1"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(broker.stdout.close)
        self.addCleanup(broker.wait)
        self.addCleanup(broker.kill)
        self.assertEqual(broker.stdout.readline(), b"serving\n")
        if rules:
            self.tool("apply", self.path("desk.yaml"))

    def test_customers_come_to_their_owner_and_rules_know_them(self):
        self.start()
        told = self.bring_in()
        self.assertEqual((told["new"], told["known"], told["rejected"], told["next_line"]), (2, 0, 5, 0))
        self.assertEqual(self.rejects(), [
            ["line", "reason"], ["4", '"neither phone nor email"'], ["5", '"the phone cannot be read"'],
            ["6", '"the rules have no rep of the owner\'s name"'],
            ["7", '"bought longer ago than the desk\'s rules remember customers"'], ["8", '"the day is none: 2026-05-31, 31.05.2026 or 31/05/2026"']])
        self.assertEqual(os.stat(self.path("list.csv.rejects")).st_mode & 0o777, 0o600)
        eva = self.preview(phones=["+39021234567"])
        self.assertEqual(eva["rule"], "add-on")
        self.assertEqual(eva["note"], 'its person is a customer, who bought: W\xe4rmepumpe "Plus" 2; comes first to its owner, if they are there: anna')
        tom = self.preview(emails=[{"address": "tombuyer@gmail.com", "key": "tombuyer@gmail.com"}])
        self.assertEqual((tom["rule"], tom["note"]), ("general", "its person is a customer, who bought: Panels"))
        self.assertEqual(self.preview(emails=["late@kunde.example"])["note"], "")
        told = self.bring_in()
        self.assertEqual((told["new"], told["known"], told["rejected"]), (0, 2, 5))
        self.assertEqual(told["reason"], "neither phone nor email")
        words, _ = self.tool("customers", "import", self.path("list.csv"), "--from-line", "8", code=1)
        self.assertIn("0 new, 0 known already, 1 rejected: see ", words)
        self.assertIn("\nline 8: the day is none", words)
        self.assertEqual([row[0] for row in self.rejects()], ["line", "4", "5", "6", "7", "8", "8"])   # behind those of before, below one header

    def test_rejects_that_are_mended_can_be_imported_themselves(self):
        self.start()
        self.assertEqual(self.bring_in()["rejected"], 5)
        rejects = self.read("list.csv.rejects")
        self.assertEqual(rejects.splitlines()[0], "line;reason;" + ROWS.splitlines()[0])
        for bad, good in (("call me", "02 7654321"), ("zoe", "bruno"), ("31.02.2026", DAY), ('"neither phone', '"he said ""no"": neither phone')):
            self.assertIn(bad, rejects)
            rejects = rejects.replace(bad, good)
        self.write("list.csv", rejects.encode("latin-1"))
        told = self.bring_in()
        self.assertEqual((told["new"], told["rejected"]), (3, 2))
        self.assertEqual(self.preview(emails=["gone@kunde.example"])["note"],
                         "its person is a customer, who bought: Panels; comes first to its owner, if they are there: bruno")
        words, _ = self.tool("customers", "import", self.path("list.csv"), "--dry-run", "--phone", "Telefon", code=1)
        self.assertIn("rejected: see ", words)

    def test_a_cause_that_all_rows_share_is_told_with_the_count(self):
        self.write("desk.yaml", b"desk: main\nrules: [{name: all}]\nreps: {anna: {}}\n")
        self.start()
        self.write("list.csv", b"email\na@kunde.example\nb@kunde.example\n")
        words, _ = self.tool("customers", "import", self.path("list.csv"), code=1)
        self.assertIn("0 new, 0 known already, 2 rejected: see ", words)
        self.assertIn("the first: line 2: the desk's rules remember no customers: people: {customer_for: 365d}", words)

    def test_columns_go_by_the_names_that_exports_have(self):
        self.start()
        for header in ("Mobile Phone;E-mail 1 - Value;Account Manager;Prodotto;Data acquisto", "TELEFON;E-Mail-Adresse;Betreuer;Produkt;Kaufdatum"):
            number = "02 7654321" if header.startswith("M") else "02 7654322"
            self.write("list.csv", f"Name;{header}\nUgo;{number};u{number[-1]}@kunde.example;bruno;Pumpe;{DAY}\n".encode())
            self.assertEqual(self.bring_in(code=0)["new"], 1, header)
            for lead in ({"phones": ["+39" + number.replace(" ", "")]}, {"emails": [f"u{number[-1]}@kunde.example"]}):
                self.assertEqual(self.preview(**lead)["note"], "its person is a customer, who bought: Pumpe; comes first to its owner, if they are there: bruno")

    def test_the_region_is_asked_for_only_when_there_is_none(self):
        self.write("list.csv", b"phone\n021\n")
        self.tool("customers", "import", self.path("list.csv"), "--dry-run", code=1)
        self.assertIn('"the phone cannot be read; numbers without + need --region"', self.read("list.csv.rejects"))
        self.write("list.csv", b"phone\nxyz\n")
        self.tool("customers", "import", self.path("list.csv"), "--dry-run", "--region", "IT", code=1)
        self.assertIn('"the phone cannot be read",xyz', self.read("list.csv.rejects"))

    def test_a_desk_without_rules_is_told_with_its_cause_and_the_remedy(self):
        self.start(rules=False)
        done = subprocess.run([os.path.join(BIN, "leadwire"), "customers", "import", self.path("list.csv"), "--run-dir", self.path("run"), "--timeout", "3"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual(done.returncode, 3, done)
        told = done.stderr.decode()
        self.assertIn("answers, but could not do it within 3 s: the desk has no rules yet: apply a desk.yaml", told)
        self.assertNotIn("no broker answers", told)
        self.assertIn("go on with --from-line 2", told)
        self.tool("apply", self.path("desk.yaml"))
        self.assertEqual(self.bring_in("--from-line", "2")["new"], 2)

    def test_without_a_broker_it_says_so(self):
        done = subprocess.run([os.path.join(BIN, "leadwire"), "customers", "import", self.path("list.csv"), "--run-dir", self.path("run"), "--timeout", "1"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual(done.returncode, 3, done)
        self.assertIn("no broker answers", done.stderr.decode())
        self.assertIn("go on with --from-line 2", done.stderr.decode())

    def test_rejects_that_cannot_be_written_stop_it(self):
        self.assertIn("/none/x: No such file", self.tool("customers", "import", self.path("list.csv"), "--dry-run", "--rejects", self.path("none/x"), code=1)[1])

    def test_a_row_that_is_no_csv_is_rejected_and_the_others_go_on(self):
        self.start()
        self.write("list.csv", b"email;owner\na@kunde.example;anna\n" + b";" * 1000 + b"\nc@kunde.example;anna\n")
        told = self.bring_in()
        self.assertEqual((told["new"], told["rejected"]), (2, 1))
        self.assertEqual(self.rejects()[1][0], "3")

    def test_what_is_interrupted_goes_on_where_it_was(self):
        """Many rows are under way at once; whenever it stops, each row is counted once, and each bad one rejected once, in order."""
        self.start()
        rows, bad = 4000, [line for line in range(2, 4002) if line % 9 == 0]
        self.write("list.csv", ("email;owner\n" + "".join(f"{'nobody' if line in bad else f'c{line}@kunde.example'};{'zoe' if line % 10 == 0 else 'anna'}\n"
                                                          for line in range(2, rows + 2))).encode())
        import_it = [os.path.join(BIN, "leadwire"), "customers", "import", self.path("list.csv"), "--json", "--run-dir", self.path("run"), "--timeout", "60"]
        first = subprocess.Popen(import_it, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while not os.path.exists(self.path("list.csv.rejects")) and first.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                first.wait(0.01)
        first.send_signal(signal.SIGINT)
        told = [json.loads(first.communicate(timeout=60)[0])]
        if told[0]["next_line"] > 0:
            told.append(json.loads(subprocess.run([*import_it, "--from-line", str(told[0]["next_line"])], stdout=subprocess.PIPE, timeout=60,
                                                  check=False).stdout))
        unknown = [line for line in range(2, rows + 2) if line % 10 == 0 and line not in bad]
        self.assertEqual(sum(part["rejected"] for part in told), len(bad) + len(unknown))
        self.assertEqual(sum(part["new"] + part["known"] for part in told), rows - len(bad) - len(unknown))
        lines = [int(row[0]) for row in self.rejects() if row[0] != "line"]
        self.assertEqual(lines, sorted(bad + unknown))

    def test_columns_may_be_named_and_a_look_needs_no_broker(self):
        self.write("list.csv", b"a,b,c\n1,eva@kunde.example,02 1234567\n")
        self.assertEqual(self.bring_in("--dry-run", "--email", "b", "--phone", "c", code=0)["new"], 1)
        for arguments, words in ((("--dry-run",), "no column is called as a phone or an email"), (("--dry-run", "--email", "z"), "there is no column 'z'")):
            self.assertIn(words, self.tool("customers", "import", self.path("list.csv"), *arguments, code=1)[1])
        self.write("list.csv", "a,email\n".encode("utf-16"))
        self.assertIn("UTF-16", self.tool("customers", "import", self.path("list.csv"), "--dry-run", code=1)[1])
        self.assertIn("No such file", self.tool("customers", "import", self.path("none.csv"), "--dry-run", code=1)[1])
        self.write("list.csv", b"")
        self.assertIn("no header row", self.tool("customers", "import", self.path("list.csv"), "--dry-run", code=1)[1])
        self.assertIn("there is 'customers import'", self.tool("customers", "export", "x", code=2)[1])


if __name__ == "__main__":
    unittest.main()

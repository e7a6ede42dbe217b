#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/METRICS.md are the metrics of the code, by name, kind and label; dashboards and alerts name no others; each alert is in the
runbook."""
import json
import re
import unittest

import doc_sources as sources

DEFINED = re.compile(r'struct metric \w+ = \{\s*"(\w+)",\s*METRIC_(\w+),\s*"((?:[^"\\]|\\.)*)",\s*(?:"(\w+)"|NULL)\s*\}')
UNITS = ("_seconds", "_bytes", "_ratio")
DOCUMENT = sources.read("docs/METRICS.md")
RULES = "deploy/prometheus/leadwire.rules.yml"


def in_code():
    """{name: (kind, label, help)}"""
    found = {}
    for path in sources.tracked_files():
        if path.endswith(".c") and not path.startswith("tests/"):
            for name, kind, text, label in DEFINED.findall(sources.read(path)):
                assert name not in found, name
                found[name] = (kind.lower(), label, text)
    return found


def in_tables():
    """{name: (kind, label)}"""
    rows = [row for row in sources.table_rows(sources.section(DOCUMENT, "What is counted")) if len(row) == 4 and row[0] != "metric"]
    names = [row[0].strip("`") for row in rows]
    assert len(names) == len(set(names)), names
    return {row[0].strip("`"): (row[1], row[2].strip("`")) for row in rows}


class Metrics(unittest.TestCase):
    def test_the_tables_are_what_the_code_has(self):
        code = {name: (kind, label) for name, (kind, label, _) in in_code().items()}
        self.assertGreater(len(code), 20)
        self.assertEqual(code, in_tables())

    def test_every_definition_is_found(self):
        uses = sum(len(re.findall(r"^static const struct metric \w+ =", sources.read(path), re.M)) for path in sources.tracked_files()
                   if path.endswith(".c") and not path.startswith("tests/"))
        self.assertEqual(uses, len(in_code()))

    def test_names_are_in_base_units_and_say_what_they_are(self):
        for name, (kind, _, text) in in_code().items():
            self.assertRegex(name, r"^(leadwire|process)_[a-z]+(_[a-z]+)*$")
            self.assertEqual(name.endswith("_total"), kind == "counter", name)
            self.assertNotRegex(name, r"_(ms|us|kb|kib|mb|mib|percent|minutes)(_|$)", name)
            self.assertTrue(kind != "histogram" or name.endswith(UNITS), name)
            self.assertTrue(text.endswith(".") or text.startswith("1; "), name)

    def test_the_troubles_are_those_of_the_code(self):
        words = re.findall(r'X\(\w+, "(\w+)"\)', sources.read("broker/store/store_troubles.h"))
        rows = sources.table_rows(sources.section(DOCUMENT, "Troubles with Redis"))[1:]
        self.assertGreater(len(words), 10)
        self.assertEqual(words, [row[0].strip("`") for row in rows])


def named_in(expression):
    """Names of metrics in PromQL; of a histogram the family's."""
    bare = re.sub(r'"[^"]*"', "", expression)
    names = re.findall(r"\b(?:leadwire|process)_[a-z_]+\b", bare)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


def alerts():
    """{alert: its lines}"""
    parts = re.split(r"^      - alert: (\w+)$", sources.read(RULES), flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2]))


class DashboardsAndAlerts(unittest.TestCase):
    def test_every_metric_of_a_rule_is_exported(self):
        self.assertGreater(len(alerts()), 15)
        for alert, lines in alerts().items():
            names = named_in(lines.split("annotations:")[0])
            self.assertTrue(names or "up{" in lines, alert)
            self.assertLessEqual(names, set(in_code()), alert)

    def test_every_metric_of_a_dashboard_is_exported_and_nearly_all_are_shown(self):
        shown = set()
        for path in sources.tracked_files():
            if not path.startswith("deploy/grafana/"):
                continue
            for panel in json.loads(sources.read(path))["panels"]:
                for target in panel.get("targets", []):
                    names = named_in(target["expr"])
                    self.assertTrue(names, panel["title"])
                    shown |= names
        self.assertLessEqual(shown, set(in_code()))
        self.assertLessEqual(set(in_code()) - shown, {"leadwire_build_info", "leadwire_store_warnings", "leadwire_gateway_users",
                                                      "leadwire_spool_oldest_seconds"})

    def test_labels_that_rules_ask_for_are_there(self):
        for alert, lines in alerts().items():
            for name, labels in re.findall(r"\b((?:leadwire)_[a-z_]+)\{([^}]*)\}", lines.split("annotations:")[0]):
                asked = set(re.findall(r"(\w+)(?:=~|!~|!=|=)", labels)) - {"job"}
                self.assertLessEqual(asked, {in_code()[name][1]}, (alert, name))

    def test_each_alert_has_its_entry_in_the_runbook_and_each_entry_its_alert(self):
        entries = set(re.findall(r"^## (Leadwire\w+)$", sources.read("docs/RUNBOOK.md"), re.M))
        self.assertEqual(sorted(entries), sorted(alerts()))
        for alert, lines in alerts().items():
            self.assertIn(f"runbook: docs/RUNBOOK.md#{alert.lower()}\n", lines)
            self.assertRegex(lines, r"severity: (page|ticket)")
            self.assertRegex(lines, r"summary: \S")


if __name__ == "__main__":
    unittest.main()

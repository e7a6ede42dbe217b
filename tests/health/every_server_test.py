#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every installed program that serves: health, metrics, lines of JSON in its log, a trace through each door. A new one that is not here fails;
and what dashboard and alert rules name is what these processes really export."""
import json
import os
import pathlib
import re
import subprocess

from doors_floor import TRACE, DoorsCase
from health_rig import BIN, DEADLINE_S, SOURCE, main, wait_for

COME_AND_GO = {"leadwire", "leadwire-bench", "leadwire-journal", "leadwire-sim"}   # they do one thing, and end
SERVERS = {"leadwire-broker", "leadwire-web", "leadwire-phone", "leadwire-mail", "leadwire-webhooks", "leadwire-gateway"}
DOORS = {"leadwire-web": "contact-form", "leadwire-mail": "sales", "leadwire-phone": "main-line"}
NAME = re.compile(r"\b(?:leadwire|process)_[a-z_]+\b")
FOLDERS = ("broker", "gateway", "lib", "tools", "workers")


def installed():
    texts = [path.read_text(encoding="utf-8") for folder in FOLDERS for path in (pathlib.Path(SOURCE) / folder).rglob("CMakeLists.txt")]
    return {name.replace("leadwire-cli", "leadwire") for text in texts for name in re.findall(r"install\(TARGETS (leadwire[\w-]*) RUNTIME", text)}


def help_of(program):
    return subprocess.run([os.path.join(BIN, program), "--help"], check=True, text=True, stdout=subprocess.PIPE, timeout=DEADLINE_S).stdout


def named_in(expression):
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAME.findall(re.sub(r'"[^"]*"', "", expression))}


def shown():
    """What each panel of the dashboards and each alert asks for."""
    asked = {}
    for path in (pathlib.Path(SOURCE) / "deploy/grafana").glob("*.json"):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", []):
                asked.setdefault(panel["title"], set()).update(named_in(target["expr"]))
    rules = (pathlib.Path(SOURCE) / "deploy/prometheus/leadwire.rules.yml").read_text(encoding="utf-8")
    parts = re.split(r"^      - alert: (\w+)$", rules, flags=re.M)[1:]
    for alert, lines in zip(parts[::2], parts[1::2]):
        asked[alert] = named_in(lines.split("annotations:")[0])
    return asked


class Listed(DoorsCase):
    def setUp(self):
        """Needs no process."""
        self.processes = []

    def test_every_installed_program_serves_or_ends_by_itself(self):
        self.assertEqual(installed(), SERVERS | COME_AND_GO)
        for program in sorted(SERVERS):
            self.assertIn("--health ADDRESS", help_of(program), program)


class Served(DoorsCase):
    def store(self):
        if not hasattr(self, "redis"):
            self.redis = self.start_redis()
        return ("--redis", "unix:" + self.redis.socket)

    def test_each_has_its_health_its_metrics_and_its_log(self):
        self.open_doors()
        self.open_webhooks()
        self.assertEqual(set(self.health), SERVERS)
        exported = set()
        for program, health in self.health.items():
            self.assertEqual(health.ask("/livez")[0], 200, program)
            self.assertEqual(health.ask("/readyz")[0], 200, program)
            names = set(health.metrics())
            self.assertLessEqual({"leadwire_build_info", "process_cpu_seconds_total"}, names, program)
            exported |= names
        asked = shown()
        self.assertGreater(len(asked), 30)
        self.assertEqual({who: names - exported for who, names in asked.items() if names - exported}, {})
        for program in SERVERS:
            with open(self.path(program + ".log"), encoding="utf-8") as log:
                lines = [json.loads(line) for line in log]
            self.assertGreater(len(lines), 0, program)
            for line in lines:
                self.assertLessEqual({"time", "level", "program", "message"}, set(line))
                self.assertEqual(line["program"], program)

    def trace_of(self, program):
        """Of the contact that it published last."""
        with open(self.path(program + ".log"), encoding="utf-8") as log:
            told = re.findall(rf"publish source={DOORS[program]} trace=([0-9a-f]{{32}})", log.read())
        return told[-1] if told else None

    def test_each_door_begins_a_trace_that_ends_with_the_lead(self):
        self.open_doors()
        with open(self.path("watch.out"), "wb") as out:
            self.processes.append(subprocess.Popen([os.path.join(BIN, "leadwire"), "watch", "--json", "--run-dir", self.path("run")], stdout=out))
        wait_for("watch is live", lambda: '"live"' in self.text("watch.out"))
        self.start_rep()
        self.assertEqual(self.post_form(traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")[0], 200)
        self.deliver_mail()
        self.assertEqual(self.call()[0], 200)
        traces = {program: wait_for(program + "'s trace", lambda program=program: self.trace_of(program)) for program in DOORS}
        self.assertEqual(traces["leadwire-web"], TRACE)
        self.assertEqual(len(set(traces.values())), 3)

        def causes(trace):
            events = [json.loads(line) for line in self.text("watch.out").splitlines() if line.endswith("}")]
            return [event["cause"] for event in events if event.get("trace_id") == trace]
        for program in ("leadwire-web", "leadwire-mail"):
            wait_for(program + "'s lead is completed", lambda program=program: "completed" in causes(traces[program]) or "joined" in causes(traces[program]))
        wait_for("the call is a lead", lambda: causes(traces["leadwire-phone"]))
        told = [json.loads(line) for line in self.logs().splitlines()]
        for trace in traces.values():
            mine = [line for line in told if line["program"] == "leadwire-broker" and line.get("trace") == trace]
            self.assertTrue(mine, trace)
            self.assertTrue(all(line["lead"] in line["message"] for line in mine))


if __name__ == "__main__":
    main(needs_redis=True)

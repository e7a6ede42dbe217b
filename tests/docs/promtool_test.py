#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""promtool takes the alert rules and the configuration of deploy/prometheus, and finds a fault in rules that have one. Each alert is raised by what
it is for, with the labels and the words that it promises, not before its time, and not by what is like it and harmless."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import doc_sources as sources

PROMTOOL = shutil.which("promtool")
RULES, CONFIGURATION = "deploy/prometheus/leadwire.rules.yml", "deploy/prometheus/prometheus.yml"

STEP_S = 15   # between two samples, and two looks at the rules
BROKER, WEB = {"job": "leadwire-broker", "instance": "b"}, {"job": "leadwire-web", "instance": "w"}


def series(name, labels, values, **more):
    """values: as promtool has them, one a step: 3x80 is 3 and 80 times more the same, 0+1x80 counts up."""
    return {"series": name + json.dumps({**labels, **more}).replace('": ', "=").replace('{"', "{").replace(', "', ","), "values": values}


def buckets(name, labels, *counts, **more):
    return [series(name, labels, f"0+{count}x200", le=le, **more) for le, count in counts]


def totals(name, labels, values, **more):
    return [series(name, labels, values, **more)]


ONCE = "0x8 1x80"   # a counter that goes up once

# (alert, minutes, what raises it by then, the labels it then has, what does not)
CASES = [
    ("LeadwireBrokerDown", 2, totals("up", BROKER, "0x80"), BROKER, totals("up", BROKER, "1x80")),
    ("LeadwireBrokerDown", 2, totals("up", WEB, "1x80"), {"job": "leadwire-broker"}, totals("up", BROKER, "1x80")),
    ("LeadwireProcessDown", 3, totals("up", WEB, "0x80"), WEB, totals("up", BROKER, "0x80") + totals("up", WEB, "1x80")),
    ("LeadwireNotReady", 3, totals("leadwire_ready", WEB, "0x80"), WEB, totals("leadwire_ready", WEB, "1x80")),
    ("LeadwireLoopStalls", 12, buckets("leadwire_broker_turn_seconds_bucket", BROKER, ("0.1", 90), ("0.25", 100), ("+Inf", 100)), BROKER,
     buckets("leadwire_broker_turn_seconds_bucket", BROKER, ("0.1", 1000), ("0.25", 1001), ("+Inf", 1001))),
    ("LeadwireRedisWeak", 3, totals("leadwire_store_warnings", BROKER, "1x80"), BROKER, totals("leadwire_store_warnings", BROKER, "0x80")),
    ("LeadwireRedisTrouble", 5, totals("leadwire_redis_troubles_total", BROKER, ONCE, trouble="aof_error"), {**BROKER, "trouble": "aof_error"},
     totals("leadwire_redis_troubles_total", BROKER, ONCE, trouble="slow") + totals("leadwire_redis_troubles_total", BROKER, "7x80", trouble="aof_error")),
    ("LeadwireRedisSlow", 5, totals("leadwire_redis_troubles_total", BROKER, "0+1x80", trouble="slow"), {**BROKER, "trouble": "slow"},
     totals("leadwire_redis_troubles_total", BROKER, "0 1 2 3x80", trouble="slow") + totals("leadwire_redis_troubles_total", BROKER, "0+1x80", trouble="loading")),
    ("LeadwireJournalLags", 12, totals("leadwire_checkpoint_age_seconds", BROKER, "700x80") + totals("leadwire_journal_entries", BROKER, "200000x80"), BROKER,
     totals("leadwire_checkpoint_age_seconds", BROKER, "700x80") + totals("leadwire_journal_entries", BROKER, "5000x80")),
    ("LeadwireStorePending", 3, totals("leadwire_store_pending_bytes", BROKER, "3000000x80"), BROKER, totals("leadwire_store_pending_bytes", BROKER, "1000000x80")),
    ("LeadwireLeadsWait", 3, totals("leadwire_queue_oldest_seconds", BROKER, "400x80", queue="solar"), {**BROKER, "queue": "solar"},
     totals("leadwire_queue_oldest_seconds", BROKER, "200x80", queue="solar")),
    ("LeadwireSlowToFirstTouch", 45, buckets("leadwire_first_touch_seconds_bucket", BROKER, ("900", 50), ("1800", 100), ("+Inf", 100), channel="web"),
     {"job": BROKER["job"], "channel": "web"}, buckets("leadwire_first_touch_seconds_bucket", BROKER, ("900", 95), ("1800", 100), ("+Inf", 100), channel="web")),
    ("LeadwireNobodyThere", 4, totals("leadwire_reps_logged_on", BROKER, "0x80") + totals("leadwire_leads", BROKER, "3x80", state="waiting"), BROKER,
     totals("leadwire_reps_logged_on", BROKER, "0x80") + totals("leadwire_leads", BROKER, "0x80", state="waiting") + totals("leadwire_leads", BROKER, "3x80", state="parked")),
    ("LeadwireLeadsParked", 17, totals("leadwire_leads", BROKER, "25x80", state="parked"), {**BROKER, "state": "parked"},
     totals("leadwire_leads", BROKER, "15x80", state="parked") + totals("leadwire_leads", BROKER, "25x80", state="waiting")),
    ("LeadwirePublishersBusy", 8, totals("leadwire_publisher_answers_total", BROKER, "0+3x80", status="busy"), {**BROKER, "status": "busy"},
     totals("leadwire_publisher_answers_total", BROKER, "0+1x80", status="busy") + totals("leadwire_publisher_answers_total", BROKER, "0+90x80", status="accepted")),
    ("LeadwireSpoolGrows", 3, totals("leadwire_spool_oldest_seconds", WEB, "200x80"), WEB, totals("leadwire_spool_oldest_seconds", WEB, "60x80")),
    ("LeadwireSpoolGrows", 3, totals("leadwire_spool_bytes", WEB, "600x80") + totals("leadwire_spool_max_bytes", WEB, "1000x80"), WEB,
     totals("leadwire_spool_bytes", WEB, "400x80") + totals("leadwire_spool_max_bytes", WEB, "1000x80")),
    ("LeadwireContactsAside", 1, totals("leadwire_spool_aside_contacts", WEB, "1x80"), WEB, totals("leadwire_spool_aside_contacts", WEB, "0x80")),
    ("LeadwireDoorRejects", 35, totals("leadwire_requests_total", WEB, "0+3x200", outcome="malformed") + totals("leadwire_requests_total", WEB, "0+3x200", outcome="accepted"), WEB,
     totals("leadwire_requests_total", WEB, "0+1x200", outcome="malformed") + totals("leadwire_requests_total", WEB, "0+9x200", outcome="held")),
    ("LeadwireMailsNotUnderstood", 5, totals("leadwire_mails_total", WEB, ONCE, outcome="unparsable"), {**WEB, "outcome": "unparsable"},
     totals("leadwire_mails_total", WEB, ONCE, outcome="spam")),
    ("LeadwireMailsWait", 12, totals("leadwire_mails_waiting", WEB, "150x80"), WEB, totals("leadwire_mails_waiting", WEB, "50x80")),
    ("LeadwireWebhooksGivenUp", 7, totals("leadwire_webhooks_dead", WEB, "2x80", hook="crm"), {**WEB, "hook": "crm"}, totals("leadwire_webhooks_dead", WEB, "0x80", hook="crm")),
    ("LeadwireFramesRefused", 12, totals("leadwire_refused_frames_total", BROKER, "0+30x80"), BROKER, totals("leadwire_refused_frames_total", BROKER, "0+10x80")),
    ("LeadwireFewFilesLeft", 7, totals("process_open_fds", WEB, "900x80") + totals("process_max_fds", WEB, "1000x80"), WEB,
     totals("process_open_fds", WEB, "700x80") + totals("process_max_fds", WEB, "1000x80") + totals("process_open_fds", {"job": "node"}, "900x80") +
     totals("process_max_fds", {"job": "node"}, "1000x80")),
    ("LeadwireIdsForgotten", 5, totals("leadwire_bound_refused_total", BROKER, ONCE, bound="seen_ids"), {**BROKER, "bound": "seen_ids"},
     totals("leadwire_bound_refused_total", BROKER, ONCE, bound="leads") + totals("leadwire_bound_refused_total", BROKER, "7x80", bound="seen_ids")),
    ("LeadwireIdsYoung", 5, totals("leadwire_bound_refused_total", BROKER, ONCE, bound="seen_bytes"), {**BROKER, "bound": "seen_bytes"},
     totals("leadwire_bound_refused_total", BROKER, ONCE, bound="seen_ids") + totals("leadwire_bound_refused_total", BROKER, "7x80", bound="seen_bytes")),
    ("LeadwireDiskFull", 5, totals("leadwire_redis_troubles_total", BROKER, ONCE, trouble="disk_full"), {**BROKER, "trouble": "disk_full"},
     totals("leadwire_redis_troubles_total", BROKER, ONCE, trouble="slow")),
    ("LeadwireDiskFull", 5, totals("leadwire_requests_total", WEB, ONCE, outcome="store_full"), {**WEB, "outcome": "store_full"},
     totals("leadwire_requests_total", WEB, ONCE, outcome="busy")),
]


def alerts():
    """Of each what promtool compares: how long it waits, in seconds, and what it says."""
    found = {}
    for block in sources.read(RULES).split("- alert: ")[1:]:
        waits = re.search(r"\n +for: (\d+)([sm])", block)
        said = {name: json.loads(text) if text.startswith('"') else text for name, text in re.findall(r"\n +(summary|runbook): (.+)", block)}
        found[block.split()[0]] = (int(waits[1]) * {"s": 1, "m": 60}[waits[2]] if waits else 0, re.search(r"severity: (\w+)", block)[1], said)
    return found


def unit_tests():
    for name, minutes, raises, labels, harmless in CASES:
        waits_s, severity, said = alerts()[name]
        says = {key: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda label: labels[label[1]], text) for key, text in said.items()}
        raised = [{"exp_labels": {**labels, "severity": severity}, "exp_annotations": says}]
        early = [{"eval_time": f"{waits_s - STEP_S}s", "alertname": name, "exp_alerts": []}] if waits_s > STEP_S else []
        yield {"interval": f"{STEP_S}s", "input_series": raises, "alert_rule_test": [*early, {"eval_time": f"{minutes}m", "alertname": name, "exp_alerts": raised}]}
        yield {"interval": f"{STEP_S}s", "input_series": harmless, "alert_rule_test": [{"eval_time": f"{minutes}m", "alertname": name, "exp_alerts": []}]}


def check(*words):
    return subprocess.run([PROMTOOL, "check", *words], cwd=sources.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=50, check=False)


class Promtool(unittest.TestCase):
    def test_it_takes_what_is_shipped(self):
        for words in (["rules", RULES], ["config", CONFIGURATION]):
            done = check(*words)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_it_would_find_a_fault(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder, "rules.yml")
            broken.write_text(sources.read(RULES).replace("expr: ", "expr: sum(", 1), encoding="utf-8")
            self.assertNotEqual(check("rules", str(broken)).returncode, 0)

    def test_each_alert_is_raised_by_what_it_is_for_and_by_nothing_else(self):
        self.assertEqual(set(alerts()), {case[0] for case in CASES})
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "alerts.json")
            path.write_text(json.dumps({"rule_files": [str(sources.ROOT / RULES)], "evaluation_interval": f"{STEP_S}s", "tests": list(unit_tests())}), encoding="utf-8")
            done = subprocess.run([PROMTOOL, "test", "rules", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=50, check=False)
            self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    if not PROMTOOL:
        print("SKIP: no promtool here (Debian: prometheus)")
        sys.exit(77)
    unittest.main()

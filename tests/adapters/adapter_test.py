#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`leadwire adapter-test`: sound adapters pass all rules, and one with a fault fails the rule that forbids it.

    adapter_test.py PATH-OF-LIBRARY_ADAPTER    the Python example, libleadwire, and those with a fault
    adapter_test.py node                       the example for Node

All of a run go side by side: they wait most of the time. That many at once starve on a machine with other work, and who is
starved keeps other times than its fault says; so one with a fault whose failure was another is tried once more, alone.
"""
import json
import pathlib
import sys

import adapter_rig

HERE = pathlib.Path(__file__).resolve().parent
LEADS, LEADS_AT_ONCE = 60, 80
FAULTS = {   # of tests/adapters/bad_adapter.py: the rules that it breaks, and no other
    "Pings": "hello-first",
    "Names": "hello-first",
    "Waits": "hello-again",
    "Hammers": "hello-again",
    "Presses": "hello-waits",
    "Stays": "redirect",
    "Trusts": "redirect",
    "ComesBack": "version",
    "Splits": "frames",
    "Numbers": "frames",
    "Floods": "credit",
    "KeepsSilent": "heartbeat",
    "Overlooks": "count",
    "Overcounts": "count",
    "IsStrict": "unknown-fields",
    "IsStrictAtOnce": "unknown-fields",
    "StartsAgain": "unknown-types",
    "Believes": "epoch",
    "MixesUp": "any-order",
    "Doubts": "taken",
    "Insists": "refused",
    "Hurries": "busy",
    "Forgets": "resend",
    "ChangesId": "same-id",
    "ChangesContent": "same-content",
    "Persists": "no-session",
    "Leaves": "bye",
    "Deaf": "silence",
    "Despairs": "restart",
}


AT_ONCE = ("Waits", "Floods", "KeepsSilent", "Forgets", "ChangesId")   # end at their failure: the rest of the play would take long


class Trial:
    """One adapter before the difficult broker."""

    def __init__(self, rig, name, options, *command, text=""):
        self.rig, self.name = rig, name
        self.once_more = lambda: Trial(rig, f"{name}-alone", options, *command, text=text)
        endpoint = rig.endpoint(name)
        self.judge = rig.start(f"{name}-judge", adapter_rig.BIN / "leadwire", "adapter-test", endpoint, "--json", "--wait", 60,
                               *options)
        self.adapter = rig.start(name, *[endpoint if word == "ENDPOINT" else word for word in command], text=text)

    def verdicts(self):
        code = self.judge.wait(180)
        said = self.rig.said(f"{self.name}-judge")
        assert said, f"{self.name}: {code} {self.rig.said(self.name + '-judge', 'err')}"
        report = json.loads(said)
        assert (code == 0) == report["passed"] and code in (0, 1), (self.name, code)
        return {rule["name"]: rule for rule in report["rules"]}

    def expect_pass(self):
        wrong = {name: rule for name, rule in self.verdicts().items() if rule["verdict"] != "pass"}
        assert not wrong, f"{self.name}: {wrong}\n{self.rig.said(self.name, 'err')}"
        print(f"{self.name}: all rules passed")

    def failures(self):
        return {name: found["detail"] for name, found in self.verdicts().items() if found["verdict"] == "fail"}

    def expect_failure(self, rule):
        failed = self.failures()
        assert list(failed) == [rule], f"{self.name}: {rule} alone should fail, but {failed}\n{self.rig.said(self.name, 'err')}"
        print(f"{self.name}: {rule}: {failed[rule]}")


def all_but_node(rig):
    (command, more, path), patience = rig.python_example(), ["--patience", 4]
    sound = [Trial(rig, "python", [], *command, "ENDPOINT", "sales", *more, text=adapter_rig.form_lines(LEADS)),
             Trial(rig, "library", [], sys.argv[1], "ENDPOINT", LEADS_AT_ONCE)]
    bad = ["env", f"PYTHONPATH={path}", adapter_rig.PYTHON, HERE / "bad_adapter.py"]
    wrong = [(Trial(rig, name, patience + ["--first"] * (name in AT_ONCE), *bad, name, "ENDPOINT", LEADS), rule)
             for name, rule in FAULTS.items()]
    nobody = rig.start("nobody", adapter_rig.BIN / "leadwire", "adapter-test", rig.endpoint("nobody"), "--wait", 1)
    assert nobody.wait(60) == 3, rig.said("nobody", "err")
    assert rig.start("nowhere", adapter_rig.BIN / "leadwire", "adapter-test", "ipc:///nowhere/at/all").wait(60) == 2
    for trial in sound:
        trial.expect_pass()
    unbroken = set(sound[0].verdicts()) ^ set(FAULTS.values())
    assert not unbroken, f"rules that no faulty adapter breaks: {unbroken}"
    starved = [(trial, rule) for trial, rule in wrong if list(trial.failures()) != [rule]]
    for trial, _ in wrong:
        trial.adapter.kill()
    for trial, rule in starved:
        print(f"{trial.name}: {rule} alone should fail, but {trial.failures()}: once more, alone")
    for trial, rule in wrong:
        (trial.once_more() if (trial, rule) in starved else trial).expect_failure(rule)


def node(rig):
    command, more = rig.node_example()
    Trial(rig, "node", [], *command, "ENDPOINT", "sales", *more, text=adapter_rig.form_lines(LEADS)).expect_pass()


if __name__ == "__main__":
    adapter_rig.main(node if sys.argv[1] == "node" else all_but_node)

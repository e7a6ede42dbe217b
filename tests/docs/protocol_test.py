#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/PROTOCOL.md says what the .proto files, lib/wire and the golden frames say."""
import re
import unittest

import doc_sources as sources

DOCUMENT = sources.read("docs/PROTOCOL.md")


class Protocol(unittest.TestCase):
    maxDiff = None

    def test_each_message_has_its_fields_with_number_type_and_limit(self):
        limits = sources.wire_limits()
        for name, (kind, fields) in sources.proto_types().items():
            if kind != "message":
                continue
            text = sources.section(DOCUMENT, name)
            self.assertIsNotNone(text, f"there is no section on {name}")
            shown = [tuple(row[:4]) for row in sources.table_rows(text) if row[0] != "field"]
            wanted = [(f"`{f}`", str(number), of, limits[name].get(f, "")) for f, number, of in fields]
            self.assertEqual(shown, wanted, f"the fields of {name}")

    def test_each_field_has_a_meaning(self):
        for row in sources.table_rows(sources.section(DOCUMENT, "Messages")):
            self.assertTrue(row[-1], f"{row[0]} has no meaning")

    def test_each_enum_value_stands_there_with_its_number(self):
        for name, (kind, values) in sources.proto_types().items():
            for value, number, _ in values if kind == "enum" else []:
                beside = rf"`{value}` (?:\| )?{number}\b"
                self.assertRegex(DOCUMENT, beside, f"{name}")

    def test_each_status_says_whether_to_retry(self):
        statuses = [value for value, _, _ in sources.proto_types()["Status"][1]]
        rows = sources.table_rows(sources.section(DOCUMENT, "Errors first"))[1:]
        self.assertEqual([row[0].strip("`") for row in rows], statuses)
        for row in rows:
            self.assertEqual(len(row), 5)
            self.assertTrue(all(row), f"{row[0]} leaves something open")

    def test_frame_types_are_those_of_the_wire(self):
        types = [(number, message) for number, message, _ in sources.wire_types()]
        rows = [row for row in sources.table_rows(sources.section(DOCUMENT, "Frames")) if row[0].isdigit()]
        self.assertEqual([(int(row[0]), row[1]) for row in rows], types)
        headings = re.findall(r"^#### (\w+) \[(\d+)\]$", DOCUMENT, re.M)
        self.assertEqual(sorted((int(n), m) for m, n in headings), types)

    def test_roles_are_those_of_the_wire(self):
        roles = [name for _, name in re.findall(r'^    X\(\d+, (\w+), "(\w+)",', sources.read("lib/wire/roles.h"), re.M)]
        code = sources.read("lib/wire/roles.c")
        sets = {role.upper(): {role} for role in roles}
        meant = lambda words: set().union(*(sets[word] for word in words.split(" | ")))
        for name, words in re.findall(r"^    (WATCHERS|ALL) = (.*),$", code, re.M):
            sets[name] = meant(words)
        messages = {name: message for name, message in re.findall(r"X\(\d+, (\w+), \w+, (\w+),", sources.read("lib/wire/wire.h"))}
        wanted = [["frame"] + roles] + [[messages[name]] + ["yes" if role in meant(words) else "-" for role in roles]
                                        for name, words in re.findall(r"^    \[WIRE_(\w+)\] = (.*),$", code, re.M)]
        self.assertEqual([list(row) for row in sources.table_rows(sources.section(DOCUMENT, "Roles"))], wanted)

    def test_frame_sizes_are_those_of_the_wire(self):
        shown = sources.section(DOCUMENT, "Limits")
        usual = sources.wire_constants()["WIRE_FRAME_SIZE_MAX"]
        self.assertIn(f"| a frame, header included | {usual:,} bytes |", shown)
        by_size = {}
        for _, message, size in sources.wire_types():
            by_size.setdefault(size, []).append(message)
        del by_size[usual]
        for size, messages in by_size.items():
            self.assertIn(f"| {', '.join(messages)} | {size:,} bytes |", shown)

    def test_limits_of_sessions_are_those_of_the_broker(self):
        text = sources.read("broker/net/sessions.h") + sources.read("broker/net/publisher_door.c")
        number = lambda name: eval(re.search(rf"\b{name} = ([\d *]+)", text)[1])
        shown = sources.section(DOCUMENT, "Limits")
        for row in (f"| a packed Lead | {number('LEAD_SIZE_MAX'):,} bytes |",
                    f"| unanswered requests of a session | {number('SESSION_CREDIT'):,} |",
                    f"| bad frames in a row | {number('SESSION_BAD_FRAMES_MAX')} |",
                    f"| sessions of publishers, reps, tools | {number('SESSIONS_PUBLISHERS_MAX'):,}, "
                    f"{number('SESSIONS_REPS_MAX'):,}, {number('SESSIONS_CONTROLS_MAX')} |"):
            self.assertIn(row, shown)

    def test_limits_of_the_core_are_those_of_the_core(self):
        text = sources.read("broker/core/core_config.h")
        number = lambda name: int(re.search(rf"\bCONFIG_{name}_MAX = (\d+)", text)[1])
        shown = " ".join(sources.section(DOCUMENT, "The rules of a desk").split())
        self.assertIn(f"{number('SKILLS')} skills, {number('REPS'):,} reps, {number('RULES'):,} rules, {number('REQUIRE')} required skills "
                      f"and {number('PREDICATES')} predicates a rule, {number('REP_SKILLS')} skills a rep, "
                      f"{number('DISPOSITIONS')} dispositions", shown)

    def test_golden_bytes_are_those_of_the_golden_files(self):
        shown = re.findall(r"^```hex (\w+)\n(.*?)^```", DOCUMENT, re.M | re.S)
        self.assertGreaterEqual(len(shown), 4)
        for name, text in shown:
            golden = sources.read(f"tests/golden/frames/{name}.txt").split("\nhex:\n")[1]
            self.assertEqual("".join(text.split()), "".join(golden.split()), name)

    def test_rules_for_publishers_are_those_of_the_adapter_test(self):
        table = re.search(r"#define ADAPTER_RULE_TABLE\(X\)(.*?)\n\n", sources.read("tools/leadwire/adapter_rules.h"), re.S)[1]
        rules = [(f"P{number}", f"`{name}`") for number, name in re.findall(r'X\((\d+), \w+, "([a-z-]+)"\)', table)]
        rows = sources.table_rows(sources.section(DOCUMENT, "Rules for publishers"))[1:]
        self.assertEqual([tuple(row[:2]) for row in rows], rules)
        self.assertTrue(all(row[2] for row in rows))

    def test_example_is_python_and_names_what_there_is(self):
        code = re.search(r"^```python\n(.*?)^```", DOCUMENT, re.M | re.S)[1]
        compile(code, "the example", "exec")
        types = sources.proto_types()
        for message, arguments in re.findall(r"\w+_pb2\.([A-Z][a-z]\w*)\(([^()]*)", code):
            fields = {f for f, _, _ in types[message][1]}
            self.assertLessEqual(set(re.findall(r"\b(\w+)=", arguments)), fields, message)
        values = {value for kind, found in types.values() if kind == "enum" for value, _, _ in found}
        self.assertLessEqual(set(re.findall(r"\w+_pb2\.([A-Z]+_[A-Z_]+)", code)), values)
        numbers = {message.upper(): number for number, message, _ in sources.wire_types()}
        names, given = re.search(r"^([A-Z, ]+) = ([\d, ]+)$", code, re.M).groups()
        for name, number in zip(names.split(", "), given.split(", ")):
            self.assertEqual(int(number), numbers[name])


if __name__ == "__main__":
    unittest.main()

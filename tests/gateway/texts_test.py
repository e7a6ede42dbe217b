#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page's texts: every language has the same names with the same {words}; scripts and pages ask for no other, and none is left over; whatever the
broker takes a lead from a rep for is said in words, and so is what programs warn of and refuse in the rules' forms."""
import json
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["LEADWIRE_SOURCE"])
PAGES = SOURCE / "gateway" / "pages"
# Names that scripts put together: the words that may follow.
MADE = {"state_": "available break wrap_up away offline", "quiet_": "available break wrap_up away offline", "channel_": "phone web email import chat",
        "lead_": "waiting offered connecting assigned parked scheduled completed cancelled expired merged", "worker_": "ready broker_away silent", "role_": "rep lead manager admin read_only",
        "act_": "release take_back assign hold prioritise cancel",
        "first_": "load idle tier levels turn share worth interrupts preferred order",
        "day_": "accepted completed declined missed on busy", "why_": "preferred_rep offline break wrap_up away hours device cap team_cap team_share declined_before capacity shared_list", "week_": "mon tue wed thu fri sat sun",
        "form_": "name label team capacity skills languages territories device tier share per_hour per_day per_source time_zone hours holidays daily_cap daily_share from to "
                 "new_rep new_skill remove_rep remove_skill",
        "series_": "published completed refused waiting in_hand parked touch_ms",
        "broker_": "store durability version uptime rules journal checkpoint memory publishers repeated refused_frames", "last_": "hour day",
        "plot_": "flow level touch", "elsewhere_": "page device", "outcome_": "busy rejected not_found not_yours duplicate_differs unknown", "sound_": "on off", "key_": "accept decline note disposition touch transfer next undo break"}

MADE["kind_"] = "rep team skill rule queue channel"
# Of the rules' reader: what no form can write, whatever is typed there.
NOT_OF_FORMS = ("must be a map, e.g. {label", "must be a map, e.g. {per_hour", "must be a label or a map", "do not overflow", "skills must be a map", "hours must be a map", "must be a day or days", "give its times in one line",
                "cannot be computed", "must be a single value", "must be true or false", "must be a time such as", "must be from word to word", "'word' must be a word")
LITERALS = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*|PRIu64\s*)+')

ALIKE = {"channel_chat", "channel_email", "password"}


def texts(language):
    def once(pairs):
        assert len(dict(pairs)) == len(pairs), "a text is there twice"
        return dict(pairs)
    return json.loads((PAGES / f"texts_{language}.json").read_text(encoding="utf-8"), object_pairs_hook=once)


def slug(words):
    """As texts.mjs makes a text's name of what it was told."""
    return re.sub(r"\W+", "_", words.lower())


def sources(folder, pattern):
    return "".join(path.read_text(encoding="utf-8") for path in sorted((SOURCE / folder).glob(pattern)))


def core_sources():
    return sources("broker/core", "*.[ch]")


def refusals():
    """What a rep's or a manager's act is refused with, by the broker or the gateway."""
    for folder, name in [*(("broker/core", f"{name}.c") for name in ("cmd_act", "cmd_complete", "cmd_rep", "cmd_transfer", "declines", "manage", "device")),
                         *(("gateway", f"{name}.c") for name in ("act_reply", "desk_acts", "ops_acts", "ops_forms", "ops_rules"))]:
        code = re.sub(r"log_\w+\([^;]*;", "", sources(folder, name))
        yield from re.findall(r'(?:return|\?|:) "([a-z][^"\n%]* [^"\n%]*)"', code)
        yield from re.findall(r'(?:reply|refuse\w*|reject\w*|answer\w*)\([^;]*?"([a-z][^"\n%]* [^"\n%]*)"', code)


def function(name):
    return re.search(rf"\n[^\n;]*\b{name}\([^;{{]*?\n{{.*?\n}}", core_sources(), re.DOTALL)[0]


def pieces():
    """What the broker writes of a decision, a piece each, with something in place of what it puts in."""
    for name in ("caps_explain", "team_limit_explain", "explain_excluded_by", "lacks", "waiting_because"):
        for told in re.findall(r'snprintf\([^;"]*"([^"]+)"', function(name)) + re.findall(r'= [^;"]*\? "([^"]+)"', function(name)):
            if re.sub(r"%\w+", "", told).strip(" ;"):
                yield from filter(None, re.split("; ", re.sub(r"%(?:u|llu)", "7", re.sub(r"%s(?:%s)*", "word", told).replace("wordword", "word")).lstrip(",; ")))
    yield from ("you are asked first", "german 6 of 5 needed", "load 1 of 2", "idle 42 s", "tier 1", "levels 13", "number 4 in turn", "share 10, ahead by 1.25",
                "share 10, owed 0.05", "worth 1.034", "interrupts", "preferred 2", "3 could take it", "urgency 132.5: priority 50.0, value 1.5, slack 80.0, age 2.5",
                "waited 400 s, over the cap of 300 s", "busy", "unreachable", "load 2 of 2, needs 1 more")


def causes_that_take():
    """The words of the causes for which the core takes a lead from a rep, and tells them."""
    core = core_sources()
    words = dict(re.findall(r'X\(\d+, (\w+), "(\w+)"\)', core))
    calls = re.findall(r"\b(?:lead_return\w*|return_lead|broadcast_end|broadcast_leave|end_offer|tell_withdrawn\w*)\([^;]*?CAUSE_(\w+)", core)
    for function in ("dial_cause", "rep_log_off"):   # which give them by a variable
        calls += re.findall(r"CAUSE_(\w+)", re.search(rf"\n[^\n;]*\b{function}\([^;]*?\n{{.*?\n}}", core, re.DOTALL)[0])
    return {words[name] for name in calls if name in words} - {"answered", "declined"}


def causes_in_the_protocol():
    row = re.search(r"\n#### Withdrawn .*?(\n\| `reason` .*?)\n", (SOURCE / "docs" / "PROTOCOL.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    return set(re.findall(r"`(\w+)`", row)) - {"reason", "held"}


def formats(code, call):
    """The format of each call, with something in place of what is put in."""
    for told in re.findall(rf"\b(?:{call})\((.*?)\);", code, re.DOTALL):
        for literal in LITERALS.findall(told):
            text = re.sub(r"\\(.)", r"\1", "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal.replace("PRIu64", '"u"'))))
            if " " in text.strip():   # else the key of a value that is looked up on the way
                yield re.sub(r"%(?:\.(?:\d+|\*))?(?:zu|u|d)", "7", re.sub(r"%(?:\.(?:\d+|\*))?s", "word", text)).replace("%%", "%")
                break


def part_of(code, begin, end=None):
    return code[code.index(begin):code.index(end) if end else None]


def warnings_of_leads():
    code = sources("workers", "*/*.c")
    yield from (text.replace("word was cut", "a consent was cut") for text in formats(code, "lead_builder_warn|mail_warn"))


def told_of_rules():
    """What the forms of the rules can be refused with, what rules are warned of, and what the broker warns of its store."""
    desk = {name: sources("tools/desk", f"desk_{name}.c") for name in ("people", "teams", "caps", "needs", "judge", "yaml")}
    refused = [desk["people"], desk["teams"], desk["caps"], desk["judge"], part_of(desk["needs"], "#include", "static void read_from"),
               part_of(desk["yaml"], "const struct yaml_node *desk_section"), sources("lib/yaml", "yaml_read.c")]
    yield from (text for code in refused for text in formats(code, "yaml_doc_problem") if not any(one in text for one in NOT_OF_FORMS))
    yield from formats(sources("tools/desk", "desk_*.c"), "desk_warn")
    yield from formats(sources("broker/store", "store_warnings.c"), "warn")


def forms_of(page):
    return [(re.compile(form.replace("(?<", "(?P<")), name) for form, name in re.findall(r'^  \[/(.*)/, "(\w+)"\],$', (PAGES / page).read_text(encoding="utf-8"), re.MULTILINE)]


class Texts(unittest.TestCase):
    def test_whatever_is_warned_of_is_said_in_words(self):
        for page, told, least in (("warned.mjs", list(warnings_of_leads()), 30), ("rules_words.mjs", list(told_of_rules()), 45)):
            forms = forms_of(page)
            self.assertGreaterEqual(len(set(told)), least, page)
            self.assertEqual([text for text in told if not any(form.search(text) for form, _ in forms)], [], page)
            for language in ("en", "it"):
                there = texts(language)
                for form, name in forms:
                    self.assertLessEqual(set(re.findall(r"\{(\w+)\}", there[name])), set(form.groupindex), name)   # what it puts in is what was told

    def test_each_trouble_of_a_door_and_each_state_of_the_store_has_a_word(self):
        ends = set(re.findall(r'X\(\w+, "(\w+)"\)', sources("workers/normalize", "worker_counts.h"))) | set(re.findall(r'X\(MAIL_\w+, "(\w+)"', sources("workers/mail", "mail_reason.h")))
        fine = set(re.findall(r'"(\w+)"', re.search(r"fine\[\] = \{(.*?)\};", sources("gateway", "worker_reading.c"), re.DOTALL)[1]))
        states = set(re.findall(r'\[STORE_\w+\] = \{"(\w+)"', sources("broker/store", "store.c")))
        self.assertGreater(min(len(ends - fine) - 10, len(fine), len(states)), 5)
        self.assertEqual(ends - fine | {"not_delivered"}, {name[len("door_"):] for name in texts("en") if name.startswith("door_")})
        self.assertEqual(states, {name[len("redis_"):] for name in texts("en") if name.startswith("redis_")})

    def test_each_value_that_can_be_cut_has_a_word(self):
        fields = re.findall(r"X\([A-Z_]+, (\w+), TEXT_", sources("workers/normalize", "lead_builder.h"))
        kept = re.findall(r'\bkeep\(builder, "([^"]+)"', sources("workers/normalize", "lead_builder.c"))
        self.assertGreater(min(len(fields), len(kept)), 8)
        self.assertEqual({slug(word) for word in fields + kept}, {name[len("cut_"):] for name in texts("en") if name.startswith("cut_")})

    def test_each_cause_that_takes_a_lead_from_a_rep_is_said_in_words(self):
        self.assertEqual(sorted(causes_that_take()), sorted(causes_in_the_protocol()))
        self.assertEqual(sorted(word for word in causes_that_take() if f"cause_{word}" not in texts("en")), [])

    def test_words_for_causes_are_of_what_is_said(self):
        said = {slug(words) for words in re.findall(r'"([^"\n]*)"', core_sources() + sources("gateway", "*.c"))}
        self.assertEqual(sorted(name for name in texts("en") if name.startswith("cause_") and name[len("cause_"):] not in said), [])

    def test_whatever_an_act_is_refused_with_is_said_in_words(self):
        self.assertEqual(sorted({words for words in refusals() if f"cause_{slug(words)}" not in texts("en")}), [])

    def test_whatever_is_told_of_a_decision_is_said_in_words(self):
        forms = [re.compile(form.replace("(?<", "(?P<")) for form in re.findall(r"^  \[/(.*)/, \"told_\w+\"\],$", (PAGES / "words.mjs").read_text(encoding="utf-8"), re.MULTILINE)]
        self.assertGreater(len(forms), 40)
        told = [part for piece in pieces() for part in (piece.split(", ") if piece.startswith("7 without") else [piece])]
        self.assertGreater(len(told), 40)
        self.assertEqual([piece for piece in told if not any(form.search(piece) for form in forms)], [])

    def test_each_event_and_each_exclusion_has_a_word(self):
        there = set(texts("en"))
        causes = {word for _, word in re.findall(r'X\((\d+), \w+, "(\w+)"\)', (SOURCE / "broker" / "core" / "core.h").read_text(encoding="utf-8"))}
        self.assertGreater(len(causes), 60)
        self.assertEqual(sorted(causes), sorted(name[len("event_"):] for name in there if name.startswith("event_")))
        rules = set(re.findall(r'return "(\w+)"', function("explain_excluded_by"))) | {"offline", "wrap_up", "break", "away", "shared_list", "other"}
        self.assertEqual(sorted(rules), sorted(name[len("kept_"):] for name in there if name.startswith("kept_")))

    def test_what_is_italian_is_not_english(self):
        """Only what is a name, a number or the same word in both is the same."""
        italian = texts("it")
        self.assertEqual(sorted(name for name, text in texts("en").items() if text == italian[name] and re.search(r"[a-z]{3}", re.sub(r"\{\w+\}", "", text)) and name not in ALIKE), [])

    def test_languages_have_the_same_names_and_words(self):
        words = {language: {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in texts(language).items()} for language in ("en", "it")}
        self.assertEqual(words["en"], words["it"])

    def test_what_is_asked_for_is_there_and_what_is_there_is_asked_for(self):
        code = "".join(path.read_text(encoding="utf-8") for path in PAGES.iterdir() if path.suffix in (".mjs", ".html"))
        asked = set(re.findall(r'data-(?:text|label)="(\w+)"', code))
        for call in re.findall(r"\bt(?=\(([^()]*))", code) + re.findall(r"\bfact\(list, ([^()]*)", code):
            asked |= set(re.findall(r'(?:^|[?:]\s*)"([a-z_]+)"', call))
        asked |= {name for name in texts("en") if name.startswith(("cause_", "event_", "kept_", "cut_", "door_", "redis_"))}
        asked |= set(re.findall(r'^  \[/.*/, "(\w+)"\],$', code, re.MULTILINE))
        asked |= {start + end for start, ends in MADE.items() for end in ends.split()}
        there = set(texts("en"))
        self.assertEqual(sorted(asked - there), [])
        self.assertEqual(sorted(there - asked), [])

    def test_nothing_is_read_as_markup(self):
        for path in (path for path in PAGES.iterdir() if path.suffix != ".png"):
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bon\w+=|<style|\beval\b|https?://(?!www\.w3\.org)", path.name)


if __name__ == "__main__":
    unittest.main()

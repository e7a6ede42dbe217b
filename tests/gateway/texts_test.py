#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page's texts: every language has the same names with the same {words}; scripts and pages ask for no other, and none is left over; whatever the
broker takes a lead from a rep for is said in words."""
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


def texts(language):
    """Those of all pages, and those that one has besides."""
    sets = [json.loads((PAGES / f"{name}_{language}.json").read_text(encoding="utf-8")) for name in ("texts", "ops")]
    assert not set(sets[0]) & set(sets[1]), "a text is in both sets"
    return {**sets[0], **sets[1]}


def slug(words):
    """As texts.mjs makes a text's name of what it was told."""
    return re.sub(r"\W+", "_", words.lower())


def core_sources():
    return "".join(path.read_text(encoding="utf-8") for path in sorted((SOURCE / "broker" / "core").glob("*.[ch]")))


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


class Texts(unittest.TestCase):
    def test_each_cause_that_takes_a_lead_from_a_rep_is_said_in_words(self):
        self.assertEqual(sorted(causes_that_take()), sorted(causes_in_the_protocol()))
        self.assertEqual(sorted(word for word in causes_that_take() if f"cause_{word}" not in texts("en")), [])

    def test_words_for_causes_are_of_what_is_said(self):
        said = {slug(words) for words in re.findall(r'"([^"\n]+)"', core_sources() + (SOURCE / "gateway" / "desk_acts.c").read_text(encoding="utf-8"))}
        self.assertEqual(sorted(name for name in texts("en") if name.startswith("cause_") and name[len("cause_"):] not in said), [])

    def test_languages_have_the_same_names_and_words(self):
        words = {language: {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in texts(language).items()} for language in ("en", "it")}
        self.assertEqual(words["en"], words["it"])

    def test_what_is_asked_for_is_there_and_what_is_there_is_asked_for(self):
        code = "".join(path.read_text(encoding="utf-8") for path in PAGES.iterdir() if path.suffix in (".mjs", ".html"))
        asked = set(re.findall(r'data-(?:text|label)="(\w+)"', code))
        for call in re.findall(r"\bt(?=\(([^()]*))", code) + re.findall(r"\bfact\(list, ([^()]*)", code):
            asked |= set(re.findall(r'(?:^|[?:]\s*)"([a-z_]+)"', call))
        asked |= {name for name in texts("en") if name.startswith("cause_")}
        asked |= {start + end for start, ends in MADE.items() for end in ends.split()}
        there = set(texts("en"))
        self.assertEqual(sorted(asked - there), [])
        self.assertEqual(sorted(there - asked), [])

    def test_nothing_is_read_as_markup(self):
        for path in PAGES.iterdir():
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bon\w+=|<style|\beval\b|https?://(?!www\.w3\.org)", path.name)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page's texts: every language has the same names with the same {words}; scripts and pages ask for no other, and none is left over."""
import json
import os
import pathlib
import re
import unittest

PAGES = pathlib.Path(os.environ["LEADWIRE_SOURCE"]) / "gateway" / "pages"
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
        "plot_": "flow level touch", "elsewhere_": "page device", "sound_": "on off", "key_": "accept decline note disposition touch transfer next undo break"}


def texts(language):
    """Those of all pages, and those that one has besides."""
    sets = [json.loads((PAGES / f"{name}_{language}.json").read_text(encoding="utf-8")) for name in ("texts", "ops")]
    assert not set(sets[0]) & set(sets[1]), "a text is in both sets"
    return {**sets[0], **sets[1]}


class Texts(unittest.TestCase):
    def test_languages_have_the_same_names_and_words(self):
        words = {language: {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in texts(language).items()} for language in ("en", "it")}
        self.assertEqual(words["en"], words["it"])

    def test_what_is_asked_for_is_there_and_what_is_there_is_asked_for(self):
        code = "".join(path.read_text(encoding="utf-8") for path in PAGES.iterdir() if path.suffix in (".mjs", ".html"))
        asked = set(re.findall(r'data-(?:text|label)="(\w+)"', code))
        for call in re.findall(r"\bt(?=\(([^()]*))", code) + re.findall(r"\bfact\(list, ([^()]*)", code):
            asked |= set(re.findall(r'(?:^|[?:]\s*)"([a-z_]+)"', call))
        asked |= {start + end for start, ends in MADE.items() for end in ends.split()}
        there = set(texts("en"))
        self.assertEqual(sorted(asked - there), [])
        self.assertEqual(sorted(there - asked), [])

    def test_nothing_is_read_as_markup(self):
        for path in PAGES.iterdir():
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bon\w+=|<style|\beval\b|https?://(?!www\.w3\.org)", path.name)


if __name__ == "__main__":
    unittest.main()

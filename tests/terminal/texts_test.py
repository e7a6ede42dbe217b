#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `leadwire rep` says: every language has the same names with the same {words}; the program asks for no other, and none is left over; what the rep's
page says too, it says in the same words."""
import json
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["LEADWIRE_SOURCE"])
TOOL = SOURCE / "tools" / "leadwire"
SHARED = ("cause_", "outcome_", "why_", "first_", "share_")   # of the page: every one of them is here too
MADE = {"is_": "available wrap_up break away offline", "item_": "offered accepting declining held ending completing gone",
        "lead_of_": "none phone web email import chat", "by_": "none phone web email import chat"}


def texts(language):
    return json.loads((TOOL / f"rep_{language}.json").read_text(encoding="utf-8"))


def page_texts(language):
    return json.loads((SOURCE / "gateway" / "pages" / f"texts_{language}.json").read_text(encoding="utf-8"))


class Texts(unittest.TestCase):
    def test_languages_have_the_same_names_and_words(self):
        words = {language: {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in texts(language).items()} for language in ("en", "it")}
        self.assertEqual(words["en"], words["it"])

    def test_what_is_asked_for_is_there_and_what_is_there_is_asked_for(self):
        code = "".join(path.read_text(encoding="utf-8") for path in sorted(TOOL.glob("*rep*.c")))
        asked = set()
        for literal in re.findall(r'"([a-z]+(?:_[a-z]+)*)"', code):
            asked |= {literal} & set(texts("en"))
        for name in re.findall(r'\brep_text\("(\w+)"\)|\brep_say\("(\w+)"', code):
            self.assertIn(name[0] or name[1], texts("en"))
        asked |= {name for name in texts("en") if name.startswith(SHARED)}
        asked |= {start + end for start, ends in MADE.items() for end in ends.split()}
        self.assertEqual(sorted(set(texts("en")) - asked), [])
        self.assertEqual(sorted(asked - set(texts("en"))), [])

    def test_what_the_page_says_too_is_said_in_the_same_words(self):
        for language in ("en", "it"):
            page = {name: text for name, text in page_texts(language).items() if name.startswith(SHARED)}
            self.assertEqual({name: text for name, text in texts(language).items() if name.startswith(SHARED)}, page)


if __name__ == "__main__":
    unittest.main(verbosity=2)

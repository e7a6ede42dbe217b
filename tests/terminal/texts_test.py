#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `leadwire rep` says: every language has the same names with the same {words}; the program asks for no other; of the terminal's own none is left
over, and none is the page's text again."""
import json
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["LEADWIRE_SOURCE"])
TOOL = SOURCE / "tools" / "leadwire"
MADE = {"is_": "available wrap_up break away offline", "item_": "offered accepting declining held ending completing gone",
        "lead_of_": "none phone web email import chat", "by_": "none phone web email import chat"}


def texts(language):
    return json.loads((TOOL / f"rep_{language}.json").read_text(encoding="utf-8"))


def page_texts(language):
    return json.loads((SOURCE / "gateway" / "pages" / f"texts_{language}.json").read_text(encoding="utf-8"))


def all_texts(language):
    return {**page_texts(language), **texts(language)}


class Texts(unittest.TestCase):
    def test_languages_have_the_same_names_and_words(self):
        words = {language: {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in texts(language).items()} for language in ("en", "it")}
        self.assertEqual(words["en"], words["it"])

    def test_what_is_asked_for_is_there_and_what_is_there_is_asked_for(self):
        code = "".join(path.read_text(encoding="utf-8") for path in sorted(TOOL.glob("*rep*.c")))
        asked = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', code)) & set(all_texts("en"))
        for name in re.findall(r'\brep_text\("(\w+)"\)|\brep_say\("(\w+)"', code):
            self.assertIn(name[0] or name[1], all_texts("en"))
        asked |= {start + end for start, ends in MADE.items() for end in ends.split()}
        self.assertEqual(sorted(set(texts("en")) - asked), [])
        self.assertEqual(sorted(asked - set(all_texts("en"))), [])

    def test_what_the_page_says_is_not_said_again(self):
        for language in ("en", "it"):
            page = page_texts(language)
            self.assertEqual([name for name, text in texts(language).items() if page.get(name) == text], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)

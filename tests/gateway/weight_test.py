#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a page loads, as the gateway serves it: less than 150 KiB compressed, and nothing from elsewhere."""
import gzip
import json
import re
import unittest
import urllib.parse

import floor
from floor import Browser

WEIGHT_MAX = 150 * 1024
# What a page or a script names: in markup, as a module, as a style's file, to fetch. Texts are fetched by a name that is put together.
NAMED = (r'<(?:script|img)\b[^>]*\bsrc="([^"]+)"', r'<link\b[^>]*\bhref="([^"]+)"', r'^\s*(?:import|export)\b[^"\'=;(]*["\']([^"\']+)["\']', r'\bimport\(\s*["\']([^"\']+)["\']',
         r'@import\s+(?:url\()?["\']?([^"\')\s]+)', r'\burl\(["\']?([^"\')]+)', r'"src":\s*"([^"]+)"')
LOADED_BY_NAME = {"/sign-in": ["/static/texts_it.json"], "/desk": ["/static/texts_it.json"], "/ops": ["/static/texts_it.json", "/static/ops_it.json"]}


class Weight(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor(users=(("anna", "lead", "anna"),)).open()
        cls.browser = Browser(cls.floor)
        assert cls.browser.sign_in("anna") == 200

    @classmethod
    def tearDownClass(cls):
        cls.floor.close()

    def load(self, page):
        """Bytes by path of all that the page asks for."""
        left, loaded = [page, *LOADED_BY_NAME[page]], {}
        while left:
            path = left.pop()
            if path in loaded:
                continue
            status, headers, text = self.browser.ask("GET", path)
            self.assertEqual(status, 200, path)
            loaded[path] = text.encode()
            if path.endswith("chart.js"):
                continue   # Chart.js: one file, which loads nothing
            for named in re.findall("|".join(f"(?:{pattern})" for pattern in NAMED), text, re.MULTILINE):
                name = "".join(named)
                address = urllib.parse.urljoin(f"http://here{path}", name)
                self.assertTrue(address.startswith("http://here/static/"), f"{path} loads {name}")
                left.append(address.removeprefix("http://here"))
        return loaded

    def test_pages_are_light(self):
        for page, least in (("/sign-in", 5), ("/desk", 15), ("/ops", 15)):
            loaded = self.load(page)
            self.assertGreaterEqual(len(loaded), least, sorted(loaded))   # the search finds what there is
            weight = sum(len(gzip.compress(text, 6)) for text in loaded.values())
            print(json.dumps({"page": page, "files": len(loaded), "bytes": sum(map(len, loaded.values())), "compressed": weight}), flush=True)
            self.assertLess(weight, WEIGHT_MAX, page)

    def test_scripts_name_no_other_place(self):
        for page in LOADED_BY_NAME:
            for path, text in self.load(page).items():
                strange = [address for address in re.findall(rb"""["'`(](?:https?:)?//[\w.-]+""", text) if b"//www.w3.org" not in address]
                self.assertEqual(strange, [], path)


if __name__ == "__main__":
    unittest.main()

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
         r'@import\s+(?:url\()?["\']?([^"\')\s]+)', r'\burl\(["\']?([^"\')]+)', r'"src":\s*"([^"]+)"',
         r'^const WORKER = "([^"]+)"', r'^const KEPT = \[(.*)\];')   # of the service worker, which keeps the page that says the gateway is away
OF_DESK = ("service_worker.js", "offline.html", "offline.mjs", "desk.webmanifest", "icon-192.png", "icon-512.png", "icon-maskable-512.png", "icon.svg", "texts_it.json", "warned.mjs")
LOADED_BY_NAME = {"/sign-in": ["/static/texts_it.json"], "/desk": ["/static/texts_it.json"], "/ops": ["/static/texts_it.json"]}


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
        """(text, bytes on the wire) by path of all that the page asks for, as a browser asks."""
        left, loaded = [page, *LOADED_BY_NAME[page]], {}
        while left:
            path = left.pop()
            if path in loaded:
                continue
            status, headers, sent = self.browser.ask_bytes("GET", path, Accept_Encoding="gzip, deflate, br")
            self.assertEqual((status, headers["Content-Encoding"], headers["Vary"]), (200, "gzip", "Accept-Encoding"), path)
            plain = gzip.decompress(sent)
            loaded[path] = (plain, len(sent))
            if path.endswith(("chart.js", ".png")):
                continue   # Chart.js: one file, which loads nothing
            text = plain.decode()
            for named in re.findall("|".join(f"(?:{pattern})" for pattern in NAMED), text, re.MULTILINE):
                told = "".join(named)
                for name in re.findall(r'"([^"]+)"', told) or [told]:   # KEPT is a list
                    address = urllib.parse.urljoin(f"http://here{path}", name)
                    self.assertTrue(address.startswith("http://here/static/"), f"{path} loads {name}")
                    left.append(address.removeprefix("http://here"))
        return loaded

    def test_pages_are_light(self):
        for page, least in (("/sign-in", 5), ("/desk", 15), ("/ops", 15)):
            loaded = self.load(page)
            self.assertGreaterEqual(len(loaded), least, sorted(loaded))   # the search finds what there is
            for name in OF_DESK if page == "/desk" else ():
                self.assertIn(f"/static/{name}", loaded)
            weight = sum(size for _, size in loaded.values())
            print(json.dumps({"page": page, "files": len(loaded), "bytes": sum(len(text) for text, _ in loaded.values()), "compressed": weight}), flush=True)
            self.assertLess(weight, WEIGHT_MAX, page)

    def test_who_takes_no_gzip_gets_the_same_plain_and_each_form_has_its_tag(self):
        ask = lambda **headers: self.browser.ask_bytes("GET", "/static/desk.mjs", **headers)
        status, gzipped, sent = ask(Accept_Encoding="br;q=1, GZIP;q=0.5")
        self.assertEqual((status, gzipped["Content-Encoding"]), (200, "gzip"))
        for refused in ("identity", "gzip;q=0", "gzipped", "br;q=gzip", ""):
            status, plain, text = ask(Accept_Encoding=refused)
            self.assertEqual((status, plain["Content-Encoding"], text), (200, None, gzip.decompress(sent)), refused)
        self.assertNotEqual(plain["ETag"], gzipped["ETag"])
        self.assertEqual(ask(Accept_Encoding="gzip", If_None_Match=gzipped["ETag"])[0], 304)
        self.assertEqual(ask(Accept_Encoding="gzip", If_None_Match=plain["ETag"])[0], 200)
        self.assertEqual(ask(If_None_Match=plain["ETag"])[0], 304)

    def test_scripts_name_no_other_place(self):
        for page in LOADED_BY_NAME:
            for path, (text, _) in self.load(page).items():
                strange = [address for address in re.findall(rb"""["'`(](?:https?:)?//[\w.-]+""", text) if b"//www.w3.org" not in address]
                self.assertEqual(strange, [], path)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The folder table of docs/ARCHITECTURE.md is what the #include lines say: no folder outside, no edge against it."""
import pathlib
import re
import unittest

import doc_sources as sources

# Headers by their first part; what is not here is libc or POSIX.
LIBRARIES = {
    "zmq.h": "libzmq", "protobuf-c": "protobuf-c", "hiredis": "hiredis", "yaml.h": "libyaml", "event2": "libevent", "jansson.h": "jansson",
    "gmime": "gmime", "gumbo.h": "gumbo", "phonenumbers": "libphonenumber", "unicode": "ICU", "openssl": "libcrypto", "curl": "libcurl", "osipparser2": "libosip2", "sodium.h": "libsodium",
    "cmocka.h": "cmocka", "curses.h": "ncurses", "term.h": "ncurses", "pcre2.h": "libpcre2",
}
CODE = (".c", ".h", ".cc", ".cpp")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def ticked(cell):
    return re.findall(r"`([^`]+)`", cell)


def table():
    """{folder: (folders, libraries)}"""
    rows = sources.table_rows(sources.section(sources.read("docs/ARCHITECTURE.md"), "Folders"))[1:]
    return {ticked(row[0])[0]: (set(ticked(row[2])), {name.strip() for name in row[3].split(",") if name.strip()}) for row in rows}


def folder_of(path, folders):
    """The row that a file belongs to: tests and deploy count with all below them."""
    parent = str(pathlib.PurePosixPath(path).parent)
    for whole in ("tests", "deploy", "proto"):
        if parent == whole or parent.startswith(whole + "/"):
            return whole
    return parent if parent in folders else None


class Folders(unittest.TestCase):
    def setUp(self):
        self.table = table()
        self.files = sources.tracked_files()
        self.headers = {}
        for path in self.files:
            if path.endswith(".h"):
                self.headers.setdefault(pathlib.PurePosixPath(path).name, []).append(path)

    def resolve(self, path, quote, name):
        """(folder, library) that an include names; None for what it is not."""
        if name.startswith("leadwire/v1/"):
            return "proto", None
        if name.startswith("leadwire/"):
            return "include/leadwire", None
        if quote == "<":
            return None, LIBRARIES.get(name.split("/")[0])
        found = self.headers.get(pathlib.PurePosixPath(name).name, [])
        beside = str(pathlib.PurePosixPath(path).parent / name)
        best = beside if beside in found else found[0] if found else None
        return (folder_of(best, self.table) if best else None), None

    def test_no_source_lies_outside_the_table(self):
        homeless = [p for p in self.files if p.endswith(CODE + (".proto", ".lua")) and folder_of(p, self.table) is None]
        self.assertEqual(homeless, [])

    def test_no_top_folder_lies_outside_the_table(self):
        tops = {path.split("/")[0] for path in self.files if "/" in path}
        known = {folder.split("/")[0] for folder in self.table} | {"cmake", "docs", ".ci"}
        self.assertEqual(sorted(tops - known), [])

    def test_each_include_follows_the_table(self):
        against = []
        for path in self.files:
            home = folder_of(path, self.table)
            if not path.endswith(CODE) or home in (None, "tests"):
                continue
            folders, libraries = self.table[home]
            for quote, name in INCLUDE.findall(sources.read(path)):
                folder, library = self.resolve(path, quote, name)
                if folder and folder != home and folder not in folders:
                    against.append(f"{path}: {name} is of {folder}")
                if library and library not in libraries:
                    against.append(f"{path}: {name} is of {library}")
        self.assertEqual(against, [])

    def test_the_table_has_no_circle(self):
        done, open_ = set(), []

        def visit(folder):
            self.assertNotIn(folder, open_, " -> ".join(open_ + [folder]))
            if folder in done:
                return
            open_.append(folder)
            for below in sorted(self.table[folder][0]):
                visit(below)
            open_.pop()
            done.add(folder)

        for folder in self.table:
            visit(folder)

    def test_the_core_needs_no_library(self):
        for folder in ("lib/base", "broker/core", "broker/core/interface", "broker/policy"):
            self.assertEqual(self.table[folder][1], set(), folder)
        self.assertNotRegex("".join(sources.read(p) for p in self.files if p.startswith(("broker/core/", "broker/policy/")) and p.endswith(CODE)),
                            r"#\s*include <(math|time|sys/time|sys/random|stdio_ext)\.h>")

    def test_packages_of_set_up_cover_the_dependencies(self):
        text = sources.section(sources.read("docs/ARCHITECTURE.md"), "Dependencies").lower()
        for package, words in {"libzmq3-dev": "libzmq", "libprotobuf-c-dev": "protobuf-c", "libhiredis-dev": "hiredis", "libyaml-dev": "libyaml",
                               "libevent-dev": "libevent", "libjansson-dev": "jansson", "libgmime-3.0-dev": "gmime", "libgumbo-dev": "gumbo", "libexpat1-dev": "expat",
                               "libphonenumber-dev": "libphonenumber", "libicu-dev": "icu", "libssl-dev": "libcrypto", "libsodium-dev": "libsodium", "libcurl4-openssl-dev": "libcurl",
                               "libosip2-dev": "libosip2", "libncurses-dev": "ncurses", "libpcre2-dev": "libpcre2", "libcmocka-dev": "cmocka"}.items():
            self.assertIn(words, text)
            self.assertRegex(sources.read("deploy/setup/build.txt") + sources.read("deploy/setup/test.txt"), rf"(?m)^{re.escape(package)}\b")
        listed = set(re.findall(r"(?m)^(lib[\w.+-]+-dev)\b", sources.read("deploy/setup/build.txt")))
        self.assertEqual(len(listed), 17, "a library was added to or taken from build.txt: say so in Dependencies")


if __name__ == "__main__":
    unittest.main()

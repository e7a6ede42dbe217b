#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The new policy of docs/ROUTING.md: its file and its line, added to a copy of broker/policy, make a policy that works."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import doc_sources as sources

COMPILER = "cc"
MAIN = r"""
#include <stdio.h>
#include "policy.h"

int main(void)
{
    struct policy_rep full = {.load = 2, .capacity = 3, .number = 1}, roomy = {.load = 1, .capacity = 4, .number = 2};
    const struct policy *policy = policy_find("most_room");
    return policy && policy->compare(&roomy, &full) < 0 && policy->compare(&full, &roomy) > 0 ? 0 : 1;
}
"""


class Example(unittest.TestCase):
    def test_the_example_is_a_policy_that_works(self):
        text = sources.read("docs/ROUTING.md")
        code = next(block for block in re.findall(r"^```c\n(.*?)^```$", text, re.M | re.S) if "policy_most_room" in block)
        self.assertIn("`X(most_room)`", text)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for path in (sources.ROOT / "broker/policy").glob("*.[ch]"):
                shutil.copy(path, folder)
            (folder / "most_room.c").write_text(code, encoding="utf-8")
            (folder / "main.c").write_text(MAIN, encoding="utf-8")
            header = (folder / "policies.h").read_text(encoding="utf-8")
            table, count = re.subn(r"(#define POLICY_TABLE\(X\)) \\\n", r"\1 \\\n    X(most_room) \\\n", header)
            self.assertEqual(count, 1)
            (folder / "policies.h").write_text(table, encoding="utf-8")
            built = subprocess.run([COMPILER, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", str(sources.ROOT / "broker/core/interface"),
                                    "-o", "example", *sorted(path.name for path in folder.glob("*.c"))],
                                   cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(built.returncode, 0, built.stdout)
            self.assertEqual(subprocess.run([str(folder / "example")]).returncode, 0)


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1) if len(sys.argv) > 1 else COMPILER
    unittest.main()

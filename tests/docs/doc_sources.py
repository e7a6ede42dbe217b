# SPDX-License-Identifier: Apache-2.0
"""What the document tests read: documents, .proto files, the rules of lib/wire."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(os.environ.get("LEADWIRE_SOURCE") or pathlib.Path(__file__).resolve().parents[2])


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def tracked_files():
    """Relative paths of the project's own files: what git knows, else all but build/."""
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        paths = listed.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        paths = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
    skipped = ("build/", ".git/", ".cache/")
    return sorted(p for p in paths if p and not p.startswith(skipped) and (ROOT / p).is_file())


def proto_types():
    """{name: (kind, [(field or value, number, type)])} of every message and enum."""
    types = {}
    for path in sorted((ROOT / "proto/leadwire/v1").glob("*.proto")):
        name = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if head := re.match(r"(message|enum) (\w+) \{", line):
                kind, name = head.groups()
                types[name] = (kind, [])
            elif line == "}":
                name = None
            elif name and (field := re.match(r"\s+((?:repeated )?\w+) (\w+) = (\d+);", line)):
                types[name][1].append((field[2], int(field[3]), field[1]))
            elif name and (value := re.match(r"\s+(\w+) = (\d+);", line)):
                types[name][1].append((value[1], int(value[2]), ""))
    return types


def wire_constants():
    """Named sizes of lead.h, wire.h and wire_rules.c."""
    constants = {}
    for path in ("include/leadwire/lead.h", "lib/wire/wire.h", "lib/wire/wire_rules.c"):
        for name, value in re.findall(r"^\s+(\w+) = ([^,\n]+),", read(path), re.M):
            value = value.replace('sizeof "attribute." - 1', str(len("attribute.")))
            if re.fullmatch(r"[\w\s*+-]+", value):
                try:
                    constants[name] = eval(value, {"__builtins__": {}}, constants)
                except NameError:
                    pass
    return constants


def wire_types():
    """[(number, message, frame size limit)] of WIRE_TYPE_TABLE."""
    constants = wire_constants()
    rows = re.findall(r"X\((\d+), \w+, \w+, (\w+), [\w |]+, ([\w +]+)\)", read("lib/wire/wire.h"))
    return [(int(number), message, eval(size, {"__builtins__": {}}, constants)) for number, message, size in rows]


def wire_limits():
    """{message: {field: words of its limit}}, from the tables of wire_rules.c."""
    constants = wire_constants()
    limits = {}
    for snake, body in re.findall(r"^RULES(?:_ACROSS)?\((\w+),(.*?)\);$", read("lib/wire/wire_rules.c"), re.M | re.S):
        fields = {}
        for kind, needed, arguments in re.findall(r"\b(NUMBER|(?:OPEN_)?ENUM|NAMES?|TEXTS?|MESSAGES?)(_NEEDED)?\(([^()]*)\)", body):
            field, *sizes = [a.strip() for a in arguments.split(",")]
            words = ["needed"] if needed else []
            if kind in ("NAME", "TEXT"):
                words.append(f"{kind.lower()} {constants[sizes[0]]}")
            elif kind in ("NAMES", "TEXTS"):
                words.append(f"{constants[sizes[0]]} of {kind[:-1].lower()} {constants[sizes[1]]}")
            elif kind == "MESSAGES":
                words.append(f"{constants[sizes[0]]} items")
            fields[field] = ", ".join(words)
        limits["".join(part.capitalize() for part in snake.split("_"))] = fields
    return limits


def table_rows(text):
    """Cells of each row of the Markdown tables in text, heads and rules left out."""
    rows = []
    for line in text.splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\-: ]+", line):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows


def section(document, title):
    """The text below a heading that begins with title, up to the next heading of its depth or above."""
    match = re.search(rf"^(#+) {re.escape(title)}(?: \[\d+\])?\s*$", document, re.M)
    if not match:
        return None
    rest = document[match.end():]
    end = re.search(rf"^#{{1,{len(match[1])}}} ", rest, re.M)
    return rest[: end.start()] if end else rest

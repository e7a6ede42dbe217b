#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages in a real browser (Chromium, driven by playwright-core), before a real gateway, broker and Redis.

    browser_test.py STORY       runs browser/STORY.mjs

A story asks for what happens outside of the browser by a line of JSON on its output, [WORD, ARGUMENTS...], and reads the answer as a
line on its input.
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import floor

HERE = pathlib.Path(__file__).resolve().parent
NODE_MODULES_S = 60
OFFER_KEY = "0123456789abcdef" * 4
USERS = (("anna", "rep", "anna"), ("bruno", "rep", "bruno"), ("maria", "manager", "-"), ("otto", "manager:outside", "-"), ("ada", "admin", "-"), ("wall", "", ""))
DESK = floor.DESK + "users: {wall: {role: read-only}}\n"


def skip(reason):
    print(f"SKIP: {reason}")
    raise SystemExit(77)


def node_modules(work):
    """The packages of package-lock.json; a machine that cannot have them skips."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        skip("no node and npm here")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / "browser" / name, work)
    try:
        done = subprocess.run([npm, "ci", "--no-progress"], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=NODE_MODULES_S, check=False,
                              env={**os.environ, "npm_config_cache": str(work / "npm")})
    except subprocess.TimeoutExpired:
        skip("npm cannot have the packages here")
    if done.returncode != 0:
        skip("npm cannot have the packages here")


def answer(place, word, *arguments):
    """What a story asks for."""
    if word == "publish":
        return place.publish(**arguments[0])
    if word == "publish-many":   # product, how many: nobody is asked for twice, as they have no number and no address
        counts = [min(100, arguments[1] - done) for done in range(0, arguments[1], 100)]
        return max(place.tool("publish", "--source", "contact-form", "--product", arguments[0], "--count", count, "--json").returncode for count in counts)
    if word == "post":   # to the door, as a browser elsewhere would
        return place.post(place.web_port, *arguments)
    if word == "apply":
        rules = place.folder / "others.yaml"
        rules.write_text(arguments[0], encoding="utf-8")
        return place.tool("apply", rules).returncode
    if word == "customers":   # a file of them is told to the desk
        listed = place.folder / "customers.csv"
        listed.write_text(arguments[0], encoding="utf-8")
        return place.tool("customers", "import", listed).returncode
    if word == "redis":   # a command for the broker's Redis
        with socket.socket(socket.AF_UNIX) as store:
            store.connect(str(place.folder / "redis.sock"))
            store.sendall((" ".join(arguments) + "\r\n").encode())
            return store.recv(100).decode().strip()
    if word == "desk":   # desk.yaml as the story found it
        return DESK
    if word == "kill-broker":
        return place.end("broker", floor.signal.SIGKILL)
    if word == "start-broker":
        return place.start_broker()
    if word == "stop-gateway":
        return place.end("gateway")
    if word == "restart-gateway":   # at the same address
        if "gateway" in place.processes:
            place.end("gateway")
        config = place.folder / "gateway.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace("listen: 127.0.0.1:0", f"listen: 127.0.0.1:{place.port}"), encoding="utf-8")
        return place.start_gateway()
    if word == "users":   # those of the file are these now
        place.write_users(arguments[0])
        before = place.log("gateway").count("configuration read again")
        place.processes["gateway"].send_signal(floor.signal.SIGHUP)
        return floor.wait_for("the users are read", lambda: place.log("gateway").count("configuration read again") > before)
    if word == "log-off":
        return place.tool("state", arguments[0], "offline", "--reason", "the shift is over").returncode
    if word == "cancel":
        return place.tool("lead", "cancel", arguments[0], "--reason", "too late").returncode
    if word == "lead":
        return json.loads(place.tool("explain", arguments[0], "--json").stdout)
    if word == "until":   # a lead is in that state
        return floor.wait_for(f"{arguments[0]} is {arguments[1]}", lambda: json.loads(place.tool("explain", arguments[0], "--json").stdout)["state"] == arguments[1])
    if word == "offer-link":
        return offer_link(place, *arguments)
    raise AssertionError(word)


def offer_link(place, rep, lead_id):
    """As leadwire-webhooks makes it of the first offer of a lead (lib/tokens/offer_link.h)."""
    payload = f"{rep}\n{lead_id}\n1\n{int(time.time() * 1000) + 40000}".encode()
    mac = hmac.new(bytes.fromhex(OFFER_KEY), payload, hashlib.sha256).digest()
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (payload, mac))
    return f"http://127.0.0.1:{place.port}/offer#{token}"


def tell_story(place, work, story):
    shutil.copytree(HERE / "browser", work / "stories", ignore=shutil.ignore_patterns("node_modules", "package*", ".npmrc"))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    shots = pathlib.Path(os.environ.get("LEADWIRE_KEEP", floor.SOURCE / "build" / "screens"))
    shots.mkdir(parents=True, exist_ok=True)
    node = subprocess.Popen(["node", str(work / "stories" / f"{story}.mjs")], cwd=work, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "HOME": str(work), "XDG_CONFIG_HOME": str(work), "XDG_CACHE_HOME": str(work),
                                 "DESK": f"http://127.0.0.1:{place.port}", "CHROMIUM": chromium, "PASSWORD": floor.PASSWORD,
                                 "PROFILE": str(work / "profile"), "SHOTS": str(shots)})
    place.processes["node"] = node
    for line in node.stdout:
        if not line.startswith("["):
            print(line, end="")
            continue
        node.stdin.write(json.dumps(answer(place, *json.loads(line))) + "\n")
        node.stdin.flush()
    del place.processes["node"]
    return node.wait(floor.WAIT_S)


def main(story):
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        skip("no chromium here")
    work = pathlib.Path(tempfile.mkdtemp(prefix="lw-browser-"))
    place = None
    try:
        node_modules(work)
        place = floor.Floor(redis=True, users=USERS)
        place.secret_file("offer.key", OFFER_KEY)
        place.web_port, health = place.start_web()
        config = floor.GATEWAY.replace("versions: versions}", f"versions: versions, workers: {{web: {health}}}}}").replace("page_grace: 3s", "page_grace: 1m").replace(
            "Heat pumps}, reps", "Heat pumps}, teams: {outside: Outside sales}, reps")
        if story == "dispositions_story":   # whom to hand leads on to is the rules' then
            config = "".join(line for line in config.splitlines(True) if "transfer:" not in line)
        (place.folder / "desk.yaml").write_text(DESK, encoding="utf-8")
        place.write_config(config + "away: {key_file: offer.key}\n")
        code = tell_story(place.open(), work, story)
        if code != 0:
            print(place.log("gateway"))
    finally:
        if place:
            place.close()
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(code)


main(sys.argv[1])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leadwire doctor against a private Redis: each planted fault is found, with a remedy; none is, when all is well."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

TOOL = os.path.join(os.environ["LEADWIRE_BIN"], "leadwire")


def skip(reason):
    print("SKIP: " + reason)
    sys.exit(77)


def doctor(directory, *arguments):
    """The findings by check, and the exit code."""
    done = subprocess.run(
        [TOOL, "doctor", "--json", "--timeout", "1", "--run-dir", directory,
         "--redis", f"unix:{directory}/redis.sock", *arguments],
        stdout=subprocess.PIPE, timeout=60, check=False)
    findings = json.loads(done.stdout)["findings"]
    for finding in findings:
        assert finding["finding"] == "good" or finding["remedy"], f"no remedy: {finding}"
    return {finding["check"]: finding for finding in findings}, done.returncode


def wait_for(path):
    deadline = time.monotonic() + 10
    while not os.path.exists(path):
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)


def config_set(directory, *pairs):
    subprocess.run(["redis-cli", "-s", f"{directory}/redis.sock", "CONFIG", "SET", *pairs], check=True,
                   stdout=subprocess.DEVNULL, timeout=10)


def check_planted_faults(directory):
    found, code = doctor(directory)
    assert code == 1, code
    assert found["redis"]["finding"] == "good", found["redis"]
    assert found["redis-functions"]["finding"] == "good", found["redis-functions"]
    assert found["redis-bind"]["finding"] == "good", found["redis-bind"]
    assert found["redis-appendonly"]["finding"] == "bad", found
    assert found["redis-eviction"]["finding"] == "bad", found["redis-eviction"]
    assert "allkeys-lru" in found["redis-eviction"]["words"]
    assert found["redis-memory"]["finding"] == "warning", found["redis-memory"]
    assert found["run-dir"]["finding"] == "good", found["run-dir"]
    for endpoint in ("control", "publish", "reps", "events"):
        assert found[endpoint]["finding"] == "bad", found[endpoint]


def check_remedies(directory):
    config_set(directory, "appendonly", "yes")
    config_set(directory, "maxmemory-policy", "noeviction")
    config_set(directory, "maxmemory", "512mb")
    config_set(directory, "appendfsync", "everysec")
    found, _ = doctor(directory)
    assert found["redis-appendfsync"]["finding"] == "warning", found["redis-appendfsync"]
    config_set(directory, "appendfsync", "always")
    found, _ = doctor(directory)
    for check in ("redis", "redis-memory", "redis-appendfsync", "redis-eviction", "redis-functions"):
        assert found[check]["finding"] == "good", found[check]


def status_until(run_dir, holds):
    """leadwire status, again and again until it holds; the text and the JSON of that moment."""
    for _ in range(600):
        text, line = (subprocess.run([TOOL, "status", "--run-dir", run_dir, *option], check=True, timeout=30,
                                     capture_output=True, text=True).stdout for option in ([], ["--json"]))
        if holds(text):
            return text, json.loads(line)
    raise AssertionError(f"status does not come to say so: {text}")


def check_warnings(directory):
    """What is made weaker while a broker serves shows in its status, and no longer when it is mended."""
    run_dir = os.path.join(directory, "run")
    ready, ready_write = os.pipe()
    broker = subprocess.Popen(
        [os.path.join(os.environ["LEADWIRE_BIN"], "leadwire-broker"), "--desk", "main", "--run-dir", run_dir,
         "--redis", f"unix:{directory}/redis.sock", "--ready-fd", str(ready_write)], pass_fds=[ready_write], stderr=subprocess.DEVNULL)
    os.close(ready_write)
    try:
        assert os.read(ready, 64), "the broker does not serve"
        status_until(run_dir, lambda text: "warning:" not in text)
        config_set(directory, "maxmemory-policy", "allkeys-lru")
        text, found = status_until(run_dir, lambda text: "warning:" in text)
        assert "maxmemory-policy noeviction" in text, text
        assert len(found["store_warnings"]) == 1 and "throw leads away" in found["store_warnings"][0], found["store_warnings"]
        config_set(directory, "maxmemory-policy", "noeviction")
        _, found = status_until(run_dir, lambda text: "warning:" not in text)
        assert found["store_warnings"] == [], found["store_warnings"]
    finally:
        os.close(ready)
        broker.terminate()
        assert broker.wait(timeout=30) == 0


def check_run_dir(directory):
    os.chmod(directory, 0o755)
    found, _ = doctor(directory)
    assert found["run-dir"]["finding"] == "bad" and "0755" in found["run-dir"]["words"], found["run-dir"]
    os.chmod(directory, 0o700)


def check_password(directory):
    password = os.path.join(directory, "password")
    with open(password, "w", encoding="ascii") as file:
        file.write("correct horse\n")
    os.chmod(password, 0o600)
    config_set(directory, "requirepass", "correct horse")
    found, code = doctor(directory)
    assert code == 1 and found["redis"]["finding"] == "bad", found["redis"]
    found, _ = doctor(directory, "--redis-password-file", password)
    assert found["redis"]["finding"] == "good", found["redis"]
    os.chmod(password, 0o644)
    found, _ = doctor(directory, "--redis-password-file", password)
    assert "others can read it" in found["redis"]["words"], found["redis"]


def main():
    server = os.environ.get("LEADWIRE_REDIS_SERVER") or shutil.which("redis-server")
    if server is None or shutil.which("redis-cli") is None:
        skip("no redis-server here")
    directory = tempfile.mkdtemp(prefix="lw-doctor-")
    redis = subprocess.Popen(
        [server, "--port", "0", "--unixsocket", f"{directory}/redis.sock", "--dir", directory, "--save", "",
         "--appendonly", "no", "--maxmemory-policy", "allkeys-lru"], stdout=subprocess.DEVNULL)
    try:
        wait_for(f"{directory}/redis.sock")
        check_planted_faults(directory)
        check_remedies(directory)
        check_warnings(directory)
        check_run_dir(directory)
        check_password(directory)
    finally:
        redis.kill()
        redis.wait()
        shutil.rmtree(directory)
    found, code = doctor("/nonexistent")
    assert code == 1 and found["redis"]["finding"] == "bad" and found["run-dir"]["finding"] == "bad"
    print("doctor finds what is planted")


if __name__ == "__main__":
    main()

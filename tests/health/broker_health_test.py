#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A broker's health: ready while it serves, not ready and why while Redis is away, live while its loop turns; its metrics."""
import os
import re
import shutil
import signal
import subprocess

from health_rig import BIN, Health, HealthCase, documented, main, wait_for


class Probes(HealthCase):
    def test_ready_live_and_what_else_is_asked(self):
        _, health = self.start_broker()
        wait_for("ready", health.is_ready)
        self.assertEqual(health.ask("/readyz")[:2], (200, "ready\n"))
        self.assertEqual(health.ask("/livez")[:2], (200, "live\n"))
        self.assertEqual(health.ask("/metrics", "HEAD")[0], 200)
        self.assertEqual(health.ask("/metrics", "POST")[0], 405)
        self.assertEqual([health.ask(path)[0] for path in ("/", "/livez/x", "/desk")], [404] * 3)
        self.assertEqual(health.metrics().value("leadwire_ready"), 1)
        self.assertEqual(set(health.metrics()), documented("Every process", "leadwire-broker"))

    def test_a_port_of_loopback(self):
        self.start_broker(health="127.0.0.1:0")
        port = wait_for("the port", lambda: re.search(r"health on 127\.0\.0\.1:0 port=(\d+)", self.logs()))
        health = Health(int(port[1]))
        wait_for("ready", health.is_ready)
        self.assertEqual(health.metrics().value("leadwire_sessions", role="rep"), 0)
        self.assertEqual(health.metrics().value("leadwire_bound_max", bound="leads"), 1100000)
        self.assertEqual(health.metrics().value("leadwire_bound_used", bound="leads"), 0)
        self.assertEqual(health.metrics().value("leadwire_bound_refused_total", bound="memory_bytes"), 0)

    def test_an_address_that_cannot_be_had_is_refused(self):
        process, _ = self.start_broker(health="nowhere")
        self.assertEqual(process.wait(30), 1)
        self.assertIn("health: cannot listen on nowhere: it is no ADDRESS:PORT and no unix:PATH", self.logs())

    def test_a_run_directory_that_no_rights_would_protect_is_refused(self):
        for name in ("@run", "*run"):
            done = subprocess.run([os.path.join(BIN, "leadwire-broker"), "--desk", "main", "--run-dir", name, "--ephemeral"], cwd=self.directory,
                                  stderr=subprocess.PIPE, timeout=30, check=False, encoding="utf-8")
            self.assertEqual((done.returncode, os.listdir(self.directory)), (1, []))
            self.assertIn(f"the run directory {name} begins with a sign that libzmq reads in its own way", done.stderr)

    def test_a_socket_of_one_who_was_killed_makes_room_and_of_one_who_lives_does_not(self):
        first, health = self.start_broker()
        wait_for("ready", health.is_ready)
        second = subprocess.run([*first.args, "--run-dir", self.path("run2")], stderr=subprocess.PIPE, timeout=30, check=False)
        self.assertEqual(second.returncode, 1)
        self.assertIn(b"Address already in use", second.stderr)
        first.kill()
        first.wait()
        self.start_broker()
        wait_for("ready again", health.is_ready)


class WithRedis(HealthCase):
    def start_with_redis(self):
        redis = self.start_redis()
        process, health = self.start_broker("--redis", "unix:" + redis.socket, "--away-after", "500")
        wait_for("ready", health.is_ready)
        return redis, process, health

    def trouble(self, health, name):
        return health.metrics().value("leadwire_redis_troubles_total", trouble=name)

    def test_redis_gone_and_back(self):
        redis, _, health = self.start_with_redis()
        redis.kill()
        why = wait_for("not ready", health.not_ready)
        self.assertRegex(why, "Redis")
        self.assertEqual(health.ask("/livez")[0], 200)
        wait_for("the counter", lambda: self.trouble(health, "unreachable") > 0)
        state = health.metrics()
        self.assertEqual((state.value("leadwire_ready"), state.value("leadwire_store_state", state="away")), (0, 1))
        redis.start()
        wait_for("ready again", health.is_ready)
        wait_for("told so", lambda: health.metrics().value("leadwire_store_state", state="ready") == 1)

    def test_redis_silent(self):
        redis, _, health = self.start_with_redis()
        redis.process.send_signal(signal.SIGSTOP)
        self.assertRegex(wait_for("not ready", health.not_ready), "does not answer")
        wait_for("the counter", lambda: self.trouble(health, "silent") > 0)
        redis.process.send_signal(signal.SIGCONT)
        wait_for("ready again", health.is_ready)

    def test_redis_set_back_to_an_older_file(self):
        redis, _, health = self.start_with_redis()
        files = self.path("appendonlydir")
        shutil.copytree(files, self.path("older"))
        self.leadwire("apply", self.write("desk.yaml", DESK))
        redis.kill()
        shutil.rmtree(files)
        os.rename(self.path("older"), files)
        redis.start()
        wait_for("the counter", lambda: self.trouble(health, "behind") > 0)
        wait_for("ready again", health.is_ready)
        self.assertRegex(self.logs(), r"warning.*Redis lost confirmed entries; sending them again desk=main from=\d+ to=\d+")
        self.assertEqual(self.trouble(health, "emptied"), 0)

    def test_redis_emptied_and_weaker_than_asked(self):
        redis, _, health = self.start_with_redis()
        redis.ask("FLUSHALL")
        wait_for("the counter", lambda: self.trouble(health, "emptied") > 0)
        wait_for("ready again", health.is_ready)
        self.assertRegex(self.logs(), "Redis lost this desk; writing it anew")
        redis.ask("CONFIG", "SET", "appendonly", "no")
        wait_for("the warning", lambda: health.metrics().value("leadwire_store_warnings") > 0)
        self.assertEqual(self.trouble(health, "too_weak"), 1)
        self.assertTrue(health.is_ready())

    def test_redis_full(self):
        redis, _, health = self.start_with_redis()
        redis.ask("CONFIG", "SET", "maxmemory", "1")
        self.assertRegex(wait_for("not ready", health.not_ready), "memory")
        wait_for("the counter", lambda: self.trouble(health, "memory_full") > 0)
        redis.ask("CONFIG", "SET", "maxmemory", "0")
        wait_for("ready again", health.is_ready)

    def test_redis_has_no_functions_any_more(self):
        redis, _, health = self.start_with_redis()
        redis.ask("FUNCTION", "FLUSH")
        self.leadwire("apply", self.write("desk.yaml", DESK))
        wait_for("the counter", lambda: self.trouble(health, "function_missing") > 0)
        wait_for("ready again", health.is_ready)
        self.assertRegex(self.logs(), "warning.*Redis lost our functions.*loading them again.*main")

    def test_redis_becomes_a_replica(self):
        redis, _, health = self.start_with_redis()
        redis.ask("REPLICAOF", "127.0.0.1", "1")
        self.assertRegex(wait_for("not ready", health.not_ready), "read-only replica")
        wait_for("the counter", lambda: self.trouble(health, "read_only") > 0)
        redis.ask("REPLICAOF", "NO", "ONE")
        wait_for("ready again", health.is_ready)

    def test_redis_asks_for_a_password_all_at_once(self):
        redis, _, health = self.start_with_redis()
        redis.ask_all(("CONFIG", "SET", "requirepass", "new"), ("CLIENT", "KILL", "TYPE", "normal"))
        wait_for("the counter", lambda: self.trouble(health, "wrong_password") > 0)
        self.assertRegex(health.not_ready(), "password")


DESK = """
desk: main
skills: {italian: Italian}
reps:
  anna: {skills: {italian: 8}}
rules:
  - {name: italian, when: {language: it}, queue: italian, require: {italian: 5}}
  - {name: rest, queue: rest}
"""

if __name__ == "__main__":
    main(needs_redis=True)

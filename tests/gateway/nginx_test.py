#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/nginx/leadwire-gateway.conf in a real nginx: HTTP/2 over TLS, the sign-in, server-sent events at once. Its doors are unix sockets here."""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import floor

NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
MAIN = """daemon off;
pid FOLDER/nginx.pid;
error_log FOLDER/nginx.errors;
USER
events {}
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    include FOLDER/gateway.conf;
}
"""


class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.floor = floor.Floor(users=(("anna", "rep", "anna"), ("rita", "read-only", "-"))).open()
        folder = cls.folder = cls.floor.folder
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=desk.example.com", "-keyout", folder / "tls.key",
                        "-out", folder / "tls.pem"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        conf = (floor.SOURCE / "deploy/nginx/leadwire-gateway.conf").read_text(encoding="utf-8")
        conf = re.sub(r"^ *listen \[::\].*\n", "", conf, flags=re.M).replace("listen 80;", f"listen unix:{folder}/plain;").replace("listen 443 ", f"listen unix:{folder}/tls ")
        conf = conf.replace("127.0.0.1:8085", f"127.0.0.1:{cls.floor.port}").replace("/etc/ssl/certs/desk.example.com.pem", f"{folder}/tls.pem")
        conf = conf.replace("/etc/ssl/private/desk.example.com.key", f"{folder}/tls.key")
        (folder / "gateway.conf").write_text(conf, encoding="utf-8")
        (folder / "nginx.conf").write_text(MAIN.replace("FOLDER", str(folder)).replace("USER", "user root;" if os.getuid() == 0 else ""), encoding="utf-8")
        cls.command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.errors")]
        cls.floor.start("nginx", *cls.command)
        floor.wait_for("nginx", (folder / "tls").is_socket)

    @classmethod
    def tearDownClass(cls):
        cls.floor.close()

    def curl(self, path, *options, socket="tls", scheme="https"):
        return subprocess.run(["curl", "-sk", "--max-time", str(floor.WAIT_S), "--unix-socket", str(self.folder / socket), "-b", str(self.folder / "jar"), "-c", str(self.folder / "jar"),
                               *options, f"{scheme}://desk.example.com{path}"], check=True, text=True, stdout=subprocess.PIPE).stdout

    def test_nginx_takes_the_file(self):
        done = subprocess.run([*self.command, "-t"], check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_plain_http_leads_to_tls(self):
        self.assertEqual(self.curl("/desk", "-w", "%{http_code} %{redirect_url}", "-o", "/dev/null", socket="plain", scheme="http"), "301 https://desk.example.com/desk")

    def test_a_rep_signs_in_and_hears_of_a_lead_over_http_2(self):
        body = json.dumps({"user": "anna", "password": floor.PASSWORD})
        said = self.curl("/api/v1/sign-in", "-d", body, "-H", "Content-Type: application/json", "-H", "Origin: https://desk.example.com", "-i", "--http2")
        self.assertRegex(said, r"^HTTP/2 200")
        self.assertRegex(said, r"(?i)set-cookie: leadwire_session=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Secure")
        self.assertRegex(said, r"(?i)strict-transport-security: max-age=31536000")
        self.hears_of_a_lead("desk/events?page=x&take=1")

    def test_who_runs_the_desk_hears_of_a_lead_at_once(self):
        body = json.dumps({"user": "rita", "password": floor.PASSWORD})
        self.curl("/api/v1/sign-in", "-d", body, "-H", "Content-Type: application/json", "-H", "Origin: https://desk.example.com")
        self.hears_of_a_lead("ops/events")

    def hears_of_a_lead(self, path):
        listening = subprocess.Popen(["curl", "-skN", "--max-time", str(floor.WAIT_S), "--http2", "--unix-socket", str(self.folder / "tls"), "-b", str(self.folder / "jar"),
                                      f"https://desk.example.com/api/v1/{path}"], stdout=subprocess.PIPE, text=True)
        try:
            published = None
            for line in listening.stdout:
                if '"connected":true' in line and not published:
                    published = self.floor.publish()
                if published and published in line:
                    break
            self.assertIn(published or "no lead", line)
        finally:
            listening.kill()
            listening.communicate()


if __name__ == "__main__":
    if not NGINX:
        print("SKIP: no nginx here")
        sys.exit(77)
    unittest.main(verbosity=1)
